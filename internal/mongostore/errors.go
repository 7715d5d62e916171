package mongostore

import (
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/mongo"

	"seathold/internal/booking"
)

// unavailable makes the driver's error the store's fault.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	return booking.Unavailable("the order store", err)
}

// notFound makes an error of reading one document a domain error; the detail
// is for the case that there is none.
func notFound(err error, format string, args ...any) error {
	if errors.Is(err, mongo.ErrNoDocuments) {
		return booking.Errorf(booking.CodeNotFound, format, args...)
	}
	return unavailable(err)
}

// writeError makes an error of a write a domain error by the unique index that
// refused it. A write that is stored but not confirmed by a majority is
// unavailable: the caller repeats it or reads again.
func writeError(err error) error {
	name, duplicate := refusingIndex(err)
	switch {
	case !duplicate:
		return unavailable(err)
	case name == soldSeatIndex:
		return fmt.Errorf("%w: %w", booking.ErrSeatSold, err)
	case name == emailIndex:
		return booking.Errorf(booking.CodeEmailTaken, "there is an account with this e-mail address; log in with it")
	default:
		return fmt.Errorf("%w: %w", booking.ErrConflict, err)
	}
}

// duplicateKey is the server's code for a value that a unique index has.
const duplicateKey = 11000

// refusingIndex returns the name of the unique index that refused a write.
func refusingIndex(err error) (name string, duplicate bool) {
	var write mongo.WriteException
	if errors.As(err, &write) {
		for _, e := range write.WriteErrors {
			if e.Code == duplicateKey {
				return indexInMessage(e.Message), true
			}
		}
	}
	var command mongo.CommandError
	if errors.As(err, &command) && command.Code == duplicateKey {
		return indexInMessage(command.Message), true
	}
	return "", false
}

// indexInMessage reads the index's name from "… E11000 duplicate key error
// collection: db.orders index: NAME dup key: { … }". Only the first "index:"
// is the server's; the values behind it are the client's and may say anything.
func indexInMessage(message string) string {
	_, rest, _ := strings.Cut(message, " index: ")
	name, _, _ := strings.Cut(rest, " ")
	return name
}
