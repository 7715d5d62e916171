package sandbox

import (
	"net/http"
	"strings"
	"time"
)

func refundRefusal(err error) view {
	return problem(http.StatusConflict, "Refund refused", sentence(err)+" No money went back.")
}

// sentence makes one of an error's text.
func sentence(err error) string {
	text := []rune(err.Error())
	if len(text) == 0 {
		return ""
	}
	return strings.ToUpper(string(text[:1])) + string(text[1:]) + "."
}

// view is the page of a checkout as it stands.
func (c *checkout) view(now time.Time) view {
	if c.State == stateNone {
		return notFound
	}
	v := c.outcome(now)
	switch m := c.leastTold(now); {
	case m == nil:
	case m.State == messageGivenUp:
		v = problem(http.StatusBadGateway, "The shop did not confirm",
			c.happened()+" We told the shop, but it did not confirm, and we have stopped.")
		v.Again = true
	case m.State == messageLost:
		v.Mark, v.Title = "waiting", "The shop is not told"
		v.Text = c.happened() + " As you chose, the shop gets no message of it."
	case m.held(now):
		v.status, v.Mark, v.Title = http.StatusAccepted, "waiting", "The shop is told later"
		v.Text = c.happened() + " As you chose, the shop is told of it only at " + clockTime(m.DueAt) + "."
	default:
		v.status, v.Mark, v.Title = http.StatusAccepted, "waiting", "Waiting for the shop"
		v.Text = c.happened() + " The shop has not confirmed yet; we keep telling it. You need not wait here."
		v.Again = true
	}
	return v.of(c, now)
}

// outcome is the page of a checkout of which the shop knows all.
func (c *checkout) outcome(now time.Time) view {
	v := view{status: http.StatusOK}
	switch c.State {
	case statePaid:
		v.Mark, v.Title = "success", "Payment successful"
		v.Text = "The shop has confirmed it."
		if left := c.firstPayment().Amount; left > 0 && c.refundedInAll() >= c.paidInAll() {
			v.Mark, v.Title, v.Text = "cancelled", "Payment refunded", "All the money has gone back."
		}
	case stateFailed:
		v.Mark, v.Title = "failure", "Payment failed"
		v.Text = "No money was taken. The shop has confirmed that it knows."
	case stateCancelled:
		v.Mark, v.Title = "cancelled", "Payment cancelled"
		v.Text = "No money was taken. The shop has confirmed that it knows."
	case stateWithdrawn:
		v.Mark, v.Title = "cancelled", "Payment withdrawn"
		v.Text = "The shop has withdrawn this payment, so it can no longer be paid. No money was taken."
	default:
		return c.openView(now)
	}
	if c.Later != nil {
		v.Text += " As you chose, it is paid all the same at " + clockTime(c.Later.At) + "."
	}
	return v
}

// openView is the page before a choice is made.
func (c *checkout) openView(now time.Time) view {
	switch {
	case c.Later != nil:
		return view{
			status: http.StatusAccepted, Mark: "waiting", Title: "You will pay after the deadline", DeadlineLabel: "Pay before",
			Text: "As you chose, the payment is made by itself at " + clockTime(c.Later.At) + ". You need not wait here.",
		}
	case !now.Before(c.ExpiresAt):
		return view{
			status: http.StatusOK, Mark: "problem", Title: "This payment has expired", DeadlineLabel: "Expired",
			Text: "The time to pay is over. Go back to the shop to order again.",
		}
	default:
		return view{status: http.StatusOK, Title: "Pay for your order", Choices: true, DeadlineLabel: "Pay before"}
	}
}

// happened says what the checkout has come to.
func (c *checkout) happened() string {
	switch c.State {
	case statePaid:
		return "You have paid."
	case stateFailed:
		return "The payment failed, as you chose."
	case stateCancelled:
		return "You have cancelled the payment."
	case stateWithdrawn:
		return "The shop has withdrawn this payment."
	default:
		return "Nothing has been paid yet."
	}
}

// leastTold is the message that is furthest from being confirmed; nil: all are.
func (c *checkout) leastTold(now time.Time) *message {
	rank := func(m *message) int {
		switch {
		case m.State == messageGivenUp:
			return 4
		case m.State == messageWaiting && !m.held(now):
			return 3
		case m.State == messageWaiting:
			return 2
		case m.State == messageLost:
			return 1
		default:
			return 0
		}
	}
	var least *message
	most := 0
	for i := range c.Messages {
		if m := &c.Messages[i]; rank(m) > most {
			least, most = m, rank(m)
		}
	}
	return least
}

func clockTime(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }
