package standard

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"seathold/internal/booking"
)

// fill puts a payment into the template of its URL.
func fill(template string, r booking.PaymentRequest, returnURL string) string {
	return strings.NewReplacer(
		"{order_id}", url.QueryEscape(r.OrderID),
		"{payment_id}", url.QueryEscape(checkoutID(r.OrderID)),
		"{amount}", strconv.FormatInt(r.Total.Amount, 10),
		"{currency}", url.QueryEscape(r.Total.Currency),
		"{expires_at}", url.QueryEscape(formatTime(r.ExpiresAt)),
		"{return_url}", url.QueryEscape(returnURL),
	).Replace(template)
}

// returnURL is the page of an order, where customers come back to; "" where the
// service's own address is not known.
func (p *Provider) returnURL(orderID string) string {
	base := strings.TrimRight(p.publicURL(), "/")
	if base == "" {
		return ""
	}
	return base + "/orders/" + url.PathEscape(orderID)
}

// checkTemplate fills in an example. The error goes on after the name of what
// is wrong.
func checkTemplate(template string) error {
	if template == "" {
		return nil
	}
	example := fill(template, booking.PaymentRequest{
		OrderID: "1", Total: booking.Money{Amount: 1, Currency: "EUR"}, ExpiresAt: time.Unix(0, 0),
	}, "https://tickets.example/orders/1")
	if strings.ContainsAny(example, "{}") {
		return fmt.Errorf("%q has braces around something else than order_id, payment_id, amount, currency, expires_at or return_url", template)
	}
	return checkURL(example)
}

// checkURL requires an absolute URL of the web.
func checkURL(s string) error {
	u, err := url.Parse(s)
	if err == nil && (u.Host == "" || (u.Scheme != "https" && u.Scheme != "http")) {
		err = errors.New("it must begin with https:// or http:// and have a host")
	}
	if err != nil {
		return fmt.Errorf("%q is no web address: %w", s, err)
	}
	return nil
}
