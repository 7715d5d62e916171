package app

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/worker"
)

// Who no longer has the lease tells nothing of what its work found: it would stand
// there for as long as the process runs.
func TestWhoHasNotTheLeaseTellsNothing(t *testing.T) {
	a := openApp(t)
	a.lease = &worker.Lease{Records: a.store, Name: "settling", Holder: "this one", Log: a.Log}
	told := func(name string) float64 {
		families, err := a.registry.Gather()
		require.NoError(t, err)
		sum := 0.0
		for _, f := range families {
			for _, m := range f.GetMetric() {
				if f.GetName() == name {
					sum += m.GetGauge().GetValue()
				}
			}
		}
		return sum
	}
	a.Service.Metrics.EventsAudited(map[string]int{"one": 3}, true)
	a.Service.Metrics.RefundsDue(2, 1, time.Now())
	require.InDelta(t, 3, told("seathold_audit_mismatches"), 0)
	require.InDelta(t, 1, told("seathold_refunds_overdue"), 0)

	ctx, end := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); a.work(ctx) }()
	require.Eventually(t, func() bool {
		_, err := a.store.Record(t.Context(), booking.RecordLease, "settling")
		return err == nil
	}, time.Minute, 10*time.Millisecond)
	end()
	<-done
	require.Zero(t, told("seathold_audit_mismatches"))
	require.Zero(t, told("seathold_refunds_overdue"))
}

// What compares all orders is for one instance at a time; which it is does not hang
// on the order store's kind.
func TestOneInstanceSettlesRepairsAndAudits(t *testing.T) {
	a := openApp(t)
	var names []string
	for _, r := range a.leased {
		names = append(names, r.Name)
	}
	require.Equal(t, []string{"settler", "reconciler", "auditor"}, names)
	require.Nil(t, a.lease, "embedded there is no other")
}
