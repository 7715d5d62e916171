package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"seathold/internal/payment/standardwebhook"
)

// messageState says what became of a message to the shop.
type messageState string

const (
	messageWaiting   messageState = "waiting" // for its next attempt, or for the end of one
	messageConfirmed messageState = "confirmed"
	messageGivenUp   messageState = "given_up"
	messageLost      messageState = "lost" // on purpose: it is never sent
)

// claimTime is how long an attempt may take. Its message is left alone until
// then, and sent again afterwards: whoever made the attempt has died.
const claimTime = attemptTimeout + 5*time.Second

// message is one webhook, kept with its checkout until the shop has confirmed
// it and afterwards as a record of that.
type message struct {
	ID        string               `json:"id"` // the webhook's id, the same at each attempt
	Type      string               `json:"type"`
	At        time.Time            `json:"at"` // of the happening
	Data      standardwebhook.Data `json:"data"`
	State     messageState         `json:"state"`
	DueAt     time.Time            `json:"due_at,omitzero"`
	Attempts  int                  `json:"attempts"`
	Copies    int                  `json:"copies,omitempty"`     // still to be sent once it is confirmed
	ClaimedBy string               `json:"claimed_by,omitempty"` // the instance whose attempt is under way
	Problem   string               `json:"problem,omitempty"`    // what was wrong with the last attempt
}

// delivery is how a message is to reach the shop.
type delivery struct {
	Wait   time.Duration `json:"wait,omitempty"` // before the first attempt
	Copies int           `json:"copies,omitempty"`
	Lost   bool          `json:"lost,omitempty"`
}

// tell adds a message. One that was told before is not told anew.
func (c *checkout) tell(id, kind, payment string, amount int64, at time.Time, how delivery) {
	if c.message(id) != nil {
		return
	}
	m := message{
		ID: id, Type: kind, At: at,
		Data:  standardwebhook.Data{PaymentID: payment, OrderID: c.OrderID, Amount: amount, Currency: c.Currency},
		State: messageWaiting, DueAt: at.Add(how.Wait), Copies: how.Copies,
	}
	if how.Lost {
		m.State, m.DueAt = messageLost, time.Time{}
	}
	c.Messages = append(c.Messages, m)
}

// body is the same at each attempt.
func (m *message) body() ([]byte, error) {
	return standardwebhook.Message{Type: m.Type, Timestamp: m.At, Data: m.Data}.Encode()
}

// message returns the message with this id, nil where there is none.
func (c *checkout) message(id string) *message {
	i := slices.IndexFunc(c.Messages, func(m message) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Messages[i]
}

// claim takes the first message that is due for an attempt of this instance.
func (c *checkout) claim(instance string, now time.Time) (message, bool) {
	for i := range c.Messages {
		if m := &c.Messages[i]; m.State == messageWaiting && !now.Before(m.DueAt) {
			m.ClaimedBy, m.DueAt, m.Attempts = instance, now.Add(claimTime), m.Attempts+1
			return *m, true
		}
	}
	return message{}, false
}

// held reports whether the message is held back on purpose.
func (m *message) held(now time.Time) bool {
	return m.State == messageWaiting && m.Attempts == 0 && now.Before(m.DueAt)
}

// hurry makes the message due now, whatever became of it. An attempt of this
// instance that is under way goes on; one of another may have died with it.
func (m *message) hurry(instance string, now time.Time) {
	if m.State == messageWaiting && m.ClaimedBy == instance {
		return
	}
	if m.State != messageWaiting {
		m.Attempts = 0
	}
	m.State, m.DueAt, m.ClaimedBy = messageWaiting, now, ""
}

// hurryAll hurries what the shop should know by now: not what is held back or
// lost on purpose.
func (c *checkout) hurryAll(instance string, now time.Time) {
	for i := range c.Messages {
		m := &c.Messages[i]
		if m.State == messageGivenUp || (m.State == messageWaiting && !m.held(now)) {
			m.hurry(instance, now)
		}
	}
}

// confirmed notes that the shop has taken the message.
func (m *message) confirmed(now time.Time) {
	m.ClaimedBy, m.Problem = "", ""
	if m.Copies > 0 {
		m.Copies--
		m.DueAt, m.Attempts = now, 0
		return
	}
	m.State, m.DueAt = messageConfirmed, time.Time{}
}

// failed notes that an attempt did not reach its end. It reports false when
// that was the last one.
func (m *message) failed(cause error, now time.Time, backoff Backoff) (wait time.Duration, more bool) {
	m.ClaimedBy, m.Problem = "", cause.Error()
	wait, more = backoff(m.Attempts - 1)
	if !more {
		m.State, m.DueAt = messageGivenUp, time.Time{}
		return 0, false
	}
	wait = max(wait, retryAfter(cause))
	m.DueAt = now.Add(wait)
	return wait, true
}

// released notes that an attempt was cut short by the end of this instance.
func (m *message) released(cause error, now time.Time) {
	m.ClaimedBy, m.Problem, m.DueAt = "", cause.Error(), now
}

// webhookID names the message of one happening of one payment.
func webhookID(paymentID, happening string) string {
	sum := sha256.Sum256([]byte(paymentID + "\x00" + happening))
	return "msg_" + hex.EncodeToString(sum[:16])
}
