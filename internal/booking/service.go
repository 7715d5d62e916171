package booking

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"time"
	"unicode/utf8"
)

// Bounds on what one call may ask for.
const (
	MaxBlockSeats     = 1000
	MaxNameLength     = 200
	MaxReasonLength   = 200
	MaxIdempotencyKey = 255
)

// Limits are the service's own times and caps; an event's replace some.
type Limits struct {
	HoldTTL             time.Duration
	PaymentTTL          time.Duration
	HoldMaxLife         time.Duration // bounds extensions, from the first taking
	ConfirmGrace        time.Duration // a confirmed hold lives at least this long
	MaxSeatsPerHold     int
	MaxSeatsPerCustomer int
	Hoarding            Hoarding // its Life and Pause are set by the above
}

// Ports is everything that the Service needs of the world.
type Ports struct {
	Events   Events
	Orders   Orders
	Holds    Holds
	Accounts Accounts
	Records  Records
	Provider Provider
	Sender   Sender
	Live     LiveSeats // nil: every map is read from the hold store
	Metrics  Metrics
	Log      *slog.Logger
	NewID    func() string // unique, sortable by time
}

// Service runs the steps: it is safe for concurrent use, and any number of
// instances may share the same stores.
type Service struct {
	Ports
	limits  Limits
	catalog *catalog
	loads   chan string
	settles chan struct{}
	stuck   stuckOrders

	now       func() time.Time // for the record, and for webhooks that are sent
	endpoints *endpointCache
	lanes     *lanes
	lapses    chan lapse
}

// NewService returns a Service on the given ports.
func NewService(p Ports, l Limits) *Service {
	s := &Service{
		Ports: p, limits: l,
		catalog: newCatalog(p.Events),
		loads:   make(chan string, 1024),
		settles: make(chan struct{}, 1),
		now:     time.Now,
		lanes:   newLanes(),
		lapses:  make(chan lapse, lapsesKept),
	}
	s.endpoints = newEndpointCache(s.endpointsOf)
	return s
}

// stamp is the time for the record, as the stores keep it.
func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// digest hashes the parts, each prefixed with its length so that no two lists
// of parts collide.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func checkKey(key string) error {
	if n := utf8.RuneCountInString(key); n > MaxIdempotencyKey {
		return Errorf(CodeInvalidIdempotencyKey,
			"Idempotency-Key has %d characters; it takes 1 to %d", n, MaxIdempotencyKey)
	}
	return nil
}

// HoldTTL is how long a hold of the event lasts.
func (s *Service) HoldTTL(e *Event) time.Duration {
	if e.HoldTTL > 0 {
		return e.HoldTTL
	}
	return s.limits.HoldTTL
}

// MaxSeats is how many seats of the event one customer may hold and buy.
func (s *Service) MaxSeats(e *Event) int {
	if e.MaxSeatsPerCustomer > 0 {
		return e.MaxSeatsPerCustomer
	}
	return s.limits.MaxSeatsPerCustomer
}
