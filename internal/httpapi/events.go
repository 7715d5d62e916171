package httpapi

import (
	"net/http"
	"net/url"
	"time"

	"seathold/internal/booking"
)

type eventJSON struct {
	ID                  string              `json:"id"`
	Name                string              `json:"name"`
	StartsAt            timestamp           `json:"starts_at"`
	OnSaleAt            timestamp           `json:"on_sale_at"`
	OffSaleAt           timestamp           `json:"off_sale_at"`
	Status              booking.EventStatus `json:"status"`
	SeatCount           int                 `json:"seat_count"`
	Categories          []categoryJSON      `json:"categories"`
	HoldTTL             int64               `json:"hold_ttl_seconds"`
	MaxSeatsPerCustomer int                 `json:"max_seats_per_customer"`
}

type categoryJSON struct {
	Name  string `json:"name"`
	Color string `json:"color"`
	Price money  `json:"price"`
}

// showEvent shows what applies to the event, its own limits or the service's.
func (a *API) showEvent(e *booking.Event) eventJSON {
	categories := make([]categoryJSON, 0, len(e.Plan.Categories))
	for _, c := range e.Plan.Categories {
		categories = append(categories, categoryJSON{
			Name: c.Name, Color: c.Color, Price: money{Amount: e.Prices[c.Name], Currency: e.Currency},
		})
	}
	return eventJSON{
		ID: e.ID, Name: e.Name, StartsAt: timestamp(e.StartsAt),
		OnSaleAt: timestamp(e.OnSaleAt), OffSaleAt: timestamp(e.OffSaleAt),
		Status: e.StatusAt(time.Now()), SeatCount: len(e.Plan.Seats), Categories: categories,
		HoldTTL: wholeSeconds(a.Booking.HoldTTL(e)), MaxSeatsPerCustomer: a.Booking.MaxSeats(e),
	}
}

func eventPath(id string) string { return "/v1/events/" + url.PathEscape(id) }

// createEvent answers POST /v1/events.
func (a *API) createEvent(w http.ResponseWriter, r *request) error {
	var body newEventBody
	if err := r.decode(&body); err != nil {
		return err
	}
	n, err := body.read()
	if err != nil {
		return err
	}
	e, err := a.Booking.CreateEvent(r.Context(), r.by, n)
	if err != nil {
		return err
	}
	return writeCreated(w, eventPath(e.ID), a.showEvent(e))
}

// changeEvent answers PATCH /v1/events/{event}.
func (a *API) changeEvent(w http.ResponseWriter, r *request) error {
	var body eventChangeBody
	if err := r.decode(&body); err != nil {
		return err
	}
	change, err := body.read()
	if err != nil {
		return err
	}
	e, err := a.Booking.UpdateEvent(r.Context(), r.by, r.name("event"), change)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, a.showEvent(e))
}

// listEvents answers GET /v1/events.
func (a *API) listEvents(w http.ResponseWriter, r *request) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	events, err := a.Booking.ListEvents(r.Context(), onePast(page))
	if err != nil {
		return err
	}
	return writeList(w, r, page, events, func(e *booking.Event) string { return e.ID }, a.showEvent)
}

// listMyEvents answers GET /v1/me/events.
func (a *API) listMyEvents(w http.ResponseWriter, r *request) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	events, err := a.Booking.EventsRunBy(r.Context(), r.by, onePast(page))
	if err != nil {
		return err
	}
	return writeList(w, r, page, events, func(e *booking.Event) string { return e.ID }, a.showEvent)
}

// getEvent answers GET /v1/events/{event}.
func (a *API) getEvent(w http.ResponseWriter, r *request) error {
	e, err := a.Booking.Event(r.Context(), r.name("event"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, a.showEvent(e))
}
