package booking

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// restoreBatch bounds how many seats one call to the hold store puts back, but
// for an order that has more: other events' calls wait for it.
const restoreBatch = 500

// requestLoad asks the loader to load or repair the event. Where its queue is
// full the next round of the sweeper or of RepairAll does it.
func (s *Service) requestLoad(eventID string) {
	select {
	case s.loads <- eventID:
	default:
	}
}

// repairAfter passes err on, and asks for a repair where a store did not
// answer: what the one has now may not be what the other shows, and nobody has
// to repeat the call.
func (s *Service) repairAfter(eventID string, err error) error {
	if CodeOf(err) == CodeUnavailable {
		s.requestLoad(eventID)
	}
	return err
}

// LoadRequests is where the loader takes the ids of events to load or repair.
func (s *Service) LoadRequests() <-chan string { return s.loads }

// Load puts the event's live state into the hold store, from the orders: all
// of it where it is missing, what is wrong where it is there. Live holds of a
// loaded event stay. ErrLoadBusy: someone else does it at this moment.
func (s *Service) Load(ctx context.Context, eventID string) error {
	_, err := s.load(ctx, eventID, slog.LevelInfo)
	return err
}

// RepairAll compares every event whose sale is not long over with its orders
// and mends what differs: whatever was left half done by an instance that is
// gone. A fault of one event does not keep the others; the first is returned.
func (s *Service) RepairAll(ctx context.Context) error {
	events, first := s.catalog.open(ctx)
	for _, e := range events {
		_, err := s.load(ctx, e.ID, slog.LevelDebug)
		if err != nil && !errors.Is(err, ErrLoadBusy) && first == nil {
			first = err
		}
	}
	return first
}

// Rebuilt is what a loading did.
type Rebuilt struct {
	Anew     bool // nothing, or not all, of the event's state was there
	Orders   int  // owners and pending orders, blocks too
	Restored int  // of these: were not in the hold store as they should be
	Freed    int  // orders that own nothing whose seats were taken all the same
}

// load is Load; where it changes nothing it says so at the level quiet.
func (s *Service) load(ctx context.Context, eventID string, quiet slog.Level) (Rebuilt, error) {
	e, err := s.Event(ctx, eventID)
	if err != nil {
		return Rebuilt{}, err
	}
	start := time.Now()
	loaded, restored, claimants, err := s.loadUnderLease(ctx, e)
	if err != nil {
		return Rebuilt{}, err
	}
	r := Rebuilt{Anew: !loaded, Orders: len(claimants), Restored: restored}
	if loaded {
		if r.Freed, err = s.freeUnowned(ctx, e, claimants); err != nil {
			return r, fmt.Errorf("free what no order owns: %w", err)
		}
	}
	changed, took := r.Restored+r.Freed, time.Since(start)
	s.Metrics.EventLoaded(!loaded, changed, took)
	level := slog.LevelInfo
	if loaded && changed == 0 {
		level = quiet
	}
	s.Log.Log(ctx, level, "event loaded from its orders", "event", e.ID, "repair", loaded,
		"orders", r.Orders, "changed", changed, "took", took)
	return r, nil
}

// loadUnderLease begins, restores and commits; where that fails it gives the
// lease up, also one that it may have got without knowing.
func (s *Service) loadUnderLease(ctx context.Context, e *Event) (loaded bool, changed int, claimants map[string]bool, err error) {
	token := s.NewID()
	loaded, err = s.Holds.BeginLoad(ctx, e, token)
	if err == nil {
		step("load.begun")
		changed, claimants, err = s.restoreAll(ctx, e, token)
	}
	if err == nil {
		err = s.commitLoad(ctx, e, token, claimants)
	}
	if err == nil {
		return loaded, changed, claimants, nil
	}
	if !errors.Is(err, ErrLoadBusy) {
		s.abandonLoad(ctx, e, token)
	}
	return false, 0, nil, fmt.Errorf("load seats: %w", err)
}

func (s *Service) abandonLoad(ctx context.Context, e *Event, token string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := s.Holds.AbandonLoad(ctx, e, token); err != nil {
		s.Log.DebugContext(ctx, "lease of a failed loading lasts until its time is over", "event", e.ID, "err", err)
	}
}

