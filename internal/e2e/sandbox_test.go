package e2e

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// openPage opens the payment page as a browser does.
func (c *client) openPage(o order) answer {
	a := answer{call: "GET " + o.Payment.URL}
	request, err := http.NewRequest(http.MethodGet, o.Payment.URL, nil)
	if err != nil {
		a.err = err
		return a
	}
	return a.of(c.http, request)
}

// press presses a button of the payment page, such as pay, fail or cancel; more
// are further fields of its form, as "name=value".
func (c *client) press(o order, button string, more ...string) answer {
	a := answer{call: "POST " + o.Payment.URL + " " + button}
	form := url.Values{"action": {button}}
	for _, field := range more {
		name, value, _ := strings.Cut(field, "=")
		form.Set(name, value)
	}
	request, err := http.NewRequest(http.MethodPost, o.Payment.URL, strings.NewReader(form.Encode()))
	if err != nil {
		a.err = err
		return a
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return a.of(c.http, request)
}

// sandboxPage is what the page shows of a checkout.
type sandboxPage struct {
	title string
	// payments are the sandbox's own, messages what the shop is told; each with
	// its state in the page's words.
	payments, messages [][2]string
}

var (
	pageTitle   = regexp.MustCompile(`<h1>([^<]*)</h1>`)
	pagePayment = regexp.MustCompile(`<p><b>[^<]*</b> ([^<]*) <small>([^<]*)</small></p>`)
	pageMessage = regexp.MustCompile(`<p><b>((?:payment|refund)\.[a-z]+)</b> ([^<]*)</p>`)
)

// page reads the payment page of an order.
func (c *client) page(t *testing.T, o order) sandboxPage {
	t.Helper()
	a := patiently(t, func() answer { return c.openPage(o) })
	requireStatus(t, a, http.StatusOK)
	shown := string(a.body)
	title := pageTitle.FindStringSubmatch(shown)
	require.NotNil(t, title, "%s", a)
	p := sandboxPage{title: html.UnescapeString(title[1])}
	for _, found := range pagePayment.FindAllStringSubmatch(shown, -1) {
		p.payments = append(p.payments, [2]string{found[2], html.UnescapeString(found[1])})
	}
	for _, found := range pageMessage.FindAllStringSubmatch(shown, -1) {
		p.messages = append(p.messages, [2]string{found[1], html.UnescapeString(found[2])})
	}
	return p
}

// told counts the messages of a type, whatever their state: each stands for one
// thing that happened at the sandbox.
func (p sandboxPage) told(kind string) (n int) {
	for _, m := range p.messages {
		if m[0] == kind {
			n++
		}
	}
	return n
}

// requireRefundedOnce asks the sandbox what it gave back of an order's payments:
// something, and by one refund alone.
func requireRefundedOnce(t *testing.T, c *client, o order) {
	t.Helper()
	p := c.page(t, o)
	require.Equal(t, 1, p.told("refund.succeeded"), "%+v", p)
	require.Zero(t, p.told("refund.failed"), "%+v", p)
}
