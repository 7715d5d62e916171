package booking

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// operated returns the event for an operator. CodeForbidden, CodeNotFound,
// CodeUnavailable.
func (s *Service) operated(ctx context.Context, by Actor, eventID string) (*Event, error) {
	if err := operator(by); err != nil {
		return nil, err
	}
	return s.Event(ctx, eventID)
}

func operator(by Actor) error {
	if by.Role != RoleOperator {
		return Errorf(CodeForbidden, "this takes the role operator; yours is %s", by.Role)
	}
	return nil
}

// ReleaseAny gives a hold's seats back, whosever it is; an order that waits for
// its payment is cancelled too. It is no error to release what is over already.
// CodeHoldSold, CodeForbidden, CodeNotFound, CodeEventLoading, CodeUnavailable.
func (s *Service) ReleaseAny(ctx context.Context, by Actor, eventID, holdID string) error {
	e, err := s.operated(ctx, by, eventID)
	if err != nil {
		return err
	}
	h, err := s.anyHold(ctx, e, holdID)
	if err != nil {
		return err
	}
	released, changed, err := s.Holds.Release(ctx, e, h.ID, h.CustomerID, nil)
	switch {
	case CodeOf(err) == CodeOrderPending:
		err = s.cancelBound(ctx, e, holdID)
	case changed:
		s.Metrics.HoldEnded(ctx, "released", released.Age)
	}
	if CodeOf(err) == CodeHoldSold {
		return Errorf(CodeHoldSold, "the seats of this hold are bought; cancel its order to give the money back")
	}
	if err != nil {
		return s.loading(e, err)
	}
	s.Log.Info("an operator released a hold", "event", e.ID, "hold", h.ID, "customer", h.CustomerID, "operator", by.ID)
	return nil
}

// anyHold returns a hold of the event, whosever it is. A block is none.
func (s *Service) anyHold(ctx context.Context, e *Event, holdID string) (Hold, error) {
	h, err := s.Holds.GetHold(ctx, e, holdID)
	if CodeOf(err) == CodeNotFound || (err == nil && h.State == HoldBlocked) {
		return Hold{}, Errorf(CodeNotFound, "this event has no hold %s", holdID)
	}
	return h, s.loading(e, err)
}

// cancelBound cancels the order bound to a hold, unless it is paid by now, and
// so frees the hold.
func (s *Service) cancelBound(ctx context.Context, e *Event, holdID string) error {
	h, err := s.anyHold(ctx, e, holdID) // read again: when it was first, none may have been bound
	if err != nil {
		return err
	}
	_, err = s.cancel(ctx, e, h.OrderID, ReasonOrganizer, false)
	return s.cancelledWith(ctx, e, h, err)
}

const (
	// busyPatience is how long a rebuild waits for another loading of the event:
	// longer than the lease of one that died.
	busyPatience = 5 * time.Second
	// busyPause is between two tries.
	busyPause = 50 * time.Millisecond
)

// Rebuild puts right what the hold store has of the event otherwise than the
// orders, and returns what it was. Live holds stay. CodeForbidden,
// CodeNotFound, CodeEventLoading (someone else is at it), CodeUnavailable.
func (s *Service) Rebuild(ctx context.Context, by Actor, eventID string) (Rebuilt, error) {
	e, err := s.operated(ctx, by, eventID)
	if err != nil {
		return Rebuilt{}, err
	}
	for patient := time.Now().Add(busyPatience); ; {
		r, err := s.load(ctx, e.ID, slog.LevelInfo)
		busy := errors.Is(err, ErrLoadBusy) || errors.Is(err, ErrConflict)
		if busy && time.Now().Before(patient) && pause(ctx, busyPause) == nil {
			continue
		}
		if busy {
			return r, &Error{
				Code: CodeEventLoading, RetryAfter: time.Second, Err: err,
				Detail: "the event is being loaded by someone else at this moment; try again in a second",
			}
		}
		return r, err
	}
}

// pause waits, or returns why it cannot.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return Unavailable("the service", ctx.Err())
	}
}
