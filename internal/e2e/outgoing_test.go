package e2e

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOutgoingWebhooks: the organizer's own system is told what becomes of an
// order: each thing once, signed, and in words that say all.
func TestOutgoingWebhooks(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, 20, loopback)
		one := s.customer(t)
		all, some := newHook(t, s.organizer), newHook(t, s.organizer, "order.refunded")

		o := s.ordered(t, one, "A1", "A2")
		requireStatus(t, one.press(o, "pay"), http.StatusOK)
		took := within(t, refundedWithin, "order.paid arrives", func() bool { return len(all.of(t, o.ID)) == 1 })
		figure(t, "order.paid arrived %s after the payment was confirmed", took)
		requireStatus(t, s.organizer.cancel(o.ID), http.StatusOK)
		took = within(t, refundedWithin, "order.refunded arrives at both", func() bool {
			return all.typesOf(t, o.ID)["order.refunded"] == 1 && len(some.of(t, o.ID)) == 1
		})
		figure(t, "order.refunded arrived %s after the cancellation", took)

		for _, h := range []*hook{all, some} {
			h.requireDelivered(t, s.organizer)
		}
		require.Equal(t, map[string]int{"order.paid": 1, "order.refunding": 1, "order.refunded": 1}, all.typesOf(t, o.ID))
		require.Equal(t, map[string]int{"order.refunded": 1}, some.typesOf(t, o.ID))
		require.Len(t, all.idsOf(t, o.ID), 3, "each has an id of its own")
		require.Subset(t, all.idsOf(t, o.ID), some.idsOf(t, o.ID), "and the same at each endpoint")
		last := some.of(t, o.ID)[0].Data
		require.Equal(t, s.event.ID, last.EventID)
		require.Equal(t, "refunded", last.Status)
		require.Equal(t, "organizer", last.Reason)
		require.Equal(t, o.Seats, last.Seats)
		require.Equal(t, o.Total, last.Total)
	})
}

// typesOf counts what arrived about an order, by its type.
func (h *hook) typesOf(t *testing.T, orderID string) map[string]int {
	t.Helper()
	types := map[string]int{}
	for _, got := range h.of(t, orderID) {
		types[got.Type]++
	}
	return types
}

// requireDelivered waits until the endpoint's log says that each delivery
// arrived, at the first attempt.
func (h *hook) requireDelivered(t *testing.T, by *client) {
	t.Helper()
	within(t, refundedWithin, "all is delivered", func() bool {
		return !slices.ContainsFunc(h.deliveries(t, by), func(d shown) bool { return d.Status == "pending" })
	})
	for _, d := range h.deliveries(t, by) {
		require.Equal(t, "delivered", d.Status, "%+v", d)
		require.Len(t, d.Attempts, 1)
		require.Equal(t, http.StatusNoContent, d.Attempts[0].StatusCode)
	}
}

// TestNoWebhooksIntoOurOwnNetwork: unless the operator says so.
func TestNoWebhooksIntoOurOwnNetwork(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, 20)
		for _, url := range []string{
			"http://127.0.0.1/", "https://127.0.0.1:8443/told", "https://localhost/", "https://[::1]/",
			"https://[::ffff:127.0.0.1]/", "https://10.1.2.3/", "https://169.254.169.254/latest/meta-data", "https://2130706433/",
		} {
			refused := s.organizer.post("/v1/webhook-endpoints", map[string]any{"url": url})
			requireProblem(t, refused, http.StatusUnprocessableEntity, "invalid_value")
		}
		require.Empty(t, read[list[shown]](t, s.organizer.get("/v1/webhook-endpoints"), http.StatusOK).Items)
	})
}

// TestCommandWebhookTest: a table, and a status that scripts can use.
func TestCommandWebhookTest(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 20, loopback)
	test := []string{"webhook", "test", "--url", s.url}
	_, failed, status := s.command(t, "", test...)
	require.Equal(t, 1, status)
	require.Contains(t, failed, "SEATHOLD_TOKEN is not set")

	s.set(settings{"SEATHOLD_TOKEN": s.organizer.headers["Authorization"][len("Bearer "):]})
	said, failed, status := s.command(t, "", test...)
	require.Zero(t, status, failed)
	require.Contains(t, said, "You have no webhook endpoints")

	good := newHook(t, s.organizer)
	said, failed, status = s.command(t, "", test...)
	require.Zero(t, status, failed)
	require.Regexp(t, `(?m)^ENDPOINT +URL +STATUS +TOOK +RESULT\n`+good.id+` +http://\S+ +enabled +\d+ ms +delivered: it answered 204\n$`, said)
	require.Len(t, good.of(t, ""), 1)
	require.Equal(t, "webhook.test", good.of(t, "")[0].Type)

	broken := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(broken.Close)
	requireStatus(t, s.organizer.post("/v1/webhook-endpoints", map[string]any{"url": broken.URL}), http.StatusCreated)
	said, failed, status = s.command(t, "", test...)
	require.Equal(t, 1, status)
	require.Contains(t, said, "failed: it answered 404")
	require.Contains(t, said, "delivered: it answered 204")
	require.Contains(t, failed, "1 of 2 endpoints did not take the test")
	said, failed, status = s.command(t, "", append(test, good.id)...)
	require.Zero(t, status, failed)
	require.NotContains(t, said, broken.URL)
}
