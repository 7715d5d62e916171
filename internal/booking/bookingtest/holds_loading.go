package bookingtest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var mapTests = []holdsTest{
	{"every change of the map has a version of its own", versionRises},
	{"a known version is answered without the seats", mapUnchanged},
}

var loadingTests = []holdsTest{
	{"an event that is not loaded refuses everything", refuseUnloaded},
	{"nothing shows before the loading is committed", stagedInvisible},
	{"one loader at a time", oneLoader},
	{"a lost lease restores and commits nothing", leaseLost},
	{"an abandoned loading leaves room for the next at once", loadAbandoned},
	{"a repair leaves the event in use, its version and live holds in place", repairInUse},
	{"documents that changed during a loading come back, and only those", dirtyComeBack},
	{"documents that changed during a repair come back", dirtyDuringRepair},
	{"every record that owns seats is visited", eachOwned},
}

// epochOf is the part of a version that names a life of the map.
func epochOf(t *testing.T, m booking.SeatMap) string {
	t.Helper()
	cut := strings.LastIndex(m.Version, "-")
	require.Positive(t, cut, m.Version)
	return m.Version[:cut]
}

func versionRises(t *testing.T, s *Show) {
	seen := map[string]bool{s.Map().Version: true}
	changed := func(what string) {
		t.Helper()
		version := s.Map().Version
		require.False(t, seen[version], "%s: version %s again", what, version)
		seen[version] = true
	}
	h := s.Take("customer-1", 1, 2)
	changed("hold")
	_, _, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", []int{1})
	require.NoError(t, err)
	changed("release a part")
	_, _, err = s.Release(s.Ctx, s.Event, h.ID, "customer-1", nil)
	require.NoError(t, err)
	changed("release")
	sold := s.TakeSold("customer-1", 3)
	changed("sell")
	_, _, err = s.Free(s.Ctx, s.Event, sold.ID, sold.OrderID)
	require.NoError(t, err)
	changed("free")
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{4}))
	changed("block")
	lapsed := s.TakeBoundLapsed("customer-1", 5)
	changed("hold again")
	s.Pay(lapsed)
	changed("take again")
	require.NoError(t, s.SellOver(s.Ctx, s.Event, newClaim(booking.HoldSold, 5)))
	changed("sell over")
	s.TakeLapsed("customer-1", 6)
	changed("hold to lapse")
	_, err = s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	changed("sweep")
}

func mapUnchanged(t *testing.T, s *Show) {
	s.Take("customer-1", 1)
	known := s.Map()
	same, err := s.SeatMap(s.Ctx, s.Event, known.Version)
	require.NoError(t, err)
	require.Equal(t, booking.SeatMap{Version: known.Version}, same)
	for _, other := range []string{"nonsense", known.Version + "0", known.Version[1:], epochOf(t, known) + "-0"} {
		whole, err := s.SeatMap(s.Ctx, s.Event, other)
		require.NoError(t, err)
		require.Equal(t, known, whole)
	}
}

// RequireNotLoaded asserts that every call that needs the event's state
// answers ErrNotLoaded.
func (s *Show) RequireNotLoaded() {
	s.T.Helper()
	claim := newClaim(booking.HoldSold, 1)
	for name, call := range map[string]func() error{
		"Hold":    func() error { _, _, err := s.Hold(s.Ctx, s.Event, s.Request("customer-1", 1)); return err },
		"GetHold": func() error { _, err := s.GetHold(s.Ctx, s.Event, "hold-1"); return err },
		"HoldsOf": func() error { _, err := s.HoldsOf(s.Ctx, s.Event, "customer-1"); return err },
		"Extend": func() error {
			_, err := s.Extend(s.Ctx, s.Event, "hold-1", "customer-1", time.Minute, time.Hour)
			return err
		},
		"Bind": func() error {
			_, err := s.Bind(s.Ctx, s.Event, "hold-1", "customer-1", "order-1", time.Minute)
			return err
		},
		"Release": func() error { _, _, err := s.Release(s.Ctx, s.Event, "hold-1", "customer-1", nil); return err },
		"Confirm": func() error {
			return s.Confirm(s.Ctx, s.Event, booking.ConfirmRequest{
				HoldID: "hold-1", OrderID: "order-1", CustomerID: "customer-1", Seats: []int{1}, Grace: time.Minute,
			})
		},
		"Sell":     func() error { _, _, err := s.Sell(s.Ctx, s.Event, "hold-1", "order-1"); return err },
		"SellOver": func() error { return s.SellOver(s.Ctx, s.Event, claim) },
		"Free":     func() error { _, _, err := s.Free(s.Ctx, s.Event, "hold-1", "order-1"); return err },
		"Block":    func() error { return s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{1}) },
		"SeatMap":  func() error { _, err := s.SeatMap(s.Ctx, s.Event, ""); return err },
		"Seat":     func() error { _, err := s.Seat(s.Ctx, s.Event, 1); return err },
		"Sweep":    func() error { _, err := s.Sweep(s.Ctx, s.Event, 10); return err },
	} {
		require.ErrorIs(s.T, call(), booking.ErrNotLoaded, name)
	}
}

