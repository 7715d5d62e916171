package booking_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/worker"
)

const inTheAir = 40 // refunds, and as many orders that run out of time

// team is instances that settle under one lease, or without.
type team struct {
	w     *world
	kill  []func() // each as kill -9 does
	ended sync.WaitGroup
}

// newTeam has the lease last so long, and none where that is 0.
func (w *world) newTeam(ttl time.Duration) *team {
	w.t.Helper()
	t := &team{w: w}
	for i := range 3 {
		p := &tap{}
		ports := w.ports()
		ports.Orders, ports.Holds = tappedOrders{w.store, p}, tappedHolds{w.holds, p}
		ports.Provider = tappedProvider{w.provider, p}
		s := booking.NewService(ports, w.setup.limits)
		ctx, stop := context.WithCancel(w.ctx)
		quiet := slog.New(slog.DiscardHandler)
		settle := func(ctx context.Context) { worker.Settler(s, quiet).Run(ctx) }
		records := tappedRecords{w.store, p}
		lease := &worker.Lease{Records: records, Name: "settling", Holder: member(i), Log: quiet, TTL: ttl}
		t.ended.Go(func() {
			if ttl > 0 {
				lease.Run(ctx, settle)
			} else {
				settle(ctx)
			}
		})
		t.kill = append(t.kill, func() { p.kill(); stop() })
	}
	return t
}

// member is the name by which an instance holds the lease.
func member(i int) string { return fmt.Sprintf("instance %d", i) }

func (w *world) holderOfTheLease() string {
	w.t.Helper()
	r, err := w.store.Record(w.ctx, booking.RecordLease, "settling")
	require.NoError(w.t, err)
	var lease struct{ Holder string }
	require.NoError(w.t, json.Unmarshal(r.Data, &lease))
	return lease.Holder
}

func (t *team) end() {
	for _, kill := range t.kill {
		kill()
	}
	t.ended.Wait()
}

// tappedRecords are the records of an instance that may be killed.
type tappedRecords struct {
	booking.Records
	tap *tap
}

func (r tappedRecords) Record(ctx context.Context, kind booking.RecordKind, id string) (booking.Record, error) {
	return tapped(r.tap, "Records.Record", func() (booking.Record, error) { return r.Records.Record(ctx, kind, id) })
}

func (r tappedRecords) ReplaceRecord(ctx context.Context, kind booking.RecordKind, record booking.Record) error {
	return r.tap.call("Records.ReplaceRecord", func() error { return r.Records.ReplaceRecord(ctx, kind, record) })
}

func (r tappedRecords) InsertRecord(ctx context.Context, kind booking.RecordKind, record booking.Record) error {
	return r.tap.call("Records.InsertRecord", func() error { return r.Records.InsertRecord(ctx, kind, record) })
}

// work gives the team refunds to make and orders to let go, and returns all.
func (w *world) work() (all []booking.Order) {
	w.t.Helper()
	for i := range inTheAir {
		o := w.bought(customer(), i)
		_, err := w.service.Cancel(w.ctx, olga, o.ID)
		require.NoError(w.t, err)
		all = append(all, o, w.pending(customer(), inTheAir+i))
	}
	return all
}

func (w *world) awaitSettled(all []booking.Order) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		for _, o := range all {
			if s := w.stored(o.ID).Status; s != booking.OrderRefunded && s != booking.OrderExpired {
				return false
			}
		}
		return true
	}, 20*time.Second, 20*time.Millisecond, "it does not come to its end")
}

func teamwork(s *setup) {
	s.seats, s.limits.PaymentTTL = 2*inTheAir, 500*time.Millisecond
}

// Three instances at once: the provider is asked once about each order and for
// each refund. The lease is as long as a service's: a machine that stalls for
// longer than the holder may would have another ask once more, rightly.
func TestThreeInstancesDoNothingTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		team := w.newTeam(5 * time.Second)
		w.awaitSettled(w.work())
		team.end()
		require.Equal(t, inTheAir, w.provider.callsOf("Refund"))
		require.Equal(t, inTheAir, w.provider.callsOf("LookUpRefund"))
		require.Equal(t, inTheAir, w.provider.callsOf("LookUpCheckout"))
		require.Equal(t, inTheAir, w.provider.callsOf("CancelCheckout"))
	}, teamwork)
}

// Without the lease they do: the control. What comes of it is right all the same.
func TestThreeInstancesWithoutALease(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		asked := 0
		for range 5 { // it takes two that read the same at the same time
			team := w.newTeam(0)
			all := w.work()
			w.awaitSettled(all)
			team.end()
			for _, o := range all {
				asked = max(asked, w.provider.callsOf("LookUpCheckout "+o.ID))
				if len(w.stored(o.ID).Payments) > 0 {
					require.Equal(t, o.Total.Amount, w.provider.goneBack(o.Checkout.ID), "once, whoever asked")
				}
			}
			if asked > 1 {
				return
			}
		}
		require.Fail(t, "nobody asked twice")
	}, teamwork)
}

// The one that works is killed in the middle: another goes on.
func TestAnotherInstanceGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		team := w.newTeam(600 * time.Millisecond)
		all := w.work()
		require.Eventually(t, func() bool { return w.provider.callsOf("Refund") > 0 }, 10*time.Second, time.Millisecond)
		first := w.holderOfTheLease()
		team.kill[slices.Index([]string{member(0), member(1), member(2)}, first)]()
		w.awaitSettled(all)
		require.NotEqual(t, first, w.holderOfTheLease())
		team.end()
		for _, o := range all {
			if len(w.stored(o.ID).Payments) > 0 {
				require.Equal(t, o.Total.Amount, w.provider.goneBack(o.Checkout.ID))
			}
		}
	}, teamwork)
}
