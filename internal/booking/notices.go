package booking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// The types of notice, in the words of the webhooks.
const (
	noticeOrder       = "order."
	noticeHoldExpired = "hold.expired"
	noticeTest        = "webhook.test"
)

// toldStatuses are the statuses of an order that its organizer's systems are
// told of when it enters them.
var toldStatuses = []OrderStatus{OrderPaid, OrderCancelled, OrderExpired, OrderRefunding, OrderRefunded}

// orderNotices are the types that tell of orders.
var orderNotices = func() []string {
	types := make([]string, len(toldStatuses))
	for i, status := range toldStatuses {
		types[i] = noticeOrder + string(status)
	}
	return types
}()

// NoticeTypes are what an endpoint can want to be told. A test is sent to any
// that is asked to be tested.
var NoticeTypes = append(slices.Clone(orderNotices), noticeHoldExpired)

// noticeFor returns the notice of the status that the order has just entered,
// under this id, and whether that status is told.
func noticeFor(o Order, id string) (Notice, bool) {
	return Notice{ID: id, Status: o.Status, Reason: o.Reason, At: o.UpdatedAt}, slices.Contains(toldStatuses, o.Status)
}

// wantsNotices reports whether a change of an order of this organizer is to be
// told to anybody. Where that is not known, it is.
func (s *Service) wantsNotices(ctx context.Context, organizerID string) bool {
	return s.endpoints.wants(ctx, organizerID, orderNotices...)
}

// message is what is sent: the form that the Standard Webhooks specification
// advises.
type message struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      any    `json:"data"`
}

type orderData struct {
	OrderID    string      `json:"order_id"`
	EventID    string      `json:"event_id"`
	CustomerID string      `json:"customer_id"`
	HoldID     string      `json:"hold_id"`
	Status     OrderStatus `json:"status"`
	Reason     string      `json:"reason,omitempty"`
	Seats      []string    `json:"seats"`
	Total      totalData   `json:"total"`
}

type totalData struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

type holdData struct {
	HoldID    string `json:"hold_id"`
	EventID   string `json:"event_id"`
	OrderID   string `json:"order_id,omitempty"`
	SeatCount int    `json:"seat_count"`
}

// encodeMessage writes the body of a webhook. It says when a thing happened, in
// UTC to the millisecond, however late it is sent.
func encodeMessage(noticeType string, at time.Time, data any) ([]byte, error) {
	body, err := json.Marshal(message{
		Type: noticeType, Timestamp: at.UTC().Format("2006-01-02T15:04:05.000Z"), Data: data,
	})
	if err != nil {
		return nil, fmt.Errorf("write the webhook %s: %w", noticeType, err)
	}
	return body, nil
}

// relay makes a delivery of each of the order's notices for each endpoint that
// wants it. Again for the same order it finds them made. CodeUnavailable.
func (s *Service) relay(ctx context.Context, e *Event, o Order) error {
	endpoints, err := s.endpointsOf(ctx, e.OrganizerID)
	if err != nil {
		return err
	}
	for _, n := range o.Notices {
		noticeType := noticeOrder + string(n.Status)
		body, err := encodeMessage(noticeType, n.At, orderData{
			OrderID: o.ID, EventID: o.EventID, CustomerID: o.CustomerID, HoldID: o.HoldID,
			Status: n.Status, Reason: n.Reason, Seats: o.Seats, Total: totalData(o.Total),
		})
		if err != nil {
			return err
		}
		if err := s.addDeliveries(ctx, endpoints, n.ID, noticeType, body); err != nil {
			return err
		}
	}
	return nil
}

// addDeliveries makes one delivery for each endpoint that wants the type.
func (s *Service) addDeliveries(ctx context.Context, endpoints []Endpoint, id, noticeType string, body []byte) error {
	for _, endpoint := range endpoints {
		if !endpoint.wants(noticeType) {
			continue
		}
		err := s.insertDelivery(ctx, Delivery{
			ID: id, EndpointID: endpoint.ID, Type: noticeType, Status: DeliveryPending,
			CreatedAt: s.stamp(), Body: body,
		})
		if err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return nil
}

// lapse is an expired hold that is still to be told.
type lapse struct {
	organizerID string
	id          string // of the notice
	at          time.Time
	data        holdData
}

const (
	// lapsesKept bounds the expired holds that wait for their deliveries to be
	// made, and lapsesAtOnce how many get them in one round.
	lapsesKept   = 4096
	lapsesAtOnce = 200
)

// tellHoldExpired notes an expired hold for the organizer's endpoints that want
// to know. It is best effort, and the sweeper waits for no store: the
// deliveries are made by the next round of DeliverDue here. What a crash
// or a fault loses in between was never promised.
func (s *Service) tellHoldExpired(ctx context.Context, e *Event, h Ended) {
	if !s.endpoints.mayWant(ctx, e.OrganizerID, noticeHoldExpired) {
		return
	}
	l := lapse{
		organizerID: e.OrganizerID, id: s.NewID(), at: s.now().Add(-h.Lag),
		data: holdData{HoldID: h.HoldID, EventID: e.ID, OrderID: h.OrderID, SeatCount: h.Seats},
	}
	select {
	case s.lapses <- l:
	default:
		s.Log.WarnContext(ctx, "an expired hold is not told: too many wait already", "event", e.ID, "hold", h.HoldID)
	}
}

// tellLapses makes the deliveries of expired holds, up to the first fault: what
// waits behind it is for the next round.
func (s *Service) tellLapses(ctx context.Context) {
	for range lapsesAtOnce {
		select {
		case l := <-s.lapses:
			if err := s.tellLapse(ctx, l); err != nil {
				s.Log.WarnContext(ctx, "an expired hold is not told", "event", l.data.EventID, "hold", l.data.HoldID, "err", err)
				return
			}
		default:
			return
		}
	}
}

func (s *Service) tellLapse(ctx context.Context, l lapse) error {
	endpoints, err := s.endpointsOf(ctx, l.organizerID)
	if err != nil {
		return err
	}
	body, err := encodeMessage(noticeHoldExpired, l.at, l.data)
	if err != nil {
		return err
	}
	return s.addDeliveries(ctx, endpoints, l.id, noticeHoldExpired, body)
}
