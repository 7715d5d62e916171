package stripetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/stripe/stripe-go/v85/webhook"
)

// Event is something that Stripe makes known.
type Event struct {
	ID, Type string
	Body     []byte
}

// emit makes an event of an object as it is now. The caller holds the lock.
func (s *Server) emit(kind string, o object) {
	e := Event{ID: s.newID("evt"), Type: kind}
	body, err := json.Marshal(object{
		"id": e.ID, "object": "event", "type": kind, "created": s.now().Unix(), "livemode": false,
		"api_version": "2022-11-15", "pending_webhooks": 1, "data": object{"object": o},
	})
	if err != nil { // all of it is made here
		panic(err)
	}
	e.Body = body
	s.events = append(s.events, e)
}

// Take returns the events that were not taken yet, in their order.
func (s *Server) Take() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.events
	s.events = nil
	return taken
}

// Deliver sends an event to an endpoint, signed now, and returns the answer's
// status. It may be sent again at any time, as Stripe does.
func (s *Server) Deliver(ctx context.Context, url string, e Event) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(e.Body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("Stripe-Signature", s.Sign(e.Body))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// DeliverAll takes all events and delivers each once, in their order. It stops
// at the first that is not confirmed by a 2xx, and keeps that one and the rest.
func (s *Server) DeliverAll(ctx context.Context, url string) error {
	taken := s.Take()
	for n, e := range taken {
		status, err := s.Deliver(ctx, url, e)
		if err == nil && (status < 200 || status > 299) {
			err = fmt.Errorf("the endpoint answers %d", status)
		}
		if err != nil {
			s.putBack(taken[n:])
			return fmt.Errorf("deliver %s: %w", e.Type, err)
		}
	}
	return nil
}

func (s *Server) putBack(events []Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(append([]Event(nil), events...), s.events...)
}

// Sign returns the Stripe-Signature header of a body that is sent now.
func (s *Server) Sign(body []byte) string {
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{
		Payload: body, Secret: s.secret, Timestamp: s.now(),
	}).Header
}
