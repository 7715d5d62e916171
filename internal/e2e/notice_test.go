package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/standardwebhook"
)

// hook is an organizer's own system, registered as a webhook endpoint.
type hook struct {
	id     string // of the endpoint
	secret string

	mu       sync.Mutex
	received []told
}

// told is a webhook that arrived, and what it says.
type told struct {
	ID   string `json:"-"` // webhook-id
	Type string `json:"type"`
	Data struct {
		OrderID string   `json:"order_id"`
		EventID string   `json:"event_id"`
		Status  string   `json:"status"`
		Reason  string   `json:"reason"`
		Seats   []string `json:"seats"`
		Total   money    `json:"total"`
	} `json:"data"`
	trace string // traceparent
	body  []byte
	fault error // of the signature or the body
}

// loopback lets webhooks go to the tests' own servers.
var loopback = settings{"SEATHOLD_WEBHOOK_NETWORKS": "127.0.0.0/8"}

// newHook starts a server and registers it for these types, all where none is named.
func newHook(t *testing.T, by *client, types ...string) *hook {
	t.Helper()
	h := &hook{}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	body := map[string]any{"url": server.URL + "/told"}
	if len(types) > 0 {
		body["types"] = types
	}
	made := read[struct{ ID, Secret string }](t, by.post("/v1/webhook-endpoints", body), http.StatusCreated)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.id, h.secret = made.ID, made.Secret
	return h
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	got := told{ID: r.Header.Get("webhook-id"), trace: r.Header.Get("traceparent"), body: body, fault: err}
	if err == nil {
		got.fault = h.verify(body, r.Header, &got)
	}
	h.received = append(h.received, got)
	w.WriteHeader(http.StatusNoContent)
}

func (h *hook) verify(body []byte, header http.Header, into *told) error {
	keys, err := standardwebhook.New([]string{h.secret}, nil)
	if err != nil {
		return err
	}
	if _, err := keys.Verify(body, header); err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// of returns what arrived about an order, in the order of its arrival.
func (h *hook) of(t *testing.T, orderID string) (all []told) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, got := range h.received {
		require.NoError(t, got.fault, "%s", got.body)
		if got.Data.OrderID == orderID {
			all = append(all, got)
		}
	}
	return all
}

// idsOf returns the webhook-ids that arrived about an order, each once.
func (h *hook) idsOf(t *testing.T, orderID string) []string {
	t.Helper()
	var ids []string
	for _, got := range h.of(t, orderID) {
		ids = append(ids, got.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// shown is a delivery in an endpoint's log.
type shown struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Status   string `json:"status"`
	Attempts []struct {
		StatusCode int    `json:"status_code"`
		Error      string `json:"error"`
	} `json:"attempts"`
}

// deliveries returns the endpoint's log, newest first.
func (h *hook) deliveries(t *testing.T, by *client) []shown {
	t.Helper()
	a := by.get("/v1/webhook-endpoints/" + h.id + "/deliveries?limit=200")
	return read[list[shown]](t, a, http.StatusOK).Items
}
