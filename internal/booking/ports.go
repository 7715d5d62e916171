package booking

import (
	"context"
	"time"
)

// Page asks for a part of a list, newest first. Cursor is the id after which
// to go on, "" for the start. Limit is at least 1.
type Page struct {
	Cursor string
	Limit  int
}

// Events keeps events and their plans.
type Events interface {
	// InsertEvent stores a new event with its plan. ErrConflict: the id exists.
	InsertEvent(ctx context.Context, e *Event) error
	// UpdateEvent replaces everything but the plan, if the stored revision is
	// e.Revision, which it raises by one. ErrConflict: it is another, or there
	// is no such event.
	UpdateEvent(ctx context.Context, e *Event) error
	// Event returns the event without its plan. CodeNotFound.
	Event(ctx context.Context, id string) (*Event, error)
	// Plan returns the event's plan document as it was imported. CodeNotFound.
	Plan(ctx context.Context, eventID string) ([]byte, error)
	// ListEvents returns events without plans, newest id first.
	ListEvents(ctx context.Context, page Page) ([]*Event, error)
	// EventsOfOrganizer returns an organizer's events without plans, newest id first.
	EventsOfOrganizer(ctx context.Context, organizerID string, page Page) ([]*Event, error)
	// EventsEndingAfter returns all events, without plans, whose sale ends after t.
	EventsEndingAfter(ctx context.Context, t time.Time) ([]*Event, error)
}

// Orders keeps orders and blocks, and guards (event, sold seat).
type Orders interface {
	// InsertOrder stores a new document with Revision 1. ErrConflict: the id
	// exists, or (event, customer, idempotency key) does. ErrSeatSold: it owns
	// seats and one of them has an owner.
	InsertOrder(ctx context.Context, o Order) error
	// ReplaceOrder stores o with Revision+1 if the stored revision is
	// o.Revision. ErrConflict: it is another. ErrSeatSold: it owns seats and
	// one of them has another owner; the stored document is unchanged.
	ReplaceOrder(ctx context.Context, o Order) error
	// Order returns the document with this id. CodeNotFound.
	Order(ctx context.Context, id string) (Order, error)
	// OrderByPayment returns the order whose checkout or payments have this
	// payment id at this provider. CodeNotFound.
	OrderByPayment(ctx context.Context, provider, paymentID string) (Order, error)
	// OrderByKey returns the customer's order made with this idempotency key.
	// CodeNotFound.
	OrderByKey(ctx context.Context, customerID, key string) (Order, error)
	// OrdersOfCustomer returns the customer's orders, newest id first, no blocks.
	OrdersOfCustomer(ctx context.Context, customerID string, page Page) ([]Order, error)
	// OrdersOfEvent returns an event's documents in the given statuses, newest
	// id first; all statuses where none is given.
	OrdersOfEvent(ctx context.Context, eventID string, statuses []OrderStatus, page Page) ([]Order, error)
	// EachOwner calls fn for every document of the event that owns seats,
	// whatever its status, and for every pending one; it reads what a majority
	// has, from the primary. An error of fn ends it and is returned.
	EachOwner(ctx context.Context, eventID string, fn func(Order) error) error
	// Due returns documents of any event whose DueAt is not zero and not after
	// t, the earliest first. Without deadlines it leaves out those that wait for
	// their own: pending orders and active blocks.
	Due(ctx context.Context, t time.Time, deadlines bool, limit int) ([]Order, error)
	// RefundsDue returns orders of any event with money that is due back since
	// before, or at that time (Order.RefundDueSince), newest id first.
	RefundsDue(ctx context.Context, before time.Time, page Page) ([]Order, error)
}

// Accounts keeps the people who can log in.
type Accounts interface {
	// InsertAccount stores a new account. CodeEmailTaken. ErrConflict: the id exists.
	InsertAccount(ctx context.Context, a Account) error
	// Account returns the account with this id. CodeNotFound.
	Account(ctx context.Context, id string) (Account, error)
	// AccountByEmail returns the account with this lower-case e-mail. CodeNotFound.
	AccountByEmail(ctx context.Context, email string) (Account, error)
	// ChangePassword stores the hash and raises the session epoch by one, in one
	// step, if the stored epoch is epoch. ErrConflict: it is another, or there is
	// no such account.
	ChangePassword(ctx context.Context, id string, epoch int64, hash []byte) error
}

// RecordKind names a collection of records.
type RecordKind string

