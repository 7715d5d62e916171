package booking_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/testserver"
)

// TestAuditsDuringASale: customers, an organizer and two instances with their
// workers are at it, and Redis loses everything in the middle. No audit finds
// anything, while single readings do.
func TestAuditsDuringASale(t *testing.T) {
	t.Run("miniredis", func(t *testing.T) { auditSale(newWorld(t, miniredis.RunT(t).Addr(), busySale)) })
	t.Run("redis", func(t *testing.T) { auditSale(newWorld(t, testserver.RedisOwn(t).Addr, busySale)) })
}

func auditSale(w *world) {
	s := newSale(w, w.ports())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.run(w.t, 3*time.Second, s.isSound)
	}()
	audits, once := 0, 0
	for {
		select {
		case <-ended:
			require.Positive(w.t, audits)
			w.t.Logf("%d audits; single readings found %d seats", audits, once)
			return
		default:
		}
		n, err := w.service.DiffersOnce(w.ctx, w.event)
		if err == nil {
			once += n
		}
		a, _, err := w.service.Audit(w.ctx, operator, w.event.ID)
		if booking.CodeOf(err) == booking.CodeEventLoading {
			continue // everything is lost
		}
		if err != nil {
			w.t.Errorf("audit: %v", err)
			continue
		}
		audits++
		if len(a.Mismatches) > 0 {
			w.t.Errorf("%+v", a.Mismatches)
		}
	}
}
