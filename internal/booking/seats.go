package booking

import (
	"fmt"
	"time"
)

// SeatCounts says how many seats are in each state, and how many live holds
// there are.
type SeatCounts struct {
	Free, Held, Sold, Blocked int
	Holds                     int
}

// All is how many seats there are.
func (c SeatCounts) All() int { return c.Free + c.Held + c.Sold + c.Blocked }

// Count adds a seat to those of its status.
func (c *SeatCounts) Count(status SeatStatus) {
	switch status {
	case SeatHeld:
		c.Held++
	case SeatSold:
		c.Sold++
	case SeatBlocked:
		c.Blocked++
	default:
		c.Free++
	}
}

// Add adds the counts of another event.
func (c *SeatCounts) Add(more SeatCounts) {
	c.Free += more.Free
	c.Held += more.Held
	c.Sold += more.Sold
	c.Blocked += more.Blocked
	c.Holds += more.Holds
}

// SeatClaim is who has a seat at a moment, as the hold store has it.
type SeatClaim struct {
	Status  SeatStatus // exact: a seat whose hold has lapsed is free
	Paying  bool       // the payment has arrived and the sale is being stored
	OrderID string     // "" where none is bound, or the store does not tell
}

// LiveHold is a live hold and when it was taken, by the hold store's clock.
type LiveHold struct {
	Hold
	TakenAt time.Time
}

// Cursor sorts as the holds were taken; those of one millisecond sort by id.
func (h *LiveHold) Cursor() string { return fmt.Sprintf("%013d-%s", h.TakenAt.UnixMilli(), h.ID) }
