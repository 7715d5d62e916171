package booking

import (
	"errors"
	"fmt"
	"time"
)

// Code names a refusal in a stable way: clients branch on it, the HTTP layer
// maps it to a status, and its text never changes.
type Code string

// The codes of the contract, by the call they belong to.
const (
	CodeNotFound  Code = "not_found"
	CodeForbidden Code = "forbidden"

	// CodeUnavailable: a store does not answer. A repeat is safe, whether or not
	// the call had taken effect.
	CodeUnavailable Code = "unavailable"
	// CodeEventLoading: the event's seats are being rebuilt in the hold store.
	CodeEventLoading Code = "event_loading"
	// CodeInvalidValue: a value breaks a rule that has no code of its own.
	CodeInvalidValue          Code = "invalid_value"
	CodeInvalidIdempotencyKey Code = "invalid_idempotency_key"
	CodeIdempotencyKeyReused  Code = "idempotency_key_reused"

	CodeEmailTaken         Code = "email_taken"
	CodeInvalidEmail       Code = "invalid_email"
	CodeWeakPassword       Code = "weak_password"
	CodeInvalidCredentials Code = "invalid_credentials"
	CodeUnauthenticated    Code = "unauthenticated"
	// CodeInvalidRefreshToken: unknown, lapsed, spent or revoked.
	CodeInvalidRefreshToken Code = "invalid_refresh_token"

	// CodeRateLimited: calls come too fast, of one customer or from one address.
	CodeRateLimited Code = "rate_limited"
	// CodeCoolDown: the customer kept seats from others for too long.
	CodeCoolDown Code = "cool_down"

	CodeInvalidPlan Code = "invalid_plan"

	CodeNoSeats        Code = "no_seats"
	CodeTooManySeats   Code = "too_many_seats"
	CodeUnknownSeat    Code = "unknown_seat"
	CodeDuplicateSeat  Code = "duplicate_seat"
	CodeSeatsTaken     Code = "seats_taken"
	CodeCustomerLimit  Code = "customer_limit"
	CodeNotOnSale      Code = "not_on_sale"
	CodeHoldExpired    Code = "hold_expired"
	CodeHoldReleased   Code = "hold_released"
	CodeHoldSold       Code = "hold_sold"
	CodeExtensionLimit Code = "extension_limit"
	CodeOrderPending   Code = "order_pending"

	CodeOrderExpired Code = "order_expired"
	CodeAlreadyPaid  Code = "already_paid"

	CodeInvalidSignature Code = "invalid_signature"
	CodeStaleTimestamp   Code = "stale_timestamp"
)

// Error is the one error type of the domain. Detail is for the person who
// reads the answer: it names the cause and the cure. Err is for the log only
// and is never shown to a client.
type Error struct {
	Code       Code
	Detail     string
	Seats      []string      // seat guids, where the refusal is about seats
	RetryAfter time.Duration // how long to wait, where trying again helps
	Err        error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Detail, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Detail)
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error from a code and a formatted detail.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Unavailable wraps a store's or a provider's fault; the caller may try again.
func Unavailable(what string, err error) *Error {
	return &Error{
		Code: CodeUnavailable, Detail: what + " does not answer at the moment; try again",
		RetryAfter: time.Second, Err: err,
	}
}

// CodeOf returns the code of err, or "" where err is none of the domain's.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Faults that adapters report to the Service. They are resolved there and
// never reach a client.
var (
	// ErrNotLoaded: the hold store has no (complete) state of the event.
	ErrNotLoaded = errors.New("event is not loaded in the hold store")
	// ErrConflict: the document changed since it was read, or its id exists.
	ErrConflict = errors.New("document was changed by someone else")
	// ErrSeatSold: the order store's guard refused a second owner of a seat.
	ErrSeatSold = errors.New("a seat has an owner already")
	// ErrHoldMismatch: the hold store's state is not what the call assumes.
	ErrHoldMismatch = errors.New("hold or seats are not in the expected state")
	// ErrRefused: the provider answered that it will not do what it was asked.
	ErrRefused = errors.New("the payment provider refuses")
	// ErrVersionGone: what changed after this version of the map is not known.
	ErrVersionGone = errors.New("the log of changes does not go on from this version")
	// ErrLoadBusy: another loader holds the lease.
	ErrLoadBusy = errors.New("event is being loaded by someone else")
)
