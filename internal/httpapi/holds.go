package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"seathold/internal/booking"
)

type holdJSON struct {
	ID        string            `json:"id"`
	EventID   string            `json:"event_id"`
	Seats     []string          `json:"seats"`
	Status    booking.HoldState `json:"status"`
	ExpiresAt timestamp         `json:"expires_at"` // null once sold
	ExpiresIn *int64            `json:"expires_in"` // seconds, null once sold
	Total     money             `json:"total"`
	OrderID   string            `json:"order_id,omitempty"`
}

func showHold(e *booking.Event, h booking.Hold) holdJSON {
	shown := holdJSON{
		ID: h.ID, EventID: e.ID, Seats: e.Plan.GUIDs(h.Seats), Status: h.State,
		ExpiresAt: timestamp(h.ExpiresAt), Total: moneyOf(e.Total(h.Seats)), OrderID: h.OrderID,
	}
	if !h.ExpiresAt.IsZero() {
		in := wholeSeconds(h.Left)
		shown.ExpiresIn = &in
	}
	return shown
}

// createHold answers POST /v1/events/{event}/holds.
func (a *API) createHold(w http.ResponseWriter, r *request) error {
	key, err := r.key()
	if err != nil {
		return err
	}
	var body struct {
		Seats []string `json:"seats"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	h, repeated, err := a.Booking.Hold(r.Context(), r.by, r.name("event"), body.Seats, key)
	if err != nil {
		return err
	}
	shown, err := a.withNames(r.Context(), h)
	if err != nil {
		return err
	}
	if repeated {
		return writeJSON(w, http.StatusOK, shown)
	}
	return writeCreated(w, eventPath(h.EventID)+"/holds/"+url.PathEscape(h.ID), shown)
}

// withNames shows a hold with the names and prices of its event.
func (a *API) withNames(ctx context.Context, h booking.Hold) (holdJSON, error) {
	e, err := a.Booking.Event(ctx, h.EventID)
	if err != nil {
		return holdJSON{}, err
	}
	return showHold(e, h), nil
}

// getHold answers GET /v1/events/{event}/holds/{hold}.
func (a *API) getHold(w http.ResponseWriter, r *request) error {
	h, err := a.Booking.GetHold(r.Context(), r.by, r.name("event"), r.name("hold"))
	return a.writeHold(w, r, h, err)
}

// extendHold answers POST /v1/events/{event}/holds/{hold}/extend.
func (a *API) extendHold(w http.ResponseWriter, r *request) error {
	if err := r.decodeNothing(); err != nil {
		return err
	}
	h, err := a.Booking.Extend(r.Context(), r.by, r.name("event"), r.name("hold"))
	return a.writeHold(w, r, h, err)
}

func (a *API) writeHold(w http.ResponseWriter, r *request, h booking.Hold, err error) error {
	if err != nil {
		return err
	}
	shown, err := a.withNames(r.Context(), h)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, shown)
}

// listHolds answers GET /v1/events/{event}/holds. The service returns them all:
// a customer's limit keeps them few.
func (a *API) listHolds(w http.ResponseWriter, r *request) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	e, err := a.Booking.Event(r.Context(), r.name("event"))
	if err != nil {
		return err
	}
	holds, err := a.Booking.HoldsOf(r.Context(), r.by, e.ID)
	if err != nil {
		return err
	}
	if holds, err = holdsAfter(holds, page.Cursor); err != nil {
		return err
	}
	return writeList(w, r, page, holds, holdID, func(h booking.Hold) holdJSON { return showHold(e, h) })
}

func holdID(h booking.Hold) string { return h.ID }

func holdsAfter(holds []booking.Hold, cursor string) ([]booking.Hold, error) {
	if cursor == "" {
		return holds, nil
	}
	i := slices.IndexFunc(holds, func(h booking.Hold) bool { return h.ID == cursor })
	if i < 0 {
		return nil, booking.Errorf(booking.CodeInvalidValue, "cursor: that hold is over; start the list again")
	}
	return holds[i+1:], nil
}

// releaseHold answers DELETE /v1/events/{event}/holds/{hold}.
func (a *API) releaseHold(w http.ResponseWriter, r *request) error {
	err := a.Booking.Release(r.Context(), r.by, r.name("event"), r.name("hold"), r.query["seat"])
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
