package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPagesForReadersAreAccessible: the pages that a person reads without an
// account, each in every look.
func TestPagesForReadersAreAccessible(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 100)
	p := openBrowser(t).visitor(t, s.url, desktop)
	for _, c := range []struct{ name, path, heading string }{
		{"docs", "/docs", "Seathold"},
		{"problems", "/problems", "All errors"},
		{"problem", "/problems/seats_taken", "Seats are taken"},
		{"events", "/", "*"},
		{"orders-signed-out", "/orders", "*"},
	} {
		p.open(c.path)
		p.await("heading", c.heading)
		checkAccessible(t, p, c.name)
	}
}

// TestTheWholeDocumentIsAccessible opens all that is folded away: some thousand
// parts, so in one size only.
func TestTheWholeDocumentIsAccessible(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 100)
	p := openBrowser(t).visitor(t, s.url, desktop)
	p.open("/docs")
	p.run("for (const each of document.querySelectorAll('details')) each.open = true")
	for _, l := range []look{desktop, desktop.inTheDark()} {
		p.setLook(l)
		p.awaitFrames()
		require.Empty(t, p.violations(), l.name)
	}
}

// TestThePaymentPageIsAccessible in each of its states, which a person brings
// about there.
func TestThePaymentPageIsAccessible(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 100)
	c := s.customer(t)
	p := openBrowser(t).visitor(t, s.url, desktop)
	look := func(name, heading string) {
		t.Helper()
		p.await("heading", heading)
		checkAccessible(t, p, "payment-"+name)
	}
	next := func(seat string) {
		t.Helper()
		p.open(s.ordered(t, c, seat).Payment.URL)
	}

	next("A1")
	look("open", "*")
	p.click("DisclosureTriangle", "Test how your shop copes")
	p.await("heading", "The next refund")
	look("tests", "*")
	p.click("button", "Pay *")
	look("paid", "Payment successful")
	p.click("DisclosureTriangle", "Test how your shop copes")
	p.await("heading", "What the shop is told")
	look("paid-tests", "Payment successful")
	p.click("button", "Refund")
	look("refunded", "*")

	next("A2")
	p.click("button", "Fail")
	look("failed", "*")

	next("A3")
	p.click("button", "Cancel")
	look("cancelled", "*")

	next("A4")
	p.click("DisclosureTriangle", "Test how your shop copes")
	ending := p.in("form", "End it in another way")
	ending.choose("What happens", "Paid twice")
	ending.choose("How the shop is told", "Never: the message is lost")
	ending.click("button", "Let it happen")
	look("untold", "*")

	p.allow("GET /*: 404")
	p.open(s.ordered(t, c, "A5").Payment.URL + "x")
	look("unknown", "*")
}
