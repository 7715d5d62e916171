package seatmap

import (
	"context"

	"seathold/internal/booking"
)

// Watch returns the holds as the service is to use them: what it changes, the
// map that it shows afterwards has, without waiting for the log to tell. Until
// memory has caught up, some milliseconds, maps are read from the store.
func (h *Hub) Watch(holds booking.Holds) booking.Holds { return watched{holds, h} }

type watched struct {
	booking.Holds
	hub *Hub
}

// note notes what a call may have changed: a call without an answer may have
// taken effect.
func (w watched) note(e *booking.Event, changed bool, err error) {
	if (err == nil && !changed) || (err != nil && booking.CodeOf(err) != booking.CodeUnavailable) {
		return
	}
	if f := w.hub.known(e.ID); f != nil {
		f.wrote()
	}
}

// Hold implements booking.Holds.
func (w watched) Hold(ctx context.Context, e *booking.Event, r booking.HoldRequest) (booking.Hold, bool, error) {
	h, repeated, err := w.Holds.Hold(ctx, e, r)
	w.note(e, !repeated, err)
	return h, repeated, err
}

// Release implements booking.Holds.
func (w watched) Release(ctx context.Context, e *booking.Event, holdID, customerID string, part []int) (booking.Hold, bool, error) {
	h, changed, err := w.Holds.Release(ctx, e, holdID, customerID, part)
	w.note(e, changed, err)
	return h, changed, err
}

// Confirm implements booking.Holds. It may take the seats again.
func (w watched) Confirm(ctx context.Context, e *booking.Event, r booking.ConfirmRequest) error {
	err := w.Holds.Confirm(ctx, e, r)
	w.note(e, true, err)
	return err
}

// Sell implements booking.Holds.
func (w watched) Sell(ctx context.Context, e *booking.Event, holdID, orderID string) (booking.Hold, bool, error) {
	h, changed, err := w.Holds.Sell(ctx, e, holdID, orderID)
	w.note(e, changed, err)
	return h, changed, err
}

// SellOver implements booking.Holds.
func (w watched) SellOver(ctx context.Context, e *booking.Event, claim booking.Restore) error {
	err := w.Holds.SellOver(ctx, e, claim)
	w.note(e, true, err)
	return err
}

// Free implements booking.Holds.
func (w watched) Free(ctx context.Context, e *booking.Event, holdID, orderID string) (booking.Hold, bool, error) {
	h, changed, err := w.Holds.Free(ctx, e, holdID, orderID)
	w.note(e, changed, err)
	return h, changed, err
}

// Block implements booking.Holds.
func (w watched) Block(ctx context.Context, e *booking.Event, blockID, ownerID string, seats []int) error {
	err := w.Holds.Block(ctx, e, blockID, ownerID, seats)
	w.note(e, true, err)
	return err
}

// Sweep implements booking.Holds.
func (w watched) Sweep(ctx context.Context, e *booking.Event, limit int) (booking.Swept, error) {
	swept, err := w.Holds.Sweep(ctx, e, limit)
	w.note(e, len(swept.Expired) > 0, err)
	return swept, err
}

// RestoreSeats implements booking.Holds.
func (w watched) RestoreSeats(ctx context.Context, e *booking.Event, token string, claims []booking.Restore) (int, error) {
	changed, err := w.Holds.RestoreSeats(ctx, e, token, claims)
	w.note(e, changed > 0, err)
	return changed, err
}

// CommitLoad implements booking.Holds. It may begin another epoch.
func (w watched) CommitLoad(ctx context.Context, e *booking.Event, token string) ([]string, error) {
	dirty, err := w.Holds.CommitLoad(ctx, e, token)
	w.note(e, len(dirty) == 0, err)
	return dirty, err
}
