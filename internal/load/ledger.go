package load

import (
	"maps"
	"slices"
	"sync"
)

// ledger is what the customers believe they have paid for: whose which seat is,
// by nobody's books but theirs.
type ledger struct {
	mu      sync.Mutex
	orders  map[string]purchase // by id
	owner   map[string]string   // of a seat: the order
	doubles []DoubleSale
}

type purchase struct {
	by    *person
	seats []string
}

// DoubleSale is a seat that two orders have paid for.
type DoubleSale struct {
	Seat   string   `json:"seat"`
	Orders []string `json:"orders"`
}

func newLedger() *ledger {
	return &ledger{orders: map[string]purchase{}, owner: map[string]string{}}
}

// paid notes an order as paid; again, it changes nothing.
func (l *ledger) paid(order string, by *person, seats []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.orders[order]; known {
		return
	}
	l.orders[order] = purchase{by, slices.Clone(seats)}
	for _, seat := range seats {
		if other, sold := l.owner[seat]; sold {
			l.doubles = append(l.doubles, DoubleSale{seat, []string{other, order}})
			continue
		}
		l.owner[seat] = order
	}
}

// of returns a person's orders.
func (l *ledger) of(by *person) map[string]purchase {
	l.mu.Lock()
	defer l.mu.Unlock()
	theirs := map[string]purchase{}
	for id, p := range l.orders {
		if p.by == by {
			theirs[id] = p
		}
	}
	return theirs
}

// sold returns the seats that are sold, in order of their names, and how many orders paid for them.
func (l *ledger) sold() (seats []string, orders int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.owner)), len(l.orders)
}

func (l *ledger) doubleSales() []DoubleSale {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]DoubleSale{}, l.doubles...)
}

// ownerOf returns the order that paid for a seat.
func (l *ledger) ownerOf(seat string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.owner[seat]
}
