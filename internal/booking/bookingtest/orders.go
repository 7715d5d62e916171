package bookingtest

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

type ordersTest struct {
	name string
	run  func(*testing.T, booking.Orders)
}

// Orders is the contract suite of booking.Orders. open returns an empty store,
// which it closes at the test's end.
func Orders(t *testing.T, open func(t *testing.T) booking.Orders) {
	for _, tests := range [][]ordersTest{documentTests, guardTests, listTests, dueTests, countTests} {
		for _, c := range tests {
			t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
		}
	}
}

var documentTests = []ordersTest{
	{"every field comes back", orderRoundTrip},
	{"times are kept to the millisecond", orderTimes},
	{"a bare order comes back bare", bareOrder},
	{"insert refuses a known id", insertKnownID},
	{"insert refuses a known idempotency key", insertKnownKey},
	{"replace raises the revision", replaceRaises},
	{"replace refuses another revision", replaceStale},
	{"replace refuses what is not there", replaceMissing},
	{"what is not there is not found", ordersNotFound},
	{"an order is found by its payments", orderByPayment},
	{"an order is found by its key", orderByKey},
	{"a block is a document too", blockDocument},
	{"a caller who left is told so", ordersCancelled},
}

// fullOrder has no field at zero.
func fullOrder() booking.Order {
	return booking.Order{
		ID: newID(), EventID: "event-1", CustomerID: "customer-1", HoldID: "hold-1",
		Status: booking.OrderPaid, Reason: booking.ReasonTimeout,
		Seats: []string{"A2", "Parkett/3 \x00.$"}, OwnsSeats: true,
		Total: booking.Money{Amount: 9000, Currency: "EUR"},
		Checkout: booking.Checkout{
			ID: "pay-1", Provider: "sandbox", URL: "https://pay.example/1", ExpiresAt: t0.Add(time.Minute),
			Ended: true, NextAt: t0.Add(3 * time.Minute), Tries: 3,
		},
		Payments: []booking.Payment{
			{
				ID: "pay-1", Received: booking.Money{Amount: 9000, Currency: "EUR"},
				Refunded: 500, State: booking.PaymentRefundDue, Reason: booking.ReasonDuplicate,
				DueSince: t0.Add(4 * time.Minute), NextAt: t0.Add(5 * time.Minute),
				Tries: 4, Attempt: 2, Answered: true, Problem: "insufficient funds",
			},
			{ID: "pay-2", State: booking.PaymentApplied},
		},
		WebhookIDs: []string{"msg-1", "msg-2"},
		Notices: []booking.Notice{
			{ID: "notice-1", Status: booking.OrderPaid, Reason: booking.ReasonTimeout, At: t0.Add(6 * time.Minute)},
			{ID: "notice-2", Status: booking.OrderRefunding},
		},
		ExpiresAt:      t0.Add(2 * time.Minute),
		IdempotencyKey: "key-1", Fingerprint: "digest",
		CreatedAt: t0, UpdatedAt: t0.Add(time.Second), Revision: 1,
	}
}

// pendingOrder is an order of the customer for these seats, without a key.
func pendingOrder(eventID, customerID string, seats ...string) booking.Order {
	return booking.Order{
		ID: newID(), EventID: eventID, CustomerID: customerID, HoldID: newID(),
		Status: booking.OrderPending, Seats: seats,
		Total:     booking.Money{Amount: 4500 * int64(len(seats)), Currency: "EUR"},
		ExpiresAt: t0, CreatedAt: t0, UpdatedAt: t0, Revision: 1,
	}
}

func paidOrder(eventID, customerID string, seats ...string) booking.Order {
	o := pendingOrder(eventID, customerID, seats...)
	o.Status, o.OwnsSeats = booking.OrderPaid, true
	return o
}

func block(eventID, organizerID string, seats ...string) booking.Order {
	o := pendingOrder(eventID, organizerID, seats...)
	o.Status, o.OwnsSeats, o.HoldID, o.Total = booking.BlockActive, true, o.ID, booking.Money{}
	return o
}

func insert(t *testing.T, s booking.Orders, orders ...booking.Order) {
	t.Helper()
	for _, o := range orders {
		require.NoError(t, s.InsertOrder(testContext(t), o))
	}
}

// replace stores a change and returns the document as it is stored now.
func replace(t *testing.T, s booking.Orders, o booking.Order) booking.Order {
	t.Helper()
	require.NoError(t, s.ReplaceOrder(testContext(t), o))
	o.Revision++
	return o
}

