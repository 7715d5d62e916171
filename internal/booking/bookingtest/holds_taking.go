package bookingtest

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var takingTests = []holdsTest{
	{"a hold is what was asked for", holdComesBack},
	{"one taken seat refuses all, and every taken one is named", allOrNothing},
	{"a hold that is not there is not found", holdNotFound},
	{"a customer's live holds are listed, oldest first", holdsListed},
	{"events do not share seats, holds or caps", eventsApart},
	{"the sale opens and closes by the store's clock", saleWindow},
	{"a caller who left is told so", holdsCancelled},
}

func holdComesBack(t *testing.T, s *Show) {
	r := s.Request("customer-1", 7, 2, 11)
	before := s.Clock()
	h := s.must(r)
	after := s.Clock()

	require.False(t, h.ExpiresAt.Before(before.Add(r.TTL)))
	require.False(t, h.ExpiresAt.After(after.Add(r.TTL)))
	require.Equal(t, booking.Hold{
		ID: r.HoldID, EventID: s.Event.ID, CustomerID: "customer-1", Seats: []int{7, 2, 11},
		State: booking.HoldHeld, ExpiresAt: h.ExpiresAt, Left: r.TTL,
	}, h)
	s.requireStands(h, booking.SeatHeld)
	s.requireSeats("..h....h...h")
}

func allOrNothing(t *testing.T, s *Show) {
	held := s.Take("customer-1", 2, 3)
	sold := s.TakeSold("customer-2", 5)
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-"+newID(), "organizer-1", []int{8}))
	for _, c := range []struct{ ask, taken []int }{
		{[]int{1, 2}, []int{2}},
		{[]int{2, 1}, []int{2}},
		{[]int{0, 1, 4, 6, 7, 9, 3}, []int{3}},
		{[]int{9, 8, 5, 0, 3, 2}, []int{8, 5, 3, 2}},
		{[]int{2, 3}, []int{2, 3}},
	} {
		s.requireUnchanged(func() {
			r := s.Request("customer-3", c.ask...)
			_, _, err := s.Hold(s.Ctx, s.Event, r)
			s.requireTaken(err, c.taken...)
			_, err = s.GetHold(s.Ctx, s.Event, r.HoldID)
			requireCode(t, booking.CodeNotFound, err)
		})
	}
	holds, err := s.HoldsOf(s.Ctx, s.Event, "customer-3")
	require.NoError(t, err)
	require.Empty(t, holds)
	s.requireStands(held, booking.SeatHeld)
	s.requireStands(sold, booking.SeatSold)
	s.Take("customer-3", 0, 1, 4, 6, 7, 9, 10, 11) // no refused request kept any
}

// requireTaken asserts a refusal that names exactly these seats.
func (s *Show) requireTaken(err error, seats ...int) {
	s.T.Helper()
	requireCode(s.T, booking.CodeSeatsTaken, err)
	var refusal *booking.Error
	require.ErrorAs(s.T, err, &refusal)
	require.Equal(s.T, s.Event.Plan.GUIDs(seats), refusal.Seats)
}

func holdNotFound(t *testing.T, s *Show) {
	s.Take("customer-1", 1)
	_, err := s.GetHold(s.Ctx, s.Event, "nothing")
	requireCode(t, booking.CodeNotFound, err)
}

func holdsListed(t *testing.T, s *Show) {
	first := s.Take("customer-1", 5)
	s.Take("customer-2", 9)
	released := s.Take("customer-1", 6)
	paying := s.TakeBound("customer-1", time.Minute, 1)
	s.Pay(paying)
	s.TakeSold("customer-1", 2)
	s.TakeLapsed("customer-1", 3)
	last := s.Take("customer-1", 0)
	_, _, err := s.Release(s.Ctx, s.Event, released.ID, "customer-1", nil)
	require.NoError(t, err)

	holds, err := s.HoldsOf(s.Ctx, s.Event, "customer-1")
	require.NoError(t, err)
	var ids []string
	for _, h := range holds {
		require.True(t, h.Live() && h.Left > 0 && h.CustomerID == "customer-1", "%+v", h)
		ids = append(ids, h.ID)
	}
	require.Equal(t, []string{first.ID, paying.ID, last.ID}, ids)
}

func eventsApart(t *testing.T, s *Show) {
	other := NewShow(t, s.Holds, 12)
	r := s.Request("customer-1", 1, 2)
	r.MaxSeats = 2
	s.must(r)
	other.must(r) // the same id, customer and seats, there
	_, _, err := other.Release(other.Ctx, other.Event, r.HoldID, "customer-1", nil)
	require.NoError(t, err)
	s.requireSeats(".hh")
	other.requireSeats("")
	require.NotEqual(t, s.Map().Version, other.Map().Version)
}

func saleWindow(t *testing.T, s *Show) {
	now := s.Clock()
	for name, change := range map[string]func(*booking.HoldRequest){
		"opens in a minute":  func(r *booking.HoldRequest) { r.OpensAt = now.Add(time.Minute) },
		"closes this moment": func(r *booking.HoldRequest) { r.ClosesAt = now },
		"closed long ago":    func(r *booking.HoldRequest) { r.ClosesAt = time.UnixMilli(1) },
	} {
		s.requireUnchanged(func() {
			r := s.Request("customer-1", 1)
			change(&r)
			_, _, err := s.Hold(s.Ctx, s.Event, r)
			require.Equal(t, booking.CodeNotOnSale, booking.CodeOf(err), name)
		})
	}
	r := s.Request("customer-1", 1)
	r.OpensAt = now // the moment of opening is open
	s.must(r)
	r.OpensAt = now.Add(time.Hour) // what is held stays held, whatever the sale does
	_, repeated, err := s.Hold(s.Ctx, s.Event, r)
	require.NoError(t, err)
	require.True(t, repeated)

	opening := s.Request("customer-2", 2)
	opening.OpensAt = s.Clock().Add(brief)
	s.pollAcross(opening.OpensAt, func() bool {
		_, _, err := s.Hold(s.Ctx, s.Event, opening)
		if err != nil {
			requireCode(t, booking.CodeNotOnSale, err)
		}
		return err == nil
	})
}

// pollAcross calls try until it succeeds, and asserts that it does so from
// the moment on: every try that the store's clock puts wholly before it fails,
// the first wholly after it succeeds.
func (s *Show) pollAcross(moment time.Time, try func() bool) {
	s.T.Helper()
	for {
		before := s.Clock()
		done := try()
		after := s.Clock()
		if after.Before(moment) {
			require.False(s.T, done, "%s too early", moment.Sub(after))
		}
		if done {
			return
		}
		require.True(s.T, before.Before(moment), "%s too late", before.Sub(moment))
		time.Sleep(time.Millisecond)
	}
}

func holdsCancelled(t *testing.T, s *Show) {
	s.requireUnchanged(func() {
		_, _, err := s.Hold(cancelledContext(), s.Event, s.Request("customer-1", 1))
		requireCancelled(t, err)
		_, err = s.SeatMap(cancelledContext(), s.Event, "")
		requireCancelled(t, err)
		_, err = s.Now(cancelledContext())
		requireCancelled(t, err)
		requireCancelled(t, s.EachOwned(cancelledContext(), s.Event, func(booking.Hold) error {
			return errors.New("must not be called")
		}))
	})
}
