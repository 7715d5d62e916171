package booking

import "time"

// HoldState is where a hold stands: held → paying → sold, or released, or
// expired.
type HoldState string

// The states of a hold. A blocked record is not a customer's hold: it keeps
// seats from sale for the organizer.
const (
	HoldHeld     HoldState = "held"
	HoldPaying   HoldState = "paying"
	HoldSold     HoldState = "sold"
	HoldReleased HoldState = "released"
	HoldExpired  HoldState = "expired"
	HoldBlocked  HoldState = "blocked"
)

// Hold is a customer's claim on seats until a deadline, judged by the hold
// store's clock.
type Hold struct {
	ID         string
	EventID    string
	CustomerID string
	Seats      []int // indexes in the plan, in the order they were asked for
	State      HoldState
	OrderID    string        // "" while no order is bound
	ExpiresAt  time.Time     // the deadline; zero once sold
	Left       time.Duration // until the deadline, by the hold store's clock
	Age        time.Duration // since it was first taken, by the hold store's clock
}

// Live reports whether the hold still claims its seats for a coming payment.
func (h *Hold) Live() bool { return h.State == HoldHeld || h.State == HoldPaying }

// SeatStatus is what a seat map shows for a seat.
type SeatStatus byte

// The characters of the seat map.
const (
	SeatFree    SeatStatus = '.'
	SeatHeld    SeatStatus = 'h'
	SeatSold    SeatStatus = 's'
	SeatBlocked SeatStatus = 'x'
)

// SeatMap is the state of all seats at a version. Seats has one SeatStatus
// character a seat, in plan order. A lapsed hold shows as held until the
// sweeper has announced it, at most a second later.
type SeatMap struct {
	Version string // opaque to clients: <epoch>-<n>
	Seats   []byte
}

// Ended is a hold that the sweeper found past its deadline.
type Ended struct {
	HoldID  string
	OrderID string // "" where no order was bound
	Seats   int
	Life    time.Duration // from the first taking to the deadline
	Lag     time.Duration // from the deadline to its announcement
}
