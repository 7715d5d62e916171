package stripe_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
	"seathold/internal/payment/stripe"
	"seathold/internal/payment/stripe/stripetest"
	"seathold/internal/redisstore"
	"seathold/internal/testserver"
)

var (
	customer  = booking.Actor{ID: "alice", Role: booking.RoleCustomer}
	organizer = booking.Actor{ID: "olga", Role: booking.RoleOrganizer}
)

// shop sells one event's seats on the embedded stores, through the fake Stripe.
type shop struct {
	t       *testing.T
	ctx     context.Context
	fake    *stripetest.Server
	store   *boltstore.Store
	service *booking.Service
	event   *booking.Event
	sold    int
}

func openShop(t *testing.T, o stripetest.Options, paymentTTL time.Duration) *shop {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	s := &shop{t: t, ctx: ctx, fake: stripetest.Start(o)}
	t.Cleanup(s.fake.Close)
	provider, err := stripe.New(stripe.Config{
		APIKey: stripetest.APIKey, WebhookSecrets: []string{stripetest.WebhookSecret}, APIBase: s.fake.URL,
		PublicURL: func() string { return "https://tickets.example" }, Log: slog.New(slog.DiscardHandler), Retries: -1,
	})
	require.NoError(t, err)
	var made atomic.Int64
	newID := func() string { return fmt.Sprintf("id-%08d", made.Add(1)) }
	holds, err := redisstore.Open(redisstore.Options{Addrs: []string{miniredis.RunT(t).Addr()}}, newID)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, holds.Close()) })
	s.store, err = boltstore.Open(filepath.Join(t.TempDir(), "test.db"), boltstore.NoSync())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.store.Close(context.Background())) })
	s.service = booking.NewService(booking.Ports{
		Events: s.store, Orders: s.store, Holds: holds, Accounts: s.store, Records: s.store, Provider: provider,
		Metrics: booking.NoMetrics{}, Log: slog.New(slog.DiscardHandler), NewID: newID,
	}, booking.Limits{
		HoldTTL: time.Minute, PaymentTTL: paymentTTL, HoldMaxLife: 10 * time.Minute,
		ConfirmGrace: 30 * time.Second, MaxSeatsPerHold: 10, MaxSeatsPerCustomer: 1000,
	})
	s.openSale()
	return s
}

func (s *shop) openSale() {
	s.t.Helper()
	raw, err := booking.GeneratePlan("theatre", 60)
	require.NoError(s.t, err)
	plan, err := booking.ParsePlan(raw)
	require.NoError(s.t, err)
	prices := map[string]booking.Money{}
	for _, c := range plan.Categories {
		prices[c.Name] = booking.Money{Amount: 4500, Currency: "EUR"}
	}
	s.event, err = s.service.CreateEvent(s.ctx, organizer, booking.NewEvent{
		Name: "The Tempest", StartsAt: time.Now().Add(24 * time.Hour), Plan: raw, Prices: prices,
	})
	require.NoError(s.t, err)
}

// order is a new one of the next free seat.
func (s *shop) order() booking.Order {
	s.t.Helper()
	seat := s.event.Plan.GUIDs([]int{s.sold})
	s.sold++
	o, created, err := s.service.PlaceOrder(s.ctx, customer, booking.NewOrder{EventID: s.event.ID, Seats: seat})
	require.NoError(s.t, err)
	require.True(s.t, created)
	return o
}

// pay has the order's session paid and returns the payment's id.
func (s *shop) pay(o booking.Order) string {
	s.t.Helper()
	id, err := s.fake.Pay(o.Checkout.ID)
	require.NoError(s.t, err)
	return id
}

// deliver is a webhook, signed now.
func (s *shop) deliver(e stripetest.Event) {
	s.t.Helper()
	h := http.Header{"Stripe-Signature": {s.fake.Sign(e.Body)}}
	require.NoError(s.t, s.service.Webhook(s.ctx, stripe.Name, e.Body, h), e.Type)
}

func (s *shop) deliverAll() {
	s.t.Helper()
	for _, e := range s.fake.Take() {
		s.deliver(e)
	}
}

func (s *shop) settle() {
	s.t.Helper()
	_, err := s.service.Settle(s.ctx)
	require.NoError(s.t, err)
}

// stored is the order as it is stored, whose payments must have these states.
func (s *shop) stored(id string, status booking.OrderStatus, payments ...booking.PaymentState) booking.Order {
	s.t.Helper()
	o, err := s.store.Order(s.ctx, id)
	require.NoError(s.t, err)
	require.Equal(s.t, status, o.Status, o.Reason)
	states := []booking.PaymentState{}
	for _, p := range o.Payments {
		states = append(states, p.State)
	}
	require.Equal(s.t, append([]booking.PaymentState{}, payments...), states)
	return o
}

