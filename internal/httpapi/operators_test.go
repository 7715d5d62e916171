package httpapi

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// spoil has Redis lose what happens meanwhile.
func (w *world) spoil(meanwhile func()) {
	w.t.Helper()
	db := w.redis.DB(0)
	kept := map[string]func(){}
	for _, key := range db.Keys() {
		switch db.Type(key) {
		case "string":
			value, err := db.Get(key)
			require.NoError(w.t, err)
			kept[key] = func() { require.NoError(w.t, db.Set(key, value)) }
		case "hash":
			fields, err := db.HKeys(key)
			require.NoError(w.t, err)
			values := map[string]string{}
			for _, f := range fields {
				values[f] = db.HGet(key, f)
			}
			kept[key] = func() {
				db.Del(key)
				for f, v := range values {
					db.HSet(key, f, v)
				}
			}
		}
	}
	meanwhile()
	for _, restore := range kept {
		restore()
	}
}

func TestOperatorsSeeTheTotals(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.hold(alice, event, "A1")
	w.order(alice, event, "A2")
	w.pay(w.order(bob, event, "A3"))
	w.do(olga, post, "/v1/events/"+event+"/blocks", `{"seats": ["A4", "A5"], "reason": "press"}`).ok(http.StatusCreated)
	require.Equal(t, map[string]any{
		"events": 1.0, "uncounted": 0.0, "holds": 2.0,
		"seats": map[string]any{"free": 3.0, "held": 2.0, "sold": 1.0, "blocked": 2.0},
		"orders": map[string]any{
			"pending_payment": 1.0, "paid": 1.0, "cancelled": 0.0, "expired": 0.0, "refunding": 0.0, "refunded": 0.0,
		},
		"refunds_due": 0.0, "refunds_overdue": 0.0,
	}, w.do(operator, get, "/v1/ops/stats", "").ok(http.StatusOK).object())
}

func TestOperatorsSeeWhoHolds(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.store.InsertAccount(t.Context(), booking.Account{ID: "alice", Email: "alice@example.com", Name: "Alice"}))
	event := w.event("")
	hold := w.hold(alice, event, "A1", "A2")
	order := w.do(bob, post, "/v1/orders", `{"event_id": "`+event+`", "seats": ["A3"]}`).ok(http.StatusCreated).object()
	path := "/v1/ops/events/" + event + "/holds"

	list := w.do(operator, get, path, "").ok(http.StatusOK).object()
	require.Nil(t, list["next_cursor"])
	items := list["items"].([]any)
	require.Len(t, items, 2)
	byID := map[string]map[string]any{}
	for _, item := range items {
		byID[item.(map[string]any)["id"].(string)] = item.(map[string]any)
	}
	first := byID[hold]
	for _, name := range []string{"held_since", "expires_at", "expires_in"} {
		require.NotEmpty(t, first[name])
		delete(first, name)
	}
	require.Equal(t, map[string]any{
		"id": hold, "event_id": event, "seats": []any{"A1", "A2"}, "status": "held",
		"total":    map[string]any{"amount": 9000.0, "currency": "EUR"},
		"customer": map[string]any{"id": "alice", "email": "alice@example.com", "name": "Alice"},
	}, first)
	second := byID[order["hold_id"].(string)]
	require.Equal(t, order["id"], second["order_id"])
	require.Equal(t, "pending_payment", second["order_status"])
	require.Equal(t, map[string]any{"id": "bob", "email": "", "name": ""}, second["customer"])

	page := w.do(operator, get, path+"?limit=1", "").ok(http.StatusOK)
	cursor := page.object()["next_cursor"].(string)
	require.Equal(t, "<"+path+"?cursor="+cursor+`&limit=1>; rel="next"`, page.Header().Get("Link"))
	rest := w.do(operator, get, path+"?limit=1&cursor="+cursor, "").ok(http.StatusOK).object()
	require.Equal(t, items[1].(map[string]any)["id"], rest["items"].([]any)[0].(map[string]any)["id"])
	require.Nil(t, rest["next_cursor"])
}

