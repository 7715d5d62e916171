package httpapi

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// at sets the hold store's clock.
func (w *world) at(t time.Time) { w.redis.SetTime(t) }

var evening = time.Date(2031, 5, 1, 18, 0, 0, 250e6, time.UTC)

func TestAHoldIsShownAsTheContractSays(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.at(evening)
	a := w.do(alice, post, "/v1/events/"+event+"/holds", seatsBody("Box 1/Ü", "B2", "A1")).ok(http.StatusCreated)
	id := a.id()
	path := "/v1/events/" + event + "/holds/" + id
	require.Equal(t, path, a.Header().Get("Location"))
	require.JSONEq(t, `{"id": "`+id+`", "event_id": "`+event+`", "seats": ["Box 1/Ü", "B2", "A1"], "status": "held",
		"expires_at": "2031-05-01T18:10:00.250Z", "expires_in": 600, "total": {"amount": 9000, "currency": "EUR"}}`, a.Body.String())
	require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	require.Equal(t, "h....hh.", w.seats(event))

	w.at(evening.Add(1500 * time.Millisecond))
	later := w.do(alice, get, path, "").ok(http.StatusOK).object()
	require.InEpsilon(t, 599, later["expires_in"], 0, "598.5 seconds, rounded up")
	require.Equal(t, "2031-05-01T18:10:00.250Z", later["expires_at"])
	holds := w.do(alice, get, "/v1/events/"+event+"/holds", "").ok(http.StatusOK).object()
	require.Equal(t, map[string]any{"items": []any{later}, "next_cursor": nil}, holds)
	require.Empty(t, w.do(bob, get, "/v1/events/"+event+"/holds", "").object()["items"])
}

func TestTakenSeatsAreNamed(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.hold(alice, event, "A2", "Box 1/Ü")
	before := w.state()
	a := w.do(bob, post, "/v1/events/"+event+"/holds", seatsBody("Box 1/Ü", "A1", "A2"))
	p := a.problem(http.StatusConflict, booking.CodeSeatsTaken)
	require.Equal(t, []any{"Box 1/Ü", "A2"}, p["seats"], "in the order they were asked for")
	require.Equal(t, before, w.state())
	require.Equal(t, ".h...h..", w.seats(event), "no part of it was held")
}

func TestAKeyRepeatsAHold(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	path := "/v1/events/" + event + "/holds"
	first := w.do(alice, post, path, seatsBody("A1", "A2"), "Idempotency-Key", "k").ok(http.StatusCreated).id()
	again := w.do(alice, post, path, seatsBody("A2", "A1"), "Idempotency-Key", "k").ok(http.StatusOK)
	require.Equal(t, first, again.id())
	require.Empty(t, again.Header().Get("Location"))
	w.do(alice, post, path, seatsBody("A3"), "Idempotency-Key", "k").problem(http.StatusUnprocessableEntity, booking.CodeIdempotencyKeyReused)
	other := w.do(bob, post, path, seatsBody("A3"), "Idempotency-Key", "k").ok(http.StatusCreated).id()
	require.NotEqual(t, first, other, "a key belongs to its customer")
	require.Equal(t, "hhh.....", w.seats(event))
}

func TestAnEndedHoldIsGone(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	path := "/v1/events/" + event + "/holds"
	w.at(evening)
	lapsed := w.do(alice, post, path, seatsBody("A1"), "Idempotency-Key", "k").ok(http.StatusCreated).id()
	released := w.hold(alice, event, "A2")
	w.do(alice, del, path+"/"+released, "").ok(http.StatusNoContent)
	w.at(evening.Add(10 * time.Minute))
	w.do(alice, get, path+"/"+lapsed, "").problem(http.StatusGone, booking.CodeHoldExpired)
	w.do(alice, post, path+"/"+lapsed+"/extend", "").problem(http.StatusGone, booking.CodeHoldExpired)
	w.do(alice, post, path, seatsBody("A1"), "Idempotency-Key", "k").problem(http.StatusGone, booking.CodeHoldExpired)
	w.do(alice, get, path+"/"+released, "").problem(http.StatusGone, booking.CodeHoldReleased)
	w.do(alice, del, path+"/"+lapsed, "").ok(http.StatusNoContent)
	w.do(alice, del, path+"/"+released, "").ok(http.StatusNoContent)
	require.Empty(t, w.do(alice, get, path, "").object()["items"])
	w.hold(bob, event, "A1", "A2")
}

func TestExtendingAHold(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.at(evening)
	path := "/v1/events/" + event + "/holds/" + w.hold(alice, event, "A1")
	for minutes := 9; minutes <= 45; minutes += 9 {
		w.at(evening.Add(time.Duration(minutes)*time.Minute - time.Second))
		a := w.do(alice, post, path+"/extend", "")
		if a.Code != http.StatusOK {
			a.problem(http.StatusConflict, booking.CodeExtensionLimit)
			require.Equal(t, 45, minutes)
			return
		}
		require.LessOrEqual(t, a.object()["expires_at"], "2031-05-01T18:45:00.250Z")
	}
	t.Fatal("a hold must not be extended for ever")
}