// Session and PaymentIntent tell the same payment, in any order, each once or
// twice: the order has it once, and nothing goes back.
func TestOneIntentIsOnePaymentInAnyOrder(t *testing.T) {
	s := openShop(t, stripetest.Options{}, 5*time.Minute)
	for _, order := range [][]int{
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}, // charge, intent, session
		{2}, {1}, {2, 2}, {1, 1}, {1, 2, 1, 2}, {2, 1, 2, 1, 0, 0},
	} {
		o := s.order()
		paymentID := s.pay(o)
		events := s.fake.Take()
		require.Len(t, events, 3)
		for _, n := range order {
			s.deliver(events[n])
		}
		stored := s.stored(o.ID, booking.OrderPaid, booking.PaymentApplied)
		require.Equal(t, paymentID, stored.Payments[0].ID, order)
		require.Equal(t, o.Total, stored.Payments[0].Received)
		s.settle()
		require.Empty(t, s.fake.RefundsOf(paymentID))
	}
}

func TestASaleAndItsRefundThroughStripe(t *testing.T) {
	s := openShop(t, stripetest.Options{Mock: testserver.StripeMock(t)}, 5*time.Minute)
	o := s.order()
	paymentID := s.pay(o)
	s.deliverAll()
	s.stored(o.ID, booking.OrderPaid, booking.PaymentApplied)

	second := s.fake.PayDirectly(o.ID, 4500, "eur")
	s.deliverAll()
	s.stored(o.ID, booking.OrderPaid, booking.PaymentApplied, booking.PaymentRefundDue)
	s.settle()
	s.stored(o.ID, booking.OrderPaid, booking.PaymentApplied, booking.PaymentRefunded)

	_, err := s.service.Cancel(s.ctx, organizer, o.ID)
	require.NoError(t, err)
	s.settle()
	s.deliverAll()
	s.settle()
	s.stored(o.ID, booking.OrderRefunded, booking.PaymentRefunded, booking.PaymentRefunded)
	for _, id := range []string{paymentID, second} {
		amount, refunds := s.fake.Refunded(id)
		require.Equal(t, "4500 by 1", strconv.FormatInt(amount, 10)+" by "+strconv.Itoa(len(refunds)))
	}
	accepted, rejected := s.fake.Checked()
	require.Empty(t, rejected)
	require.Equal(t, len(s.fake.Calls()), accepted)
}

func TestALostWebhookIsFoundByAsking(t *testing.T) {
	s := openShop(t, stripetest.Options{}, 50*time.Millisecond)
	o := s.order()
	paymentID := s.pay(o)
	lost := s.fake.Take()
	require.Eventually(t, func() bool {
		s.settle()
		now, err := s.store.Order(s.ctx, o.ID)
		return err == nil && now.Status == booking.OrderPaid
	}, 5*time.Second, 10*time.Millisecond)
	for _, e := range lost { // it comes after all
		s.deliver(e)
	}
	stored := s.stored(o.ID, booking.OrderPaid, booking.PaymentApplied)
	require.Equal(t, paymentID, stored.Payments[0].ID)
}

func TestAnOrderThatExpiresTakesItsSessionAlong(t *testing.T) {
	s := openShop(t, stripetest.Options{}, 50*time.Millisecond)
	o := s.order()
	require.Eventually(t, func() bool {
		s.settle()
		now, err := s.store.Order(s.ctx, o.ID)
		return err == nil && now.Status == booking.OrderExpired
	}, 5*time.Second, 10*time.Millisecond)
	status, _ := s.fake.SessionState(o.Checkout.ID)
	require.Equal(t, "expired", status)
	_, err := s.fake.Pay(o.Checkout.ID)
	require.Error(t, err)
	s.deliverAll()
	s.stored(o.ID, booking.OrderExpired)
}

// Money that was under way when the order ended goes back, or buys the seats if
// they are still free.
func TestMoneyUnderWayIsNeverLost(t *testing.T) {
	s := openShop(t, stripetest.Options{}, 5*time.Minute)
	o := s.order()
	paymentID, err := s.fake.PayLater(o.Checkout.ID)
	require.NoError(t, err)
	s.deliverAll()
	s.stored(o.ID, booking.OrderPending)
	_, err = s.service.Cancel(s.ctx, customer, o.ID)
	require.NoError(t, err)
	s.settle()
	s.stored(o.ID, booking.OrderCancelled)

	require.NoError(t, s.fake.Settle(paymentID, true))
	s.deliverAll()
	s.settle()
	s.deliverAll()
	s.stored(o.ID, booking.OrderRefunded, booking.PaymentRefunded)
	amount, refunds := s.fake.Refunded(paymentID)
	require.Equal(t, int64(4500), amount)
	require.Len(t, refunds, 1)
}

