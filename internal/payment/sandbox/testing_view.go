package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// tests is the part of the page that tests how the shop copes.
type tests struct {
	Open     bool // shown without being asked for
	CanEnd   bool // it is not paid: the ways in which it may end
	Expired  bool
	Ordinary bool   // its customer could still pay it in the ordinary way
	Less     string // the amount of a payment of one unit less
	PayLabel string // of the button that pays against the shop's will; "" for none
	Payments []paymentRow
	CanRepay bool   // one payment more can be made
	Plan     string // what the next refund comes to
	Messages []messageRow
}

// paymentRow is a payment that was made here, messageRow what the shop is told.
type (
	paymentRow struct {
		ID, Amount, State string
		Left              string // to refund, as a number; "" for nothing
		Symbol            string
	}
	messageRow struct {
		ID, Type, State string
		Button          string // "" for none
	}
)

func (c *checkout) tests(now time.Time) *tests {
	expired := !now.Before(c.ExpiresAt)
	t := &tests{
		CanEnd: c.State != statePaid, Ordinary: c.State == stateOpen, Expired: expired,
		Less: formatMoney(max(c.Amount-1, 0), c.Currency),
		Plan: c.NextRefund.words(), CanRepay: c.State == statePaid && len(c.Payments) < maxPayments,
	}
	switch {
	case c.State == statePaid:
	case c.State != stateOpen:
		t.PayLabel = "Pay anyway"
	case expired:
		t.PayLabel = "Pay after expiry"
	}
	t.Open = t.PayLabel != ""
	for _, p := range c.Payments {
		if !p.Foreign {
			t.Payments = append(t.Payments, c.paymentRow(p))
		}
	}
	for i := range c.Messages {
		t.Messages = append(t.Messages, c.Messages[i].row(now))
	}
	return t
}

func (c *checkout) paymentRow(p received) paymentRow {
	refunded, pending := c.refunded(p.ID)
	row := paymentRow{ID: p.ID, Amount: formatMoney(p.Amount, c.Currency), Symbol: c.Currency}
	var notes []string
	if refunded > 0 {
		notes = append(notes, formatMoney(refunded, c.Currency)+" refunded")
	}
	if pending > 0 {
		notes = append(notes, formatMoney(pending, c.Currency)+" on its way back")
	}
	row.State = strings.Join(notes, ", ")
	if left := p.Amount - refunded - pending; left > 0 {
		row.Left = formatNumber(left, c.Currency)
	}
	return row
}

func (p plan) words() string {
	switch p.Kind {
	case planRefuse:
		return "is refused"
	case planFail:
		return "is taken on and fails after " + minutes(p.Wait)
	case planWait:
		return "is on its way for " + minutes(p.Wait)
	default:
		return "goes back at once"
	}
}

func minutes(d time.Duration) string {
	if d == time.Minute {
		return "1 minute"
	}
	return fmt.Sprintf("%.3g minutes", d.Minutes())
}

func (m *message) row(now time.Time) messageRow {
	row := messageRow{ID: m.ID, Type: m.Type}
	switch {
	case m.State == messageConfirmed:
		row.State, row.Button = "confirmed", "Send again"
	case m.State == messageGivenUp:
		row.State, row.Button = "not confirmed; given up: "+m.Problem, "Send again"
	case m.State == messageLost:
		row.State, row.Button = "lost on purpose", "Send now"
	case m.held(now):
		row.State, row.Button = "held back until "+clockTime(m.DueAt), "Send now"
	case m.ClaimedBy != "":
		row.State = "on its way"
	case m.Problem != "":
		row.State, row.Button = "next attempt at "+clockTime(m.DueAt)+": "+m.Problem, "Send now"
	default:
		row.State, row.Button = "about to be sent", "Send now"
	}
	return row
}
