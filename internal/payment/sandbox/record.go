package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"seathold/internal/booking"
)

const kind = booking.RecordSandboxPayment

// clock is the time in the form that records have.
func (p *Provider) clock() time.Time { return p.now().UTC().Truncate(time.Millisecond) }

// read returns a checkout as it is now. CodeNotFound, CodeUnavailable.
func (p *Provider) read(ctx context.Context, id string) (checkout, error) {
	r, err := p.records.Record(ctx, kind, id)
	if err != nil {
		return checkout{}, fault(err)
	}
	c, err := decode(r)
	if err == nil {
		c.advance(p.clock())
	}
	return c, err
}

// insert stores a new checkout. booking.ErrConflict: there is one.
// CodeUnavailable.
func (p *Provider) insert(ctx context.Context, c checkout) error {
	r, err := encode(c)
	if err != nil {
		return err
	}
	return fault(p.records.InsertRecord(ctx, kind, r))
}

// change has fn change the checkout as it is now, again as long as others
// change it meanwhile, and returns what is stored then. Where fn returns an
// error nothing is stored. CodeNotFound, CodeUnavailable.
func (p *Provider) change(ctx context.Context, id string, fn func(*checkout) error) (checkout, error) {
	for {
		c, err := p.changeOnce(ctx, id, fn)
		if errors.Is(err, booking.ErrConflict) && ctx.Err() == nil {
			continue
		}
		return c, err
	}
}

func (p *Provider) changeOnce(ctx context.Context, id string, fn func(*checkout) error) (checkout, error) {
	before, err := p.records.Record(ctx, kind, id)
	if err != nil {
		return checkout{}, fault(err)
	}
	c, err := decode(before)
	if err != nil {
		return c, err
	}
	c.advance(p.clock())
	if err := fn(&c); err != nil {
		return c, err
	}
	after, err := encode(c)
	if err != nil {
		return c, err
	}
	if bytes.Equal(before.Data, after.Data) {
		return c, nil
	}
	after.Revision = before.Revision
	return c, fault(p.records.ReplaceRecord(ctx, kind, after))
}

func encode(c checkout) (booking.Record, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return booking.Record{}, fmt.Errorf("sandbox: encode checkout %s: %w", c.ID, err)
	}
	return booking.Record{ID: c.ID, Owner: c.OrderID, DueAt: c.dueAt(), Data: data}, nil
}

func decode(r booking.Record) (c checkout, err error) {
	if err := json.Unmarshal(r.Data, &c); err != nil {
		return c, booking.Unavailable("the sandbox", fmt.Errorf("checkout %s is unreadable: %w", r.ID, err))
	}
	return c, nil
}

// fault passes on what the callers tell apart; anything else means that the
// records are away.
func fault(err error) error {
	if err == nil || errors.Is(err, booking.ErrConflict) || booking.CodeOf(err) != "" {
		return err
	}
	return booking.Unavailable("the sandbox", err)
}