func TestOperatorsReleaseHolds(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	path := "/v1/ops/events/" + event + "/holds/"
	hold := w.hold(alice, event, "A1")
	for range 2 {
		require.Empty(t, w.do(operator, del, path+hold, "").ok(http.StatusNoContent).Body.String())
		require.Equal(t, allFree, w.seats(event))
	}
	order := w.order(alice, event, "A2")
	o, err := w.store.Order(t.Context(), order)
	require.NoError(t, err)
	w.do(operator, del, path+o.HoldID, "").ok(http.StatusNoContent)
	shown := w.do(alice, get, "/v1/orders/"+order, "").ok(http.StatusOK).object()
	require.Equal(t, "cancelled", shown["status"])
	require.Equal(t, "organizer", shown["reason"])

	sold := w.order(alice, event, "A3")
	w.pay(sold)
	o, err = w.store.Order(t.Context(), sold)
	require.NoError(t, err)
	w.refuses([]refusal{
		{"sold", operator, del, path + o.HoldID, "", nil, http.StatusConflict, booking.CodeHoldSold, "cancel its order"},
		{"unknown hold", operator, del, path + "none", "", nil, http.StatusNotFound, booking.CodeNotFound, "no hold none"},
		{"unknown event", operator, del, "/v1/ops/events/none/holds/" + o.HoldID, "", nil, http.StatusNotFound, booking.CodeNotFound, ""},
		{"a part", operator, del, path + o.HoldID + "?seat=A3", "", nil, http.StatusUnprocessableEntity, booking.CodeInvalidValue, "seat"},
	})
}

func TestOperatorsAuditAndRebuild(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	audit := func() map[string]any {
		return w.do(operator, get, "/v1/ops/events/"+event+"/audit", "").ok(http.StatusOK).object()
	}
	rebuild := func() map[string]any {
		return w.do(operator, post, "/v1/ops/events/"+event+"/rebuild", "").ok(http.StatusOK).object()
	}
	w.hold(alice, event, "A1")
	var order string
	w.spoil(func() {
		order = w.order(bob, event, "A3")
		w.pay(order)
	})
	require.Equal(t, map[string]any{
		"event_id": event, "seats": 8.0, "free": 7.0, "held": 1.0, "sold": 0.0, "blocked": 0.0, "unchecked": 0.0,
		"mismatches": []any{map[string]any{"seat": "A3", "redis": "free", "orders": "sold", "order_id": order}},
	}, audit())
	require.Equal(t, map[string]any{"event_id": event, "anew": false, "orders": 1.0, "restored": 1.0, "freed": 0.0}, rebuild())
	require.Equal(t, "h.s.....", w.seats(event), "live holds stay")
	require.Equal(t, map[string]any{
		"event_id": event, "seats": 8.0, "free": 6.0, "held": 1.0, "sold": 1.0, "blocked": 0.0, "unchecked": 0.0,
		"mismatches": []any{},
	}, audit())

	w.spoil(func() { w.do(olga, post, "/v1/orders/"+order+"/cancel", "").ok(http.StatusOK) })
	require.Equal(t, []any{
		map[string]any{"seat": "A3", "redis": "sold", "redis_order_id": order, "orders": "free"},
	}, audit()["mismatches"])
	require.Equal(t, map[string]any{"event_id": event, "anew": false, "orders": 0.0, "restored": 0.0, "freed": 1.0}, rebuild())

	w.redis.FlushAll()
	w.do(operator, get, "/v1/ops/events/"+event+"/audit", "").problem(http.StatusServiceUnavailable, booking.CodeEventLoading)
	require.Equal(t, true, rebuild()["anew"])
	require.Equal(t, allFree, w.seats(event))
	w.refuses([]refusal{
		{"unknown event", operator, post, "/v1/ops/events/none/rebuild", "", nil, http.StatusNotFound, booking.CodeNotFound, ""},
		{"a body", operator, post, "/v1/ops/events/" + event + "/rebuild", `{"all": true}`, nil, http.StatusBadRequest, "invalid_body", "all"},
	})
}