// unloaded is an event of the same store that was never loaded.
func (s *Show) unloaded() *Show {
	return &Show{Holds: s.Holds, T: s.T, Ctx: s.Ctx, Event: seatedEvent(12)}
}

func (s *Show) begin() (token string, loaded bool) {
	s.T.Helper()
	token = newID()
	loaded, err := s.BeginLoad(s.Ctx, s.Event, token)
	require.NoError(s.T, err)
	return token, loaded
}

func (s *Show) restore(token string, claims ...booking.Restore) (changed int) {
	s.T.Helper()
	changed, err := s.RestoreSeats(s.Ctx, s.Event, token, claims)
	require.NoError(s.T, err)
	return changed
}

// commit ends the loading, which must be clean.
func (s *Show) commit(token string) {
	s.T.Helper()
	dirty, err := s.CommitLoad(s.Ctx, s.Event, token)
	require.NoError(s.T, err)
	require.Empty(s.T, dirty)
}

func refuseUnloaded(_ *testing.T, s *Show) { s.unloaded().RequireNotLoaded() }

func stagedInvisible(t *testing.T, s *Show) {
	n := s.unloaded()
	token, loaded := n.begin()
	require.False(t, loaded)
	n.RequireNotLoaded()
	require.Equal(t, 1, n.restore(token, newClaim(booking.HoldSold, 1, 2)))
	n.RequireNotLoaded()
	dirty, err := n.CommitLoad(n.Ctx, n.Event, token)
	require.NoError(t, err)
	// The calls of RequireNotLoaded were for these: they must not be missed.
	require.ElementsMatch(t, []string{"order-1", "block-1"}, dirty)
	n.RequireNotLoaded()
	dirty, err = n.CommitLoad(n.Ctx, n.Event, token)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"order-1", "block-1"}, dirty)
	n.commit(token)
	n.requireSeats(".ss")
}

func oneLoader(t *testing.T, s *Show) {
	for _, show := range []*Show{s, s.unloaded()} {
		token, _ := show.begin()
		_, err := show.BeginLoad(show.Ctx, show.Event, newID())
		require.ErrorIs(t, err, booking.ErrLoadBusy)
		show.restore(token, newClaim(booking.HoldSold, 1))
		_, err = show.BeginLoad(show.Ctx, show.Event, newID())
		require.ErrorIs(t, err, booking.ErrLoadBusy)
		show.commit(token)
		token, loaded := show.begin()
		require.True(t, loaded)
		show.commit(token)
	}
}

func leaseLost(t *testing.T, s *Show) {
	old, _ := s.begin()
	s.commit(old)
	for _, running := range []bool{false, true} {
		if running {
			s.begin()
		}
		s.requireUnchanged(func() {
			for _, token := range []string{old, "nonsense"} {
				_, err := s.RestoreSeats(s.Ctx, s.Event, token, []booking.Restore{newClaim(booking.HoldSold, 1)})
				require.ErrorIs(t, err, booking.ErrConflict)
				_, err = s.CommitLoad(s.Ctx, s.Event, token)
				require.ErrorIs(t, err, booking.ErrConflict)
			}
		})
	}
}

func loadAbandoned(t *testing.T, s *Show) {
	for _, show := range []*Show{s, s.unloaded()} {
		token, loaded := show.begin()
		require.NoError(t, show.AbandonLoad(show.Ctx, show.Event, "nonsense"))
		show.restore(token)
		require.NoError(t, show.AbandonLoad(show.Ctx, show.Event, token))
		require.NoError(t, show.AbandonLoad(show.Ctx, show.Event, token))
		_, err := show.CommitLoad(show.Ctx, show.Event, token)
		require.ErrorIs(t, err, booking.ErrConflict)
		next, stillLoaded := show.begin()
		require.Equal(t, loaded, stillLoaded)
		require.NoError(t, show.AbandonLoad(show.Ctx, show.Event, token), "a late one is not for the next loader")
		show.commit(next)
	}
}

