package httpapi

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// The controls: stores that say of everything that it is the caller's, which
// is what a service without a check of owners would do, and verifiers that
// believe too much. The table must find each of them.

type everybodysOrders struct {
	booking.Orders
	caller *string
}

func (s everybodysOrders) Order(ctx context.Context, id string) (booking.Order, error) {
	o, err := s.Orders.Order(ctx, id)
	if err == nil && !o.IsBlock() {
		o.CustomerID = *s.caller
	}
	return o, err
}

type everybodysHolds struct {
	booking.Holds
	caller *string
}

func (s everybodysHolds) GetHold(ctx context.Context, e *booking.Event, id string) (booking.Hold, error) {
	h, err := s.Holds.GetHold(ctx, e, id)
	h.CustomerID = *s.caller
	return h, err
}

// The service remembers events, so these are not everybody's.
type oscarsEvents struct{ booking.Events }

func (s oscarsEvents) Event(ctx context.Context, id string) (*booking.Event, error) {
	e, err := s.Events.Event(ctx, id)
	if err == nil {
		e.OrganizerID = oscar.ID
	}
	return e, err
}

type everybodysRecords struct {
	booking.Records
	caller *string
}

func (s everybodysRecords) Record(ctx context.Context, kind booking.RecordKind, id string) (booking.Record, error) {
	r, err := s.Records.Record(ctx, kind, id)
	if kind == booking.RecordEndpoint {
		r.Owner = *s.caller
	}
	return r, err
}

// heard tells whose token was verified last.
type heard struct {
	Tokens
	caller *string
	as     booking.Role // "": what the token says
}

func (t heard) Verify(ctx context.Context, token string) (booking.Actor, error) {
	by, err := t.Tokens.Verify(ctx, token)
	*t.caller = by.ID
	if err == nil && t.as != "" {
		by.Role = t.as
	}
	return by, err
}

// trusting takes what a token says for true.
type trusting struct{ Tokens }

func (t trusting) Verify(ctx context.Context, token string) (booking.Actor, error) {
	by, err := t.Tokens.Verify(ctx, token)
	if err != nil && strings.Count(token, ".") == 2 {
		return operator, nil
	}
	return by, err
}

func TestTheTableFindsAMissingGuard(t *testing.T) {
	var caller string
	for name, c := range map[string]struct {
		ports  func(*booking.Ports)
		tokens func(Tokens) Tokens
		found  []string // among what is wrong
	}{
		"orders are everybody's": {
			ports: func(p *booking.Ports) { p.Orders = everybodysOrders{p.Orders, &caller} },
			found: []string{"GET /v1/orders/{order} by bob: 200", "POST /v1/orders/{order}/cancel: something changed", "GET /v1/orders/{order} by oscar: 200"},
		},
		"holds are everybody's": {
			ports: func(p *booking.Ports) { p.Holds = everybodysHolds{p.Holds, &caller} },
			found: []string{"GET /v1/events/{event}/holds/{hold} by bob: 200", "GET /v1/events/{event}/holds/{hold} by operator: 200"},
		},
		"events are another organizer's": {
			ports: func(p *booking.Ports) { p.Events = oscarsEvents{p.Events} },
			found: []string{"PATCH /v1/events/{event} by oscar: 200", "GET /v1/events/{event}/orders.csv by oscar: 200", "DELETE /v1/events/{event}/blocks/{block}: something changed"},
		},
		"endpoints are every organizer's": {
			ports: func(p *booking.Ports) { p.Records = everybodysRecords{p.Records, &caller} },
			found: []string{"GET /v1/webhook-endpoints/{endpoint} by oscar: 200", "DELETE /v1/webhook-endpoints/{endpoint}: something changed"},
		},
		"everybody is an organizer": {
			tokens: func(all Tokens) Tokens { return heard{all, &caller, booking.RoleOrganizer} },
			found:  []string{"POST /v1/events by bob: 201", "GET /v1/events/{event}/orders by alice: 404"},
		},
		"signatures do not matter": {
			tokens: func(all Tokens) Tokens { return trusting{all} },
			found: []string{
				"GET /v1/ops/refunds by stranger, alg none: 200", "GET /v1/me by stranger, expired: 200",
				"GET /v1/me by stranger, other audience: 200", "GET /v1/me by stranger, other issuer: 200",
				"GET /v1/me by stranger, other key: 200", "GET /v1/me by stranger, algorithm HS512: 200",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			change := func(p *booking.Ports) {
				if c.ports != nil {
					c.ports(p)
				}
			}
			h := newHouse(t, bothSigns[0], change)
			h.doors.Tokens = heard{h.doors.Tokens, &caller, ""}
			if c.tokens != nil {
				h.doors.Tokens = c.tokens(h.doors.Tokens)
			}
			wrong, _ := h.refusals()
			all := strings.Join(wrong, "\n")
			for _, each := range c.found {
				require.Contains(t, all, each)
			}
		})
	}
}
