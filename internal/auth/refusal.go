package auth

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"seathold/internal/booking"
)

var (
	errUnknownKey = errors.New("the token's key id is none of the keys'")
	errNobody     = errors.New("the token lacks a subject or a known role")
	errNoToken    = errors.New("not an access token")
)

// reasons are what the log may say of a refused token. The errors of the
// libraries quote it.
var reasons = []error{
	errSpaces, errHeader, errUnknownKey, errNobody, jwt.ErrTokenExpired, jwt.ErrTokenNotValidYet,
	jwt.ErrTokenUsedBeforeIssued, jwt.ErrTokenInvalidAudience, jwt.ErrTokenInvalidIssuer,
	jwt.ErrTokenRequiredClaimMissing, jwt.ErrTokenSignatureInvalid, jwt.ErrTokenMalformed, jwt.ErrTokenUnverifiable,
}

// refused is the answer to a token that does not hold. Its reader learns no more
// than whether it was a good one that has expired.
func refused(err error) error {
	detail := "the access token is not valid; log in again"
	if errors.Is(err, jwt.ErrTokenExpired) {
		detail = "the access token has expired; get the next by POST /v1/auth/refresh, or log in"
	}
	return &booking.Error{Code: booking.CodeUnauthenticated, Detail: detail, Err: reason(err)}
}

func reason(err error) error {
	for _, known := range reasons {
		if errors.Is(err, known) {
			return known
		}
	}
	return errNoToken
}
