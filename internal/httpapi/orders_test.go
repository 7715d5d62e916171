package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func orderBody(event, hold string) string {
	return `{"event_id": "` + event + `", "hold_id": "` + hold + `"}`
}

func orderSeats(event string, seats ...string) string {
	return strings.Replace(seatsBody(seats...), "{", `{"event_id": "`+event+`", `, 1)
}

func TestAnOrderIsShownAsTheContractSays(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.at(evening)
	hold := w.hold(alice, event, "A1", "A2")
	a := w.do(alice, post, "/v1/orders", orderBody(event, hold)).ok(http.StatusCreated)
	id := a.id()
	require.Equal(t, "/v1/orders/"+id, a.Header().Get("Location"))
	o := a.object()
	require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, o["created_at"])
	require.Equal(t, o["created_at"].(string)[:4], o["updated_at"].(string)[:4])
	delete(o, "created_at")
	delete(o, "updated_at")
	require.Equal(t, map[string]any{
		"id": id, "status": "pending_payment", "event_id": event, "hold_id": hold, "seats": []any{"A1", "A2"},
		"total": map[string]any{"amount": 9000.0, "currency": "EUR"},
		"payment": map[string]any{
			"id": "pay_" + id, "provider": "fake", "url": "https://pay.example/" + id,
			"expires_at": "2031-05-01T18:15:00.250Z",
		},
		"payments": []any{},
	}, o)
	again := w.do(alice, post, "/v1/orders", orderBody(event, hold)).ok(http.StatusOK)
	require.Equal(t, a.Body.String(), again.Body.String(), "the same order for the same hold")
	require.Equal(t, a.Body.String(), w.do(alice, get, "/v1/orders/"+id, "").ok(http.StatusOK).Body.String())
	require.Equal(t, "hh......", w.seats(event))
}

func TestAnOrderInOneStep(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	body := orderSeats(event, "Box 1/Ü")
	first := w.do(alice, post, "/v1/orders", body, "Idempotency-Key", "k").ok(http.StatusCreated)
	again := w.do(alice, post, "/v1/orders", body, "Idempotency-Key", "k").ok(http.StatusOK)
	require.Equal(t, first.Body.String(), again.Body.String())
	w.do(alice, post, "/v1/orders", orderSeats(event, "A1"), "Idempotency-Key", "k").
		problem(http.StatusUnprocessableEntity, booking.CodeIdempotencyKeyReused)
	require.Equal(t, ".....h..", w.seats(event))
}

func TestNullForTheHoldIsAsGoodAsNone(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.do(alice, post, "/v1/orders", `{"event_id": "`+event+`", "hold_id": null, "seats": ["A1"]}`).ok(http.StatusCreated)
	hold := w.hold(alice, event, "A2")
	w.do(alice, post, "/v1/orders", `{"event_id": "`+event+`", "hold_id": "`+hold+`", "seats": null}`).ok(http.StatusCreated)
}

func TestAnOrderOfNothingToPayIsPaid(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	o := w.do(alice, post, "/v1/orders", orderSeats(event, "B2")).ok(http.StatusCreated).object()
	require.Equal(t, "paid", o["status"])
	require.Nil(t, o["payment"])
	require.Equal(t, "......s.", w.seats(event))
}

func TestOrdersOfACustomerComeInPages(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	want := []string{w.order(alice, event, "A1"), w.order(alice, event, "A2"), w.order(alice, event, "A3")}
	w.order(bob, event, "A4")
	first := w.do(alice, get, "/v1/orders?limit=2", "").ok(http.StatusOK)
	page := first.object()
	require.Equal(t, want[1], page["next_cursor"])
	require.Equal(t, `</v1/orders?cursor=`+want[1]+`&limit=2>; rel="next"`, first.Header().Get("Link"))
	require.Equal(t, want[2], page["items"].([]any)[0].(map[string]any)["id"])
	rest := w.do(alice, get, "/v1/orders?limit=2&cursor="+want[1], "").ok(http.StatusOK).object()
	require.Len(t, rest["items"], 1)
	require.Nil(t, rest["next_cursor"])
}

func TestCancellingAPendingOrder(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	id := w.order(alice, event, "A1")
	for range 2 {
		o := w.do(alice, post, "/v1/orders/"+id+"/cancel", "", "Idempotency-Key", "k").ok(http.StatusOK).object()
		require.Equal(t, "cancelled", o["status"])
		require.Equal(t, "customer", o["reason"])
		require.Equal(t, allFree, w.seats(event))
	}
}

func TestOnlyTheOrganizerCancelsAPaidOrder(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	id := w.order(alice, event, "A1")
	w.pay(id)
	before := w.state()
	w.do(alice, post, "/v1/orders/"+id+"/cancel", "").problem(http.StatusConflict, booking.CodeAlreadyPaid)
	w.do(oscar, post, "/v1/orders/"+id+"/cancel", "").problem(http.StatusNotFound, booking.CodeNotFound)
	require.Equal(t, before, w.state())
	o := w.do(olga, post, "/v1/orders/"+id+"/cancel", "").ok(http.StatusOK).object()
	require.Equal(t, "refunding", o["status"])
	require.Equal(t, "organizer", o["reason"])
	require.Equal(t, []any{map[string]any{
		"id": "pay_" + id, "state": "refund_due", "reason": "organizer",
		"received": map[string]any{"amount": 4500.0, "currency": "EUR"},
	}}, o["payments"])
	require.Equal(t, allFree, w.seats(event))
}

