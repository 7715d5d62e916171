package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestBlocksKeepSeatsFromSale(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	path := "/v1/events/" + event + "/blocks"
	w.at(evening)
	a := w.do(olga, post, path, `{"seats": ["Box 1/Ü", "A1"], "reason": " press ", "until": "2031-05-01T20:00:00Z"}`).ok(http.StatusCreated)
	id := a.id()
	require.Equal(t, path+"/"+id, a.Header().Get("Location"))
	block := a.object()
	delete(block, "created_at")
	require.Equal(t, map[string]any{
		"id": id, "event_id": event, "seats": []any{"Box 1/Ü", "A1"}, "reason": "press",
		"until": "2031-05-01T20:00:00.000Z", "status": "blocked",
	}, block)
	require.Equal(t, "x....x..", w.seats(event))
	w.do(alice, post, "/v1/events/"+event+"/holds", seatsBody("A1")).problem(http.StatusConflict, booking.CodeSeatsTaken)
	require.Len(t, w.do(olga, get, path, "").ok(http.StatusOK).object()["items"], 1)
	w.do(operator, get, path, "").ok(http.StatusOK)
	for range 2 {
		w.do(olga, del, path+"/"+id, "").ok(http.StatusNoContent)
		require.Equal(t, allFree, w.seats(event))
	}
	require.Empty(t, w.do(olga, get, path, "").object()["items"])
}

func TestABlockWithoutAnEnd(t *testing.T) {
	w := newWorld(t)
	path := "/v1/events/" + w.event("") + "/blocks"
	for seat, until := range map[string]string{"A1": "", "A2": `, "until": null`} {
		block := w.do(olga, post, path, `{"seats": ["`+seat+`"], "reason": "x"`+until+`}`).ok(http.StatusCreated).object()
		require.Nil(t, block["until"])
		require.Contains(t, block, "until")
	}
}

func TestBadBlocks(t *testing.T) {
	w := newWorld(t)
	event, other := w.event(""), w.event("")
	w.at(evening)
	w.hold(alice, event, "A1")
	order := w.order(alice, event, "A2")
	path := "/v1/events/" + event + "/blocks"
	id := w.do(olga, post, path, `{"seats": ["A5"], "reason": "x"}`).ok(http.StatusCreated).id()
	bad := func(name, body string, status int, code booking.Code, detail string) refusal {
		return refusal{name, olga, post, path, body, nil, status, code, detail}
	}
	w.refuses([]refusal{
		bad("no body", "", 400, codeInvalidBody, "not JSON"),
		bad("unknown field", `{"seats": ["A3"], "reason": "x", "from": 1}`, 400, codeInvalidBody, "from"),
		bad("a field twice", `{"seats": ["A3"], "reason": "x", "reason": "y"}`, 400, codeInvalidBody, "reason twice"),
		bad("text for seats", `{"seats": "A3", "reason": "x"}`, 400, codeInvalidBody, "seats: must be an array"),
		bad("a number for a reason", `{"seats": ["A3"], "reason": 1}`, 400, codeInvalidBody, "reason: must be a string"),
		bad("no seats", `{"reason": "x"}`, 422, booking.CodeNoSeats, "seats"),
		bad("no reason", `{"seats": ["A3"]}`, 422, booking.CodeInvalidValue, "reason"),
		bad("a blank reason", `{"seats": ["A3"], "reason": " "}`, 422, booking.CodeInvalidValue, "reason"),
		bad("a long reason", `{"seats": ["A3"], "reason": "`+strings.Repeat("x", 201)+`"}`, 422, booking.CodeInvalidValue, "200"),
		bad("no time", `{"seats": ["A3"], "reason": "x", "until": "later"}`, 422, booking.CodeInvalidValue, "until: must be a time"),
		bad("a time that is over", `{"seats": ["A3"], "reason": "x", "until": "`+evening.Format(time.RFC3339)+`"}`, 422, booking.CodeInvalidValue, "until"),
		bad("an unknown seat", `{"seats": ["A3", "Z9"], "reason": "x"}`, 422, booking.CodeUnknownSeat, "Z9"),
		bad("a seat twice", `{"seats": ["A3", "A3"], "reason": "x"}`, 422, booking.CodeDuplicateSeat, ""),
		{"no event", olga, post, "/v1/events/none/blocks", `{"seats": ["A3"], "reason": "x"}`, nil, 404, booking.CodeNotFound, ""},
		{"blocks of no event", olga, get, "/v1/events/none/blocks", "", nil, 404, booking.CodeNotFound, ""},
		{"end: unknown", olga, del, path + "/none", "", nil, 404, booking.CodeNotFound, ""},
		{"end: of another event", olga, del, "/v1/events/" + other + "/blocks/" + id, "", nil, 404, booking.CodeNotFound, ""},
		{"end: an order is no block", olga, del, path + "/" + order, "", nil, 404, booking.CodeNotFound, ""},
		{"end: someone else's", oscar, del, path + "/" + id, "", nil, 404, booking.CodeNotFound, ""},
	})
	p := w.do(olga, post, path, `{"seats": ["A3", "A2", "A1"], "reason": "x"}`).problem(http.StatusConflict, booking.CodeSeatsTaken)
	require.Equal(t, []any{"A2", "A1"}, p["seats"])
	require.Equal(t, "hh..x...", w.seats(event))
	require.Len(t, w.do(olga, get, path, "").object()["items"], 1, "a refused block is not in force")
}
