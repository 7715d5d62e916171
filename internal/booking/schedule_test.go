package booking_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// A schedule is what customers, the provider, the organizer, the workers and
// misfortune do to one event, move by move. It is data: the same schedule does
// the same again, so that one that finds something can be made smaller.
type schedule []move

// move is one thing that happens. Its numbers choose among what is there at
// that moment, so that every schedule makes sense.
type move struct {
	does  deed
	which int // of the orders, seats, letters …
	how   int
	// mishap befalls one of the calls that the move makes to a port, or to any:
	// the one numbered at.
	mishap mishap
	port   string
	at     int
	// meanwhile is what another instance does at that call.
	meanwhile *move
}

type deed int

const (
	orders         deed = iota // a customer orders seats
	ordersAgain                // a client repeats a call, with its key
	pays                       // at the provider, as asked
	paysWrong                  // another amount
	fails                      // the provider gives the payment up
	letterComes                // a webhook is delivered, any of those under way
	letterLost                 // a webhook of a payment never comes
	customerLeaves             // cancels the order
	holdReleased               // releases the hold, and so the order
	organizerEnds              // cancels, with a refund where it is paid
	refundOutside              // at the provider itself
	timePasses
	workerSettles
	workerSweeps
	workerRepairs
	redisIsLost
	storeIsAway
	refundsRefused
	refundsSlow
	refundsArrive // or fail, at the bank
	askingIsStale // the provider shows no refund yet
	deeds
)

var deedNames = []string{
	"orders", "orders again", "pays", "pays a wrong amount", "payment fails", "letter comes", "letter lost",
	"customer leaves", "hold released", "organizer ends", "refund outside", "time passes", "settles", "sweeps", "repairs",
	"Redis lost", "away", "refunds refused", "refunds slow", "refunds arrive", "asking is stale",
}

// often is how often each deed is drawn.
var often = map[deed]int{
	orders: 5, pays: 5, letterComes: 7, timePasses: 6, workerSettles: 6, organizerEnds: 3, customerLeaves: 2, askingIsStale: 2, refundsSlow: 2,
}

// drawable lists each deed as often as it is drawn, the favoured ones more often.
func drawable(favoured []deed) (list []deed) {
	for d := range deeds {
		times := max(1, often[d])
		if slices.Contains(favoured, d) {
			times *= 6
		}
		list = append(list, slices.Repeat([]deed{d}, times)...)
	}
	return list
}

type mishap int

const (
	none mishap = iota
	callAway
	callReplyLost
	crashBefore
	crashAfter
	somethingElse // meanwhile
	mishaps
)

var mishapNames = []string{"", "away", "reply lost", "crash before", "crash after", "meanwhile"}

func (m move) String() string {
	s := fmt.Sprintf("%s %d %d", deedNames[m.does], m.which, m.how)
	if m.mishap != none {
		s += fmt.Sprintf(" [%s at %s%d", mishapNames[m.mishap], m.port, m.at)
		if m.meanwhile != nil {
			s += ": " + m.meanwhile.String()
		}
		s += "]"
	}
	return s
}

func (s schedule) String() string {
	lines := make([]string, len(s))
	for i, m := range s {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// evenly draws a number below n, each as often as any other: rapid's own
// numbers are mostly small, which here means the same few deeds.
func evenly(t *rapid.T, n int, label string) int {
	bits := 0
	for range 8 {
		bits <<= 1
		if rapid.Bool().Draw(t, label) {
			bits |= 1
		}
	}
	return bits % n
}

var somePorts = []string{"", "Orders.", "Orders.ReplaceOrder", "Provider.", "Holds."}

func drawDeed(t *rapid.T, from []deed) move {
	return move{does: from[evenly(t, len(from), "does")], which: evenly(t, 12, "which"), how: evenly(t, 12, "how")}
}

func drawMove(t *rapid.T, from []deed) move {
	m := drawDeed(t, from)
	if evenly(t, 2, "goes wrong") == 0 {
		return m
	}
	m.mishap = mishap(1 + evenly(t, int(mishaps)-1, "mishap"))
	if m.port = somePorts[evenly(t, len(somePorts), "port")]; m.port == "" {
		m.at = evenly(t, 7, "at")
	} else {
		m.at = evenly(t, 3, "at")
	}
	if m.mishap == somethingElse {
		other := drawDeed(t, from)
		if evenly(t, 4, "about another") != 0 {
			other.which = m.which
		}
		m.meanwhile = &other
	}
	return m
}

// schedules draws schedules of so many moves, with more of the favoured deeds.
// The first is always an order: without one there is nothing to do.
func schedules(least, most int, favoured ...deed) *rapid.Generator[schedule] {
	from := drawable(favoured)
	return rapid.Custom(func(t *rapid.T) schedule {
		moves := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) move { return drawMove(t, from) }), least-1, most-1).Draw(t, "schedule")
		return append(schedule{{does: orders}}, moves...)
	})
}
