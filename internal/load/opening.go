package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"seathold/internal/client"
)

// Of Open, where the token is none with which to make an event.
var (
	ErrNoToken = errors.New("an event of its own takes the access token of an organizer or an operator")
	ErrRole    = errors.New("customers make no events")
	// ErrTokenEnds is a token with which the event could not be closed at the end.
	ErrTokenEnds = errors.New("the access token ends before the load does")
)

// currency is that of the prices of an event of its own.
const currency = "EUR"

// Open finds the event, or makes one. It returns what Config.Check does, ErrNoToken,
// ErrTokenEnds, ErrRole, or the *client.Error of a call that was refused.
func Open(ctx context.Context, c Config) (*Sale, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	s := &Sale{
		config: c, record: newRecord(), ledger: newLedger(), slots: make(chan struct{}, c.MaxInFlight),
		hurry: context.Background(), visits: map[Kind]*atomic.Int64{},
	}
	for _, k := range Kinds {
		s.visits[k] = &atomic.Int64{}
	}
	transport := c.transport()
	s.pages = &http.Client{Transport: transport, Timeout: 30 * time.Second}
	var err error
	if s.client, err = client.New(client.Config{URL: c.URL, Transport: transport}); err != nil {
		return nil, err
	}
	if s.patient, err = client.New(client.Config{URL: c.URL, Transport: transport, Timeout: 100 * time.Second}); err != nil {
		return nil, err
	}
	if err := s.findStaff(ctx); err != nil {
		return nil, err
	}
	if err := s.findEvent(ctx); err != nil {
		return nil, errors.Join(err, s.Close(context.WithoutCancel(ctx)))
	}
	return s, nil
}

func (s *Sale) findEvent(ctx context.Context) (err error) {
	plan := s.config.Plan
	if s.config.Event == "" {
		err = s.makeEvent(ctx)
	} else {
		plan, err = s.readEvent(ctx)
	}
	if err != nil {
		return err
	}
	if s.hall, err = readHall(plan); err != nil {
		return err
	}
	_, err = s.mapNow(ctx) // once it is loaded
	return err
}

func (s *Sale) makeEvent(ctx context.Context) error {
	switch s.role {
	case "":
		return ErrNoToken
	case client.AccountRoleCustomer:
		return ErrRole
	}
	var plan struct {
		Categories []struct {
			Name string `json:"name"`
		} `json:"categories"`
	}
	if err := json.Unmarshal(s.config.Plan, &plan); err != nil {
		return fmt.Errorf("the plan is not readable: %w", err)
	}
	hall, err := readHall(s.config.Plan)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	// Customers are few, and visitors many: the cap of a customer is no matter here.
	body := client.NewEvent{
		Name: "Load of " + now.Format(time.DateTime), Plan: s.config.Plan, StartsAt: now.Add(7 * 24 * time.Hour),
		Prices: map[string]client.Price{}, MaxSeatsPerCustomer: new(len(hall.guids)),
	}
	for i, category := range plan.Categories {
		body.Prices[category.Name] = client.Price{Amount: 2500 + 1000*int64(i), Currency: currency}
	}
	if s.config.HoldTTL > 0 {
		body.HoldTTLSeconds = new(int64(s.config.HoldTTL / time.Second))
	}
	answer, err := asStaff(ctx, s, func(as client.RequestEditorFn) (*client.CreateEventResponse, error) {
		return s.patient.CreateEventWithResponse(ctx, body, as)
	})
	if err != nil {
		return err
	}
	s.event, err = client.Answered(answer.JSON201)
	return err
}

func (s *Sale) readEvent(ctx context.Context) (plan []byte, err error) {
	answer, err := client.Patiently(ctx, func() (*client.GetEventResponse, error) { return s.client.GetEventWithResponse(ctx, s.config.Event) })
	if err != nil {
		return nil, err
	}
	if s.event, err = client.Answered(answer.JSON200); err != nil {
		return nil, err
	}
	if s.event.Status != client.EventStatusOnSale {
		return nil, fmt.Errorf("event %s is not on sale: it is %s", s.event.ID, s.event.Status)
	}
	read, err := s.client.GetPlanWithResponse(ctx, s.event.ID, &client.GetPlanParams{})
	if err != nil {
		return nil, err
	}
	return client.Answered(read.JSON200)
}

// mapNow is the map, a character a seat, waited for while the event is loaded.
func (s *Sale) mapNow(ctx context.Context) (string, error) {
	answer, err := client.Patiently(ctx, func() (*client.GetSeatsResponse, error) {
		return s.client.GetSeatsWithResponse(ctx, s.event.ID, &client.GetSeatsParams{})
	})
	if err != nil {
		return "", err
	}
	seats, err := seatsOf(answer)
	return seats.Seats, err
}

func seatsOf(answer *client.GetSeatsResponse) (client.SeatMap, error) {
	either, err := client.Answered(answer.JSON200)
	if err != nil {
		return client.SeatMap{}, err
	}
	return either.AsSeatMap()
}
