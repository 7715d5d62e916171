package httpapi

import (
	"net/http"

	"seathold/internal/booking"
	"seathold/internal/representation"
)

// seatStatuses are the statuses of a seat in words.
var seatStatuses = map[booking.SeatStatus]string{
	booking.SeatFree:    "free",
	booking.SeatHeld:    "held",
	booking.SeatSold:    "sold",
	booking.SeatBlocked: "blocked",
}

type seatMapJSON struct {
	EventID string `json:"event_id"`
	Version string `json:"version"`
	Seats   string `json:"seats"` // one character a seat, in plan order
}

type takenSeatsJSON struct {
	EventID string          `json:"event_id"`
	Version string          `json:"version"`
	Taken   []takenSeatJSON `json:"taken"`
}

type takenSeatJSON struct {
	Seat    string `json:"seat"`
	Status  string `json:"status"`
	IsTaken bool   `json:"is_taken"`
}

// getSeats answers GET /v1/events/{event}/seats.
func (a *API) getSeats(w http.ResponseWriter, r *request) error {
	onlyTaken, err := r.flag("taken")
	if err != nil {
		return err
	}
	known := representation.KnownTo(r.Request)
	m, e, err := a.Booking.SeatMap(r.Context(), r.name("event"), known.First())
	if err != nil {
		return err
	}
	w.Header().Set("ETag", representation.Quoted(m.Version))
	w.Header().Set("Cache-Control", "no-cache")
	switch {
	case m.Seats == nil || known.Has(m.Version):
		w.WriteHeader(http.StatusNotModified)
		return nil
	case onlyTaken:
		return writeJSON(w, http.StatusOK, takenSeatsJSON{e.ID, m.Version, takenSeats(e, m.Seats)})
	default:
		return writeJSON(w, http.StatusOK, seatMapJSON{e.ID, m.Version, string(m.Seats)})
	}
}

// flag reads a query value that is true, false or absent. CodeInvalidValue.
func (r *request) flag(name string) (bool, error) {
	value, given, err := r.one(name)
	if err != nil || !given {
		return false, err
	}
	if value != "true" && value != "false" {
		return false, booking.Errorf(booking.CodeInvalidValue, "%s: use true or false", name)
	}
	return value == "true", nil
}

func takenSeats(e *booking.Event, seats []byte) []takenSeatJSON {
	taken := []takenSeatJSON{}
	for i, status := range seats {
		if s := booking.SeatStatus(status); s != booking.SeatFree {
			taken = append(taken, takenSeatJSON{e.Plan.Seats[i].GUID, seatStatuses[s], true})
		}
	}
	return taken
}

type seatJSON struct {
	Seat     string `json:"seat"`
	Category string `json:"category"`
	Price    money  `json:"price"`
	Status   string `json:"status"`
	IsTaken  bool   `json:"is_taken"`
}

// getSeat answers GET /v1/events/{event}/seats/{seat}, exact at this moment.
func (a *API) getSeat(w http.ResponseWriter, r *request) error {
	e, i, status, err := a.Booking.Seat(r.Context(), r.name("event"), r.name("seat"))
	if booking.CodeOf(err) == booking.CodeUnknownSeat {
		return atPath{err}
	}
	if err != nil {
		return err
	}
	seat := e.Plan.Seats[i]
	return writeJSON(w, http.StatusOK, seatJSON{
		Seat: seat.GUID, Category: e.Plan.Categories[seat.Category].Name,
		Price:  money{Amount: e.Price(i), Currency: e.Currency},
		Status: seatStatuses[status], IsTaken: status != booking.SeatFree,
	})
}
