package booking

import "time"

// Hoarding says when a customer has kept seats of an event from others for too
// long without buying them (OWASP OAT-021, denial of inventory). The hold store
// judges it, by its own clock and from what it knows of the customer's holds in
// the event. The zero value sets no limit; the cap on seats stands apart.
type Hoarding struct {
	// So many holds that ended unpaid within the window refuse the next one,
	// until the cool-down after the last of them is over. A hold that ran out
	// counts, and one that was given back, itself or by its order's end, later
	// than a change of mind.
	UnpaidHolds  int
	Window       time.Duration
	CoolDown     time.Duration
	ChangeOfMind time.Duration
	// A customer's holds of one seat have one life together, from the first
	// taking; only a pending order's payment may take longer. When it is over they
	// cannot have the seat until they have been without it for the pause; so long
	// without it begins a new life, too.
	Life  time.Duration
	Pause time.Duration
	// MostSeats bounds what is remembered of a customer: who gave back more
	// different seats within the pause waits until it is over.
	MostSeats int
}

// The numbers of hoarding. The window and the pause are at most as long as the
// hold store keeps ended holds, an hour: what is forgotten cannot count.
const (
	// Five times in an hour from the seats to the till and back is no way to
	// buy; a family that quarrels about the row does it twice.
	unpaidHolds  = 5
	unpaidWindow = time.Hour
	// Long enough that the seats come round to others, short enough to forgive.
	coolDown = 10 * time.Minute
	// To look at seats, ask the others and take different ones is normal.
	changeOfMind = 2 * time.Minute
	// Whoever waits is meant to get the seat: the pause is a whole hold long.
	leastPause, longestPause = 10 * time.Minute, time.Hour
	// Four seats tried fifteen times in ten minutes. Each one remembered costs the
	// script some 3 µs at this customer's next hold, so there must not be many.
	mostSeatsTried = 60
)

// UsualHoarding returns the limits of a shop, but for life and pause, which
// follow from its holds' times.
func UsualHoarding() Hoarding {
	return Hoarding{
		UnpaidHolds: unpaidHolds, Window: unpaidWindow, CoolDown: coolDown, ChangeOfMind: changeOfMind,
		MostSeats: mostSeatsTried,
	}
}

// hoarding returns the limits for an event, whose holds last so long.
func (s *Service) hoarding(e *Event) Hoarding {
	h := s.limits.Hoarding
	if h != (Hoarding{}) {
		h.Life = s.limits.HoldMaxLife
		h.Pause = min(max(s.HoldTTL(e), leastPause), longestPause)
	}
	return h
}

// CoolDownReason says why a hold is refused with CodeCoolDown: it is the cause
// (Err) of that error.
type CoolDownReason string

// The reasons for a cool-down.
const (
	CoolDownUnpaid CoolDownReason = "unpaid_holds" // too many holds ended unpaid
	CoolDownLife   CoolDownReason = "seat_life"    // had these seats for too long
	CoolDownSeats  CoolDownReason = "many_seats"   // tried too many different seats
)

func (r CoolDownReason) Error() string { return string(r) }
