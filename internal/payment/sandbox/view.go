package sandbox

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"seathold/internal/payment/standardwebhook"
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
	Again   string // the action of the button that tells the shop once more
	Order   *order // nil where the payment is not known
	// DeadlineLabel says what the payment's deadline is; "" leaves it out.
	DeadlineLabel string
	Style         template.CSS
}

// order is a payment in a person's words.
type order struct {
	ID, Description, Amount string
	DeadlineISO, Deadline   string
	Left                    string // until the deadline; "" once it is over
}

// of adds the payment that the page is about.
func (v view) of(p payment, now time.Time) view {
	v.Order = &order{
		ID: p.OrderID, Description: p.Description, Amount: formatMoney(p.Amount, p.Currency),
		DeadlineISO: p.ExpiresAt.UTC().Format(time.RFC3339),
		Deadline:    p.ExpiresAt.UTC().Format("2 Jan 2006, 15:04 UTC"),
		Left:        timeLeft(p.ExpiresAt.Sub(now)),
	}
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

// The pages that need no more than a payment, or not even that.
var (
	choice  = view{status: http.StatusOK, Title: "Pay for your order", Choices: true, DeadlineLabel: "Pay before"}
	expired = view{
		status: http.StatusOK, Mark: "problem", Title: "This payment has expired",
		Text: "The time to pay is over. Go back to the shop to order again.", DeadlineLabel: "Expired",
	}
	notFound = view{
		status: http.StatusNotFound, Mark: "problem", Title: "Payment not found",
		Text: "This link does not belong to a payment. Open it again from your order, whole and unchanged.",
	}
	methodNotAllowed = view{
		status: http.StatusMethodNotAllowed, Mark: "problem", Title: "Not possible here",
		Text: "This page can only be opened, and its buttons pressed.",
	}
	unknownChoice = view{
		status: http.StatusBadRequest, Mark: "problem", Title: "Choice not understood",
		Text: "Nothing was sent to the shop. Open the page again and press one of its buttons.",
	}
	formTooLarge = view{
		status: http.StatusRequestEntityTooLarge, Mark: "problem", Title: "Too much data",
		Text: "Nothing was sent to the shop. Open the page again and press one of its buttons.",
	}
	notTaken = view{
		status: http.StatusServiceUnavailable, Mark: "problem", Title: "Not possible at the moment",
		Text: "Nothing was sent to the shop. Try again in a moment.",
	}
)

// outcome is one way in which a payment ends.
type outcome struct {
	action, messageType string
	mark, title, text   string
	chosen              string // the choice, as the customer made it
}

var outcomes = map[string]outcome{
	"pay": {
		"pay", standardwebhook.TypeSucceeded,
		"success", "Payment successful", "The shop has confirmed it. You can close this page and go back to the shop.",
		"You have paid.",
	},
	"fail": {
		"fail", standardwebhook.TypeFailed,
		"failure", "Payment failed", "No money was taken. The shop has confirmed that it knows. You can close this page.",
		"The payment failed, as you chose.",
	},
	"cancel": {
		"cancel", standardwebhook.TypeCancelled,
		"cancelled", "Payment cancelled", "No money was taken. The shop has confirmed that it knows. You can close this page.",
		"You have cancelled the payment.",
	},
}

// confirmed: the shop answered 2xx.
func (o outcome) confirmed() view {
	return view{status: http.StatusOK, Mark: o.mark, Title: o.title, Text: o.text}
}

// unconfirmed: it did not yet, and the delivery goes on.
func (o outcome) unconfirmed() view {
	return view{
		status: http.StatusAccepted, Mark: "waiting", Title: "Waiting for the shop", Again: o.action,
		Text: o.chosen + " The shop has not confirmed yet; we keep telling it. You can close this page.",
	}
}

// undelivered: it did not, and the delivery has ended.
func (o outcome) undelivered() view {
	return view{
		status: http.StatusBadGateway, Mark: "problem", Title: "The shop did not confirm", Again: o.action,
		Text: o.chosen + " We told the shop, but it did not confirm, and we have stopped.",
	}
}

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
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(v.status)
	if _, err := w.Write(body.Bytes()); err != nil {
		p.log.Debug("sandbox page not received", "err", err) // the customer has left
	}
}
