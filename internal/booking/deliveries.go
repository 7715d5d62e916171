package booking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// deliveryKept is how long a delivery stays in its endpoint's log.
	deliveryKept = 30 * 24 * time.Hour
	// attemptsKept bounds the attempts in a delivery's log: those by the schedule,
	// and some that were asked for by hand. The oldest are let go.
	attemptsKept = 30
	// maxAttemptError bounds an attempt's error, in bytes.
	maxAttemptError = 300
	// purgeBatch bounds how many old deliveries one call of the store removes.
	purgeBatch = 500
)

// DeliveryStatus says what became of a delivery.
type DeliveryStatus string

// A delivery is pending until an endpoint has taken it, or it is given up.
const (
	DeliveryPending   DeliveryStatus = "pending"
	DeliveryDelivered DeliveryStatus = "delivered"
	DeliveryFailed    DeliveryStatus = "failed"
)

// Delivery is one notice on its way to one endpoint.
type Delivery struct {
	ID         string          `json:"id"` // the webhook-id: the same at every endpoint and every attempt
	EndpointID string          `json:"-"`
	Type       string          `json:"type"`
	Status     DeliveryStatus  `json:"status"`
	Reason     string          `json:"reason,omitempty"` // why it failed where that is the endpoint: EndpointGone …
	CreatedAt  time.Time       `json:"created_at"`
	Body       json.RawMessage `json:"body"` // what is sent; never changes
	Attempts   []Attempt       `json:"attempts,omitempty"`
	// Tries counts the attempts by the schedule: a retry by hand of one that has
	// ended begins it anew.
	Tries int `json:"tries,omitempty"`
	// Claimed: an instance is at it, and has it until NextAt.
	Claimed bool      `json:"claimed,omitempty"`
	NextAt  time.Time `json:"-"` // of the next attempt; zero: none

	revision int64
}

// Attempt is one time that something was sent, and what came of it.
type Attempt struct {
	At         time.Time `json:"at"`
	StatusCode int       `json:"status_code,omitempty"` // 0: there was no answer
	Error      string    `json:"error,omitempty"`
	TookMS     int64     `json:"took_ms"`
}

// Delivered reports whether the endpoint took what was sent.
func (a Attempt) Delivered() bool { return a.StatusCode/100 == 2 }

// newAttempt describes what a Sender said. started is by the machine's clock,
// at is for the record.
func newAttempt(at, started time.Time, report SendReport, err error) Attempt {
	a := Attempt{At: at, StatusCode: report.StatusCode, TookMS: time.Since(started).Milliseconds()}
	switch {
	case err != nil:
		a.StatusCode, a.Error = 0, clip(err.Error(), maxAttemptError)
	case a.StatusCode/100 == 3:
		a.Error = "redirects are not followed; change the endpoint's url"
	}
	return a
}

// clip shortens a text to at most so many bytes, between characters.
func clip(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= most {
		return text
	}
	const more = "…"
	end := most - len(more)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + more
}

// Deliveries returns the endpoint's deliveries of the last 30 days, newest
// first. The codes of Endpoint.
func (s *Service) Deliveries(ctx context.Context, by Actor, endpointID string, page Page) ([]Delivery, error) {
	if _, err := s.Endpoint(ctx, by, endpointID); err != nil {
		return nil, err
	}
	return s.deliveriesOf(ctx, endpointID, page)
}

// RetryDelivery has a delivery sent again by the next round, whatever became
// of it. One that has ended begins its schedule anew; one that is being sent at
// this moment is left alone. The codes of Endpoint; CodeInvalidValue for a
// disabled endpoint.
func (s *Service) RetryDelivery(ctx context.Context, by Actor, endpointID, id string) (Delivery, error) {
	e, err := s.Endpoint(ctx, by, endpointID)
	if err != nil {
		return Delivery{}, err
	}
	if e.Disabled {
		return Delivery{}, Errorf(CodeInvalidValue, "the endpoint is disabled and gets nothing; enable it first")
	}
	d, err := s.readDelivery(ctx, endpointID, id)
	if CodeOf(err) == CodeNotFound {
		return Delivery{}, Errorf(CodeNotFound, "this endpoint has no delivery %s; they are kept for 30 days", id)
	}
	if err != nil {
		return Delivery{}, err
	}
	now := s.stamp()
	return s.changeDelivery(ctx, d, func(d *Delivery) error { return d.retry(now) })
}

