package observed

import (
	"context"
	"time"

	"seathold/internal/booking"
)

// InsertEvent implements booking.Events.
func (s *stores) InsertEvent(ctx context.Context, e *booking.Event) error {
	ctx, end := s.observe(ctx, "insert_event")
	err := s.Stores.InsertEvent(ctx, e)
	end(err)
	return err
}

// UpdateEvent implements booking.Events.
func (s *stores) UpdateEvent(ctx context.Context, e *booking.Event) error {
	ctx, end := s.observe(ctx, "update_event")
	err := s.Stores.UpdateEvent(ctx, e)
	end(err)
	return err
}

// Event implements booking.Events.
func (s *stores) Event(ctx context.Context, id string) (*booking.Event, error) {
	ctx, end := s.observe(ctx, "event")
	found, err := s.Stores.Event(ctx, id)
	end(err)
	return found, err
}

// Plan implements booking.Events.
func (s *stores) Plan(ctx context.Context, eventID string) ([]byte, error) {
	ctx, end := s.observe(ctx, "plan")
	found, err := s.Stores.Plan(ctx, eventID)
	end(err)
	return found, err
}

// ListEvents implements booking.Events.
func (s *stores) ListEvents(ctx context.Context, page booking.Page) ([]*booking.Event, error) {
	ctx, end := s.observe(ctx, "list_events")
	found, err := s.Stores.ListEvents(ctx, page)
	end(err)
	return found, err
}

// EventsOfOrganizer implements booking.Events.
func (s *stores) EventsOfOrganizer(ctx context.Context, organizerID string, page booking.Page) ([]*booking.Event, error) {
	ctx, end := s.observe(ctx, "events_of_organizer")
	found, err := s.Stores.EventsOfOrganizer(ctx, organizerID, page)
	end(err)
	return found, err
}

// EventsEndingAfter implements booking.Events.
func (s *stores) EventsEndingAfter(ctx context.Context, t time.Time) ([]*booking.Event, error) {
	ctx, end := s.observe(ctx, "events_ending_after")
	found, err := s.Stores.EventsEndingAfter(ctx, t)
	end(err)
	return found, err
}
