package stripe

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestMoneyIsCountedAsStripeDoes(t *testing.T) {
	for _, c := range []struct {
		ours, theirs int64
		currency     string
	}{
		{4500, 4500, "EUR"},
		{0, 0, "EUR"},
		{500, 500, "JPY"},
		{1000, 1000, "HUF"}, // zero-decimal for payouts only
		{80045, 80045, "TWD"},
		{5, 500, "ISK"},
		{5, 500, "UGX"},
		{500, 5, "MGA"},
		{5120, 5120, "KWD"},
		{10, 10, "BHD"},
		{math.MaxInt64, math.MaxInt64, "USD"},
	} {
		amount, currency, err := toStripe(booking.Money{Amount: c.ours, Currency: c.currency})
		require.NoError(t, err, c)
		require.Equal(t, c.theirs, amount, c)
		require.Equal(t, strings.ToLower(c.currency), currency)
		back, err := fromStripe(amount, currency)
		require.NoError(t, err, c)
		require.Equal(t, booking.Money{Amount: c.ours, Currency: c.currency}, back)
	}
}

func TestMoneyThatStripeCannotCountIsRefused(t *testing.T) {
	for _, c := range []struct {
		amount   int64
		currency string
		says     string
	}{
		{5124, "KWD", "multiples of 10 minor units"},
		{1, "OMR", "multiples of 10"},
		{550, "MGA", "multiples of 100"},
		{-1, "EUR", "no amount"},
		{math.MaxInt64, "ISK", "no amount"},
		{1000, "IQD", "does not take the currency"},
		{1000, "CLF", "does not take the currency"},
		{1000, "eur", "does not take the currency"},
		{1000, "", "does not take the currency"},
	} {
		_, _, err := toStripe(booking.Money{Amount: c.amount, Currency: c.currency})
		requireRefused(t, err)
		require.ErrorContains(t, err, c.says)
	}
}

func TestAnAmountThatCannotBeIsNotRead(t *testing.T) {
	for _, c := range []struct {
		amount   int64
		currency string
	}{
		{550, "isk"},
		{-1, "eur"},
		{math.MaxInt64, "mga"},
		{1000, "iqd"},
		{1000, "euro"},
		{1000, ""},
	} {
		_, err := fromStripe(c.amount, c.currency)
		require.Error(t, err, c)
		require.NotErrorIs(t, err, booking.ErrRefused)
	}
}
