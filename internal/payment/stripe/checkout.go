package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"seathold/internal/booking"
)

const (
	// Stripe wants a session to live at least 30 minutes from its making, and at
	// most 24 hours. It is made before the order's payment deadline; the minute
	// is for the way there and for clocks that differ.
	sessionOutlives = 31 * time.Minute
	// Stripe's pages cut longer names, and older API versions refuse them.
	nameMaxRunes = 250
	// Where an order's id stands in the metadata of what is made for it.
	orderIDKey = "order_id"
)

// sessionKeys is how many idempotency keys an order's session may use up.
const sessionKeys = 3

// CreatePayment makes the order's Checkout Session. All of it follows from the
// request and the public URL, so that a repeat is the same request under the
// same idempotency key, and gets the same session. A key whose answer is a
// stored fault, or that was used before the public URL changed, makes none any
// more: then the next key is used. Whatever the spent one made stays unpaid,
// since nobody was told its address. ErrRefused, CodeUnavailable.
func (p *Provider) CreatePayment(ctx context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	params, err := p.sessionParams(r)
	if err != nil {
		return booking.Checkout{}, err
	}
	ctx, cancel := p.call(ctx)
	defer cancel()
	var session *sdk.CheckoutSession
	for n := 1; ; n++ {
		params.SetIdempotencyKey(sessionKey(r.OrderID, n))
		if session, err = p.client.V1CheckoutSessions.Create(ctx, params); err == nil {
			break
		}
		if n == sessionKeys || !isSpent(err) {
			return booking.Checkout{}, refusal(err)
		}
	}
	if session.ID == "" || session.URL == "" {
		return booking.Checkout{}, unavailable(errors.New("its answer is no session that can be paid by"))
	}
	return booking.Checkout{ID: session.ID, Provider: Name, URL: session.URL, ExpiresAt: r.ExpiresAt}, nil
}

// sessionKey is the n-th idempotency key of the order's session, from 1.
func sessionKey(orderID string, n int) string {
	if n == 1 {
		return "seathold-checkout-" + orderID
	}
	return fmt.Sprintf("seathold-checkout-%s-%d", orderID, n)
}

// sessionParams describes the session: one line with the order's total. Prices
// are not offered in the customer's own currency, so that what is received is
// what was asked.
func (p *Provider) sessionParams(r booking.PaymentRequest) (*sdk.CheckoutSessionCreateParams, error) {
	base := strings.TrimRight(p.publicURL(), "/")
	if base == "" {
		return nil, unavailable(errors.New("the service's public URL is not known yet"))
	}
	if r.OrderID == "" {
		return nil, fmt.Errorf("%w: a payment needs the id of its order", booking.ErrRefused)
	}
	amount, currency, err := toStripe(r.Total)
	if err != nil {
		return nil, err
	}
	params := &sdk.CheckoutSessionCreateParams{
		Mode:              sdk.String(sdk.CheckoutSessionModePayment),
		ClientReferenceID: sdk.String(r.OrderID),
		Metadata:          map[string]string{orderIDKey: r.OrderID},
		PaymentIntentData: &sdk.CheckoutSessionCreatePaymentIntentDataParams{
			Metadata: map[string]string{orderIDKey: r.OrderID},
		},
		AdaptivePricing: &sdk.CheckoutSessionCreateAdaptivePricingParams{Enabled: sdk.Bool(false)},
		ExpiresAt:       sdk.Int64(r.ExpiresAt.Add(sessionOutlives).Unix()),
		SuccessURL:      sdk.String(returnURL(base, r.OrderID, "success")),
		CancelURL:       sdk.String(returnURL(base, r.OrderID, "cancelled")),
		LineItems: []*sdk.CheckoutSessionCreateLineItemParams{{
			Quantity: sdk.Int64(1),
			PriceData: &sdk.CheckoutSessionCreateLineItemPriceDataParams{
				Currency:   sdk.String(currency),
				UnitAmount: sdk.Int64(amount),
				ProductData: &sdk.CheckoutSessionCreateLineItemPriceDataProductDataParams{
					Name: sdk.String(lineName(r)),
				},
			},
		}},
	}
	return params, nil
}

// returnURL is where Stripe sends the customer afterwards: to the page of the
// order, which waits for the webhook where it has not come yet.
func returnURL(base, orderID, how string) string {
	return base + "/orders/" + url.PathEscape(orderID) + "?checkout=" + how
}

