package worker

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// idleStores have nothing, and count how often they are asked.
type idleStores struct {
	booking.Events
	booking.Orders
	events, refunds atomic.Int64
}

func (s *idleStores) EventsEndingAfter(context.Context, time.Time) ([]*booking.Event, error) {
	s.events.Add(1)
	return nil, nil
}

func (s *idleStores) RefundsDue(context.Context, time.Time, booking.Page) ([]booking.Order, error) {
	s.refunds.Add(1)
	return nil, nil
}

// The stores are compared, and what is overdue is watched, each half a minute,
// and at once when the hold store answers again.
func TestTheReconcilerComesByTimeAndWhenTheHoldStoreIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		stores, back := &idleStores{}, make(chan struct{}, 1)
		s := booking.NewService(booking.Ports{
			Events: stores, Orders: stores, Metrics: booking.NoMetrics{}, Log: quiet, NewID: func() string { return "id" },
		}, booking.Limits{})
		go Reconciler(s, back, quiet).Run(ctx)
		rounds := func() int64 {
			synctest.Wait()
			require.Equal(t, stores.refunds.Load(), stores.events.Load())
			return stores.refunds.Load()
		}
		time.Sleep(30*time.Second - time.Millisecond)
		require.Zero(t, rounds())
		time.Sleep(time.Millisecond)
		require.EqualValues(t, 1, rounds())
		time.Sleep(10 * time.Second)
		back <- struct{}{}
		require.EqualValues(t, 2, rounds())
		time.Sleep(20 * time.Second)
		require.EqualValues(t, 3, rounds(), "and by time all the same")
		cancel()
	})
}

// All events are audited each five minutes; not at a start, where they are being loaded.
func TestTheAuditorComesByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		stores := &idleStores{}
		s := booking.NewService(booking.Ports{
			Events: stores, Orders: stores, Metrics: booking.NoMetrics{}, Log: quiet, NewID: func() string { return "id" },
		}, booking.Limits{})
		go Auditor(s, quiet).Run(ctx)
		for rounds := range int64(3) {
			time.Sleep(5*time.Minute - time.Millisecond)
			synctest.Wait()
			require.Equal(t, rounds, stores.events.Load())
			time.Sleep(time.Millisecond)
			synctest.Wait()
			require.Equal(t, rounds+1, stores.events.Load())
		}
		cancel()
	})
}