// restoreAll puts back what the orders claim: owners first, then pending
// orders, the older first. It returns the ids of all these.
func (s *Service) restoreAll(ctx context.Context, e *Event, token string) (changed int, claimants map[string]bool, err error) {
	var pending []Order
	claimants = map[string]bool{}
	batch := &restoreBatcher{s: s, e: e, token: token}
	err = s.Orders.EachOwner(ctx, e.ID, func(o Order) error {
		claimants[o.ID] = o.HasClaim()
		if !o.OwnsSeats {
			pending = append(pending, o)
			return nil
		}
		return batch.add(ctx, o)
	})
	if err != nil {
		return 0, nil, err
	}
	slices.SortFunc(pending, func(a, b Order) int { return a.CreatedAt.Compare(b.CreatedAt) })
	for _, o := range pending {
		if err := batch.add(ctx, o); err != nil {
			return 0, nil, err
		}
	}
	err = batch.flush(ctx)
	return batch.changed, claimants, err
}

// restoreBatcher sends claims in calls of bounded size.
type restoreBatcher struct {
	s       *Service
	e       *Event
	token   string
	claims  []Restore
	seats   int
	changed int
}

func (b *restoreBatcher) add(ctx context.Context, o Order) error {
	claim := claimOf(b.e, o)
	if b.seats+len(claim.Seats) > restoreBatch {
		if err := b.flush(ctx); err != nil {
			return err
		}
	}
	b.claims = append(b.claims, claim)
	b.seats += len(claim.Seats)
	return nil
}

func (b *restoreBatcher) flush(ctx context.Context) error {
	if len(b.claims) == 0 {
		return nil
	}
	n, err := b.s.Holds.RestoreSeats(ctx, b.e, b.token, b.claims)
	b.changed += n
	b.claims, b.seats = b.claims[:0], 0
	return err
}

// commitLoad ends the loading. Orders that changed while it read are read
// again, those alone, until none did: so a busy sale does not put it off.
func (s *Service) commitLoad(ctx context.Context, e *Event, token string, claimants map[string]bool) error {
	for {
		dirty, err := s.Holds.CommitLoad(ctx, e, token)
		if err != nil || len(dirty) == 0 {
			return err
		}
		batch := &restoreBatcher{s: s, e: e, token: token}
		for _, id := range dirty {
			o, err := s.Orders.Order(ctx, id)
			if CodeOf(err) == CodeNotFound {
				continue
			}
			if err != nil {
				return err
			}
			claimants[id] = o.HasClaim()
			if err := batch.add(ctx, o); err != nil {
				return err
			}
		}
		if err := batch.flush(ctx); err != nil {
			return err
		}
	}
}

// freeUnowned frees what the hold store has for orders that have no claim to it
// any more. Each such order is read again first.
func (s *Service) freeUnowned(ctx context.Context, e *Event, claimants map[string]bool) (freed int, err error) {
	var suspects []Hold
	err = s.Holds.EachOwned(ctx, e, func(h Hold) error {
		if !claimants[h.OrderID] {
			suspects = append(suspects, h)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, h := range suspects {
		keeps, err := s.keepsSeats(ctx, h)
		if err != nil {
			return freed, err
		}
		if keeps {
			continue
		}
		_, changed, err := s.Holds.Free(ctx, e, h.ID, h.OrderID)
		if err != nil && !errors.Is(err, ErrNotLoaded) {
			return freed, err
		}
		if changed {
			freed++
		}
	}
	return freed, nil
}

// keepsSeats reports whether the order has a claim to the hold's seats as it is
// now: it owns them, or a payment may still come. A hold may be bound to an
// order that is not stored yet.
func (s *Service) keepsSeats(ctx context.Context, h Hold) (bool, error) {
	o, err := s.Orders.Order(ctx, h.OrderID)
	if CodeOf(err) == CodeNotFound {
		return h.Live(), nil
	}
	return o.OwnsSeats || (h.Live() && o.AcceptsPayment()), err
}
