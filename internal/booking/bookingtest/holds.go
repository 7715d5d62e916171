package bookingtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// Holds is the contract suite of booking.Holds. open returns a store, which
// it closes at the test's end; several tests may share the server behind it,
// because each has events of its own.
func Holds(t *testing.T, open func(t *testing.T) booking.Holds) {
	for _, tests := range [][]holdsTest{
		takingTests, repeatTests, capTests, expiryTests, extendTests, releaseTests, freeTests, blockTests,
		bindTests, confirmTests, sellTests, mapTests, lookTests, loadingTests, restoreTests, raceTests,
	} {
		for _, c := range tests {
			t.Run(c.name, func(t *testing.T) { c.run(t, NewShow(t, open(t), 12)) })
		}
	}
	t.Run("many live holds are visited", func(t *testing.T) { eachLiveOfMany(t, NewShow(t, open(t), 1500)) })
}

type holdsTest struct {
	name string
	run  func(*testing.T, *Show)
}

// brief is a deadline that tests wait for. Nothing that a test needs to do
// before the deadline depends on being this quick.
const brief = 40 * time.Millisecond

// Show is one loaded event in a store, with its seats S0, S1, … free.
type Show struct {
	booking.Holds
	T     *testing.T
	Ctx   context.Context
	Event *booking.Event
}

// NewShow loads an event without orders. Its plan has no index: the store
// knows seats by number.
func NewShow(t *testing.T, store booking.Holds, seats int) *Show {
	t.Helper()
	s := &Show{Holds: store, T: t, Ctx: testContext(t), Event: seatedEvent(seats)}
	s.Load()
	return s
}

func seatedEvent(seats int) *booking.Event {
	plan := &booking.Plan{Seats: make([]booking.PlanSeat, seats)}
	for i := range plan.Seats {
		plan.Seats[i].GUID = fmt.Sprint("S", i)
	}
	return &booking.Event{ID: "event-" + newID(), Plan: plan}
}

// Load loads or repairs the event from these claims.
func (s *Show) Load(claims ...booking.Restore) (changed int) {
	s.T.Helper()
	token := newID()
	_, err := s.BeginLoad(s.Ctx, s.Event, token)
	require.NoError(s.T, err)
	changed, err = s.RestoreSeats(s.Ctx, s.Event, token, claims)
	require.NoError(s.T, err)
	dirty, err := s.CommitLoad(s.Ctx, s.Event, token)
	require.NoError(s.T, err)
	require.Empty(s.T, dirty)
	return changed
}

