package load

import (
	"context"
	"fmt"
	"slices"
	"time"

	"seathold/internal/client"
)

// Check is the customers' ledger held against the API.
type Check struct {
	Orders      int          `json:"orders"` // paid ones
	Seats       int          `json:"seats"`  // of those
	DoubleSales []DoubleSale `json:"double_sales"`
	Lost        []Lost       `json:"lost"`
	// Error is why the check could not be done, or not whole.
	Error string `json:"error,omitempty"`
}

// Lost is an order that its customer was told is paid, and which the API does not
// have so any more.
type Lost struct {
	Order string   `json:"order"`
	Seats []string `json:"seats"`
	Says  string   `json:"says"` // what the API has instead
}

// check reads every customer's orders. Those that are paid, whatever the customer
// knew of it, are sales; and every sale that a customer knows of has to be there.
// It ends with the first who cannot be asked: it is no good one then, and where
// the service hangs each further one would wait for nothing.
func (s *Sale) check(ctx context.Context) Check {
	c := Check{Lost: []Lost{}}
	if err := s.checkAgainstAPI(ctx, &c); err != nil {
		c.Error = err.Error()
	}
	seats, orders := s.ledger.sold()
	c.Orders, c.Seats, c.DoubleSales = orders, len(seats), s.ledger.doubleSales()
	return c
}

func (s *Sale) checkAgainstAPI(ctx context.Context, c *Check) error {
	for _, one := range s.people {
		lost, err := s.checkPerson(ctx, one)
		c.Lost = append(c.Lost, lost...)
		if err != nil {
			return err
		}
	}
	lost, err := s.checkMap(ctx)
	c.Lost = append(c.Lost, lost...)
	return err
}

func (s *Sale) checkPerson(ctx context.Context, one *person) (lost []Lost, err error) {
	orders, err := s.ordersOf(ctx, one)
	if err != nil {
		return nil, fmt.Errorf("read a customer's orders: %w", err)
	}
	believed := s.ledger.of(one)
	for _, o := range orders {
		if o.Status == client.OrderStatusPaid {
			s.ledger.paid(o.ID, one, o.Seats)
		}
	}
	for id, bought := range believed {
		at := slices.IndexFunc(orders, func(o client.Order) bool { return o.ID == id })
		switch {
		case at < 0:
			lost = append(lost, Lost{id, bought.seats, "no such order"})
		case orders[at].Status != client.OrderStatusPaid:
			lost = append(lost, Lost{id, bought.seats, "the order is " + string(orders[at].Status)})
		case !sameSeats(orders[at].Seats, bought.seats):
			lost = append(lost, Lost{id, bought.seats, fmt.Sprintf("the order is of the seats %q", orders[at].Seats)})
		}
	}
	return lost, nil
}

func sameSeats(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// ordersOf returns a customer's orders of the event.
func (s *Sale) ordersOf(ctx context.Context, one *person) (orders []client.Order, err error) {
	query := client.ListOrdersParams{Limit: new(200)}
	for {
		token, _, err := one.token(ctx)
		if err != nil {
			return nil, err
		}
		answer, err := client.Patiently(ctx, func() (*client.ListOrdersResponse, error) {
			return s.client.ListOrdersWithResponse(ctx, &query, bearer(token))
		})
		if err != nil {
			return nil, err
		}
		page, err := client.Answered(answer.JSON200)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Items {
			if o.EventID == s.event.ID {
				orders = append(orders, o)
			}
		}
		if query.Cursor = page.NextCursor; query.Cursor == nil {
			return orders, nil
		}
	}
}

// mapSettles is how long the map, which is as of its version, may take to show
// the last sales.
const mapSettles = 3 * time.Second

// checkMap requires that every sold seat shows as sold.
func (s *Sale) checkMap(ctx context.Context) (lost []Lost, err error) {
	seats, _ := s.ledger.sold()
	for deadline := time.Now().Add(mapSettles); ; {
		shown, err := s.mapNow(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the seat map: %w", err)
		}
		if lost = s.notSold(shown, seats); len(lost) == 0 || time.Now().After(deadline) {
			return lost, nil
		}
		if !waitUntil(ctx, time.Now().Add(100*time.Millisecond)) {
			return lost, ctx.Err()
		}
	}
}

// notSold are those of the seats that the map does not show as sold.
func (s *Sale) notSold(shown string, seats []string) (lost []Lost) {
	for _, seat := range seats {
		if at, known := s.hall.index[seat]; !known || at >= len(shown) || shown[at] != 's' {
			lost = append(lost, Lost{Order: s.ledger.ownerOf(seat), Seats: []string{seat}, Says: "the map does not show the seat as sold"})
		}
	}
	return lost
}

// Audit is the service's own comparison of Redis with the orders.
type Audit struct {
	*client.Audit
	// NotDone is why nobody asked for it.
	NotDone string `json:"not_done,omitempty"`
	// Error is why an operator, who may have it, did not get it.
	Error string `json:"error,omitempty"`
}

func (s *Sale) audit(ctx context.Context) Audit {
	if s.role != client.AccountRoleOperator {
		return Audit{NotDone: "it takes an operator"}
	}
	answer, err := asStaff(ctx, s, func(as client.RequestEditorFn) (*client.AuditEventResponse, error) {
		return s.patient.AuditEventWithResponse(ctx, s.event.ID, as)
	})
	if err != nil {
		return Audit{Error: err.Error()}
	}
	a, err := client.Answered(answer.JSON200)
	if err != nil {
		return Audit{Error: err.Error()}
	}
	return Audit{Audit: &a}
}
