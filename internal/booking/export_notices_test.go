package booking

import (
	"context"
	"time"
)

// SetNow sets the clock of webhooks, and of what is known of their endpoints.
func (s *Service) SetNow(now func() time.Time) { s.now, s.endpoints.now = now, now }

// WantsNotices, Relay and TellHoldExpired are for what stores orders and sweeps.
func (s *Service) WantsNotices(ctx context.Context, organizerID string) bool {
	return s.wantsNotices(ctx, organizerID)
}

func (s *Service) Relay(ctx context.Context, e *Event, o Order) error { return s.relay(ctx, e, o) }

func (s *Service) TellHoldExpired(ctx context.Context, e *Event, h Ended) {
	s.tellHoldExpired(ctx, e, h)
}

var NoticeFor = noticeFor

// AwaitEndpoints waits for what is being read of the owner's endpoints.
func (s *Service) AwaitEndpoints(ownerID string) {
	entry := s.endpoints.entry(ownerID)
	entry.reading.Lock()
	defer entry.reading.Unlock()
}

const (
	DeliverAtOnce  = deliverAtOnce
	EndpointAtOnce = endpointAtOnce
	DeliverBatch   = deliverBatch
	LapsesKept     = lapsesKept
)
