package booking_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func BenchmarkParsePlan(b *testing.B) {
	raw, err := booking.GeneratePlan("arena", 18714)
	require.NoError(b, err)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := booking.ParsePlan(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGeneratePlan(b *testing.B) {
	for b.Loop() {
		if _, err := booking.GeneratePlan("arena", 18714); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzParsePlan looks for documents that break the parser, or that it reads
// otherwise than encoding/json does.
func FuzzParsePlan(f *testing.F) {
	for _, seed := range []string{olderPlan, newerPlan, ``, `{}`, `[`, `"`, `null`, ` 1`, "\xff"} {
		f.Add([]byte(seed))
	}
	for _, bad := range badPlans {
		f.Add([]byte(strings.Replace(bad.base, bad.old, bad.new, 1)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		given := string(raw)
		plan, err := booking.ParsePlan(raw)
		require.Equal(t, given, string(raw), "the document is only read")
		if err != nil {
			require.Nil(t, plan)
			require.Equal(t, booking.CodeInvalidPlan, booking.CodeOf(err))
			require.Regexp(t, `^invalid_plan: plan[.:]`, err.Error())
			return
		}
		requireSameSeats(t, plan)
	})
}

// requireSameSeats reads the document again, with encoding/json.
func requireSameSeats(t *testing.T, plan *booking.Plan) {
	t.Helper()
	var document map[string]any // keys of maps match exactly, those of structs do not
	require.NoError(t, json.Unmarshal(plan.Raw, &document))
	next := 0
	for _, zone := range document["zones"].([]any) {
		for _, row := range zone.(map[string]any)["rows"].([]any) {
			for _, v := range row.(map[string]any)["seats"].([]any) {
				seat := v.(map[string]any)
				got := plan.Seats[next]
				require.Equal(t, seat["seat_guid"], got.GUID)
				require.Equal(t, seat["seat_number"], got.Number)
				require.Equal(t, seat["category"], plan.Categories[got.Category].Name)
				at, ok := plan.Index(got.GUID)
				require.True(t, ok)
				require.Equal(t, next, at)
				next++
			}
		}
	}
	require.Equal(t, next, len(plan.Seats))
}
