package stripe

import (
	"fmt"
	"math"
	"strings"

	"seathold/internal/booking"
)

// units says how Stripe counts a currency. Of most it counts the minor units of
// ISO 4217, as the domain does. The others stand in its documentation
// (https://docs.stripe.com/currencies#minor-units and #special-cases).
type units struct {
	ofOurs   int64 // so many of Stripe's units are one of ours
	ofTheirs int64 // so many of ours are one of Stripe's
	multiple int64 // Stripe's amounts are multiples of it
}

var (
	iso = units{ofOurs: 1, ofTheirs: 1, multiple: 1}
	// No minor unit any more, but the API still wants hundredths, always 00.
	hundredths = units{ofOurs: 100, ofTheirs: 1, multiple: 100}
	// A minor unit by ISO 4217, and none at Stripe.
	whole = units{ofOurs: 1, ofTheirs: 100, multiple: 1}
	// Thousandths, of which card networks take no single ones.
	thousandths = units{ofOurs: 1, ofTheirs: 1, multiple: 10}
)

var special = map[string]units{
	"ISK": hundredths, "UGX": hundredths,
	"MGA": whole,
	"BHD": thousandths, "JOD": thousandths, "KWD": thousandths, "OMR": thousandths, "TND": thousandths,
}

// notTaken are currencies with other than two decimals that Stripe does not
// take: how it would count them is not known.
var notTaken = map[string]bool{"CLF": true, "IQD": true, "LYD": true, "UYI": true, "UYW": true}

// unitsOf returns how Stripe counts a currency of ISO 4217. ErrRefused.
func unitsOf(currency string) (units, error) {
	if !booking.ValidCurrency(currency) || notTaken[currency] {
		return units{}, fmt.Errorf("%w: Stripe does not take the currency %q; price the event in another", booking.ErrRefused, currency)
	}
	if u, ok := special[currency]; ok {
		return u, nil
	}
	return iso, nil
}

// toStripe returns an amount as Stripe counts it, and its name of the currency.
// ErrRefused: it cannot be said there.
func toStripe(m booking.Money) (amount int64, currency string, err error) {
	u, err := unitsOf(m.Currency)
	if err != nil {
		return 0, "", err
	}
	if m.Amount < 0 || m.Amount > math.MaxInt64/u.ofOurs {
		return 0, "", fmt.Errorf("%w: %d minor units of %s are no amount that Stripe takes", booking.ErrRefused, m.Amount, m.Currency)
	}
	amount = m.Amount * u.ofOurs
	if amount%u.ofTheirs != 0 || amount/u.ofTheirs%u.multiple != 0 {
		return 0, "", fmt.Errorf("%w: Stripe takes %s only in multiples of %d minor units, and this is %d; round the prices",
			booking.ErrRefused, m.Currency, max(u.ofTheirs, u.multiple/u.ofOurs), m.Amount)
	}
	return amount / u.ofTheirs, strings.ToLower(m.Currency), nil
}

// fromStripe returns what Stripe says of an amount, as the domain counts it.
func fromStripe(amount int64, currency string) (booking.Money, error) {
	code := strings.ToUpper(currency)
	u, err := unitsOf(code)
	if err != nil {
		return booking.Money{}, fmt.Errorf("an amount in the currency %q cannot be read", currency)
	}
	if amount < 0 || amount > math.MaxInt64/u.ofTheirs || amount*u.ofTheirs%u.ofOurs != 0 {
		return booking.Money{}, fmt.Errorf("%d is no amount of %s as Stripe counts it", amount, code)
	}
	return booking.Money{Amount: amount * u.ofTheirs / u.ofOurs, Currency: code}, nil
}
