package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

const (
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	shopURL   = "http://shop.example"
)

// fakeShop is the far end of the webhooks, as an http.RoundTripper. It answers
// with the statuses given, one after the other and the last for good, and keeps
// every webhook that it verified.
type fakeShop struct {
	keys  *standardwebhook.Keys
	delay time.Duration // before each answer

	mu         sync.Mutex
	statuses   []int
	retryAfter string
	attempts   []attempt
}

type attempt struct {
	at        time.Time
	timestamp string
	body      string
	event     booking.PaymentEvent
}

func (s *fakeShop) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.Method != http.MethodPost || r.URL.String() != shopURL+"/v1/webhooks/sandbox" {
		return nil, errors.New("not the webhook: " + r.Method + " " + r.URL.String())
	}
	event, err := s.keys.ReadWebhook(body, r.Header)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.attempts = append(s.attempts, attempt{time.Now(), r.Header.Get("webhook-timestamp"), string(body), event})
	status := s.statuses[0]
	if len(s.statuses) > 1 {
		s.statuses = s.statuses[1:]
	}
	s.mu.Unlock()
	select {
	case <-time.After(s.delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	answer := httptest.NewRecorder()
	if s.retryAfter != "" {
		answer.Header().Set("Retry-After", s.retryAfter)
	}
	answer.WriteHeader(status)
	return answer.Result(), nil
}

func (s *fakeShop) seen() []attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]attempt(nil), s.attempts...)
}

// underWay counts the messages that are neither confirmed nor given up.
func underWay(t *testing.T, p *Provider) int {
	t.Helper()
	n := 0
	for _, m := range stored(t, p).Messages {
		if m.State == messageWaiting {
			n++
		}
	}
	return n
}

// stored is the checkout of ord-1 as the record has it.
func stored(t *testing.T, p *Provider) checkout {
	t.Helper()
	r, err := p.records.Record(context.Background(), booking.RecordSandboxPayment, "pay_ord-1")
	require.NoError(t, err)
	require.Equal(t, "ord-1", r.Owner)
	c, err := decode(r)
	require.NoError(t, err)
	require.True(t, r.DueAt.Equal(c.dueAt().Truncate(time.Millisecond)), "%s, %s", r.DueAt, c.dueAt())
	return c
}

// newRecords opens records that a restart keeps.
func newRecords(t *testing.T) booking.Records {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "records.db"), boltstore.NoSync())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close(context.Background())) })
	return store
}

// badRecords fails as it is told, once for each entry: before a call, or after
// it was carried out.
type badRecords struct {
	booking.Records
	mu            sync.Mutex
	before, after []error
}

func (b *badRecords) next(list *[]error) (err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(*list) > 0 {
		err, *list = (*list)[0], (*list)[1:]
	}
	return err
}

func (b *badRecords) ReplaceRecord(ctx context.Context, kind booking.RecordKind, r booking.Record) error {
	if err := b.next(&b.before); err != nil {
		return err
	}
	if err := b.Records.ReplaceRecord(ctx, kind, r); err != nil {
		return err
	}
	return b.next(&b.after)
}

// logBuffer can be read while the log is written.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// times repeats a status.
func times(n, status int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = status
	}
	return all
}

// newFake makes a provider with default times and a fake shop to tell, and
// calls DeliverDue each second. It is for synctest bubbles, where no time
// really passes.
func newFake(t *testing.T, statuses ...int) (*Provider, *fakeShop, *logBuffer) {
	t.Helper()
	shop, log := newShop(t, statuses...), &logBuffer{}
	p := newProvider(t, Config{
		Client: &http.Client{Transport: shop},
		Log:    slog.New(slog.NewTextHandler(log, nil)),
	})
	keepDelivering(t, p)
	return p, shop, log
}

func newShop(t *testing.T, statuses ...int) *fakeShop {
	t.Helper()
	keys, err := standardwebhook.New([]string{oldSecret}, nil)
	require.NoError(t, err)
	return &fakeShop{keys: keys, statuses: statuses}
}

// keepDelivering does what the service does: a round each second, for as long
// as the test runs.
func keepDelivering(t *testing.T, p *Provider) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var rounds sync.WaitGroup
	rounds.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = p.DeliverDue(ctx) // a test may make it fail on purpose
			case <-ctx.Done():
				return
			}
		}
	})
	t.Cleanup(func() {
		cancel()
		p.sending.stop()
		rounds.Wait()
	})
}

// newProvider fills in what the test does not care for, and closes at its end.
func newProvider(t *testing.T, c Config) *Provider {
	t.Helper()
	if c.Records == nil {
		c.Records = newRecords(t)
	}
	if c.Secrets == nil {
		c.Secrets = []string{oldSecret}
	}
	if c.PublicURL == nil {
		c.PublicURL = func() string { return shopURL }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	p, err := New(c)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = p.Close(ctx) // a test may leave deliveries behind on purpose
	})
	return p
}

func request(expiresAt time.Time) booking.PaymentRequest {
	return booking.PaymentRequest{
		OrderID: "ord-1", Description: "Harbour Lights: A2, A3",
		Total: booking.Money{Amount: 4500, Currency: "EUR"}, ExpiresAt: expiresAt,
	}
}

// pathOf creates a payment that expires in 15 minutes and returns its page's path.
func pathOf(t *testing.T, p *Provider) string {
	t.Helper()
	return pathUntil(t, p, time.Now().Add(15*time.Minute))
}

func pathUntil(t *testing.T, p *Provider, expiresAt time.Time) string {
	t.Helper()
	c, err := p.CreatePayment(context.Background(), request(expiresAt))
	require.NoError(t, err)
	u, err := url.Parse(c.URL)
	require.NoError(t, err)
	return u.Path
}

func get(p *Provider, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// press makes a choice; fields are what stands in its form beside the action,
// as "name=value".
func press(p *Provider, path, action string, fields ...string) *httptest.ResponseRecorder {
	return submit(p, path, "application/x-www-form-urlencoded", strings.Join(append([]string{"action=" + action}, fields...), "&"))
}

// requirePage requires an answer's status and heading.
func requirePage(t *testing.T, w *httptest.ResponseRecorder, status int, title string) {
	t.Helper()
	require.Equal(t, status, w.Code, w.Body.String())
	require.Contains(t, w.Body.String(), "<h1>"+title+"</h1>")
}

// types are the types of what the shop was told, in order of arrival.
func (s *fakeShop) types() []string {
	var all []string
	for _, a := range s.seen() {
		all = append(all, a.event.Type)
	}
	return all
}

func submit(p *Provider, path, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	return w
}
