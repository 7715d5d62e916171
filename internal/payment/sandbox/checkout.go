package sandbox

import (
	"slices"
	"strconv"
	"time"

	"seathold/internal/payment/standardwebhook"
)

// What a checkout is and what may become of it. Methods change the value only;
// storing it is a compare-and-set of the caller's (record.go). Amounts are in
// minor units of the checkout's currency, times are UTC in whole milliseconds.

// state is how a checkout stands.
type state string

const (
	stateOpen      state = "open"
	statePaid      state = "paid"
	stateFailed    state = "failed"
	stateCancelled state = "cancelled" // by the customer
	stateWithdrawn state = "withdrawn" // by the shop
	// stateNone: the shop never asked for a checkout here; it only had money
	// refunded of a payment that it had been told of in some other way.
	stateNone state = "none"
)

const (
	maxPayments = 10  // of one checkout; there is no end to "pay once more"
	maxRefunds  = 100 // that the page makes of one checkout
	// afterDeadline is how long after the deadline "pay after expiry" pays, and
	// outOfOrder how much later than its successor a message that is overtaken
	// goes out.
	afterDeadline = 2 * time.Second
	outOfOrder    = 2 * time.Second
)

// checkout is all that there is of one: a record's content.
type checkout struct {
	ID          string     `json:"id"`
	OrderID     string     `json:"order_id"`
	Description string     `json:"description"`
	Amount      int64      `json:"amount"` // what was asked for
	Currency    string     `json:"currency"`
	ExpiresAt   time.Time  `json:"expires_at"`
	State       state      `json:"state"`
	Payments    []received `json:"payments,omitempty"`
	Refunds     []refund   `json:"refunds,omitempty"`
	Messages    []message  `json:"messages,omitempty"`
	Later       *later     `json:"later,omitempty"`
	NextRefund  plan       `json:"next_refund,omitzero"`
}

// received is money that arrived.
type received struct {
	ID     string `json:"id"`
	Amount int64  `json:"amount"`
	// Foreign: not paid here. The shop was told of it by someone else who has
	// the webhook secret, and had it refunded.
	Foreign bool `json:"foreign,omitempty"`
}

// later is a payment that is made by itself when its time comes.
type later struct {
	At  time.Time `json:"at"`
	How delivery  `json:"how"`
}

// checkoutID is the id of an order's checkout, and of its first payment.
func checkoutID(orderID string) string { return "pay_" + orderID }

// paymentID is the id of the n-th payment of a checkout, counted from 1.
func paymentID(checkoutID string, n int) string {
	if n == 1 {
		return checkoutID
	}
	return checkoutID + "_" + strconv.Itoa(n)
}

// payment returns the payment with this id, nil where there is none.
func (c *checkout) payment(id string) *received {
	i := slices.IndexFunc(c.Payments, func(r received) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Payments[i]
}

// firstPayment is the first one that was made here.
func (c *checkout) firstPayment() received {
	i := slices.IndexFunc(c.Payments, func(r received) bool { return !r.Foreign })
	if i < 0 {
		return received{}
	}
	return c.Payments[i]
}

// pay takes a payment, whatever became of the checkout before, and tells the shop.
func (c *checkout) pay(amount int64, at time.Time, how delivery) {
	n := 1
	for c.payment(paymentID(c.ID, n)) != nil {
		n++
	}
	r := received{ID: paymentID(c.ID, n), Amount: amount}
	c.Payments = append(c.Payments, r)
	c.State, c.Later = statePaid, nil
	c.tell(webhookID(r.ID, "pay"), standardwebhook.TypeSucceeded, r.ID, amount, at, how)
}

// end lets the checkout end without a payment, and tells the shop.
func (c *checkout) end(s state, at time.Time, how delivery) {
	c.State, c.Later = s, nil
	name, kind := "fail", standardwebhook.TypeFailed
	if s == stateCancelled {
		name, kind = "cancel", standardwebhook.TypeCancelled
	}
	c.tell(webhookID(c.ID, name), kind, c.ID, c.Amount, at, how)
}

// withdraw is the shop's wish that nobody pays any more. A payment that the
// customer has planned is money under way: it still arrives.
func (c *checkout) withdraw() {
	if c.State == stateOpen {
		c.State = stateWithdrawn
	}
}

// advance lets happen what was to happen by now without anybody's doing.
func (c *checkout) advance(now time.Time) {
	if c.Later != nil && !now.Before(c.Later.At) {
		c.pay(c.Amount, c.Later.At, c.Later.How)
	}
	for i := range c.Refunds {
		if r := &c.Refunds[i]; r.State == refundPending && !now.Before(r.SettlesAt) {
			c.settle(r, r.SettlesAt)
		}
	}
}

// dueAt is when there is something to do next; zero: nothing is left.
func (c *checkout) dueAt() time.Time {
	var due time.Time
	sooner := func(t time.Time) {
		if due.IsZero() || t.Before(due) {
			due = t
		}
	}
	if c.Later != nil {
		sooner(c.Later.At)
	}
	for _, r := range c.Refunds {
		if r.State == refundPending {
			sooner(r.SettlesAt)
		}
	}
	for _, m := range c.Messages {
		if m.State == messageWaiting {
			sooner(m.DueAt)
		}
	}
	return due
}
