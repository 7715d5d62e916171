package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"seathold/internal/auth"
	"seathold/internal/boltstore"
	"seathold/internal/booking"
	"seathold/internal/redisstore"
	"seathold/internal/seatmap"
)

// The people of the tests. Their tokens are their names.
var (
	alice    = booking.Actor{ID: "alice", Role: booking.RoleCustomer}
	bob      = booking.Actor{ID: "bob", Role: booking.RoleCustomer}
	olga     = booking.Actor{ID: "olga", Role: booking.RoleOrganizer}
	oscar    = booking.Actor{ID: "oscar", Role: booking.RoleOrganizer}
	operator = booking.Actor{ID: "operator", Role: booking.RoleOperator}
)

// world is the API on a real service, a hold store and an order store.
type world struct {
	t        testing.TB
	api      *API
	service  *booking.Service
	redis    *miniredis.Miniredis
	store    *boltstore.Store
	file     string // of the store
	provider *fakeProvider
	sender   *fakeSender
	log      *bytes.Buffer
	ids      atomic.Int64
}

func newWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	w := &world{t: t, redis: miniredis.RunT(t), provider: &fakeProvider{}, sender: &fakeSender{}, log: &bytes.Buffer{}}
	holds, err := redisstore.Open(redisstore.Options{Addrs: []string{w.redis.Addr()}}, w.newID)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, holds.Close()) })
	w.file = filepath.Join(t.TempDir(), "test.db")
	w.store, err = boltstore.Open(w.file, boltstore.NoSync())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close(context.Background())) })
	w.service = booking.NewService(booking.Ports{
		Events: w.store, Orders: w.store, Accounts: w.store, Records: w.store, Holds: holds, Sender: w.sender,
		Provider: w.provider, Metrics: booking.NoMetrics{}, Log: slog.New(slog.DiscardHandler), NewID: w.newID,
	}, testLimits())
	hub := seatmap.New(seatmap.Config{Holds: holds, Changes: holds, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(hub.Close)
	c := Config{
		Booking: w.service, Streams: hub, Accounts: w.accounts(), Tokens: people{}, NewID: w.newID,
		Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&c)
	}
	w.api = New(c)
	return w
}

func testLimits() booking.Limits {
	return booking.Limits{
		HoldTTL: 10 * time.Minute, PaymentTTL: 15 * time.Minute, HoldMaxLife: 45 * time.Minute,
		ConfirmGrace: 30 * time.Second, MaxSeatsPerHold: 4, MaxSeatsPerCustomer: 6,
	}
}

func (w *world) newID() string { return fmt.Sprintf("id-%06d", w.ids.Add(1)) }

// people are tokens that are the names of their owners.
type people struct{}

func (people) Verify(_ context.Context, token string) (booking.Actor, error) {
	for _, who := range []booking.Actor{alice, bob, olga, oscar, operator} {
		if token == who.ID {
			return who, nil
		}
	}
	return booking.Actor{}, booking.Errorf(booking.CodeUnauthenticated, "the access token is not valid")
}

// loginAccounts fits the accounts' service to the interface of this package.
type loginAccounts struct{ *auth.Service }

func (a loginAccounts) Login(ctx context.Context, email, password string) (Session, error) {
	s, err := a.Service.Login(ctx, email, password)
	return Session{s.AccessToken, s.RefreshToken, s.ExpiresIn}, err
}

func (a loginAccounts) Refresh(ctx context.Context, token string) (Session, error) {
	s, err := a.Service.Refresh(ctx, token)
	return Session{s.AccessToken, s.RefreshToken, s.ExpiresIn}, err
}

func (w *world) accounts() Accounts {
	hasher, err := auth.NewHasher(4)
	require.NoError(w.t, err)
	keys, err := auth.NewSecretKeys(bytes.Repeat([]byte("k"), 32))
	require.NoError(w.t, err)
	tokens, err := auth.NewTokens(auth.TokenConfig{
		Keys: keys, Issuer: "test", Audience: "test",
		TTL: 14*time.Minute + 500*time.Millisecond, Now: time.Now, NewID: w.newID,
	})
	require.NoError(w.t, err)
	refresh, err := auth.NewRefreshTokens(auth.RefreshConfig{
		Records: w.store, Keys: keys, TTL: time.Hour, Now: time.Now, NewID: w.newID,
	})
	require.NoError(w.t, err)
	return loginAccounts{&auth.Service{
		Accounts: w.store, Hasher: hasher, Tokens: tokens, RefreshTokens: refresh, NewID: w.newID, Now: time.Now,
	}}
}

