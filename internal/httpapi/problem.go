package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"seathold/internal/booking"
)

// The codes of HTTP itself; the domain's stand in booking.
const (
	codeInvalidBody      booking.Code = "invalid_body"
	codeBodyTooLarge     booking.Code = "body_too_large"
	codeMethodNotAllowed booking.Code = "method_not_allowed"
	codeInternal         booking.Code = "internal"
)

// meaning is how a code is answered.
type meaning struct {
	status int
	title  string
}

// meanings has every code: those of HTTP, then the domain's.
var meanings = map[booking.Code]meaning{
	codeInvalidBody:      {http.StatusBadRequest, "The body cannot be read"},
	codeBodyTooLarge:     {http.StatusRequestEntityTooLarge, "The body is too large"},
	codeMethodNotAllowed: {http.StatusMethodNotAllowed, "Method not allowed"},
	codeInternal:         {http.StatusInternalServerError, "Internal error"},

	booking.CodeNotFound:              {http.StatusNotFound, "Not found"},
	booking.CodeForbidden:             {http.StatusForbidden, "Not allowed"},
	booking.CodeUnavailable:           {http.StatusServiceUnavailable, "Temporarily unavailable"},
	booking.CodeEventLoading:          {http.StatusServiceUnavailable, "The event is being loaded"},
	booking.CodeInvalidValue:          {http.StatusUnprocessableEntity, "Invalid value"},
	booking.CodeInvalidIdempotencyKey: {http.StatusUnprocessableEntity, "Invalid Idempotency-Key"},
	booking.CodeIdempotencyKeyReused:  {http.StatusUnprocessableEntity, "Idempotency-Key reused"},

	booking.CodeEmailTaken:          {http.StatusConflict, "The e-mail address is taken"},
	booking.CodeInvalidEmail:        {http.StatusUnprocessableEntity, "Invalid e-mail address"},
	booking.CodeWeakPassword:        {http.StatusUnprocessableEntity, "Unsuitable password"},
	booking.CodeInvalidCredentials:  {http.StatusUnauthorized, "Wrong e-mail address or password"},
	booking.CodeUnauthenticated:     {http.StatusUnauthorized, "Not logged in"},
	booking.CodeInvalidRefreshToken: {http.StatusUnauthorized, "Invalid refresh token"},

	booking.CodeRateLimited: {http.StatusTooManyRequests, "Too many requests"},
	booking.CodeCoolDown:    {http.StatusTooManyRequests, "Seats were kept for too long"},

	booking.CodeInvalidPlan: {http.StatusUnprocessableEntity, "Invalid seating plan"},

	booking.CodeNoSeats:        {http.StatusUnprocessableEntity, "No seats named"},
	booking.CodeTooManySeats:   {http.StatusUnprocessableEntity, "Too many seats"},
	booking.CodeUnknownSeat:    {http.StatusUnprocessableEntity, "Unknown seat"},
	booking.CodeDuplicateSeat:  {http.StatusUnprocessableEntity, "Seat named twice"},
	booking.CodeSeatsTaken:     {http.StatusConflict, "Seats are taken"},
	booking.CodeCustomerLimit:  {http.StatusConflict, "Too many seats for one customer"},
	booking.CodeNotOnSale:      {http.StatusConflict, "Not on sale"},
	booking.CodeHoldExpired:    {http.StatusGone, "The hold has expired"},
	booking.CodeHoldReleased:   {http.StatusGone, "The hold was released"},
	booking.CodeHoldSold:       {http.StatusConflict, "The hold is sold"},
	booking.CodeExtensionLimit: {http.StatusConflict, "The hold cannot be extended further"},
	booking.CodeOrderPending:   {http.StatusConflict, "An order is pending"},

	booking.CodeOrderExpired: {http.StatusConflict, "The order has expired"},
	booking.CodeAlreadyPaid:  {http.StatusConflict, "The order is paid"},

	booking.CodeInvalidSignature: {http.StatusBadRequest, "Invalid signature"},
	booking.CodeStaleTimestamp:   {http.StatusBadRequest, "Timestamp out of range"},
}

var errNoToken = booking.Errorf(booking.CodeUnauthenticated,
	"this call takes an access token: log in and send it as Authorization: Bearer …")

// problem is a problem document (RFC 9457).
type problem struct {
	Type       string       `json:"type"`
	Title      string       `json:"title"`
	Status     int          `json:"status"`
	Detail     string       `json:"detail"`
	Code       booking.Code `json:"code"`
	Seats      []string     `json:"seats,omitempty"`
	RetryAfter int64        `json:"retry_after,omitzero"` // seconds
}

// atPath is an error about what the path names: 404, whatever its code means
// elsewhere.
type atPath struct{ error }

func (e atPath) Unwrap() error { return e.error }

// problemOf is how err is answered. Only what a booking.Error says for its
// reader is shown.
func problemOf(err error) problem {
	var e *booking.Error
	if !errors.As(err, &e) {
		e = uncoded(err)
	}
	m, known := meanings[e.Code]
	if !known {
		e = uncoded(err)
		m = meanings[e.Code]
	}
	var path atPath
	if errors.As(err, &path) {
		m.status = http.StatusNotFound
	}
	p := problem{
		Type: "/problems/" + string(e.Code), Title: m.title, Status: m.status,
		Detail: e.Detail, Code: e.Code, Seats: e.Seats, RetryAfter: wholeSeconds(e.RetryAfter),
	}
	if p.Status == http.StatusServiceUnavailable && p.RetryAfter == 0 {
		p.RetryAfter = 1
	}
	return p
}

// uncoded stands for an error that no client may see.
func uncoded(err error) *booking.Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &booking.Error{
			Code: booking.CodeUnavailable, RetryAfter: time.Second, Err: err,
			Detail: "the answer took too long; try again",
		}
	}
	return &booking.Error{Code: codeInternal, Detail: "something went wrong here; the request id finds it in our log", Err: err}
}

// writeProblem answers err.
func writeProblem(w http.ResponseWriter, err error) {
	p := problemOf(err)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(p.RetryAfter, 10))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	writeBody(w, p.Status, p)
}
