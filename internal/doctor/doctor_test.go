package doctor_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/doctor"
)

func finds(f ...doctor.Finding) func(context.Context) []doctor.Finding {
	return func(context.Context) []doctor.Finding { return f }
}

func TestExamineTellsProblemsFirst(t *testing.T) {
	r := doctor.Examine(t.Context(), time.Minute, []doctor.Check{
		{Name: "a", Look: finds(doctor.Fine("a", "all is %s", "well"), doctor.Wrong("a-b", "mend it", "broken"))},
		{Name: "c", Look: finds()},
		{Name: "d", Look: finds(doctor.Advise("d", "think", "odd"), doctor.Wrong("d-e", "mend it too", "broken"))},
	})
	require.Equal(t, doctor.Report{
		Findings: []doctor.Finding{
			{Check: "a-b", Severity: doctor.Problem, Saw: "broken", Do: "mend it"},
			{Check: "d-e", Severity: doctor.Problem, Saw: "broken", Do: "mend it too"},
			{Check: "d", Severity: doctor.Advice, Saw: "odd", Do: "think"},
			{Check: "a", Severity: doctor.OK, Saw: "all is well"},
		},
		Problems: 2, Advice: 1, OK: 1,
	}, r)
}

// TestACheckThatHangsIsAFinding, and keeps no other from being told.
func TestACheckThatHangsIsAFinding(t *testing.T) {
	end := make(chan struct{})
	defer close(end)
	ended := false
	r := doctor.Examine(t.Context(), 10*time.Millisecond, []doctor.Check{
		{Name: "deaf", Look: func(context.Context) []doctor.Finding { <-end; return nil }},
		{Name: "slow", Look: func(ctx context.Context) []doctor.Finding {
			<-ctx.Done()
			ended = true
			return []doctor.Finding{doctor.Wrong("slow", "wait", "it takes long")}
		}},
		{Name: "quick", Look: finds(doctor.Fine("quick", "there"))},
	})
	require.True(t, ended)
	require.Len(t, r.Findings, 3)
	require.Equal(t, "deaf", r.Findings[0].Check)
	require.Contains(t, r.Findings[0].Saw, "no answer within")
	require.Equal(t, "it takes long", r.Findings[1].Saw)
	require.Equal(t, "quick", r.Findings[2].Check)
}
