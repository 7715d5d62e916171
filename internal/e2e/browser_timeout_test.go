package e2e

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/stretchr/testify/require"
)

// shortHold is as long as it takes to see the last milestone pass.
const shortHold = 36 // seconds

// TestAHoldRunsOutOnThePage: the time runs down on the screen, its end is said
// aloud before and when it comes, and the seats are everybody's again.
func TestAHoldRunsOutOnThePage(t *testing.T) {
	t.Parallel()
	o := openBoxOffice(t)
	s := o.sells(t, "Short holds", 60, shortHold)
	ada, bob := o.customer(t), o.visitor(t, desktop)
	p := o.visitorAs(t, ada, s, desktop)
	bob.openSale(s)
	p.allow("GET /v1/events/*/holds/*: 410") // how it ended is asked for
	p.chooses(s, "A2", "A3")
	p.click("button", "Hold these 2")
	p.awaitHeld("A2", "A3")
	bob.awaitShown("held", "A2", "A3")
	p.awaitSaid("30 seconds left for " + stalls("A2", "A3") + ".")
	p.in("region", "Held: *").awaitText("left: pay or ask for more time")
	checkAccessible(t, p, "customer-hurry")

	p.awaitSaid("The time is over: " + stalls("A2", "A3") + " are free again, for everybody.")
	s.requireSeats(t, "free", "A2", "A3")
	p.awaitGone("region", "Held: *")
	bob.awaitShown("free", "A2", "A3")
	p.basket().awaitText("The time is over: " + stalls("A2", "A3"))
	checkAccessible(t, p, "customer-over")

	s.held(t, o.customer(t), "A3") // somebody is quicker with one of them
	p.awaitShown("held", "A3")
	p.click("button", "Choose the same again")
	p.awaitSaid(stalls("A3") + " is no longer free.")
	p.awaitShown("chosen", "A2")
	p.click("button", "Hold this seat")
	p.awaitHeld("A2")
}

// wrongClock sets the clock of the pages that are opened from now on.
func (p *tab) wrongClock(ahead time.Duration) {
	p.t.Helper()
	must(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `(() => {
		const ahead = ` + strconv.FormatInt(ahead.Milliseconds(), 10) + `, TrueDate = Date;
		globalThis.Date = class extends TrueDate {
			constructor(...given) { given.length ? super(...given) : super(TrueDate.now() + ahead); }
			static now() { return TrueDate.now() + ahead; }
		};
	})()`})
}

// TestClocksOfBrowsersMayBeWrong: the time that is left is the service's.
func TestClocksOfBrowsersMayBeWrong(t *testing.T) {
	t.Parallel()
	o := openBoxOffice(t)
	s := o.sells(t, "Seen by a clock of their own", 60, 0)
	for name, ahead := range map[string]time.Duration{"ahead": 3 * time.Hour, "behind": -3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			c := o.customer(t)
			p := o.visitor(t, desktop)
			p.wrongClock(ahead)
			p.open("/")
			p.click("button", "Sign in")
			p.fillInAccount(c)
			p.openSale(s)
			seat := map[string]string{"ahead": "A2", "behind": "A4"}[name]
			p.chooses(s, seat)
			p.click("button", "Hold this seat")
			p.awaitHeld(seat)
			held := read[list[hold]](t, c.holds(s.event.ID), 200).Items[0]
			p.awaitTimeLeft(held.ExpiresAt)
			p.reload()
			p.awaitHeld(seat)
			p.awaitTimeLeft(held.ExpiresAt)
			p.click("button", "Pay €45")
			p.awaitPath("/sandbox/*")
			p.await("link", "Back to your order")
			p.click("link", "Back to your order")
			pending := read[list[order]](t, c.get("/v1/orders"), 200).Items[0]
			p.awaitTimeLeft(pending.Payment.ExpiresAt)
		})
	}
}

// awaitTimeLeft returns once the page's clock shows what is left until a time.
func (p *tab) awaitTimeLeft(until time.Time) {
	p.t.Helper()
	const off = 3 * time.Second // of the service's whole seconds, and of a tick
	p.until("await the time that is left", func() string {
		if p.count("timer", "*") != 1 {
			return "there is no clock"
		}
		most := time.Until(until)
		shown := p.in("timer", "*").text()
		least := time.Until(until)
		minutes, seconds, _ := strings.Cut(shown, ":")
		left, err := time.ParseDuration(minutes + "m" + seconds + "s")
		if err != nil {
			return err.Error()
		}
		if left < least-off || left > most+off {
			return "the clock shows " + shown + ", and " + least.String() + " are left"
		}
		return ""
	})
	require.Positive(p.t, time.Until(until))
}
