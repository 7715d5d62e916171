package httpapi

import (
	"net/http"

	"seathold/internal/booking"
)

type statsJSON struct {
	Events         int                         `json:"events"`
	Uncounted      int                         `json:"uncounted"` // of these: their seats are in no number
	Holds          int                         `json:"holds"`
	Seats          seatCountsJSON              `json:"seats"`
	Orders         map[booking.OrderStatus]int `json:"orders"`
	RefundsDue     int                         `json:"refunds_due"`
	RefundsOverdue int                         `json:"refunds_overdue"` // for longer than a day
}

type seatCountsJSON struct {
	Free    int `json:"free"`
	Held    int `json:"held"`
	Sold    int `json:"sold"`
	Blocked int `json:"blocked"`
}

func showSeatCounts(c booking.SeatCounts) seatCountsJSON {
	return seatCountsJSON{Free: c.Free, Held: c.Held, Sold: c.Sold, Blocked: c.Blocked}
}

// getStats answers GET /v1/ops/stats.
func (a *API) getStats(w http.ResponseWriter, r *request) error {
	s, err := a.Booking.Stats(r.Context(), r.by)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, statsJSON{
		Events: s.Events, Uncounted: s.Uncounted, Holds: s.Seats.Holds, Seats: showSeatCounts(s.Seats),
		Orders: s.Orders, RefundsDue: s.RefundsDue, RefundsOverdue: s.RefundsOverdue,
	})
}

// eventHoldJSON is a live hold as operators see it.
type eventHoldJSON struct {
	holdJSON
	HeldSince   timestamp           `json:"held_since"`
	Customer    customerJSON        `json:"customer"`
	OrderStatus booking.OrderStatus `json:"order_status,omitempty"` // left out where no order is stored
}

func showEventHold(e *booking.Event, h booking.EventHold) eventHoldJSON {
	return eventHoldJSON{
		holdJSON: showHold(e, h.Hold), HeldSince: timestamp(h.TakenAt), OrderStatus: h.OrderStatus,
		Customer: customerJSON{ID: h.CustomerID, Email: h.Customer.Email, Name: h.Customer.Name},
	}
}

// listEventHolds answers GET /v1/ops/events/{event}/holds.
func (a *API) listEventHolds(w http.ResponseWriter, r *request) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	holds, e, err := a.Booking.EventHolds(r.Context(), r.by, r.name("event"), onePast(page))
	if err != nil {
		return err
	}
	return writeList(w, r, page, holds, func(h booking.EventHold) string { return h.Cursor() },
		func(h booking.EventHold) eventHoldJSON { return showEventHold(e, h) })
}

// releaseAnyHold answers DELETE /v1/ops/events/{event}/holds/{hold}.
func (a *API) releaseAnyHold(w http.ResponseWriter, r *request) error {
	if err := a.Booking.ReleaseAny(r.Context(), r.by, r.name("event"), r.name("hold")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type rebuiltJSON struct {
	EventID  string `json:"event_id"`
	Anew     bool   `json:"anew"` // the state was missing, live holds too
	Orders   int    `json:"orders"`
	Restored int    `json:"restored"`
	Freed    int    `json:"freed"`
}

// rebuildEvent answers POST /v1/ops/events/{event}/rebuild.
func (a *API) rebuildEvent(w http.ResponseWriter, r *request) error {
	if err := r.decodeNothing(); err != nil {
		return err
	}
	event := r.name("event")
	did, err := a.Booking.Rebuild(r.Context(), r.by, event)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, rebuiltJSON{
		EventID: event, Anew: did.Anew, Orders: did.Orders, Restored: did.Restored, Freed: did.Freed,
	})
}

type auditJSON struct {
	EventID string `json:"event_id"`
	Seats   int    `json:"seats"`
	seatCountsJSON
	Mismatches []mismatchJSON `json:"mismatches"`
	Unchecked  int            `json:"unchecked"` // seats that differed too, and were not read again
}

// mismatchJSON is a seat that Redis has otherwise than the orders.
type mismatchJSON struct {
	Seat         string `json:"seat"`
	Redis        string `json:"redis"`
	RedisOrderID string `json:"redis_order_id,omitempty"` // for which Redis has it
	Orders       string `json:"orders"`
	OrderID      string `json:"order_id,omitempty"` // that says so; left out where none claims it
}

// auditEvent answers GET /v1/ops/events/{event}/audit.
func (a *API) auditEvent(w http.ResponseWriter, r *request) error {
	found, e, err := a.Booking.Audit(r.Context(), r.by, r.name("event"))
	if err != nil {
		return err
	}
	shown := auditJSON{
		EventID: e.ID, Seats: found.Seats.All(), seatCountsJSON: showSeatCounts(found.Seats),
		Mismatches: make([]mismatchJSON, 0, len(found.Mismatches)), Unchecked: found.Unchecked,
	}
	for _, m := range found.Mismatches {
		shown.Mismatches = append(shown.Mismatches, mismatchJSON{
			Seat: e.Plan.Seats[m.Seat].GUID, Redis: seatStatuses[m.Shown], RedisOrderID: m.ShownFor,
			Orders: seatStatuses[m.Owned], OrderID: m.OrderID,
		})
	}
	return writeJSON(w, http.StatusOK, shown)
}
