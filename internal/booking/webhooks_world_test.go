package booking_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
)

// sent is what a fakeSender was asked to send.
type sent struct {
	url     string
	secrets []string
	id      string
	body    string
	at      time.Time
}

// fakeSender answers as the test says, by URL; 204 where it says nothing.
type fakeSender struct {
	now func() time.Time

	mu      sync.Mutex
	answers map[string]func(ctx context.Context) (booking.SendReport, error)
	sent    []sent
}

func (f *fakeSender) CheckURL(url string) error {
	if strings.HasPrefix(url, "https://") {
		return nil
	}
	return booking.Errorf(booking.CodeInvalidValue, "url: must begin with https://")
}

func (f *fakeSender) Send(ctx context.Context, url string, secrets []string, id string, body []byte) (booking.SendReport, error) {
	f.mu.Lock()
	f.sent = append(f.sent, sent{url, secrets, id, string(body), f.now()})
	answer := f.answers[url]
	f.mu.Unlock()
	if answer == nil {
		return booking.SendReport{StatusCode: 204}, nil
	}
	return answer(ctx)
}

// answer has a URL answered with a status.
func (f *fakeSender) answer(url string, status int, retryAfter time.Duration) {
	f.answerBy(url, func(context.Context) (booking.SendReport, error) {
		return booking.SendReport{StatusCode: status, RetryAfter: retryAfter}, nil
	})
}

func (f *fakeSender) answerBy(url string, by func(context.Context) (booking.SendReport, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[url] = by
}

// all returns what was sent, and forgets it.
func (f *fakeSender) all() []sent {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.sent
	f.sent = nil
	return list
}

// hookClock is a time that a test sets.
type hookClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *hookClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *hookClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func (c *hookClock) forward(d time.Duration) { c.set(c.now().Add(d)) }

// tappedHooks is the records of a world of webhooks behind its tap.
type tappedHooks struct {
	booking.Records
	tap *tap
}

func (p tappedHooks) InsertRecord(ctx context.Context, kind booking.RecordKind, r booking.Record) error {
	return p.tap.call("Records.InsertRecord", func() error { return p.Records.InsertRecord(ctx, kind, r) })
}

func (p tappedHooks) ReplaceRecord(ctx context.Context, kind booking.RecordKind, r booking.Record) error {
	return p.tap.call("Records.ReplaceRecord", func() error { return p.Records.ReplaceRecord(ctx, kind, r) })
}

func (p tappedHooks) RecordsOf(ctx context.Context, kind booking.RecordKind, owner string, page booking.Page) ([]booking.Record, error) {
	return tapped(p.tap, "Records.RecordsOf", func() ([]booking.Record, error) {
		return p.Records.RecordsOf(ctx, kind, owner, page)
	})
}

func (p tappedHooks) RecordsDue(ctx context.Context, kind booking.RecordKind, t time.Time, limit int) ([]booking.Record, error) {
	return tapped(p.tap, "Records.RecordsDue", func() ([]booking.Record, error) {
		return p.Records.RecordsDue(ctx, kind, t, limit)
	})
}

// hooks is a service with webhooks only: nothing is held or ordered. The event
// is olga's.
type hooks struct {
	t       *testing.T
	ctx     context.Context
	store   *boltstore.Store
	tap     *tap
	sender  *fakeSender
	clock   *hookClock
	metrics *counters
	service *booking.Service
	event   *booking.Event
}

// newHooks opens hooks for a test that runs beside others.
func newHooks(t *testing.T) *hooks {
	t.Helper()
	t.Parallel()
	return newHooksOnly(t)
}

// newHooksOnly is for a test that opens several.
func newHooksOnly(t *testing.T) *hooks {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	h := &hooks{
		t: t, ctx: ctx, tap: &tap{}, metrics: &counters{},
		clock: &hookClock{at: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)},
		event: &booking.Event{ID: "event-1", OrganizerID: olga.ID},
	}
	h.sender = &fakeSender{now: h.clock.now, answers: map[string]func(context.Context) (booking.SendReport, error){}}
	var err error
	h.store, err = boltstore.Open(filepath.Join(t.TempDir(), "test.db"), boltstore.NoSync())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.store.Close(context.Background())) })
	h.service = h.newService()
	t.Cleanup(func() { h.service.AwaitEndpoints(olga.ID) })
	return h
}

// newService is one more instance on the same store.
func (h *hooks) newService() *booking.Service {
	s := booking.NewService(booking.Ports{
		Records: tappedHooks{h.store, h.tap}, Sender: h.sender, Metrics: h.metrics,
		Log: slog.New(slog.DiscardHandler), NewID: newID,
	}, usual().limits)
	s.SetNow(h.clock.now)
	return s
}

// endpoint registers an address of olga's, for everything or the types.
func (h *hooks) endpoint(url string, types ...string) booking.Endpoint {
	h.t.Helper()
	e, err := h.service.CreateEndpoint(h.ctx, olga, booking.NewEndpoint{URL: url, Types: types})
	require.NoError(h.t, err)
	return e
}

// paidOrder is an order with the notice that it was paid.
func (h *hooks) paidOrder() booking.Order {
	o := booking.Order{
		ID: "order-" + newID(), EventID: h.event.ID, CustomerID: alice.ID, HoldID: "hold-1",
		Status: booking.OrderPaid, Seats: []string{"A1", "A2"},
		Total: booking.Money{Amount: 9000, Currency: "EUR"}, UpdatedAt: h.clock.now().Add(-1500 * time.Millisecond),
	}
	n, told := booking.NoticeFor(o, newID())
	require.True(h.t, told)
	o.Notices = []booking.Notice{n}
	return o
}

// relay makes the deliveries of a paid order, and returns its notice's id.
func (h *hooks) relay() string {
	h.t.Helper()
	o := h.paidOrder()
	require.NoError(h.t, h.service.Relay(h.ctx, h.event, o))
	return o.Notices[0].ID
}

// deliver does a round that makes so many attempts.
func (h *hooks) deliver(attempts int) {
	h.t.Helper()
	n, err := h.service.DeliverDue(h.ctx)
	require.NoError(h.t, err)
	require.Equal(h.t, attempts, n)
}

// deliveries are the endpoint's, newest first.
func (h *hooks) deliveries(endpointID string) []booking.Delivery {
	h.t.Helper()
	list, err := h.service.Deliveries(h.ctx, operator, endpointID, booking.Page{Limit: 10_000})
	require.NoError(h.t, err)
	return list
}

// delivery is the endpoint's only one.
func (h *hooks) delivery(endpointID string) booking.Delivery {
	h.t.Helper()
	list := h.deliveries(endpointID)
	require.Len(h.t, list, 1)
	return list[0]
}

// raw is a delivery as it is stored.
func (h *hooks) raw(id, endpointID string) booking.Record {
	h.t.Helper()
	r, err := h.store.Record(h.ctx, booking.RecordDelivery, id+"."+endpointID)
	require.NoError(h.t, err)
	return r
}

// object reads JSON.
func object(t *testing.T, data string) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal([]byte(data), &v))
	return v
}
