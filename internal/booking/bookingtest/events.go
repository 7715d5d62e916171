package bookingtest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// Events is the contract suite of booking.Events. open returns an empty store,
// which it closes at the test's end.
func Events(t *testing.T, open func(t *testing.T) booking.Events) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, booking.Events)
	}{
		{"every field comes back", eventRoundTrip},
		{"a bare event comes back bare", bareEvent},
		{"a plan comes back byte for byte", planRoundTrip},
		{"insert refuses a known id", insertKnownEvent},
		{"update replaces all but the plan", updateEvent},
		{"update refuses another revision", updateStale},
		{"of writers on one revision one wins", oneEventRevisionOneWinner},
		{"what is not there is not found", eventsNotFound},
		{"events come in pages", listEvents},
		{"an organizer's events come in pages", eventsOfOrganizer},
		{"an event goes with its organizer", eventChangesOrganizer},
		{"events on sale after a time", eventsEndingAfter},
		{"a caller who left is told so", eventsCancelled},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

// fullEvent has no field at zero. Its categories have names that a document
// store might not take as a field's name.
func fullEvent() *booking.Event {
	return &booking.Event{
		ID: newID(), OrganizerID: "organizer-1", Name: "Nixenkönig",
		StartsAt: t0, OnSaleAt: t0.Add(-time.Hour), OffSaleAt: t0.Add(-time.Minute), Closed: true,
		Currency: "EUR", Prices: map[string]int64{"Cat. 1": 4500, "$VIP": 12000, "": 0},
		HoldTTL: 90 * time.Second, MaxSeatsPerCustomer: 4,
		CreatedAt: t0.Add(-24 * time.Hour), Revision: 1,
		Plan: &booking.Plan{Raw: []byte(`{"zones": []}`)},
	}
}

func insertEvents(t *testing.T, s booking.Events, events ...*booking.Event) {
	t.Helper()
	for _, e := range events {
		require.NoError(t, s.InsertEvent(testContext(t), e))
	}
}

// requireEvent asserts that the store has exactly this event; reading leaves
// the plan out.
func requireEvent(t *testing.T, s booking.Events, want *booking.Event) {
	t.Helper()
	got, err := s.Event(testContext(t), want.ID)
	require.NoError(t, err)
	bare := *want
	bare.Plan = nil
	require.Equal(t, &bare, got)
}

func eventRoundTrip(t *testing.T, s booking.Events) {
	e := fullEvent()
	requireComplete(t, *e)
	before := *e
	insertEvents(t, s, e)
	require.Equal(t, &before, e, "the caller's event is not touched")
	requireEvent(t, s, e)
}

func bareEvent(t *testing.T, s booking.Events) {
	e := &booking.Event{ID: newID(), StartsAt: t0, Revision: 1, Plan: &booking.Plan{Raw: []byte("{}")}}
	insertEvents(t, s, e)
	got, err := s.Event(testContext(t), e.ID)
	require.NoError(t, err)
	require.True(t, got.OnSaleAt.IsZero() && got.OffSaleAt.IsZero() && got.CreatedAt.IsZero())
	require.Empty(t, got.Prices)
	require.Zero(t, got.HoldTTL)
}

// bigPlan is a plan document of more than the 16 MiB that a document store may
// put into one document, with the line ends and spaces of whoever wrote it.
func bigPlan() []byte {
	seat := "{\"seat_guid\": \"Block 1 / Reihe 2\",\t\"x\": 0.10 },\r\n"
	return []byte("{ \"seats\": [\n" + strings.Repeat(seat, 17<<20/len(seat)) + "{}] }\n\n")
}

func planRoundTrip(t *testing.T, s booking.Events) {
	small, big := fullEvent(), fullEvent()
	big.Plan = &booking.Plan{Raw: bigPlan()}
	insertEvents(t, s, small, big)
	for _, e := range []*booking.Event{small, big} {
		raw, err := s.Plan(testContext(t), e.ID)
		require.NoError(t, err)
		require.True(t, bytes.Equal(e.Plan.Raw, raw))
	}
}

func insertKnownEvent(t *testing.T, s booking.Events) {
	first, second := fullEvent(), fullEvent()
	second.ID, second.Name, second.Plan = first.ID, "another", &booking.Plan{Raw: []byte(`{"another": 1}`)}
	insertEvents(t, s, first)
	require.ErrorIs(t, s.InsertEvent(testContext(t), second), booking.ErrConflict)
	requireEvent(t, s, first)
	raw, err := s.Plan(testContext(t), first.ID)
	require.NoError(t, err)
	require.Equal(t, first.Plan.Raw, raw)
	same := fullEvent() // one plan may serve many events
	insertEvents(t, s, same)
}

func updateEvent(t *testing.T, s booking.Events) {
	e := fullEvent()
	insertEvents(t, s, e)
	raw := e.Plan.Raw
	e.Name, e.OnSaleAt, e.HoldTTL, e.Closed = "renamed", time.Time{}, 0, false
	e.Plan = nil // read from a list, say
	before := *e
	require.NoError(t, s.UpdateEvent(testContext(t), e))
	require.Equal(t, &before, e, "the caller's event is not touched")
	e.Revision++
	requireEvent(t, s, e)
	got, err := s.Plan(testContext(t), e.ID)
	require.NoError(t, err)
	require.Equal(t, raw, got)
}

func updateStale(t *testing.T, s booking.Events) {
	e := fullEvent()
	require.ErrorIs(t, s.UpdateEvent(testContext(t), e), booking.ErrConflict, "no such event")
	insertEvents(t, s, e)
	stale := *e
	for _, revision := range []int64{0, 2} {
		stale.Revision, stale.Name = revision, "stale"
		require.ErrorIs(t, s.UpdateEvent(testContext(t), &stale), booking.ErrConflict)
	}
	requireEvent(t, s, e)
}

func oneEventRevisionOneWinner(t *testing.T, s booking.Events) {
	e := fullEvent()
	insertEvents(t, s, e)
	won := atOnce(t, 16, func(ctx context.Context, i int) error {
		mine := *e
		mine.Name = fmt.Sprint("writer ", i)
		return s.UpdateEvent(ctx, &mine)
	}, booking.ErrConflict)
	require.Len(t, won, 1)
	e.Revision, e.Name = 2, fmt.Sprint("writer ", won[0])
	requireEvent(t, s, e)
}

func eventsNotFound(t *testing.T, s booking.Events) {
	_, err := s.Event(testContext(t), "nothing")
	requireCode(t, booking.CodeNotFound, err)
	_, err = s.Plan(testContext(t), "nothing")
	requireCode(t, booking.CodeNotFound, err)
}

func listEvents(t *testing.T, s booking.Events) {
	first, second, third := fullEvent(), fullEvent(), fullEvent()
	insertEvents(t, s, second, third, first)
	requirePages(t, s.ListEvents, third, second, first)
}

// requirePages asserts that a list has these events in this order, however it
// is cut into pages.
func requirePages(
	t *testing.T, list func(context.Context, booking.Page) ([]*booking.Event, error), want ...*booking.Event,
) {
	t.Helper()
	for _, limit := range []int{1, 2, 3, 10} {
		var ids []string
		for cursor := ""; ; {
			page, err := list(testContext(t), booking.Page{Cursor: cursor, Limit: limit})
			require.NoError(t, err)
			for _, e := range page {
				require.Nil(t, e.Plan)
				ids = append(ids, e.ID)
			}
			if len(page) < limit {
				break
			}
			cursor = page[len(page)-1].ID
		}
		var wanted []string
		for _, e := range want {
			wanted = append(wanted, e.ID)
		}
		require.Equal(t, wanted, ids, "in pages of %d", limit)
	}
}

// eventsBy lists one organizer's events.
func eventsBy(s booking.Events, organizerID string) func(context.Context, booking.Page) ([]*booking.Event, error) {
	return func(ctx context.Context, page booking.Page) ([]*booking.Event, error) {
		return s.EventsOfOrganizer(ctx, organizerID, page)
	}
}

// The second organizer's id begins with the first's, and their events take
// turns: an index that lets ids run together would mix them.
func eventsOfOrganizer(t *testing.T, s booking.Events) {
	var of [2][]*booking.Event // newest first
	for n := range 6 {
		e := fullEvent()
		e.OrganizerID = []string{"organizer", "organizer-1"}[n%2]
		of[n%2] = append([]*booking.Event{e}, of[n%2]...)
		insertEvents(t, s, e)
	}
	requirePages(t, eventsBy(s, "organizer"), of[0]...)
	requirePages(t, eventsBy(s, "organizer-1"), of[1]...)
	requirePages(t, eventsBy(s, "organ"))
	requirePages(t, eventsBy(s, ""))
	newest, err := s.EventsOfOrganizer(testContext(t), "organizer", booking.Page{Limit: 1})
	require.NoError(t, err)
	requireEvent(t, s, newest[0]) // all of it is in the list
}

func eventChangesOrganizer(t *testing.T, s booking.Events) {
	stays, goes := fullEvent(), fullEvent()
	insertEvents(t, s, stays, goes)
	goes.OrganizerID = "organizer-2"
	require.NoError(t, s.UpdateEvent(testContext(t), goes))
	requirePages(t, eventsBy(s, "organizer-1"), stays)
	requirePages(t, eventsBy(s, "organizer-2"), goes)
	require.ErrorIs(t, s.UpdateEvent(testContext(t), goes), booking.ErrConflict, "its revision is over")
	requirePages(t, eventsBy(s, "organizer-2"), goes)
}

func eventsEndingAfter(t *testing.T, s booking.Events) {
	byStart, byOffSale, over := fullEvent(), fullEvent(), fullEvent()
	byStart.OffSaleAt = time.Time{}
	byOffSale.StartsAt, byOffSale.OffSaleAt = t0.Add(-time.Hour), t0.Add(time.Minute)
	over.StartsAt, over.OffSaleAt = t0.Add(time.Hour), t0.Add(-time.Hour)
	insertEvents(t, s, byStart, byOffSale, over)
	require.ElementsMatch(t, []string{byStart.ID, byOffSale.ID}, endingAfter(t, s, t0.Add(-time.Millisecond)))
	require.ElementsMatch(t, []string{byOffSale.ID}, endingAfter(t, s, t0))
	require.Len(t, endingAfter(t, s, time.Time{}), 3)

	over.OffSaleAt = t0.Add(2 * time.Minute)
	require.NoError(t, s.UpdateEvent(testContext(t), over))
	require.Equal(t, []string{over.ID}, endingAfter(t, s, t0.Add(time.Minute)), "the sale was prolonged")
}

func endingAfter(t *testing.T, s booking.Events, at time.Time) []string {
	t.Helper()
	events, err := s.EventsEndingAfter(testContext(t), at)
	require.NoError(t, err)
	var ids []string
	for _, e := range events {
		require.Nil(t, e.Plan)
		ids = append(ids, e.ID)
	}
	return ids
}

func eventsCancelled(t *testing.T, s booking.Events) {
	e := fullEvent()
	requireCancelled(t, s.InsertEvent(cancelledContext(), e))
	_, err := s.Event(cancelledContext(), e.ID)
	requireCancelled(t, err)
	_, err = s.ListEvents(cancelledContext(), booking.Page{Limit: 1})
	requireCancelled(t, err)
	_, err = s.EventsOfOrganizer(cancelledContext(), "organizer-1", booking.Page{Limit: 1})
	requireCancelled(t, err)
	_, err = s.EventsEndingAfter(cancelledContext(), t0)
	requireCancelled(t, err)
}
