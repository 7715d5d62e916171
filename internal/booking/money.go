package booking

// Money is an amount in the currency's minor units (cents) with its ISO 4217
// code. One event has one currency.
type Money struct {
	Amount   int64
	Currency string
}

// ValidCurrency reports whether s has the form of an ISO 4217 code: three
// capital letters.
func ValidCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for _, c := range s {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}
