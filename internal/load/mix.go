package load

import (
	"errors"
	"math/rand/v2"
	"slices"
)

// Kind is what a visitor has in mind.
type Kind string

// The kinds. All of them begin by looking at the event, its plan and its seats.
const (
	Browse  Kind = "browse"  // looks at the seats once more, and goes
	Listen  Kind = "listen"  // hears of changes for a while, and goes
	Buy     Kind = "buy"     // holds, orders and pays
	Abandon Kind = "abandon" // holds and goes: the seats are free at the deadline
	Release Kind = "release" // holds, and gives the seats back
	Cancel  Kind = "cancel"  // holds and orders, and cancels the order
)

// Kinds are all of them, in the order in which they are shown.
var Kinds = []Kind{Browse, Listen, Buy, Abandon, Release, Cancel}

// needsAccount reports whether only a customer with an account can do it.
func (k Kind) needsAccount() bool { return k != Browse && k != Listen }

// Mix are the kinds' weights; a kind that is missing does not come.
type Mix map[Kind]int

// Check returns an error where nobody would come.
func (m Mix) Check() error {
	total := 0
	for _, k := range Kinds {
		if m[k] < 0 {
			return errors.New(string(k) + ": a weight is 0 or more")
		}
		total += m[k]
	}
	if total == 0 {
		return errors.New("browse, listen, buy, abandon, release, cancel: all weights are 0: nobody would come")
	}
	return nil
}

// WithoutAccounts is what of the mix nobody needs an account for.
func (m Mix) WithoutAccounts() Mix {
	left := Mix{}
	for k, weight := range m {
		if !k.needsAccount() {
			left[k] = weight
		}
	}
	return left
}

// needsAccounts reports whether any of them has to be a customer.
func (m Mix) needsAccounts() bool {
	return slices.ContainsFunc(Kinds, func(k Kind) bool { return k.needsAccount() && m[k] > 0 })
}

// pick draws a kind.
func (m Mix) pick(random *rand.Rand) Kind {
	total := 0
	for _, k := range Kinds {
		total += m[k]
	}
	n := random.IntN(total)
	for _, k := range Kinds {
		if n -= m[k]; n < 0 {
			return k
		}
	}
	return Browse // not reached: n is less than the sum
}
