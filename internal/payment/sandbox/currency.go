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
	digits, special := minorDigits[currency]
	if !special {
		digits = 2
	}
	s := strconv.FormatInt(amount, 10)
	if missing := digits + 1 - len(s); missing > 0 {
		s = strings.Repeat("0", missing) + s
	}
	number := group(s[:len(s)-digits])
	if digits > 0 {
		number += "." + s[len(s)-digits:]
	}
	if symbol, ok := symbols[currency]; ok {
		return symbol + number
	}
	return currency + " " + number
}

// group puts commas between thousands.
func group(s string) string {
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