// requireStored asserts that the store has exactly this document.
func requireStored(t *testing.T, s booking.Orders, want booking.Order) {
	t.Helper()
	got, err := s.Order(testContext(t), want.ID)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func orderRoundTrip(t *testing.T, s booking.Orders) {
	o := fullOrder()
	requireComplete(t, o)
	insert(t, s, o)
	requireStored(t, s, o)
	o = replace(t, s, o)
	requireStored(t, s, o)
}

func orderTimes(t *testing.T, s booking.Orders) {
	o := pendingOrder("event-1", "customer-1", "A1")
	vienna := time.FixedZone("CEST", 2*60*60)
	o.ExpiresAt = t0.Add(999 * time.Microsecond).In(vienna)
	o.CreatedAt = time.Date(1969, 7, 20, 20, 17, 40, 999_999_999, time.UTC)
	o.Checkout = booking.Checkout{ID: "pay-1", ExpiresAt: o.ExpiresAt, NextAt: o.ExpiresAt}
	o.Payments = []booking.Payment{{ID: "pay-1", DueSince: o.ExpiresAt, NextAt: o.ExpiresAt}}
	o.Notices = []booking.Notice{{ID: "notice-1", At: o.ExpiresAt}}
	insert(t, s, o)
	o.ExpiresAt, o.CreatedAt = t0, time.Date(1969, 7, 20, 20, 17, 40, 999_000_000, time.UTC)
	o.Checkout.ExpiresAt, o.Checkout.NextAt = t0, t0
	o.Payments = []booking.Payment{{ID: "pay-1", DueSince: t0, NextAt: t0}}
	o.Notices = []booking.Notice{{ID: "notice-1", At: t0}}
	requireStored(t, s, o)
}

func bareOrder(t *testing.T, s booking.Orders) {
	o := booking.Order{ID: newID(), EventID: "event-1"}
	insert(t, s, o)
	got, err := s.Order(testContext(t), o.ID)
	require.NoError(t, err)
	require.True(t, got.ExpiresAt.IsZero() && got.CreatedAt.IsZero() && got.Checkout.ExpiresAt.IsZero())
	require.False(t, got.OwnsSeats)
	require.Empty(t, got.Seats)
	require.Empty(t, got.Payments)
	require.Empty(t, got.Notices)
	require.EqualValues(t, 1, got.Revision, "an inserted document has revision 1 whatever it says")
}

func insertKnownID(t *testing.T, s booking.Orders) {
	first := pendingOrder("event-1", "customer-1", "A1")
	insert(t, s, first)
	second := pendingOrder("event-1", "customer-2", "A2")
	second.ID = first.ID
	require.ErrorIs(t, s.InsertOrder(testContext(t), second), booking.ErrConflict)
	requireStored(t, s, first)
}

func insertKnownKey(t *testing.T, s booking.Orders) {
	first := pendingOrder("event-1", "customer-1", "A1")
	first.IdempotencyKey = "index: sold_seat_once dup key" // a name must not be taken from a value
	insert(t, s, first)
	second := first
	second.ID = newID()
	err := s.InsertOrder(testContext(t), second)
	require.ErrorIs(t, err, booking.ErrConflict)
	require.NotErrorIs(t, err, booking.ErrSeatSold)

	otherCustomer, otherEvent, otherKey := second, second, second
	otherCustomer.ID, otherCustomer.CustomerID = newID(), "customer-2"
	otherEvent.ID, otherEvent.EventID = newID(), "event-2"
	otherKey.ID, otherKey.IdempotencyKey = newID(), "another"
	insert(t, s, otherCustomer, otherEvent, otherKey)
	insert(t, s, pendingOrder("event-1", "customer-1", "A1"), pendingOrder("event-1", "customer-1", "A1"))
}

func replaceRaises(t *testing.T, s booking.Orders) {
	o := pendingOrder("event-1", "customer-1", "A1")
	insert(t, s, o)
	o.Status, o.Reason = booking.OrderCancelled, booking.ReasonCustomer
	o = replace(t, s, o)
	require.EqualValues(t, 2, o.Revision)
	o.WebhookIDs = append(o.WebhookIDs, "msg-1")
	requireStored(t, s, replace(t, s, o))
}

func replaceStale(t *testing.T, s booking.Orders) {
	o := pendingOrder("event-1", "customer-1", "A1")
	insert(t, s, o)
	current := replace(t, s, o)
	for _, revision := range []int64{0, 1, 3} {
		o.Revision, o.Status = revision, booking.OrderExpired
		require.ErrorIs(t, s.ReplaceOrder(testContext(t), o), booking.ErrConflict)
	}
	requireStored(t, s, current)
}

func replaceMissing(t *testing.T, s booking.Orders) {
	o := pendingOrder("event-1", "customer-1", "A1")
	require.ErrorIs(t, s.ReplaceOrder(testContext(t), o), booking.ErrConflict)
	insert(t, s, o)
	moved := o
	moved.EventID = "event-2" // a document never changes its event
	require.ErrorIs(t, s.ReplaceOrder(testContext(t), moved), booking.ErrConflict)
	requireStored(t, s, o)
}

func ordersNotFound(t *testing.T, s booking.Orders) {
	o := fullOrder()
	insert(t, s, o, pendingOrder("event-1", "customer-1", "A9"))
	for name, find := range map[string]func() (booking.Order, error){
		"id":                  func() (booking.Order, error) { return s.Order(testContext(t), "nobody") },
		"no id":               func() (booking.Order, error) { return s.Order(testContext(t), "") },
		"payment":             func() (booking.Order, error) { return s.OrderByPayment(testContext(t), "sandbox", "pay-9") },
		"another provider":    func() (booking.Order, error) { return s.OrderByPayment(testContext(t), "stripe", "pay-1") },
		"no payment id":       func() (booking.Order, error) { return s.OrderByPayment(testContext(t), "", "") },
		"key":                 func() (booking.Order, error) { return s.OrderByKey(testContext(t), "customer-1", "key-9") },
		"another's key":       func() (booking.Order, error) { return s.OrderByKey(testContext(t), "customer-2", "key-1") },
		"no key":              func() (booking.Order, error) { return s.OrderByKey(testContext(t), "customer-1", "") },
		"part of the payment": func() (booking.Order, error) { return s.OrderByPayment(testContext(t), "sandbox", "pay-") },
		"part of the key":     func() (booking.Order, error) { return s.OrderByKey(testContext(t), "customer-1", "key-") },
	} {
		_, err := find()
		require.Equal(t, booking.CodeNotFound, booking.CodeOf(err), name)
		requireCode(t, booking.CodeNotFound, err)
	}
}

func orderByPayment(t *testing.T, s booking.Orders) {
	o := pendingOrder("event-1", "customer-1", "A1")
	insert(t, s, o, pendingOrder("event-1", "customer-1", "A2"))
	o.Checkout = booking.Checkout{ID: "pay-1", Provider: "sandbox"}
	o = replace(t, s, o)
	o.Payments = []booking.Payment{{ID: "pay-2", State: booking.PaymentApplied}}
	o = replace(t, s, o)
	for _, id := range []string{"pay-1", "pay-2"} {
		got, err := s.OrderByPayment(testContext(t), "sandbox", id)
		require.NoError(t, err)
		require.Equal(t, o, got)
	}
	o.Checkout.ID = "pay-3" // a new attempt replaces the checkout
	replace(t, s, o)
	_, err := s.OrderByPayment(testContext(t), "sandbox", "pay-1")
	requireCode(t, booking.CodeNotFound, err)
}

func orderByKey(t *testing.T, s booking.Orders) {
	first, second := pendingOrder("event-2", "customer-1", "A1"), pendingOrder("event-1", "customer-1", "A1")
	first.IdempotencyKey, second.IdempotencyKey = "key", "key"
	insert(t, s, second, first)
	got, err := s.OrderByKey(testContext(t), "customer-1", "key")
	require.NoError(t, err)
	require.Equal(t, first, got, "the oldest id, where the key was used in several events")
}

func blockDocument(t *testing.T, s booking.Orders) {
	b := block("event-1", "organizer-1", "A1", "A2")
	b.ExpiresAt = time.Time{}
	insert(t, s, b)
	requireStored(t, s, b)
	b.Status, b.OwnsSeats = booking.BlockEnded, false
	requireStored(t, s, replace(t, s, b))
}

func ordersCancelled(t *testing.T, s booking.Orders) {
	o := pendingOrder("event-1", "customer-1", "A1")
	requireCancelled(t, s.InsertOrder(cancelledContext(), o))
	insert(t, s, o)
	requireCancelled(t, s.ReplaceOrder(cancelledContext(), o))
	requireStored(t, s, o)
	_, err := s.Order(cancelledContext(), o.ID)
	requireCancelled(t, err)
	_, err = s.OrdersOfCustomer(cancelledContext(), "customer-1", booking.Page{Limit: 1})
	requireCancelled(t, err)
	requireCancelled(t, s.EachOwner(cancelledContext(), "event-1", func(booking.Order) error {
		return errors.New("must not be called")
	}))
}