func TestReleasingAPartOfAHold(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	path := "/v1/events/" + event + "/holds/" + w.hold(alice, event, "A1", "A2", "Box 1/Ü", "B2")
	w.do(alice, del, path+"?seat=A2&seat="+url.QueryEscape("Box 1/Ü"), "").ok(http.StatusNoContent)
	require.Equal(t, "h.....h.", w.seats(event))
	hold := w.do(alice, get, path, "").object()
	require.Equal(t, []any{"A1", "B2"}, hold["seats"])
	require.Equal(t, map[string]any{"amount": 4500.0, "currency": "EUR"}, hold["total"])
	w.do(alice, del, path+"?seat=A2", "").ok(http.StatusNoContent)
	w.do(alice, del, path, "").ok(http.StatusNoContent)
	require.Equal(t, allFree, w.seats(event))
}

func TestAHoldWithAnOrder(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	id := w.hold(alice, event, "A1", "A2")
	path := "/v1/events/" + event + "/holds/" + id
	order := w.do(alice, post, "/v1/orders", `{"event_id": "`+event+`", "hold_id": "`+id+`"}`).ok(http.StatusCreated).id()
	require.Equal(t, order, w.do(alice, get, path, "").object()["order_id"])
	before := w.state()
	w.do(alice, post, path+"/extend", "").problem(http.StatusConflict, booking.CodeExtensionLimit)
	w.do(alice, del, path+"?seat=A1", "").problem(http.StatusConflict, booking.CodeOrderPending)
	require.Equal(t, before, w.state())
	w.do(alice, del, path, "").ok(http.StatusNoContent)
	require.Equal(t, "cancelled", w.do(alice, get, "/v1/orders/"+order, "").object()["status"])
	require.Equal(t, allFree, w.seats(event))
}

func TestASoldHold(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	order := w.order(alice, event, "A1")
	hold := w.do(alice, get, "/v1/orders/"+order, "").object()["hold_id"].(string)
	w.pay(order)
	path := "/v1/events/" + event + "/holds/" + hold
	shown := w.do(alice, get, path, "").ok(http.StatusOK).object()
	require.Equal(t, "sold", shown["status"])
	require.Nil(t, shown["expires_at"])
	require.Nil(t, shown["expires_in"])
	require.Equal(t, order, shown["order_id"])
	w.do(alice, del, path, "").problem(http.StatusConflict, booking.CodeHoldSold)
	require.Equal(t, "s.......", w.seats(event))
}

func TestHoldsComeInPages(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	path := "/v1/events/" + event + "/holds"
	var want []string
	for i, seat := range []string{"A1", "A2", "A3"} {
		w.at(evening.Add(time.Duration(i) * time.Second))
		want = append(want, w.hold(alice, event, seat))
	}
	first := w.do(alice, get, path+"?limit=2", "").ok(http.StatusOK).object()
	require.Equal(t, want[1], first["next_cursor"])
	second := w.do(alice, get, path+"?limit=2&cursor="+want[1], "").ok(http.StatusOK).object()
	require.Nil(t, second["next_cursor"])
	require.Equal(t, want[2], second["items"].([]any)[0].(map[string]any)["id"])
	w.do(alice, get, path+"?cursor=gone", "").problem(http.StatusUnprocessableEntity, booking.CodeInvalidValue)
}

