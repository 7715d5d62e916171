package booking_test

import (
	"context"
	"time"

	"seathold/internal/booking"
)

// tappedHolds taps every method.
type tappedHolds struct {
	holds booking.Holds
	tap   *tap
}

var _ booking.Holds = tappedHolds{}

func (p tappedHolds) Now(ctx context.Context) (time.Time, error) {
	return tapped(p.tap, "Holds.Now", func() (time.Time, error) { return p.holds.Now(ctx) })
}

func (p tappedHolds) Hold(ctx context.Context, e *booking.Event, r booking.HoldRequest) (h booking.Hold, repeated bool, err error) {
	err = p.tap.call("Holds.Hold", func() error { h, repeated, err = p.holds.Hold(ctx, e, r); return err })
	return h, repeated, err
}

func (p tappedHolds) GetHold(ctx context.Context, e *booking.Event, id string) (booking.Hold, error) {
	return tapped(p.tap, "Holds.GetHold", func() (booking.Hold, error) { return p.holds.GetHold(ctx, e, id) })
}

func (p tappedHolds) HoldsOf(ctx context.Context, e *booking.Event, customerID string) ([]booking.Hold, error) {
	return tapped(p.tap, "Holds.HoldsOf", func() ([]booking.Hold, error) { return p.holds.HoldsOf(ctx, e, customerID) })
}

func (p tappedHolds) Extend(ctx context.Context, e *booking.Event, id, customerID string, ttl, maxLife time.Duration) (booking.Hold, error) {
	return tapped(p.tap, "Holds.Extend", func() (booking.Hold, error) {
		return p.holds.Extend(ctx, e, id, customerID, ttl, maxLife)
	})
}

func (p tappedHolds) Bind(ctx context.Context, e *booking.Event, id, customerID, orderID string, ttl time.Duration) (booking.Hold, error) {
	return tapped(p.tap, "Holds.Bind", func() (booking.Hold, error) {
		return p.holds.Bind(ctx, e, id, customerID, orderID, ttl)
	})
}

func (p tappedHolds) Release(ctx context.Context, e *booking.Event, id, customerID string, part []int) (h booking.Hold, changed bool, err error) {
	err = p.tap.call("Holds.Release", func() error {
		h, changed, err = p.holds.Release(ctx, e, id, customerID, part)
		return err
	})
	return h, changed, err
}

func (p tappedHolds) Confirm(ctx context.Context, e *booking.Event, r booking.ConfirmRequest) error {
	return p.tap.call("Holds.Confirm", func() error { return p.holds.Confirm(ctx, e, r) })
}

func (p tappedHolds) Sell(ctx context.Context, e *booking.Event, id, orderID string) (h booking.Hold, changed bool, err error) {
	err = p.tap.call("Holds.Sell", func() error { h, changed, err = p.holds.Sell(ctx, e, id, orderID); return err })
	return h, changed, err
}

func (p tappedHolds) SellOver(ctx context.Context, e *booking.Event, claim booking.Restore) error {
	return p.tap.call("Holds.SellOver", func() error { return p.holds.SellOver(ctx, e, claim) })
}

func (p tappedHolds) Free(ctx context.Context, e *booking.Event, id, orderID string) (h booking.Hold, changed bool, err error) {
	err = p.tap.call("Holds.Free", func() error { h, changed, err = p.holds.Free(ctx, e, id, orderID); return err })
	return h, changed, err
}

func (p tappedHolds) Block(ctx context.Context, e *booking.Event, id, ownerID string, seats []int) error {
	return p.tap.call("Holds.Block", func() error { return p.holds.Block(ctx, e, id, ownerID, seats) })
}

func (p tappedHolds) SeatMap(ctx context.Context, e *booking.Event, known string) (booking.SeatMap, error) {
	return tapped(p.tap, "Holds.SeatMap", func() (booking.SeatMap, error) { return p.holds.SeatMap(ctx, e, known) })
}

func (p tappedHolds) Seat(ctx context.Context, e *booking.Event, seat int) (booking.SeatStatus, error) {
	return tapped(p.tap, "Holds.Seat", func() (booking.SeatStatus, error) { return p.holds.Seat(ctx, e, seat) })
}

func (p tappedHolds) Sweep(ctx context.Context, e *booking.Event, limit int) (booking.Swept, error) {
	return tapped(p.tap, "Holds.Sweep", func() (booking.Swept, error) { return p.holds.Sweep(ctx, e, limit) })
}

func (p tappedHolds) BeginLoad(ctx context.Context, e *booking.Event, token string) (bool, error) {
	return tapped(p.tap, "Holds.BeginLoad", func() (bool, error) { return p.holds.BeginLoad(ctx, e, token) })
}

func (p tappedHolds) RestoreSeats(ctx context.Context, e *booking.Event, token string, claims []booking.Restore) (int, error) {
	return tapped(p.tap, "Holds.RestoreSeats", func() (int, error) { return p.holds.RestoreSeats(ctx, e, token, claims) })
}

func (p tappedHolds) CommitLoad(ctx context.Context, e *booking.Event, token string) ([]string, error) {
	return tapped(p.tap, "Holds.CommitLoad", func() ([]string, error) { return p.holds.CommitLoad(ctx, e, token) })
}

func (p tappedHolds) AbandonLoad(ctx context.Context, e *booking.Event, token string) error {
	return p.tap.call("Holds.AbandonLoad", func() error { return p.holds.AbandonLoad(ctx, e, token) })
}

func (p tappedHolds) EachOwned(ctx context.Context, e *booking.Event, fn func(booking.Hold) error) error {
	return p.tap.call("Holds.EachOwned", func() error { return p.holds.EachOwned(ctx, e, fn) })
}

func (p tappedHolds) CountSeats(ctx context.Context, e *booking.Event) (booking.SeatCounts, error) {
	return tapped(p.tap, "Holds.CountSeats", func() (booking.SeatCounts, error) { return p.holds.CountSeats(ctx, e) })
}

func (p tappedHolds) SeatClaims(ctx context.Context, e *booking.Event) (claims []booking.SeatClaim, at time.Time, err error) {
	err = p.tap.call("Holds.SeatClaims", func() error { claims, at, err = p.holds.SeatClaims(ctx, e); return err })
	return claims, at, err
}

func (p tappedHolds) EachLive(ctx context.Context, e *booking.Event, fn func(booking.LiveHold) error) error {
	return p.tap.call("Holds.EachLive", func() error { return p.holds.EachLive(ctx, e, fn) })
}

// stutteringHolds visits every live hold twice.
type stutteringHolds struct{ booking.Holds }

func (s stutteringHolds) EachLive(ctx context.Context, e *booking.Event, fn func(booking.LiveHold) error) error {
	return s.Holds.EachLive(ctx, e, func(h booking.LiveHold) error {
		if err := fn(h); err != nil {
			return err
		}
		return fn(h)
	})
}
