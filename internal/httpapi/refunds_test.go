package httpapi

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestOperatorsSeeWhatIsDueBack(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	id := w.order(alice, event, "A1")
	w.pay(id)
	w.do(olga, post, "/v1/orders/"+id+"/cancel", "").ok(http.StatusOK)
	o, err := w.store.Order(t.Context(), id)
	require.NoError(t, err)
	o.Payments[0].DueSince = time.Now().Add(-25 * time.Hour)
	o.Payments[0].Tries, o.Payments[0].Problem, o.Payments[0].Refunded = 7, "the bank is closed", 1500
	o.Payments[0].NextAt = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	require.NoError(t, w.store.ReplaceOrder(t.Context(), o))

	list := w.do(operator, get, "/v1/ops/refunds", "").ok(http.StatusOK).object()["items"].([]any)
	require.Len(t, list, 1)
	shown := list[0].(map[string]any)
	require.Equal(t, id, shown["id"])
	require.Equal(t, "refunding", shown["status"])
	require.Equal(t, "alice", shown["customer"].(map[string]any)["id"])
	payment := shown["payments"].([]any)[0].(map[string]any)
	require.NotEmpty(t, payment["due_since"])
	delete(payment, "due_since")
	require.Equal(t, map[string]any{
		"id": "pay_" + id, "state": "refund_due", "reason": "organizer",
		"received": map[string]any{"amount": 4500.0, "currency": "EUR"},
		"refunded": map[string]any{"amount": 1500.0, "currency": "EUR"},
		"overdue":  true, "tries": 7.0, "problem": "the bank is closed", "next_try_at": "2030-01-02T03:04:05.000Z",
	}, payment)
	for _, by := range []booking.Actor{alice, olga} {
		w.do(by, get, "/v1/ops/refunds", "").problem(http.StatusForbidden, booking.CodeForbidden)
	}
}
