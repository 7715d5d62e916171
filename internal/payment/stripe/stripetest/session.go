package stripetest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// session is a Checkout Session. It gets its PaymentIntent when the customer pays.
type session struct {
	id, url        string
	status         string // open, complete, expired
	paymentStatus  string // unpaid, paid
	amount         int64
	currency       string
	reference      string
	metadata       map[string]string
	intentMetadata map[string]string
	expiresAt      int64
	intent         *intent
}

func (x *session) object(expand bool) object {
	o := object{
		"id": x.id, "object": "checkout.session", "mode": "payment", "livemode": false,
		"status": x.status, "payment_status": x.paymentStatus, "payment_intent": nil,
		"client_reference_id": x.reference, "metadata": x.metadata,
		"amount_total": x.amount, "currency": x.currency, "expires_at": x.expiresAt, "url": nil,
	}
	if x.status == "open" {
		o["url"] = x.url
	}
	if x.intent != nil {
		o["payment_intent"] = x.intent.id
		if expand {
			o["payment_intent"] = x.intent.object()
		}
	}
	return o
}

func (s *Server) createSession(r request) answer {
	amount, problem := s.checkSession(r.form)
	if problem != "" {
		return refuse(http.StatusBadRequest, "invalid_request_error", "", problem)
	}
	expiresAt, _ := strconv.ParseInt(r.form.Get("expires_at"), 10, 64) // checked above
	x := &session{
		id: s.newID("cs"), status: "open", paymentStatus: "unpaid",
		amount: amount, currency: r.form.Get("line_items[0][price_data][currency]"),
		reference: r.form.Get("client_reference_id"), metadata: nested(r.form, "metadata"),
		intentMetadata: nested(r.form, "payment_intent_data[metadata]"), expiresAt: expiresAt,
	}
	x.url = s.URL + "/c/pay/" + x.id
	s.sessions[x.id] = x
	return found(x.object(false))
}

// checkSession has the rules of Stripe that its description of the API has not.
func (s *Server) checkSession(form url.Values) (amount int64, problem string) {
	amount, err := strconv.ParseInt(form.Get("line_items[0][price_data][unit_amount]"), 10, 64)
	if err != nil || amount < 1 || amount > 99_999_999 {
		return 0, "the amount must be 1 to 99999999"
	}
	currency := form.Get("line_items[0][price_data][currency]")
	if len(currency) != 3 || currency != strings.ToLower(currency) {
		return 0, "Invalid currency: " + currency
	}
	if name := form.Get("line_items[0][price_data][product_data][name]"); name == "" || len([]rune(name)) > 250 {
		return 0, "the name must have 1 to 250 characters"
	}
	expiresAt, err := strconv.ParseInt(form.Get("expires_at"), 10, 64)
	life := time.Unix(expiresAt, 0).Sub(s.now())
	if err != nil || life < 30*time.Minute || life > 24*time.Hour {
		return 0, "expires_at must be 30 minutes to 24 hours from now"
	}
	for _, name := range []string{"success_url", "cancel_url"} {
		if u, err := url.Parse(form.Get(name)); err != nil || u.Host == "" {
			return 0, "Not a valid URL: " + name
		}
	}
	return amount, ""
}

func (s *Server) retrieveSession(r request) answer {
	x, ok := s.sessions[r.id]
	if !ok {
		return missing("checkout.session", r.id)
	}
	return found(x.object(expands(r.form, "payment_intent")))
}

func (s *Server) expireSession(r request) answer {
	x, ok := s.sessions[r.id]
	if !ok {
		return missing("checkout.session", r.id)
	}
	if x.status != "open" {
		return decline(http.StatusBadRequest, "", fmt.Sprintf(
			"Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of `%s`.", x.status))
	}
	s.endSession(x)
	return found(x.object(false))
}

func (s *Server) endSession(x *session) {
	x.status = "expired"
	s.emit("checkout.session.expired", x.object(false))
}

// ExpireDue ends the sessions whose own time is over, as Stripe does unasked.
func (s *Server) ExpireDue() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.sessions)) {
		if x := s.sessions[id]; x.status == "open" && x.expiresAt <= s.now().Unix() {
			s.endSession(x)
		}
	}
}

// SessionOf returns the id of an order's newest session, "" where it has none.
func (s *Server) SessionOf(orderID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	newest := ""
	for id, x := range s.sessions {
		if x.reference == orderID && (newest == "" || number(id) > number(newest)) {
			newest = id
		}
	}
	return newest
}

func number(id string) int {
	n, err := strconv.Atoi(id[strings.LastIndex(id, "_")+1:])
	if err != nil {
		return 0
	}
	return n
}

// SessionState returns a session's status and payment_status.
func (s *Server) SessionState(id string) (status, paymentStatus string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x, ok := s.sessions[id]; ok {
		return x.status, x.paymentStatus
	}
	return "", ""
}
