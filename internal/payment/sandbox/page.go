package sandbox

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"seathold/internal/payment/standardwebhook"
)

const (
	pagePath     = "/sandbox/pay/"
	formMaxBytes = 4 << 10
)

// Handler serves the payment pages under /sandbox/pay/, by their full path. It
// needs no JavaScript and no cookies: whoever has the URL may choose.
func (p *Provider) Handler() http.Handler { return http.HandlerFunc(p.serve) }

func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.URL.Path, pagePath)
	if !ok {
		p.render(w, notFound)
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.render(w, methodNotAllowed)
		return
	}
	pay, ok := p.seal.open(token)
	if !ok {
		p.render(w, notFound)
		return
	}
	v := p.show(pay)
	if r.Method == http.MethodPost {
		v = p.choose(w, r, pay)
	}
	p.render(w, v.of(pay, p.now()))
}

// show is the page before a choice is made.
func (p *Provider) show(pay payment) view {
	if !p.now().Before(pay.ExpiresAt) {
		return expired
	}
	return choice
}

// choose takes the customer's choice, tells the shop, and says what came of it.
// It takes a choice after the deadline too: payments that arrive late are what
// a shop must be able to handle.
func (p *Provider) choose(w http.ResponseWriter, r *http.Request, pay payment) view {
	r.Body = http.MaxBytesReader(w, r.Body, formMaxBytes)
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	o, ok := outcomes[r.PostForm.Get("action")]
	if !ok {
		return unknownChoice
	}
	d, err := p.tell(pay, o)
	if err != nil {
		p.log.Warn("sandbox payment not taken", "payment_id", pay.ID, "err", err)
		w.Header().Set("Retry-After", "1")
		return notTaken
	}
	return p.await(r, d, o)
}

// tell starts the delivery of an outcome.
func (p *Provider) tell(pay payment, o outcome) (*delivery, error) {
	m := standardwebhook.Message{
		Type: o.messageType, Timestamp: p.now(),
		Data: standardwebhook.Data{PaymentID: pay.ID, OrderID: pay.OrderID, Amount: pay.Amount, Currency: pay.Currency},
	}
	body, err := m.Encode()
	if err != nil {
		return nil, err
	}
	return p.courier.deliver(webhookID(pay.ID, o.action), body)
}

// await gives the delivery a moment to be confirmed. A customer who leaves
// meanwhile does not end it.
func (p *Provider) await(r *http.Request, d *delivery, o outcome) view {
	timer := time.NewTimer(p.pageWait)
	defer timer.Stop()
	select {
	case <-d.done:
		if d.err != nil {
			return o.undelivered()
		}
		return o.confirmed()
	case <-timer.C:
	case <-r.Context().Done():
	}
	return o.unconfirmed()
}

func badForm(err error) view {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return formTooLarge
	}
	return unknownChoice
}
