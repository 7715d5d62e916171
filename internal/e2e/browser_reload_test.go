package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNothingIsLostOnTheWay: pages are loaded again and answers get lost.
func TestNothingIsLostOnTheWay(t *testing.T) {
	t.Parallel()
	o := openBoxOffice(t)
	t.Run("loaded again at each step", func(t *testing.T) { reloadAtEachStep(t, o) })
	t.Run("the answer of a hold", func(t *testing.T) { loseAnAnswer(t, o) })
	t.Run("the answer of a hold, and the page", func(t *testing.T) { loseAnAnswerAndThePage(t, o) })
}

func reloadAtEachStep(t *testing.T, o *boxOffice) {
	s := o.sells(t, "Loaded again and again", 60, 0)
	c := o.customer(t)
	p := o.visitor(t, desktop)
	p.openSale(s)
	p.chooses(s, "A2", "A3")
	p.reload()
	p.awaitShown("chosen", "A2", "A3")

	p.click("button", "Hold these 2")
	p.await("dialog", "Your account")
	p.reload()
	p.await("heading", s.event.Name)
	p.awaitShown("chosen", "A2", "A3")
	require.Zero(t, p.count("dialog", "*"))
	p.click("button", "Hold these 2")
	p.fillInAccount(c)

	p.awaitHeld("A2", "A3")
	p.reload()
	p.awaitHeld("A2", "A3")
	p.awaitShown("mine", "A2", "A3")

	p.click("button", "Pay €90")
	p.awaitPath("/sandbox/*")
	p.await("button", "Pay *")
	p.reload()
	p.await("button", "Pay *")
	p.openSale(s)
	p.basket().awaitText("Ordered; the payment is still missing.")
	p.click("button", "Go on paying €90")
	p.awaitPath("/sandbox/*")
	p.click("link", "Back to your order")
	p.await("link", "Go on paying €90")
	p.reload()
	p.click("link", "Go on paying €90")

	p.click("button", "Pay *")
	p.await("heading", "Payment successful")
	p.reload()
	p.click("link", "Back to your order")
	p.await("heading", "Your tickets")
	p.reload()
	p.await("heading", "Your tickets")
	s.requireBought(t, c, "A2", "A3")
	p.openSale(s)
	p.awaitShown("sold", "A2", "A3")
	p.basket().awaitText("Press the seats that you would like")
}

// lostHold has the answer of a hold lost on its way to the page, and returns the
// wire, at which the next try will wait, and the key of the first.
func lostHold(t *testing.T, o *boxOffice, s *shop, c *client) (p *tab, w *wire, key any) {
	t.Helper()
	p = o.visitorAs(t, c, s, desktop)
	p.chooses(s, "A2", "A3")
	p.allow("POST /v1/events/*/holds: net::ERR_CONNECTION_CLOSED")
	w = p.holdUp(http.MethodPost, "/v1/events/*/holds")
	p.click("button", "Hold these 2")
	asked := w.await()
	key = asked.Request.Headers["Idempotency-Key"]
	require.NotEmpty(t, key)
	w.loseAnswer(asked)
	s.requireSeats(t, "held", "A2", "A3")
	return p, w, key
}

func loseAnAnswer(t *testing.T, o *boxOffice) {
	s := o.sells(t, "The answer was lost", 60, 0)
	c := o.customer(t)
	p, w, key := lostHold(t, o, s, c)
	p.awaitSaid("No answer came. Nothing is lost: what you have chosen is kept. It is tried again by itself.")
	again := w.await() // by itself
	require.Equal(t, key, again.Request.Headers["Idempotency-Key"])
	w.pass(again)
	p.awaitHeld("A2", "A3")
	require.Len(t, read[list[hold]](t, c.holds(s.event.ID), http.StatusOK).Items, 1)
	p.awaitShown("mine", "A2", "A3")
}

// loseAnAnswerAndThePage has the page loaded again before it could repeat.
func loseAnAnswerAndThePage(t *testing.T, o *boxOffice) {
	s := o.sells(t, "The page was lost", 60, 0)
	c := o.customer(t)
	p, w, key := lostHold(t, o, s, c)
	p.reload()
	again := w.await()
	require.Equal(t, key, again.Request.Headers["Idempotency-Key"])
	w.pass(again)
	p.awaitHeld("A2", "A3")
	p.awaitGone("button", "Hold these *")
	require.Len(t, read[list[hold]](t, c.holds(s.event.ID), http.StatusOK).Items, 1)
}
