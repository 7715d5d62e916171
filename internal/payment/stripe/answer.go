package stripe

import (
	"errors"
	"fmt"
	"net/http"

	sdk "github.com/stripe/stripe-go/v85"

	"seathold/internal/booking"
)

// unavailable is the domain's word for a fault after which the call may be
// repeated. What an operator must mend is told apart by its cause.
func unavailable(err error) error { return booking.Unavailable("Stripe", describe(err)) }

// refusal is the domain's word for a call that was to do something and failed.
// An answer that Stripe would repeat for the same idempotency key is
// ErrRefused; whatever leaves open what was done is CodeUnavailable.
func refusal(err error) error {
	var e *sdk.Error
	if !errors.As(err, &e) || isOpen(e) {
		return unavailable(err)
	}
	return fmt.Errorf("%w: %w", booking.ErrRefused, describe(err))
}

// isOpen reports whether the same request under the same key may still get
// another answer. Stripe stores its first answer from the moment that it begins
// to execute a request, a 500 too, and marks it when it gives it again. It does
// not begin where the key is not accepted, where another request is in the way,
// or where there are too many.
func isOpen(e *sdk.Error) bool {
	switch e.HTTPStatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return true // an operator mends it, and the idempotency key is not spent
	case http.StatusInternalServerError:
		return false
	}
	if isReplayed(e) {
		return false
	}
	switch e.HTTPStatusCode {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusFailedDependency, http.StatusTooManyRequests:
		return true
	default:
		return e.HTTPStatusCode > http.StatusInternalServerError
	}
}

// isSpent reports whether the idempotency key never gives what was asked for:
// its stored answer is a fault of Stripe's, or it belongs to another request.
func isSpent(err error) bool {
	var e *sdk.Error
	if !errors.As(err, &e) || e.HTTPStatusCode == http.StatusConflict {
		return false // a conflict: another request with the key is under way
	}
	return e.Type == sdk.ErrorTypeIdempotency || e.HTTPStatusCode == http.StatusInternalServerError ||
		isReplayed(e) && e.HTTPStatusCode >= http.StatusFailedDependency
}

// isReplayed reports whether the answer is the stored one of an earlier request.
func isReplayed(e *sdk.Error) bool {
	return e.LastResponse != nil && e.LastResponse.Header.Get("Idempotent-Replayed") == "true"
}

// describe turns an answer of Stripe's into a text for operators: the SDK's own
// is all of the answer, with what it tells about the customer.
func describe(err error) error {
	var e *sdk.Error
	if !errors.As(err, &e) {
		return err
	}
	text := fmt.Sprintf("Stripe answers %d", e.HTTPStatusCode)
	switch e.HTTPStatusCode {
	case http.StatusUnauthorized:
		text += ", so it does not accept the API key; check it"
	case http.StatusForbidden:
		text += ", so the API key may not do this; give it the permission"
	}
	for _, word := range []string{string(e.Type), string(e.Code), e.Msg} {
		if word != "" {
			text += ": " + word
		}
	}
	if e.RequestID != "" {
		text += " (" + e.RequestID + ")"
	}
	return errors.New(text)
}

// hasCode reports whether err is an answer of Stripe's with this code.
func hasCode(err error, code sdk.ErrorCode) bool {
	var e *sdk.Error
	return errors.As(err, &e) && e.Code == code
}

// isMissing reports whether Stripe knows nothing by the id that was asked for.
func isMissing(err error) bool { return hasCode(err, sdk.ErrorCodeResourceMissing) }

// isInvalid reports whether Stripe refused what was asked of this object.
func isInvalid(err error) bool {
	var e *sdk.Error
	return errors.As(err, &e) && e.HTTPStatusCode == http.StatusBadRequest
}
