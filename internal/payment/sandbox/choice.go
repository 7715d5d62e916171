package sandbox

import (
	"crypto/rand"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// What can be chosen on the page, by the field "action" of its forms; each is
// told to the shop. "pay", "fail" and "cancel" are the three buttons; the rest
// tests how the shop copes.
//
//	pay            it is paid; past the deadline, too, and after a failure
//	fail, cancel   it ends without a payment
//	pay_anyway     it is paid, also after the shop has withdrawn it
//	pay_wrong      it is paid with one minor unit less
//	pay_twice      it is paid twice; of a paid one: once more
//	pay_unordered  it fails and is paid then; the payment is told first
//	pay_late       it is paid by itself, right after its deadline
//	refund         "amount" of "payment" is given back (no amount: what is left)
//	plan_refund    what the next refund comes to, "plan": as_usual, refuse,
//	               fail or wait (the last two after "minutes")
//	tell           what the shop has not confirmed is sent again at once
//	send           "message", a webhook's id, is sent again, or now
//
// Those that end or pay take "delivery" as well: once (or none), twice, late
// (by "minutes") or never. "minutes" may be a fraction; without it they are 3.
var choices = map[string]func(*checkout, form) (said *view, err error){
	"pay":           choosePay,
	"fail":          chooseEnd(stateFailed),
	"cancel":        chooseEnd(stateCancelled),
	"pay_anyway":    payAnyway,
	"pay_wrong":     unlessPaid(func(c *checkout, f form, how delivery) { c.pay(max(c.Amount-1, 0), f.now, how) }),
	"pay_twice":     chooseTwice,
	"pay_unordered": unlessPaid(chooseUnordered),
	"pay_late":      unlessPaid(chooseLate),
	"refund":        chooseRefund,
	"plan_refund":   choosePlan,
	"tell":          chooseTell,
	"send":          chooseSend,
}

var payAnyway = unlessPaid(func(c *checkout, f form, how delivery) { c.pay(c.Amount, f.now, how) })

const (
	defaultMinutes = 3
	maxMinutes     = 24 * 60
)

// form is what was chosen, when, and by which instance it is carried out.
type form struct {
	url.Values
	now      time.Time
	instance string
}

// refusal is a choice that cannot be made. Nothing is changed by it.
type refusal struct{ view }

func (r *refusal) Error() string { return r.Text }

func choosePay(c *checkout, f form) (*view, error) {
	if c.State == stateWithdrawn {
		return nil, ended(c)
	}
	if c.State == statePaid {
		return chooseTell(c, f)
	}
	return payAnyway(c, f)
}

func chooseEnd(to state) func(*checkout, form) (*view, error) {
	return func(c *checkout, f form) (*view, error) {
		if c.State == to {
			return chooseTell(c, f)
		}
		if c.State != stateOpen {
			return nil, ended(c)
		}
		how, err := f.delivery()
		if err == nil {
			c.end(to, f.now, how)
		}
		return nil, err
	}
}

// unlessPaid is for what nobody can do to a payment that was made.
func unlessPaid(do func(c *checkout, f form, how delivery)) func(*checkout, form) (*view, error) {
	return func(c *checkout, f form) (*view, error) {
		if c.State == statePaid {
			return nil, ended(c)
		}
		how, err := f.delivery()
		if err == nil {
			do(c, f, how)
		}
		return nil, err
	}
}

func chooseTwice(c *checkout, f form) (*view, error) {
	how, err := f.delivery()
	if err != nil {
		return nil, err
	}
	if len(c.Payments) >= maxPayments {
		return nil, &refusal{tooManyPayments}
	}
	if c.State != statePaid {
		c.pay(c.Amount, f.now, how)
	}
	c.pay(c.Amount, f.now, how)
	return nil, nil
}

func chooseUnordered(c *checkout, f form, how delivery) {
	later := how
	later.Wait += outOfOrder
	if c.State == stateOpen {
		c.end(stateFailed, f.now, later)
	}
	c.pay(c.Amount, f.now, how)
}

func chooseLate(c *checkout, f form, how delivery) {
	if !f.now.Before(c.ExpiresAt) {
		c.pay(c.Amount, f.now, how)
		return
	}
	c.Later = &later{At: c.ExpiresAt.Add(afterDeadline), How: how}
}

func chooseRefund(c *checkout, f form) (*view, error) {
	p := c.payment(f.Get("payment"))
	if p == nil || p.Foreign {
		return nil, &refusal{unknownPayment}
	}
	if len(c.Refunds) >= maxRefunds {
		return nil, &refusal{tooManyRefunds}
	}
	refunded, pending := c.refunded(p.ID)
	amount := p.Amount - refunded - pending
	if text := f.Get("amount"); text != "" {
		var ok bool
		if amount, ok = parseNumber(text, c.Currency); !ok {
			return nil, &refusal{unknownAmount}
		}
	}
	err := c.refund(refund{
		Key: "page_" + rand.Text(), PaymentID: p.ID, Amount: amount, Currency: c.Currency, Reason: "refunded on the sandbox's page",
	}, f.now)
	if err != nil { // the refusal is stored: it may have spent a plan
		said := refundRefusal(err)
		return &said, nil
	}
	return nil, nil
}

func choosePlan(c *checkout, f form) (*view, error) {
	minutes, err := f.minutes()
	if err != nil {
		return nil, err
	}
	switch f.Get("plan") {
	case "as_usual":
		c.NextRefund = plan{}
	case string(planRefuse):
		c.NextRefund = plan{Kind: planRefuse}
	case string(planFail):
		c.NextRefund = plan{Kind: planFail, Wait: minutes}
	case string(planWait):
		c.NextRefund = plan{Kind: planWait, Wait: minutes}
	default:
		return nil, &refusal{unknownChoice}
	}
	return nil, nil
}

func chooseTell(c *checkout, f form) (*view, error) {
	c.hurryAll(f.instance, f.now)
	return nil, nil
}

func chooseSend(c *checkout, f form) (*view, error) {
	m := c.message(f.Get("message"))
	if m == nil {
		return nil, &refusal{unknownMessage}
	}
	m.hurry(f.instance, f.now)
	return nil, nil
}

// delivery reads how the shop is to be told.
func (f form) delivery() (delivery, error) {
	switch f.Get("delivery") {
	case "", "once":
		return delivery{}, nil
	case "twice":
		return delivery{Copies: 1}, nil
	case "late":
		wait, err := f.minutes()
		return delivery{Wait: wait}, err
	case "never":
		return delivery{Lost: true}, nil
	default:
		return delivery{}, &refusal{unknownChoice}
	}
}

func (f form) minutes() (time.Duration, error) {
	text := f.Get("minutes")
	if text == "" {
		return defaultMinutes * time.Minute, nil
	}
	minutes, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(minutes) || minutes < 0 || minutes > maxMinutes {
		return 0, &refusal{unknownMinutes}
	}
	return time.Duration(minutes * float64(time.Minute)).Truncate(time.Millisecond), nil
}

// ended refuses to end a checkout once more in another way.
func ended(c *checkout) error {
	return &refusal{view{
		status: http.StatusConflict, Mark: "problem", Title: "This payment has ended already",
		Text: c.happened() + " Nothing was changed, and nothing was sent to the shop.",
	}}
}