func repairInUse(t *testing.T, s *Show) {
	held, sold := s.Take("customer-1", 1), s.TakeSold("customer-1", 2)
	before := s.Map()
	token, loaded := s.begin()
	require.True(t, loaded)
	during := s.Take("customer-2", 3)
	require.Zero(t, s.restore(token, Claim(sold, booking.HoldSold)))
	s.commit(token)
	s.requireStands(held, booking.SeatHeld)
	s.requireStands(during, booking.SeatHeld)
	s.requireStands(sold, booking.SeatSold)
	require.Equal(t, epochOf(t, before), epochOf(t, s.Map()), "the same server and state: the same epoch")
	after := s.Map()
	require.Zero(t, s.Load(Claim(sold, booking.HoldSold)))
	require.Equal(t, after, s.Map(), "a repair that finds nothing changes nothing")
}

func dirtyComeBack(t *testing.T, s *Show) {
	n := s.unloaded()
	_, _, err := n.Sell(n.Ctx, n.Event, "hold-0", "order-0") // before the loading: it will be read
	require.ErrorIs(t, err, booking.ErrNotLoaded)
	token, _ := n.begin()
	_, _, err = n.Sell(n.Ctx, n.Event, "hold-1", "order-1")
	require.ErrorIs(t, err, booking.ErrNotLoaded)
	_, _, err = n.Free(n.Ctx, n.Event, "hold-2", "order-2")
	require.ErrorIs(t, err, booking.ErrNotLoaded)
	require.ErrorIs(t, n.Block(n.Ctx, n.Event, "block-3", "organizer-1", []int{3}), booking.ErrNotLoaded)
	_, err = n.GetHold(n.Ctx, n.Event, "hold-4")
	require.ErrorIs(t, err, booking.ErrNotLoaded)
	dirty, err := n.CommitLoad(n.Ctx, n.Event, token)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"order-1", "order-2", "block-3"}, dirty)
	again := newClaim(booking.HoldSold, 1)
	again.OrderID = "order-1"
	require.Equal(t, 1, n.restore(token, again), "read again, it counts")
	n.commit(token)
	n.requireSeats(".s")
}

func dirtyDuringRepair(t *testing.T, s *Show) {
	paid, refunded := s.TakeBound("customer-1", time.Minute, 1), s.TakeSold("customer-2", 2)
	stale := Claim(refunded, booking.HoldSold) // read before the refund
	token, _ := s.begin()
	_, _, err := s.Sell(s.Ctx, s.Event, paid.ID, paid.OrderID)
	require.NoError(t, err)
	_, _, err = s.Free(s.Ctx, s.Event, refunded.ID, refunded.OrderID)
	require.NoError(t, err)
	next := s.Take("customer-3", 3, 2) // no order: nothing to read again
	require.Zero(t, s.restore(token, stale), "what was read before the change must not end the next holder")
	s.requireStands(next, booking.SeatHeld)
	dirty, err := s.CommitLoad(s.Ctx, s.Event, token)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{paid.OrderID, refunded.OrderID}, dirty)
	require.Zero(t, s.restore(token, Claim(paid, booking.HoldSold), Claim(refunded, booking.HoldReleased)))
	s.commit(token)
	s.requireSeats(".shh")
}

func eachOwned(t *testing.T, s *Show) {
	sold := s.TakeSold("customer-1", 1, 2)
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{3}))
	s.Take("customer-1", 4)
	bound := s.TakeBound("customer-1", time.Minute, 5)
	s.Pay(bound)
	freed := s.TakeSold("customer-1", 6)
	_, _, err := s.Free(s.Ctx, s.Event, freed.ID, freed.OrderID)
	require.NoError(t, err)

	found := map[string]booking.Hold{}
	require.NoError(t, s.EachOwned(s.Ctx, s.Event, func(h booking.Hold) error {
		found[h.ID] = h
		return nil
	}))
	require.Len(t, found, 3, "no hold without an order, and none that is over")
	require.Equal(t, booking.HoldPaying, found[bound.ID].State)
	require.Equal(t, bound.OrderID, found[bound.ID].OrderID)
	require.Equal(t, []int{1, 2}, found[sold.ID].Seats)
	require.Equal(t, sold.OrderID, found[sold.ID].OrderID)
	require.Equal(t, booking.HoldSold, found[sold.ID].State)
	require.Equal(t, booking.HoldBlocked, found["block-1"].State)
	require.Equal(t, "block-1", found["block-1"].OrderID)
	require.Equal(t, booking.ErrLoadBusy, s.EachOwned(s.Ctx, s.Event, func(booking.Hold) error { return booking.ErrLoadBusy }))
}