// lineName is what the customer reads above the amount.
func lineName(r booking.PaymentRequest) string {
	name := strings.TrimSpace(strings.ToValidUTF8(r.Description, "�"))
	if name == "" {
		return "Order " + r.OrderID
	}
	runes := []rune(name)
	if len(runes) <= nameMaxRunes {
		return name
	}
	return string(runes[:nameMaxRunes-1]) + "…"
}

// LookUpCheckout asks what became of a session. One that is complete but not
// paid has ended: the customer did their part, and the money, which may still
// come, is told by a webhook. CodeUnavailable.
func (p *Provider) LookUpCheckout(ctx context.Context, _, checkoutID string) (booking.CheckoutReport, error) {
	if checkoutID == "" {
		return booking.CheckoutReport{State: booking.CheckoutUnknown}, nil
	}
	ctx, cancel := p.call(ctx)
	defer cancel()
	params := &sdk.CheckoutSessionRetrieveParams{}
	params.AddExpand("payment_intent")
	session, err := p.client.V1CheckoutSessions.Retrieve(ctx, checkoutID, params)
	if isMissing(err) {
		return booking.CheckoutReport{State: booking.CheckoutUnknown}, nil
	}
	if err != nil {
		return booking.CheckoutReport{}, unavailable(err)
	}
	report, err := reportOf(session)
	if err != nil {
		return booking.CheckoutReport{}, unavailable(err)
	}
	return report, nil
}

func reportOf(s *sdk.CheckoutSession) (booking.CheckoutReport, error) {
	switch {
	case s.PaymentStatus == sdk.CheckoutSessionPaymentStatusPaid,
		s.PaymentStatus == sdk.CheckoutSessionPaymentStatusNoPaymentRequired:
		return paidReport(s)
	case s.Status == sdk.CheckoutSessionStatusOpen:
		return booking.CheckoutReport{State: booking.CheckoutOpen}, nil
	case s.Status == sdk.CheckoutSessionStatusComplete: // a debit or a transfer is under way
		return booking.CheckoutReport{State: booking.CheckoutProcessing}, nil
	case s.Status == sdk.CheckoutSessionStatusExpired:
		return booking.CheckoutReport{State: booking.CheckoutEnded}, nil
	default:
		return booking.CheckoutReport{}, fmt.Errorf("a session that is %q cannot be understood", s.Status)
	}
}

// paidReport takes what was received from the PaymentIntent, and from the
// session where that has none, since nothing was to be paid.
func paidReport(s *sdk.CheckoutSession) (booking.CheckoutReport, error) {
	id, amount, currency := s.ID, s.AmountTotal, s.Currency
	if intent := s.PaymentIntent; intent != nil {
		id = intent.ID
		if intent.Currency != "" { // it came expanded
			amount, currency = intent.AmountReceived, intent.Currency
		}
	} else if s.PaymentStatus == sdk.CheckoutSessionPaymentStatusPaid {
		return booking.CheckoutReport{}, errors.New("a paid session names no payment")
	}
	received, err := fromStripe(amount, string(currency))
	if err != nil {
		return booking.CheckoutReport{}, err
	}
	return booking.CheckoutReport{State: booking.CheckoutPaid, PaymentID: id, Received: received}, nil
}

// CancelCheckout ends a session. Stripe refuses that for one that is not open;
// what it has become then says how this ends. One that Stripe does not know
// takes no payment. CodeAlreadyPaid, CodeUnavailable.
func (p *Provider) CancelCheckout(ctx context.Context, orderID, checkoutID string) error {
	if checkoutID == "" {
		return nil
	}
	err := p.expire(ctx, checkoutID)
	switch {
	case err == nil:
		return nil
	case isMissing(err):
		p.log.WarnContext(ctx, "Stripe knows no such checkout; was it made with the API key of another account?",
			"order", orderID, "checkout", checkoutID)
		return nil
	case !isInvalid(err):
		return unavailable(err)
	}
	report, lookUpErr := p.LookUpCheckout(ctx, orderID, checkoutID)
	switch {
	case lookUpErr != nil:
		return lookUpErr
	case report.State == booking.CheckoutPaid:
		return booking.Errorf(booking.CodeAlreadyPaid, "the order has been paid at this moment")
	case report.State == booking.CheckoutOpen:
		return unavailable(err) // a payment is being made right now
	default:
		return nil
	}
}

func (p *Provider) expire(ctx context.Context, checkoutID string) error {
	ctx, cancel := p.call(ctx)
	defer cancel()
	_, err := p.client.V1CheckoutSessions.Expire(ctx, checkoutID, &sdk.CheckoutSessionExpireParams{})
	return err
}