func TestBadHolds(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	closed := w.event("")
	w.do(olga, patch, "/v1/events/"+closed, `{"status": "closed"}`).ok(http.StatusOK)
	later := w.event(`, "on_sale_at": "2098-01-01T00:00:00Z"`)
	w.hold(alice, event, "A1", "A2", "A3", "A4")
	path := "/v1/events/" + event + "/holds"
	bad := func(name, body string, status int, code booking.Code, detail string, header ...string) refusal {
		return refusal{name, alice, post, path, body, header, status, code, detail}
	}
	w.refuses([]refusal{
		bad("no body", "", 400, codeInvalidBody, "not JSON"),
		bad("a list", `["A5"]`, 400, codeInvalidBody, "an array"),
		bad("null", `null`, 400, codeInvalidBody, "null"),
		bad("unknown field", `{"seats": ["A5"], "ttl": 1}`, 400, codeInvalidBody, "ttl"),
		bad("another case", `{"Seats": ["A5"]}`, 400, codeInvalidBody, "Seats"),
		bad("seats twice", `{"seats": ["A5"], "seats": ["B2"]}`, 400, codeInvalidBody, "seats twice"),
		bad("text for seats", `{"seats": "A5"}`, 400, codeInvalidBody, "seats: must be an array"),
		bad("a number for a seat", `{"seats": [5]}`, 400, codeInvalidBody, "seats[0]: must be a string"),
		bad("null for a seat", `{"seats": ["A5", null]}`, 400, codeInvalidBody, "seats[1]: must be a string"),
		bad("trailing data", seatsBody("A5")+"x", 400, codeInvalidBody, "line 1"),
		bad("no seats at all", `{}`, 422, booking.CodeNoSeats, "seats"),
		bad("null for seats", `{"seats": null}`, 422, booking.CodeNoSeats, "seats"),
		bad("an empty list", `{"seats": []}`, 422, booking.CodeNoSeats, "seats"),
		bad("too many seats", seatsBody("A5", "Box 1/Ü", "B2", "=B3", "A1"), 422, booking.CodeTooManySeats, "at most 4"),
		bad("an unknown seat", seatsBody("A5", "Z9"), 422, booking.CodeUnknownSeat, "Z9"),
		bad("an empty name", seatsBody(""), 422, booking.CodeUnknownSeat, ""),
		bad("a seat twice", seatsBody("A5", "A5"), 422, booking.CodeDuplicateSeat, ""),
		bad("a taken seat", seatsBody("A5", "A1"), 409, booking.CodeSeatsTaken, ""),
		bad("over the limit", seatsBody("A5", "B2", "=B3"), 409, booking.CodeCustomerLimit, "6"),
		bad("an empty key", seatsBody("A5"), 422, booking.CodeInvalidIdempotencyKey, "1 to 255", "Idempotency-Key", ""),
		bad("a long key", seatsBody("A5"), 422, booking.CodeInvalidIdempotencyKey, "255", "Idempotency-Key", strings.Repeat("x", 256)),
		bad("two keys", seatsBody("A5"), 422, booking.CodeInvalidIdempotencyKey, "", "Idempotency-Key", "a", "Idempotency-Key", "b"),
		bad("a control character in a key", seatsBody("A5"), 422, booking.CodeInvalidIdempotencyKey, "", "Idempotency-Key", "a\tb"),
		bad("a key that is no text", seatsBody("A5"), 422, booking.CodeInvalidIdempotencyKey, "", "Idempotency-Key", "\xff"),
		{"no event", alice, post, "/v1/events/none/holds", seatsBody("A5"), nil, 404, booking.CodeNotFound, ""},
		{"a closed sale", alice, post, "/v1/events/" + closed + "/holds", seatsBody("A5"), nil, 409, booking.CodeNotOnSale, ""},
		{"a sale that is not open", alice, post, "/v1/events/" + later + "/holds", seatsBody("A5"), nil, 409, booking.CodeNotOnSale, ""},
		{"holds of no event", alice, get, "/v1/events/none/holds", "", nil, 404, booking.CodeNotFound, ""},
	})
}

func TestBadCallsOfAHold(t *testing.T) {
	w := newWorld(t)
	event, other := w.event(""), w.event("")
	id := w.hold(alice, event, "A1", "A2")
	block := w.do(olga, post, "/v1/events/"+event+"/blocks", `{"seats": ["A5"], "reason": "x"}`).id()
	path := "/v1/events/" + event + "/holds/"
	var cases []refusal
	for _, c := range []struct {
		name, path string
		by         booking.Actor
	}{
		{"an unknown hold", path + "none", alice},
		{"someone else's hold", path + id, bob},
		{"the organizer is no owner", path + id, olga},
		{"a hold of another event", "/v1/events/" + other + "/holds/" + id, alice},
		{"a hold of no event", "/v1/events/none/holds/" + id, alice},
		{"a block is no hold", path + block, olga},
	} {
		cases = append(cases,
			refusal{"get: " + c.name, c.by, get, c.path, "", nil, 404, booking.CodeNotFound, ""},
			refusal{"extend: " + c.name, c.by, post, c.path + "/extend", "", nil, 404, booking.CodeNotFound, ""},
			refusal{"release: " + c.name, c.by, del, c.path, "", nil, 404, booking.CodeNotFound, ""},
		)
	}
	w.refuses(append(cases,
		refusal{"extend by a body", alice, post, path + id + "/extend", `{"seconds": 1}`, nil, 400, codeInvalidBody, "seconds"},
		refusal{"release an unknown seat", alice, del, path + id + "?seat=Z9", "", nil, 422, booking.CodeUnknownSeat, "Z9"},
		refusal{"release no seat", alice, del, path + id + "?seat=", "", nil, 422, booking.CodeUnknownSeat, ""},
		refusal{"release a seat twice", alice, del, path + id + "?seat=A1&seat=A1", "", nil, 422, booking.CodeDuplicateSeat, ""},
		refusal{"release what is no text", alice, del, path + id + "?seat=%ff", "", nil, 422, booking.CodeUnknownSeat, "\ufffd"},
		refusal{"a part by no text", alice, del, path + id + "?%ff=A1", "", nil, 422, booking.CodeInvalidValue, "\ufffd"},
		refusal{"a misspelt part", alice, del, path + id + "?seats=A1", "", nil, 422, booking.CodeInvalidValue, "seats"},
		refusal{"a badly escaped part", alice, del, path + id + "?seat=%zz", "", nil, 422, booking.CodeInvalidValue, "query"},
	))
}
