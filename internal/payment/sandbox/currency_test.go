package sandbox

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMoneyIsWrittenInItsCurrencysUnits(t *testing.T) {
	for _, c := range []struct {
		amount   int64
		currency string
		want     string
	}{
		{4500, "EUR", "€45.00"},
		{0, "EUR", "€0.00"},
		{5, "USD", "$0.05"},
		{99, "GBP", "£0.99"},
		{100, "GBP", "£1.00"},
		{99999, "EUR", "€999.99"},
		{100000, "EUR", "€1,000.00"},
		{123456789, "EUR", "€1,234,567.89"},
		{0, "JPY", "¥0"},
		{4500, "JPY", "¥4,500"},
		{1, "KWD", "KWD 0.001"},
		{1234567, "BHD", "BHD 1,234.567"},
		{12345, "CLF", "CLF 1.2345"},
		{4500, "CHF", "CHF 45.00"},
		{math.MaxInt64, "XAF", "XAF 9,223,372,036,854,775,807"},
	} {
		require.Equal(t, c.want, formatMoney(c.amount, c.currency))
	}
}

func TestAmountsAreReadAsTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		want           int64
	}{
		{"45", "EUR", 4500},
		{"45.5", "EUR", 4550},
		{"45,50", "EUR", 4550},
		{"0.05", "EUR", 5},
		{"45.", "EUR", 4500},
		{"4500", "JPY", 4500},
		{"1.234", "KWD", 1234},
		{"1.2345", "CLF", 12345},
	} {
		got, ok := parseNumber(c.text, c.currency)
		require.True(t, ok, c.text)
		require.Equal(t, c.want, got, c.text)
		again, ok := parseNumber(formatNumber(c.want, c.currency), c.currency)
		require.True(t, ok)
		require.Equal(t, c.want, again)
	}
	for _, c := range [][2]string{
		{"", "EUR"},
		{".", "EUR"},
		{".5", "EUR"},
		{"1.234", "EUR"},
		{"1.0", "JPY"},
		{"-1", "EUR"},
		{"+1", "EUR"},
		{"1,000.00", "EUR"},
		{"1.-1", "EUR"},
		{"1e2", "EUR"},
		{"0x10", "EUR"},
		{" 1", "EUR"},
		{"1_0", "EUR"},
		{"92233720368547758.08", "EUR"},
	} {
		_, ok := parseNumber(c[0], c[1])
		require.False(t, ok, c)
	}
}