// Request asks for seats for a minute, in an open sale.
func (s *Show) Request(customer string, seats ...int) booking.HoldRequest {
	return booking.HoldRequest{
		HoldID: "hold-" + newID(), CustomerID: customer, Seats: seats,
		TTL: time.Minute, MaxSeats: 100, ClosesAt: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

// Take holds seats for a minute.
func (s *Show) Take(customer string, seats ...int) booking.Hold {
	s.T.Helper()
	return s.must(s.Request(customer, seats...))
}

func (s *Show) must(r booking.HoldRequest) booking.Hold {
	s.T.Helper()
	h, repeated, err := s.Hold(s.Ctx, s.Event, r)
	require.NoError(s.T, err)
	require.False(s.T, repeated)
	return h
}

// TakeBound holds seats with an order bound, until ttl from now.
func (s *Show) TakeBound(customer string, ttl time.Duration, seats ...int) booking.Hold {
	s.T.Helper()
	taken := s.Take(customer, seats...)
	h, err := s.Bind(s.Ctx, s.Event, taken.ID, customer, "order-"+newID(), ttl)
	require.NoError(s.T, err)
	return h
}

// TakeLapsed holds seats and waits until the hold is past its deadline.
func (s *Show) TakeLapsed(customer string, seats ...int) booking.Hold {
	s.T.Helper()
	r := s.Request(customer, seats...)
	r.TTL = brief
	h := s.must(r)
	s.Await(h)
	return h
}

// TakeBoundLapsed is TakeLapsed with an order bound.
func (s *Show) TakeBoundLapsed(customer string, seats ...int) booking.Hold {
	s.T.Helper()
	h := s.TakeBound(customer, brief, seats...)
	s.Await(h)
	return h
}

// Pay makes a bound hold paying.
func (s *Show) Pay(h booking.Hold) {
	s.T.Helper()
	require.NoError(s.T, s.Confirm(s.Ctx, s.Event, confirmation(h)))
}

// TakeSold buys seats.
func (s *Show) TakeSold(customer string, seats ...int) booking.Hold {
	s.T.Helper()
	h := s.TakeBound(customer, time.Minute, seats...)
	s.Pay(h)
	sold, changed, err := s.Sell(s.Ctx, s.Event, h.ID, h.OrderID)
	require.NoError(s.T, err)
	require.True(s.T, changed)
	return sold
}

func confirmation(h booking.Hold) booking.ConfirmRequest {
	return booking.ConfirmRequest{
		HoldID: h.ID, OrderID: h.OrderID, CustomerID: h.CustomerID, Seats: h.Seats, Grace: brief,
	}
}

// Claim is what the order of a hold claims in a state.
func Claim(h booking.Hold, state booking.HoldState) booking.Restore {
	c := booking.Restore{HoldID: h.ID, OrderID: h.OrderID, CustomerID: h.CustomerID, Seats: h.Seats, State: state}
	if state == booking.HoldHeld {
		c.ExpiresAt = h.ExpiresAt
	}
	return c
}

// newClaim is the claim of an order that the store has never heard of.
func newClaim(state booking.HoldState, seats ...int) booking.Restore {
	id := newID()
	return booking.Restore{
		HoldID: "hold-" + id, OrderID: "order-" + id, CustomerID: "customer-" + id, Seats: seats, State: state,
	}
}

// Await polls the store's clock until the hold is past its deadline.
func (s *Show) Await(h booking.Hold) {
	s.T.Helper()
	require.Less(s.T, h.Left, 10*time.Second, "that is no deadline to wait for")
	for s.Clock().Before(h.ExpiresAt) {
		time.Sleep(time.Millisecond)
	}
}

// Clock is the store's.
func (s *Show) Clock() time.Time {
	s.T.Helper()
	now, err := s.Now(s.Ctx)
	require.NoError(s.T, err)
	return now
}

// Get returns a hold as the store has it now.
func (s *Show) Get(id string) booking.Hold {
	s.T.Helper()
	h, err := s.GetHold(s.Ctx, s.Event, id)
	require.NoError(s.T, err)
	return h
}

// Map returns the whole map.
func (s *Show) Map() booking.SeatMap {
	s.T.Helper()
	m, err := s.SeatMap(s.Ctx, s.Event, "")
	require.NoError(s.T, err)
	return m
}

// requireSeats asserts what the map shows of the first seats; the rest is free.
func (s *Show) requireSeats(want string) {
	s.T.Helper()
	got := string(s.Map().Seats)
	require.Len(s.T, got, len(s.Event.Plan.Seats))
	for len(want) < len(got) {
		want += "."
	}
	require.Equal(s.T, want, got)
}

// requireUnchanged asserts that do raises no version and changes no seat.
func (s *Show) requireUnchanged(do func()) {
	s.T.Helper()
	before := s.Map()
	do()
	require.Equal(s.T, before, s.Map())
}

// requireStands asserts that a hold is as it was and still has its seats.
func (s *Show) requireStands(h booking.Hold, status booking.SeatStatus) {
	s.T.Helper()
	got := s.Get(h.ID)
	got.Left, got.Age, h.Left, h.Age = 0, 0, 0, 0
	require.Equal(s.T, h, got)
	for _, i := range h.Seats {
		now, err := s.Seat(s.Ctx, s.Event, i)
		require.NoError(s.T, err)
		require.Equal(s.T, string(status), string(now), "seat %d", i)
	}
}