// The kinds of record that there are.
const (
	RecordLease          RecordKind = "leases"
	RecordEndpoint       RecordKind = "webhook_endpoints"
	RecordDelivery       RecordKind = "webhook_deliveries"
	RecordSandboxPayment RecordKind = "sandbox_payments"
	RecordRefreshFamily  RecordKind = "refresh_families"
)

// RecordKinds are all kinds, in no order that matters.
var RecordKinds = []RecordKind{
	RecordLease, RecordEndpoint, RecordDelivery, RecordSandboxPayment, RecordRefreshFamily,
}

// Record is a small document beside the orders: durable, changed on condition
// of its revision, and with content that only its owner reads.
type Record struct {
	ID       string
	Owner    string    // lists go by it; may be empty
	DueAt    time.Time // when a worker is to take it up; zero: never
	EndsAt   time.Time // until when it is kept; zero: for good
	Data     []byte    // JSON
	Revision int64     // 1 when inserted
}

// Records keeps records, each kind apart from the others.
type Records interface {
	// InsertRecord stores a new record with Revision 1. ErrConflict: the id exists.
	InsertRecord(ctx context.Context, kind RecordKind, r Record) error
	// ReplaceRecord stores r with Revision+1 if the stored revision is
	// r.Revision. ErrConflict: it is another, or there is no such record.
	ReplaceRecord(ctx context.Context, kind RecordKind, r Record) error
	// DeleteRecord removes the record; where there is none nothing happens.
	DeleteRecord(ctx context.Context, kind RecordKind, id string) error
	// Record returns the record with this id. CodeNotFound.
	Record(ctx context.Context, kind RecordKind, id string) (Record, error)
	// RecordsOf returns an owner's records, newest id first.
	RecordsOf(ctx context.Context, kind RecordKind, owner string, page Page) ([]Record, error)
	// RecordsDue returns records whose DueAt is set and not after t, the
	// earliest first.
	RecordsDue(ctx context.Context, kind RecordKind, t time.Time, limit int) ([]Record, error)
	// DeleteRecordsEnded removes up to limit records whose EndsAt is set and not
	// after t, and returns how many.
	DeleteRecordsEnded(ctx context.Context, kind RecordKind, t time.Time, limit int) (int, error)
}

// HoldRequest asks for a hold on all seats or none.
type HoldRequest struct {
	HoldID     string
	CustomerID string
	Seats      []int
	TTL        time.Duration
	MaxSeats   int       // held and bought seats of this customer in this event
	OpensAt    time.Time // zero: open
	ClosesAt   time.Time
	Hoarding   Hoarding
}

// ConfirmRequest readies seats for a payment that has arrived.
type ConfirmRequest struct {
	HoldID     string // a lost hold is recorded anew under this id
	OrderID    string
	CustomerID string
	Seats      []int
	Grace      time.Duration // the hold lives at least this long from now
}

// Restore is one document's claim on seats, as a rebuild puts it back.
type Restore struct {
	HoldID     string
	OrderID    string
	CustomerID string
	Seats      []int
	State      HoldState // HoldSold, HoldBlocked, HoldHeld for a pending order, HoldReleased for none
	ExpiresAt  time.Time // HoldHeld only
}

// Swept is what one round of the sweeper found in an event.
type Swept struct {
	Expired []Ended
	Removed int  // ended records past their keeping time
	More    bool // there is more to do at once
	// Stale: another server instance answers than the one that the event was
	// loaded on, so its state may be behind: repair it.
	Stale bool
}

