package sandbox

import (
	"strconv"
	"strings"
)

// minorDigits has the currencies whose minor unit is not a hundredth, by ISO
// 4217, list one (SIX Group, https://www.six-group.com/en/products-services/financial-information/data-standards.html).
var minorDigits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
	"RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

// symbols has the signs that mean one currency only to most readers.
var symbols = map[string]string{"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}

// formatMoney writes an amount of minor units (0 or more) as people do: 4500
// EUR is €45.00, 123456 JPY is ¥123,456, 4500 CHF is CHF 45.00.
func formatMoney(amount int64, currency string) string {
	whole, fraction := split(amount, currency)
	number := group(whole)
	if fraction != "" {
		number += "." + fraction
	}
	if symbol, ok := symbols[currency]; ok {
		return symbol + number
	}
	return currency + " " + number
}

// formatNumber writes an amount as a form's field has it: 123456 EUR is 1234.56.
func formatNumber(amount int64, currency string) string {
	whole, fraction := split(amount, currency)
	if fraction != "" {
		return whole + "." + fraction
	}
	return whole
}

// parseNumber reads an amount in the currency's whole units, with a point or a
// comma before what is less: "45", "45.5" and "45,50" EUR are 4500, 4550, 4550.
func parseNumber(s, currency string) (amount int64, ok bool) {
	whole, fraction, _ := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	digits := digitsOf(currency)
	if whole == "" || len(fraction) > digits {
		return 0, false
	}
	amount, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 64)
	return amount, err == nil && amount >= 0 && whole[0] != '+' && whole[0] != '-'
}

func digitsOf(currency string) int {
	if digits, special := minorDigits[currency]; special {
		return digits
	}
	return 2
}

// split cuts an amount into whole units and what is less.
func split(amount int64, currency string) (whole, fraction string) {
	digits := digitsOf(currency)
	s := strconv.FormatInt(amount, 10)
	if missing := digits + 1 - len(s); missing > 0 {
		s = strings.Repeat("0", missing) + s
	}
	return s[:len(s)-digits], s[len(s)-digits:]
}

// group puts commas between thousands.
func group(s string) string {
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
