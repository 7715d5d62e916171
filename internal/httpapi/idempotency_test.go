package httpapi

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

const atOnce = 24

// together makes n requests at the same time. body and key get the number of
// the request.
func (w *world) together(n int, method, path string, body, key func(i int) string) []answer {
	w.t.Helper()
	answers := make([]answer, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			answers[i] = w.do(alice, method, path, body(i), "Idempotency-Key", key(i))
		})
	}
	close(start)
	all.Wait()
	return answers
}

func always(text string) func(int) string { return func(int) string { return text } }

func eachItsOwn(i int) string { return "key-" + string(rune('a'+i)) }

// tally counts the answers by status and returns the ids that they name.
func tally(answers []answer) (statuses map[int]int, ids map[string]int) {
	statuses, ids = map[int]int{}, map[string]int{}
	for _, a := range answers {
		statuses[a.Code]++
		if a.Code < http.StatusMultipleChoices {
			ids[a.id()]++
		}
	}
	return statuses, ids
}

func TestRepeatsOfAHoldAtTheSameTimeAreOneHold(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	path := "/v1/events/" + event + "/holds"
	bodies := []string{seatsBody("A1", "A2"), seatsBody("A2", "A1")}
	inEitherOrder := func(i int) string { return bodies[i%2] }
	statuses, ids := tally(w.together(atOnce, post, path, inEitherOrder, always("k")))
	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusOK: atOnce - 1}, statuses)
	require.Len(t, ids, 1)
	require.Equal(t, "hh......", w.seats(event))

	// The control: it is the key that makes repeats of them.
	statuses, _ = tally(w.together(atOnce, post, path, always(seatsBody("A4")), eachItsOwn))
	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusConflict: atOnce - 1}, statuses)
}

func TestOtherSeatsUnderOneKeyAtTheSameTimeAreRefused(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	seats := []string{"A1", "A2", "A3", "A4"}
	answers := w.together(len(seats), post, "/v1/events/"+event+"/holds",
		func(i int) string { return seatsBody(seats[i]) }, always("k"))
	held := 0
	for _, a := range answers {
		if a.Code == http.StatusCreated {
			held++
			continue
		}
		a.problem(http.StatusUnprocessableEntity, booking.CodeIdempotencyKeyReused)
	}
	require.Equal(t, 1, held)
	require.Len(t, w.do(alice, get, "/v1/events/"+event+"/holds", "").object()["items"], 1)
}

func TestRepeatsOfAnOrderAtTheSameTimeAreOneOrder(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	hold := w.hold(alice, event, "A3")
	for key, body := range map[string]string{"seats": orderSeats(event, "A1", "A2"), "hold": orderBody(event, hold)} {
		statuses, ids := tally(w.together(atOnce, post, "/v1/orders", always(body), always(key)))
		require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusOK: atOnce - 1}, statuses)
		require.Len(t, ids, 1)
	}
	require.Len(t, w.do(alice, get, "/v1/orders", "").object()["items"], 2)
	require.Equal(t, "hhh.....", w.seats(event))
}

func TestCancellationsAtTheSameTimeAreOne(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	order := w.order(alice, event, "A1")
	answers := w.together(atOnce, post, "/v1/orders/"+order+"/cancel", always(""), always("k"))
	for _, a := range answers {
		require.Equal(t, "cancelled", a.ok(http.StatusOK).object()["status"])
	}
	require.Equal(t, allFree, w.seats(event))
	w.do(alice, post, "/v1/orders/"+order+"/cancel", "{}", "Idempotency-Key", "k").ok(http.StatusOK)
}

// A key is of one customer and one call: the same text elsewhere is another.
func TestAKeyBelongsToItsCall(t *testing.T) {
	w := newWorld(t)
	first, second := w.event(""), w.event("")
	holds := func(event string) string { return "/v1/events/" + event + "/holds" }
	one := w.do(alice, post, holds(first), seatsBody("A1"), "Idempotency-Key", "k").ok(http.StatusCreated).id()
	two := w.do(alice, post, holds(second), seatsBody("A2"), "Idempotency-Key", "k").ok(http.StatusCreated).id()
	order := w.do(alice, post, "/v1/orders", orderSeats(first, "A3"), "Idempotency-Key", "k").ok(http.StatusCreated).id()
	w.do(alice, post, "/v1/orders/"+order+"/cancel", "", "Idempotency-Key", "k").ok(http.StatusOK)
	require.NotEqual(t, one, two)
}

// A refusal is not remembered: what was refused may be granted later.
func TestARefusedKeyMayBeUsedAgain(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	path := "/v1/events/" + event + "/holds"
	theirs := w.hold(bob, event, "A1")
	w.do(alice, post, path, seatsBody("A1", "A2"), "Idempotency-Key", "k").problem(http.StatusConflict, booking.CodeSeatsTaken)
	w.do(bob, del, path+"/"+theirs, "").ok(http.StatusNoContent)
	w.do(alice, post, path, seatsBody("A1", "A2"), "Idempotency-Key", "k").ok(http.StatusCreated)
}