// Holds keeps the seats' live state. Every method is atomic for its event and
// judges time by the store's own clock. All but Now and the loading return
// ErrNotLoaded where the event's state is missing or incomplete, and
// CodeUnavailable where the store does not answer; a call that failed so may
// or may not have taken effect, and may be repeated.
type Holds interface {
	// Now returns the store's clock.
	Now(ctx context.Context) (time.Time, error)
	// Hold takes all seats or none. A repeat with the same id, customer and
	// set of seats returns the hold as it is, and true.
	// CodeSeatsTaken (Seats: those that are taken), CodeCustomerLimit,
	// CodeCoolDown (by r.Hoarding; Seats where it is about these; Err is a
	// CoolDownReason), CodeNotOnSale, CodeIdempotencyKeyReused (other seats than before),
	// CodeHoldExpired, CodeHoldReleased.
	Hold(ctx context.Context, e *Event, r HoldRequest) (h Hold, repeated bool, err error)
	// GetHold returns a hold, live or ended; a lapsed one shows HoldExpired.
	// CodeNotFound.
	GetHold(ctx context.Context, e *Event, holdID string) (Hold, error)
	// HoldsOf returns the customer's live holds, oldest first.
	HoldsOf(ctx context.Context, e *Event, customerID string) ([]Hold, error)
	// Extend moves the deadline of the customer's live, unbound hold to ttl
	// from now, no further than maxLife from the first taking of any of its
	// seats, in earlier holds that this one continues too.
	// CodeExtensionLimit, CodeHoldExpired, CodeHoldReleased, CodeHoldSold,
	// CodeNotFound (also for another customer's hold).
	Extend(ctx context.Context, e *Event, holdID, customerID string, ttl, maxLife time.Duration) (Hold, error)
	// Bind binds the customer's live hold to the order id, once, and sets its
	// deadline to ttl from now. A bound hold keeps its order id and deadline:
	// the hold returned says which. A sold hold is returned as it is.
	// CodeHoldExpired, CodeHoldReleased, CodeNotFound (also for another
	// customer's hold).
	Bind(ctx context.Context, e *Event, holdID, customerID, orderID string, ttl time.Duration) (Hold, error)
	// Release frees the customer's unbound hold, or the part of its seats that
	// is named; seats that it does not have do not matter. It returns the hold
	// as it is afterwards and whether that changed anything: one that is over
	// already stays as it is. CodeOrderPending (an order is bound: Free is for
	// that), CodeHoldSold, CodeNotFound (also for another customer's hold).
	Release(ctx context.Context, e *Event, holdID, customerID string, part []int) (h Hold, changed bool, err error)
	// Confirm makes the hold paying. A lapsed or lost one is taken again if
	// all its seats are free. CodeSeatsTaken: someone else has one.
	Confirm(ctx context.Context, e *Event, r ConfirmRequest) error
	// Sell makes the seats of the confirmed hold sold; a repeat changes
	// nothing. ErrHoldMismatch: hold or seats are not what a confirmed hold's
	// would be; the order decides then, see Restore.
	Sell(ctx context.Context, e *Event, holdID, orderID string) (h Hold, changed bool, err error)
	// SellOver makes the claim's seats sold whatever they show, and ends any
	// other hold on them: for an order that owns them.
	SellOver(ctx context.Context, e *Event, claim Restore) error
	// Free gives back whatever the hold bound to this order has: held, sold or
	// blocked seats. Where it has nothing (any more), nothing changes.
	Free(ctx context.Context, e *Event, holdID, orderID string) (h Hold, changed bool, err error)
	// Block keeps free seats from sale, all or none. CodeSeatsTaken.
	Block(ctx context.Context, e *Event, blockID, ownerID string, seats []int) error
	// SeatMap returns all seats; known is the version the caller has: where it
	// is still the current one, Seats is nil.
	SeatMap(ctx context.Context, e *Event, known string) (SeatMap, error)
	// Seat returns one seat's status, exact at this moment.
	Seat(ctx context.Context, e *Event, seat int) (SeatStatus, error)
	// Sweep announces up to limit lapsed holds and forgets ended records
	// whose keeping time is over.
	Sweep(ctx context.Context, e *Event, limit int) (Swept, error)

	// BeginLoad starts loading or repairing an event under a lease that bears
	// the caller's token, unique to this loading, and returns whether the event
	// is loaded now. ErrLoadBusy.
	BeginLoad(ctx context.Context, e *Event, token string) (loaded bool, err error)
	// RestoreSeats puts claims back, in order: one that owns its seats gets
	// them whatever they show, and any other hold on them ends; a pending one
	// gets them if all are free. It returns how many changed anything.
	// ErrConflict: the token's lease is over.
	RestoreSeats(ctx context.Context, e *Event, token string, claims []Restore) (changed int, err error)
	// CommitLoad ends the loading. Where documents changed meanwhile it
	// returns their order ids instead: restore them anew and commit again.
	// ErrConflict: the token's lease is over.
	CommitLoad(ctx context.Context, e *Event, token string) (dirty []string, err error)
	// AbandonLoad gives up the lease of a loading that failed.
	AbandonLoad(ctx context.Context, e *Event, token string) error
	// EachOwned calls fn for every record that has seats for an order or a
	// block: sold, blocked, or bound to a pending order (live or just lapsed).
	// Left and Age are not set, and a record may be visited twice.
	EachOwned(ctx context.Context, e *Event, fn func(Hold) error) error
}