// PurgeDeliveries removes deliveries that are older than the log goes back, and
// lets go of what is known of endpoints that nobody uses. CodeUnavailable.
func (s *Service) PurgeDeliveries(ctx context.Context) error {
	s.endpoints.forgetUnused()
	s.lanes.forgetIdle()
	return s.purge(ctx, RecordDelivery)
}

// PurgeSessions removes the refresh tokens that have lapsed. CodeUnavailable.
func (s *Service) PurgeSessions(ctx context.Context) error { return s.purge(ctx, RecordRefreshFamily) }

func (s *Service) purge(ctx context.Context, kind RecordKind) error {
	for {
		n, err := s.Records.DeleteRecordsEnded(ctx, kind, s.stamp(), purgeBatch)
		if err != nil || n < purgeBatch {
			return err
		}
	}
}

// insertDelivery stores a new delivery, due at once. ErrConflict: it is there.
func (s *Service) insertDelivery(ctx context.Context, d Delivery) error {
	d.NextAt, d.revision = d.CreatedAt, 1
	r, err := d.record()
	if err != nil {
		return err
	}
	return s.Records.InsertRecord(ctx, RecordDelivery, r)
}

// changeDelivery stores a change of the delivery as it was read; where it is
// another by now, of what it is now. A change that returns errNoChange leaves
// it. CodeNotFound: it was removed meanwhile.
func (s *Service) changeDelivery(ctx context.Context, d Delivery, change func(*Delivery) error) (Delivery, error) {
	for {
		next, err := s.storeDelivery(ctx, d, change)
		if !errors.Is(err, ErrConflict) || ctx.Err() != nil {
			return next, err
		}
		if d, err = s.readDelivery(ctx, d.EndpointID, d.ID); err != nil {
			return Delivery{}, err
		}
	}
}

// storeDelivery stores a change of the delivery as it was read. ErrConflict: it
// is another by now.
func (s *Service) storeDelivery(ctx context.Context, d Delivery, change func(*Delivery) error) (Delivery, error) {
	next := d
	next.Attempts = slices.Clone(d.Attempts)
	switch err := change(&next); {
	case errors.Is(err, errNoChange):
		return d, nil
	case err != nil:
		return Delivery{}, err
	}
	r, err := next.record()
	if err != nil {
		return Delivery{}, err
	}
	if err := s.Records.ReplaceRecord(ctx, RecordDelivery, r); err != nil {
		return Delivery{}, err
	}
	next.revision++
	return next, nil
}

func (s *Service) readDelivery(ctx context.Context, endpointID, id string) (Delivery, error) {
	r, err := s.Records.Record(ctx, RecordDelivery, deliveryRecordID(id, endpointID))
	if err != nil {
		return Delivery{}, err
	}
	return deliveryOf(r)
}

func (s *Service) deliveriesOf(ctx context.Context, endpointID string, page Page) ([]Delivery, error) {
	if page.Cursor != "" {
		page.Cursor = deliveryRecordID(page.Cursor, endpointID)
	}
	records, err := s.Records.RecordsOf(ctx, RecordDelivery, endpointID, page)
	if err != nil {
		return nil, err
	}
	deliveries := make([]Delivery, len(records))
	for i, r := range records {
		if deliveries[i], err = deliveryOf(r); err != nil {
			return nil, err
		}
	}
	return deliveries, nil
}

// deliveryRecordID sorts as the notices do, and is the same however often a
// notice is relayed.
func deliveryRecordID(id, endpointID string) string { return id + "." + endpointID }

func (d *Delivery) record() (Record, error) {
	data, err := json.Marshal(d)
	if err != nil {
		return Record{}, fmt.Errorf("webhook delivery %s: %w", d.ID, err)
	}
	return Record{
		ID: deliveryRecordID(d.ID, d.EndpointID), Owner: d.EndpointID,
		DueAt: d.NextAt, EndsAt: d.CreatedAt.Add(deliveryKept), Data: data, Revision: d.revision,
	}, nil
}

func deliveryOf(r Record) (Delivery, error) {
	d := Delivery{EndpointID: r.Owner, NextAt: r.DueAt, revision: r.Revision}
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return Delivery{}, fmt.Errorf("the stored webhook delivery %s is damaged: %w", r.ID, err)
	}
	return d, nil
}
