package sandbox

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed style.css
	styleCSS string

	page = template.Must(template.New("page").Parse(pageHTML))
	// policy allows this page's own style and form, and nothing else at all.
	policy = "default-src 'none'; style-src '" + styleHash() + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

func styleHash() string {
	sum := sha256.Sum256([]byte(styleCSS))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// view is what a page shows. Mark names its look and its icon.
type view struct {
	status  int
	Mark    string // "", "success", "failure", "cancelled", "waiting" or "problem"
	Title   string
	Text    string
	Choices bool   // show the three buttons
	Again   bool   // show the button that tells the shop once more
	Order   *order // nil where the payment is not known
	Tests   *tests // nil where there is nothing to test
	// DeadlineLabel says what the payment's deadline is; "" leaves it out.
	DeadlineLabel string
	Style         template.CSS
}

// order is a payment in a person's words.
type order struct {
	ID, Description, Amount string
	DeadlineISO, Deadline   string
	Left                    string // until the deadline; "" once it is over
	Refunded                string // "" where nothing has gone back
	Path                    string // of its page in the shop, which is this service
}

const timeForm = "2 Jan 2006, 15:04 UTC"

// of adds the payment that the page is about.
func (v view) of(c *checkout, now time.Time) view {
	v.Order = &order{
		ID: c.OrderID, Description: c.Description, Amount: formatMoney(c.Amount, c.Currency),
		DeadlineISO: c.ExpiresAt.Format(time.RFC3339),
		Deadline:    c.ExpiresAt.Format(timeForm),
		Left:        timeLeft(c.ExpiresAt.Sub(now)),
		Path:        "/orders/" + url.PathEscape(c.OrderID),
	}
	if refunded := c.refundedInAll(); refunded > 0 {
		v.Order.Refunded = formatMoney(refunded, c.Currency)
	}
	v.Tests = c.tests(now)
	return v
}

func timeLeft(d time.Duration) string {
	switch minutes := int(d.Round(time.Minute) / time.Minute); {
	case d <= 0:
		return ""
	case d < time.Minute:
		return "less than a minute left"
	case minutes == 1:
		return "1 minute left"
	default:
		return fmt.Sprintf("%d minutes left", minutes)
	}
}

// problem is a page that says what is wrong with a request.
func problem(status int, title, text string) view {
	return view{status: status, Mark: "problem", Title: title, Text: text}
}

const nothingSent = "Nothing was sent to the shop. "

// The pages that need no more than a payment, or not even that.
var (
	notFound = problem(http.StatusNotFound, "Payment not found",
		"This link does not belong to a payment. Open it again from your order, whole and unchanged.")
	methodNotAllowed = problem(http.StatusMethodNotAllowed, "Not possible here",
		"This page can only be opened, and its buttons pressed.")
	unknownChoice = problem(http.StatusBadRequest, "Choice not understood",
		nothingSent+"Open the page again and press one of its buttons.")
	formTooLarge = problem(http.StatusRequestEntityTooLarge, "Too much data",
		nothingSent+"Open the page again and press one of its buttons.")
	notTaken = problem(http.StatusServiceUnavailable, "Not possible at the moment",
		nothingSent+"Try again in a moment.")
	unknownMinutes = problem(http.StatusBadRequest, "How many minutes?",
		nothingSent+"Write a number of minutes from 0 to 1440.")
	unknownAmount = problem(http.StatusBadRequest, "How much?",
		nothingSent+"Write the amount in digits, as 12.50, with no more decimals than the currency has.")
	unknownPayment = problem(http.StatusBadRequest, "Which payment?",
		nothingSent+"Open the page again and press the button of one of its payments.")
	unknownMessage = problem(http.StatusBadRequest, "Which message?",
		nothingSent+"Open the page again and press the button of one of its messages.")
	tooManyPayments = problem(http.StatusConflict, "Enough payments",
		nothingSent+"This order has as many payments as the sandbox makes of one.")
	tooManyRefunds = problem(http.StatusConflict, "Enough refunds",
		nothingSent+"This order has as many refunds as the sandbox makes of one.")
)

// render answers with a page. It is made whole first, so that a fault in it
// cannot leave half of one behind.
func (p *Provider) render(w http.ResponseWriter, v view) {
	v.Style = template.CSS(styleCSS) //nolint:gosec // our own file, not input
	var body bytes.Buffer
	if err := page.Execute(&body, v); err != nil {
		p.log.Error("sandbox page", "err", err)
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	// A shop may open the page in a window of its own and watch for its closing.
	h.Set("Cross-Origin-Opener-Policy", "unsafe-none")
	h.Set("Cache-Control", "no-store")
	if v.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(v.status)
	if _, err := w.Write(body.Bytes()); err != nil {
		p.log.Debug("sandbox page not received", "err", err) // the customer has left
	}
}
