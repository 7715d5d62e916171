package app

import (
	"context"
	"fmt"
	"strings"

	"seathold/internal/booking"
)

// ImportEvent puts an event on sale for the organizer with this e-mail address,
// as the API would for their token. The codes of booking.Service.CreateEvent.
func (c *Core) ImportEvent(ctx context.Context, organizer string, e booking.NewEvent) (*booking.Event, error) {
	account, err := c.store.AccountByEmail(ctx, strings.ToLower(strings.TrimSpace(organizer)))
	if booking.CodeOf(err) == booking.CodeNotFound {
		return nil, fmt.Errorf("no account has the e-mail address %s; make it with: seathold user create --role organizer", organizer)
	}
	if err != nil {
		return nil, err
	}
	return c.Service.CreateEvent(ctx, booking.Actor{ID: account.ID, Role: account.Role}, e)
}