// fakeProvider takes {"type", "payment", "order", "amount", "currency"} with
// the header Signature: good.
type fakeProvider struct{ fault error }

func (p *fakeProvider) Name() string { return "fake" }

func (p *fakeProvider) CreatePayment(_ context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	return booking.Checkout{
		ID: "pay_" + r.OrderID, Provider: "fake", URL: "https://pay.example/" + r.OrderID, ExpiresAt: r.ExpiresAt,
	}, p.fault
}

func (p *fakeProvider) ReadWebhook(body []byte, header booking.Header) (booking.PaymentEvent, error) {
	switch header.Get("Signature") {
	case "good":
	case "stale":
		return booking.PaymentEvent{}, booking.Errorf(booking.CodeStaleTimestamp, "too old")
	case "broken":
		return booking.PaymentEvent{}, errors.New("secret of the provider")
	default:
		return booking.PaymentEvent{}, booking.Errorf(booking.CodeInvalidSignature, "no signature fits")
	}
	var m struct {
		Type, Payment, Order, Currency string
		Amount                         int64
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return booking.PaymentEvent{}, booking.Errorf(booking.CodeInvalidValue, "not a message")
	}
	return booking.PaymentEvent{
		WebhookID: "hook_" + m.Payment, Kind: booking.PaymentEventKind(m.Type), Type: m.Type,
		PaymentID: m.Payment, OrderID: m.Order, Received: booking.Money{Amount: m.Amount, Currency: m.Currency},
	}, nil
}

