package booking

import "context"

// AuditAll audits every event whose sale is not long over, one after the other,
// tells the metrics what it found, and logs it. It changes nothing. A fault of
// one event does not keep the others; the first is returned.
func (s *Service) AuditAll(ctx context.Context) error {
	events, first := s.catalog.open(ctx)
	mismatches := map[string]int{}
	for _, e := range events {
		n, err := s.auditOne(ctx, e.ID)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && first == nil:
			first = err
		case n > 0:
			mismatches[e.ID] = n
		}
	}
	s.Metrics.EventsAudited(mismatches, first == nil)
	return first
}

// auditOne returns how many seats of an event are mismatches.
func (s *Service) auditOne(ctx context.Context, eventID string) (int, error) {
	e, err := s.Event(ctx, eventID)
	if err != nil {
		return 0, err
	}
	audit, err := s.audit(ctx, e)
	if err != nil {
		return 0, s.loading(e, err)
	}
	if n := len(audit.Mismatches); n > 0 {
		s.logMismatches(ctx, e, audit.Mismatches)
		return n, nil
	}
	return 0, nil
}

// logMismatches names one; `seathold ops audit` names all.
func (s *Service) logMismatches(ctx context.Context, e *Event, found []Mismatch) {
	m := found[0]
	s.Log.ErrorContext(ctx, "audit: the hold store has seats otherwise than the orders", "event", e.ID, "seats", len(found),
		"seat", e.Plan.Seats[m.Seat].GUID, "shown_for", m.ShownFor, "order", m.OrderID)
}