// A 500 that Stripe has stored, then a refund that fails later: the money still
// goes back, once.
func TestARefundThatFailsTwiceStillGoesBackOnce(t *testing.T) {
	s := openShop(t, stripetest.Options{}, 5*time.Minute)
	o := s.order()
	paymentID := s.pay(o)
	s.deliverAll()
	_, err := s.service.Cancel(s.ctx, organizer, o.ID)
	require.NoError(t, err)
	s.fake.Break(stripetest.Fault{On: "POST /v1/refunds", Status: 500, Stored: true})
	s.fake.NextRefunds("pending")
	s.settleUntil(func() bool { return len(s.fake.RefundsOf(paymentID)) == 1 })
	require.NoError(t, s.fake.SettleRefund(s.fake.RefundsOf(paymentID)[0], "failed"))
	s.deliverAll()
	s.settleUntil(func() bool { amount, _ := s.fake.Refunded(paymentID); return amount == 4500 })
	s.deliverAll()
	s.settle()
	s.stored(o.ID, booking.OrderRefunded, booking.PaymentRefunded)
	require.Len(t, s.fake.RefundsOf(paymentID), 2)
}

// settleUntil settles again and again: a refund that failed is tried a second
// later. Until then the failure is what Settle returns.
func (s *shop) settleUntil(done func() bool) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		_, err := s.service.Settle(s.ctx)
		return done() || (err != nil && done())
	}, 15*time.Second, 20*time.Millisecond)
}

func TestAForgeryChangesNothing(t *testing.T) {
	s := openShop(t, stripetest.Options{}, 5*time.Minute)
	o := s.order()
	s.pay(o)
	stale := stripetest.Start(stripetest.Options{Now: func() time.Time { return time.Now().Add(-time.Hour) }})
	t.Cleanup(stale.Close)
	future := stripetest.Start(stripetest.Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
	t.Cleanup(future.Close)
	forger := stripetest.Start(stripetest.Options{WebhookSecret: "whsec_guessedguessedguessed"})
	t.Cleanup(forger.Close)
	for _, e := range s.fake.Take() {
		for code, signer := range map[booking.Code][]*stripetest.Server{
			booking.CodeInvalidSignature: {forger}, booking.CodeStaleTimestamp: {stale, future},
		} {
			for _, by := range signer {
				h := http.Header{"Stripe-Signature": {by.Sign(e.Body)}}
				require.Equal(t, code, booking.CodeOf(s.service.Webhook(s.ctx, stripe.Name, e.Body, h)))
			}
		}
	}
	before := s.stored(o.ID, booking.OrderPending)
	require.Empty(t, before.WebhookIDs)
}

// charge.refunded is sent when a refund is made. One that comes after the
// refund's failure must not pass for money that went back.
func TestALateWordOfARefundIsNotBelieved(t *testing.T) {
	s := openShop(t, stripetest.Options{}, 5*time.Minute)
	o := s.order()
	paymentID := s.pay(o)
	s.deliverAll()
	_, err := s.service.Cancel(s.ctx, organizer, o.ID)
	require.NoError(t, err)
	s.fake.NextRefunds("pending")
	s.settleUntil(func() bool { return len(s.fake.RefundsOf(paymentID)) == 1 })
	late := s.fake.Take()
	require.NoError(t, s.fake.SettleRefund(s.fake.RefundsOf(paymentID)[0], "failed"))
	s.deliverAll()
	for _, e := range late {
		s.deliver(e)
	}
	s.settleUntil(func() bool { amount, _ := s.fake.Refunded(paymentID); return amount == 4500 })
	s.deliverAll()
	s.settle()
	s.stored(o.ID, booking.OrderRefunded, booking.PaymentRefunded)
}

// Money that was under way at the deadline arrives, and nobody tells: it is
// asked for, and goes back where the seats are gone, or buys them.
func TestLateMoneyWhoseWebhookIsLostIsFound(t *testing.T) {
	s := openShop(t, stripetest.Options{}, 50*time.Millisecond)
	o := s.order()
	paymentID, err := s.fake.PayLater(o.Checkout.ID)
	require.NoError(t, err)
	s.deliverAll()
	s.settleUntil(func() bool {
		now, err := s.store.Order(s.ctx, o.ID)
		return err == nil && now.Status == booking.OrderExpired
	})
	now, err := s.store.Order(s.ctx, o.ID)
	require.NoError(t, err)
	require.False(t, now.Checkout.Ended)
	require.WithinDuration(t, time.Now().Add(time.Hour), now.Checkout.NextAt, time.Minute)

	require.NoError(t, s.fake.Settle(paymentID, true))
	s.fake.Take() // lost
	now.Checkout.NextAt = time.Time{}
	require.NoError(t, s.store.ReplaceOrder(s.ctx, now))
	s.settle()
	s.stored(o.ID, booking.OrderPaid, booking.PaymentApplied)
}