// answer is a response with its body read.
type answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// do sends a request. A header is given as name, value, name, value.
func (w *world) do(by booking.Actor, method, path, body string, header ...string) answer {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if by.ID != "" {
		r.Header.Set("Authorization", "Bearer "+by.ID)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	serve(w.api, rec, r)
	w.requireDocumented(r, rec)
	return answer{rec, w.t}
}

// ok asserts the status.
func (a answer) ok(status int) answer {
	a.t.Helper()
	require.Equal(a.t, status, a.Code, a.Body.String())
	return a
}

// object returns the body as an object.
func (a answer) object() map[string]any {
	a.t.Helper()
	require.Equal(a.t, "application/json", a.Header().Get("Content-Type"))
	return a.decode()
}

func (a answer) decode() map[string]any {
	a.t.Helper()
	var v map[string]any
	require.NoError(a.t, json.Unmarshal(a.Body.Bytes(), &v), a.Body.String())
	return v
}

func (a answer) id() string {
	a.t.Helper()
	id, _ := a.object()["id"].(string)
	require.NotEmpty(a.t, id)
	return id
}

// problem asserts a well-formed problem document and returns it.
func (a answer) problem(status int, code booking.Code) map[string]any {
	a.t.Helper()
	require.Equal(a.t, status, a.Code, a.Body.String())
	require.Equal(a.t, "application/problem+json", a.Header().Get("Content-Type"))
	require.Equal(a.t, "no-store", a.Header().Get("Cache-Control"))
	p := a.decode()
	require.Equal(a.t, string(code), p["code"], a.Body.String())
	require.InEpsilon(a.t, status, p["status"], 0)
	require.Equal(a.t, "/problems/"+string(code), p["type"])
	require.NotEmpty(a.t, p["title"])
	require.NotEmpty(a.t, p["detail"])
	return p
}

const (
	startsAt  = "2099-05-01T17:30:00.000Z"
	testPlan  = `{"name": "House", "vendor": {"x": 1},` + planRest
	planRest  = `"categories": [{"name": "Stalls", "color": "#a00"}, {"name": "Free", "color": "#0a0"}], "zones": [` + planZone + `]}`
	planZone  = `{"name": "Hall", "position": {"x": 0, "y": 0}, "rows": [` + planRowA + `,` + planRowB + `]}`
	planRowA  = `{"row_number": "A", "position": {"x": 0, "y": 0}, "seats": [` + planSeatA + `]}`
	planRowB  = `{"row_number": "B", "position": {"x": 0, "y": 9}, "seats": [` + planSeatB + `]}`
	planSeatA = `{"seat_guid": "A1", "seat_number": "1", "position": {"x": 0, "y": 0}, "category": "Stalls"},` +
		`{"seat_guid": "A2", "seat_number": "2", "position": {"x": 1, "y": 0}, "category": "Stalls"},` +
		`{"seat_guid": "A3", "seat_number": "3", "position": {"x": 2, "y": 0}, "category": "Stalls"},` +
		`{"seat_guid": "A4", "seat_number": "4", "position": {"x": 3, "y": 0}, "category": "Stalls"},` +
		`{"seat_guid": "A5", "seat_number": "5", "position": {"x": 4, "y": 0}, "category": "Stalls"}`
	planSeatB = `{"seat_guid": "Box 1/Ü", "seat_number": "1", "position": {"x": 0, "y": 0}, "category": "Stalls"},` +
		`{"seat_guid": "B2", "seat_number": "2", "position": {"x": 1, "y": 0}, "category": "Free"},` +
		`{"seat_guid": "=B3", "seat_number": "3", "position": {"x": 2, "y": 0}, "category": "Stalls"}`
	testPrices = `{"Stalls": {"amount": 4500, "currency": "EUR"}, "Free": {"amount": 0, "currency": "EUR"}}`
	allFree    = "........"
)

// eventBody is the body of a good event, with further members.
func eventBody(more string) string {
	return `{"name": "Premiere", "starts_at": "` + startsAt + `", "plan": ` + testPlan + `, "prices": ` + testPrices + more + `}`
}

// event makes olga's event.
func (w *world) event(more string) string {
	w.t.Helper()
	return w.do(olga, post, "/v1/events", eventBody(more)).ok(http.StatusCreated).id()
}

// hold makes a hold on the seats.
func (w *world) hold(by booking.Actor, event string, seats ...string) string {
	w.t.Helper()
	return w.do(by, post, "/v1/events/"+event+"/holds", seatsBody(seats...)).ok(http.StatusCreated).id()
}

// order makes a pending order of the seats.
func (w *world) order(by booking.Actor, event string, seats ...string) string {
	w.t.Helper()
	body := strings.Replace(seatsBody(seats...), "{", `{"event_id": "`+event+`", `, 1)
	return w.do(by, post, "/v1/orders", body).ok(http.StatusCreated).id()
}

// pay has the provider report the whole amount for one Stalls seat.
func (w *world) pay(order string) {
	w.t.Helper()
	w.do(booking.Actor{}, post, "/v1/webhooks/fake", hook("succeeded", order, 4500), "Signature", "good").ok(http.StatusOK)
}

func hook(kind, order string, amount int64) string {
	return fmt.Sprintf(`{"type": %q, "payment": "pay_%s", "order": %q, "amount": %d, "currency": "EUR"}`, kind, order, order, amount)
}

func seatsBody(seats ...string) string {
	b, _ := json.Marshal(map[string]any{"seats": seats})
	return string(b)
}

// seats returns the map of the event.
func (w *world) seats(event string) string {
	w.t.Helper()
	return w.do(booking.Actor{}, get, "/v1/events/"+event+"/seats", "").ok(http.StatusOK).object()["seats"].(string)
}

// state is everything that is stored, to compare before and after.
func (w *world) state() string {
	w.t.Helper()
	ctx := context.Background()
	events, err := w.store.ListEvents(ctx, booking.Page{Limit: 1000})
	require.NoError(w.t, err)
	var b strings.Builder
	b.WriteString(w.redis.Dump())
	for _, e := range events {
		fmt.Fprintf(&b, "%+v\n", *e)
		orders, err := w.store.OrdersOfEvent(ctx, e.ID, nil, booking.Page{Limit: 1000})
		require.NoError(w.t, err)
		fmt.Fprintf(&b, "%+v\n", orders)
	}
	return b.String()
}

// refusal is a request that must be refused.
type refusal struct {
	name         string
	by           booking.Actor
	method, path string
	body         string
	header       []string
	status       int
	code         booking.Code
	detail       string // part of it
}

// refuses asserts each refusal, and that none of them changed anything.
func (w *world) refuses(cases []refusal) {
	w.t.Helper()
	before := w.state()
	for _, c := range cases {
		w.t.(*testing.T).Run(c.name, func(t *testing.T) {
			a := w.do(c.by, c.method, c.path, c.body, c.header...)
			a.t = t
			p := a.problem(c.status, c.code)
			require.Contains(t, p["detail"], c.detail)
			require.Equal(t, before, w.state(), "a refused request changes nothing")
		})
	}
}
