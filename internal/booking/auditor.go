package booking

import (
	"context"
	"slices"
	"time"
)

// auditor has what was read of both sides.
type auditor struct {
	s      *Service
	e      *Event
	seats  []SeatClaim
	at     time.Time            // of seats
	orders map[string]*claimant // by id; nil: it was looked for, and there is none
	claims map[int][]string     // by seat: the orders that claimed it whenever they were read
}

// claimant is an order as an audit needs it.
type claimant struct {
	owns    SeatStatus // SeatSold, SeatBlocked, or SeatFree
	pending bool
	until   time.Time // of a pending one: its deadline
	accepts bool      // a payment may still make it an owner
}

func (a *auditor) readAll(ctx context.Context) (err error) {
	if a.seats, a.at, err = a.s.Holds.SeatClaims(ctx, a.e); err != nil {
		return err
	}
	return a.s.Orders.EachOwner(ctx, a.e.ID, func(o Order) error {
		a.note(o)
		return nil
	})
}

// note replaces what is known of an order.
func (a *auditor) note(o Order) {
	c := &claimant{owns: SeatFree, pending: o.Status == OrderPending, until: o.ExpiresAt, accepts: o.AcceptsPayment()}
	switch {
	case o.OwnsSeats && o.IsBlock():
		c.owns = SeatBlocked
	case o.OwnsSeats:
		c.owns = SeatSold
	}
	a.orders[o.ID] = c
	for _, i := range planIndexes(a.e, o.Seats) {
		if !slices.Contains(a.claims[i], o.ID) {
			a.claims[i] = append(a.claims[i], o.ID)
		}
	}
}

// judge holds a seat against the orders as both were read last. ok: they agree.
func (a *auditor) judge(i int) (m Mismatch, ok bool) {
	shown := a.seats[i]
	m = Mismatch{Seat: i, Shown: shown.Status, ShownFor: shown.OrderID, Owned: SeatFree}
	owners, waiting := a.claimants(i)
	switch {
	case len(owners) > 0:
		m.OrderID = owners[len(owners)-1]
		m.Owned = a.orders[m.OrderID].owns
		return m, len(owners) == 1 && m.OrderID == shown.OrderID && shown.agrees(m.Owned)
	case len(waiting) > 0:
		m.Owned, m.OrderID = SeatHeld, waiting[0]
		return m, shown.Status == SeatHeld && slices.Contains(waiting, shown.OrderID)
	case shown.Status == SeatHeld:
		return m, a.mayHold(shown.OrderID)
	default:
		return m, shown.Status == SeatFree
	}
}

// agrees reports whether the hold store has a seat as its owner's order says:
// until the end of the sale's storing it is the hold's that is being paid.
func (c SeatClaim) agrees(owned SeatStatus) bool {
	return c.Status == owned || (c.Status == SeatHeld && c.Paying && owned == SeatSold)
}

// claimants are the orders that own the seat, and those that keep it until
// their payment's deadline.
func (a *auditor) claimants(i int) (owners, waiting []string) {
	for _, id := range a.claims[i] {
		switch c := a.orders[id]; {
		case c == nil:
		case c.owns != SeatFree:
			owners = append(owners, id)
		case c.pending && c.until.After(a.at):
			waiting = append(waiting, id)
		}
	}
	return owners, waiting
}

// mayHold reports whether a hold may have seats that no order claims: none is
// bound to it, or one that is not stored yet, or one that a payment that has
// come late may make an owner. An order that was not read yet is suspect.
func (a *auditor) mayHold(orderID string) bool {
	if orderID == "" {
		return true
	}
	c, known := a.orders[orderID]
	return known && (c == nil || c.accepts)
}

// readAgain reads the seats, and the orders that have to do with these.
func (a *auditor) readAgain(ctx context.Context, suspects suspects) (err error) {
	if a.seats, a.at, err = a.s.Holds.SeatClaims(ctx, a.e); err != nil {
		return err
	}
	ids := map[string]bool{}
	for i := range suspects {
		for _, id := range append(slices.Clone(a.claims[i]), a.seats[i].OrderID) {
			ids[id] = id != ""
		}
	}
	for id, named := range ids {
		if !named {
			continue
		}
		o, err := a.s.Orders.Order(ctx, id)
		switch {
		case CodeOf(err) == CodeNotFound || (err == nil && o.EventID != a.e.ID):
			a.orders[id] = nil
		case err != nil:
			return err
		default:
			a.note(o)
		}
	}
	return nil
}

func (a *auditor) count() (counts SeatCounts) {
	for _, c := range a.seats {
		counts.Count(c.Status)
	}
	return counts
}