func TestAnExpiredOrderCannotBeCancelled(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.at(evening)
	id := w.order(alice, event, "A1")
	w.at(evening.Add(16 * time.Minute))
	_, err := w.service.Settle(t.Context())
	require.NoError(t, err)
	require.Equal(t, "timeout", w.do(alice, get, "/v1/orders/"+id, "").object()["reason"])
	w.do(alice, post, "/v1/orders/"+id+"/cancel", "").problem(http.StatusConflict, booking.CodeOrderExpired)
}

func TestBadOrders(t *testing.T) {
	w := newWorld(t)
	event, other := w.event(""), w.event("")
	hold := w.hold(alice, event, "A1", "A2")
	released := w.hold(alice, event, "A3")
	w.do(alice, del, "/v1/events/"+event+"/holds/"+released, "").ok(http.StatusNoContent)
	bad := func(name, body string, status int, code booking.Code, detail string, header ...string) refusal {
		return refusal{name, alice, post, "/v1/orders", body, header, status, code, detail}
	}
	w.refuses([]refusal{
		bad("no body", "", 400, codeInvalidBody, "not JSON"),
		bad("a list", "[]", 400, codeInvalidBody, "an array"),
		bad("unknown field", `{"event_id": "`+event+`", "hold": "`+hold+`"}`, 400, codeInvalidBody, "hold"),
		bad("a field twice", `{"event_id": "x", "event_id": "y"}`, 400, codeInvalidBody, "event_id twice"),
		bad("a number for a hold", `{"event_id": "`+event+`", "hold_id": 1}`, 400, codeInvalidBody, "hold_id: must be a string"),
		bad("text for seats", `{"event_id": "`+event+`", "seats": "A4"}`, 400, codeInvalidBody, "seats: must be an array"),
		bad("null for the event", `{"event_id": null, "hold_id": "`+hold+`"}`, 400, codeInvalidBody, "event_id: must be a string"),
		bad("no event", `{"hold_id": "`+hold+`"}`, 422, booking.CodeInvalidValue, "event_id"),
		bad("neither hold nor seats", `{"event_id": "`+event+`"}`, 422, booking.CodeInvalidValue, "hold_id or seats"),
		bad("both hold and seats", `{"event_id": "`+event+`", "hold_id": "`+hold+`", "seats": ["A4"]}`, 422, booking.CodeInvalidValue, "hold_id or seats"),
		bad("an empty hold", orderBody(event, ""), 422, booking.CodeInvalidValue, "hold_id"),
		bad("an empty list of seats", `{"event_id": "`+event+`", "seats": []}`, 422, booking.CodeNoSeats, "seats"),
		bad("an unknown seat", orderSeats(event, "Z9"), 422, booking.CodeUnknownSeat, "Z9"),
		bad("a seat twice", orderSeats(event, "A4", "A4"), 422, booking.CodeDuplicateSeat, ""),
		bad("too many seats", orderSeats(event, "A4", "A5", "B2", "=B3", "A3"), 422, booking.CodeTooManySeats, ""),
		bad("taken seats", orderSeats(event, "A4", "A1"), 409, booking.CodeSeatsTaken, ""),
		bad("an unknown event", orderBody("none", hold), 404, booking.CodeNotFound, ""),
		bad("an unknown hold", orderBody(event, "none"), 404, booking.CodeNotFound, ""),
		bad("a hold of another event", orderBody(other, hold), 404, booking.CodeNotFound, ""),
		bad("a released hold", orderBody(event, released), 410, booking.CodeHoldReleased, ""),
		bad("an empty key", orderBody(event, hold), 422, booking.CodeInvalidIdempotencyKey, "", "Idempotency-Key", ""),
		bad("a long key", orderBody(event, hold), 422, booking.CodeInvalidIdempotencyKey, "", "Idempotency-Key", strings.Repeat("x", 256)),
		{"someone else's hold", bob, post, "/v1/orders", orderBody(event, hold), nil, 404, booking.CodeNotFound, ""},
	})
}

func TestBadCallsOfAnOrder(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	id := w.order(alice, event, "A1")
	block := w.do(olga, post, "/v1/events/"+event+"/blocks", `{"seats": ["A5"], "reason": "x"}`).id()
	path := "/v1/orders/"
	w.refuses([]refusal{
		{"get: unknown", alice, get, path + "none", "", nil, 404, booking.CodeNotFound, ""},
		{"get: someone else's", bob, get, path + id, "", nil, 404, booking.CodeNotFound, ""},
		{"get: of another organizer's event", oscar, get, path + id, "", nil, 404, booking.CodeNotFound, ""},
		{"get: a block is no order", olga, get, path + block, "", nil, 404, booking.CodeNotFound, ""},
		{"cancel: unknown", alice, post, path + "none/cancel", "", nil, 404, booking.CodeNotFound, ""},
		{"cancel: someone else's", bob, post, path + id + "/cancel", "", nil, 404, booking.CodeNotFound, ""},
		{"cancel: a block is no order", olga, post, path + block + "/cancel", "", nil, 404, booking.CodeNotFound, ""},
		{"cancel: with a body", alice, post, path + id + "/cancel", `{"reason": "x"}`, nil, 400, codeInvalidBody, "reason"},
		{"cancel: an empty key", alice, post, path + id + "/cancel", "", []string{"Idempotency-Key", ""}, 422, booking.CodeInvalidIdempotencyKey, ""},
		{"cancel: a long key", alice, post, path + id + "/cancel", "", []string{"Idempotency-Key", strings.Repeat("x", 256)}, 422, booking.CodeInvalidIdempotencyKey, ""},
	})
}

func TestTheOrganizerSeesAnOrder(t *testing.T) {
	w := newWorld(t)
	id := w.order(alice, w.event(""), "A1")
	w.do(olga, get, "/v1/orders/"+id, "").ok(http.StatusOK)
	w.do(operator, get, "/v1/orders/"+id, "").ok(http.StatusOK)
}
