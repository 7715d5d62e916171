package metrics

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

func TestWhatAuditsFound(t *testing.T) {
	registry, c := prometheus.NewPedanticRegistry(), &clock{at: time.Unix(1000, 0)}
	a := newAudits(c.now)
	registry.MustRegister(a)
	shown := func(mismatches string, last int) {
		t.Helper()
		require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(fmt.Sprintf(`
# HELP seathold_audit_last_timestamp_seconds When this instance had audited all events last, or else when it began.
# TYPE seathold_audit_last_timestamp_seconds gauge
seathold_audit_last_timestamp_seconds %d
# HELP seathold_audit_mismatches Seats that Redis has otherwise than the orders, as the last audit found; of all events but those with the most as other.
# TYPE seathold_audit_mismatches gauge
%s
`, last, strings.TrimSpace(mismatches)))))
	}
	shown(`seathold_audit_mismatches{event="other"} 0`, 1000)
	c.at = time.Unix(2000, 0)
	a.tell(map[string]int{"one": 3}, true)
	shown("seathold_audit_mismatches{event=\"one\"} 3\nseathold_audit_mismatches{event=\"other\"} 0", 2000)
	c.at = time.Unix(3000, 0)
	a.tell(map[string]int{"two": 1}, false)
	shown("seathold_audit_mismatches{event=\"other\"} 0\nseathold_audit_mismatches{event=\"two\"} 1", 2000)
	a.tell(nil, false)
	shown(`seathold_audit_mismatches{event="other"} 0`, 2000)
	requireWellNamed(t, registry)
}

func TestOnlyTheWorstEventsHaveALabel(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	found := map[string]int{}
	for i := range 200 {
		found[fmt.Sprintf("event-%03d", i)] = 1000 - i
	}
	New(registry).EventsAudited(found, true)
	events := labelsOf(t, registry, "seathold_audit_mismatches", "event")
	require.Len(t, events, auditLabelled+1)
	require.Contains(t, events, "event-049")
	require.NotContains(t, events, "event-050")
	sum := 0
	for _, n := range found {
		sum += n
	}
	require.InDelta(t, sum, gathered(t, registry)["seathold_audit_mismatches"], 0, "the others are summed")
}
