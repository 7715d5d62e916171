package loadtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"seathold/internal/client"
)

func (s *Server) createEvent(w http.ResponseWriter, r *http.Request) {
	body := read[client.NewEvent](r)
	var plan struct {
		Zones []struct {
			Rows []struct {
				Seats []struct {
					GUID string `json:"seat_guid"`
				} `json:"seats"`
			} `json:"rows"`
		} `json:"zones"`
	}
	if err := json.Unmarshal(body.Plan, &plan); err != nil {
		panic(err)
	}
	for _, zone := range plan.Zones {
		for _, row := range zone.Rows {
			for _, seat := range row.Seats {
				s.seats = append(s.seats, seat.GUID)
			}
		}
	}
	s.plan = body.Plan
	s.event = client.Event{ID: s.id("event"), Name: body.Name, SeatCount: len(s.seats), Status: client.EventStatusOnSale}
	answer(w, http.StatusCreated, s.event)
}

func (s *Server) getEvent(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("event") != s.event.ID {
		refuse(w, http.StatusNotFound, "not_found")
		return
	}
	answer(w, http.StatusOK, s.event)
}

func (s *Server) changeEvent(w http.ResponseWriter, r *http.Request) {
	if status := read[client.EventChange](r).Status; status != nil {
		s.event.Status = client.EventStatus(*status)
	}
	answer(w, http.StatusOK, s.event)
}

func (s *Server) getPlan(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.plan) }

func (s *Server) seatMap() client.SeatMap {
	var shown strings.Builder
	for _, seat := range s.seats {
		as := cmp.Or(s.taken[seat], ".")
		if as == "s" && s.options.HidesSales {
			as = "h"
		}
		shown.WriteString(as)
	}
	return client.SeatMap{EventID: s.event.ID, Seats: shown.String(), Version: fmt.Sprint(s.number)}
}

func (s *Server) getSeats(w http.ResponseWriter, r *http.Request) {
	shown := s.seatMap()
	w.Header().Set("ETag", `"`+shown.Version+`"`)
	if r.Header.Get("If-None-Match") == `"`+shown.Version+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	answer(w, http.StatusOK, shown)
}

// stream tells the map as it is, and nothing more until the listener leaves.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	text, err := json.Marshal(s.seatMap())
	s.mu.Unlock()
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = fmt.Fprintf(w, "event: snapshot\ndata: %s\n\n", text) // who has left misses it
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func (s *Server) hold(w http.ResponseWriter, r *http.Request) {
	who, ok := caller(w, r)
	if !ok {
		return
	}
	seats := read[client.NewHold](r).Seats
	if !s.options.SellsTwice {
		var taken []string
		for _, seat := range seats {
			if s.taken[seat] != "" {
				taken = append(taken, seat)
			}
		}
		if taken != nil {
			refuse(w, http.StatusConflict, "seats_taken", taken...)
			return
		}
	}
	h := &held{owner: who, hold: client.Hold{ID: s.id("hold"), EventID: s.event.ID, Seats: seats, Status: "held"}}
	s.holds[h.hold.ID] = h
	s.take(seats, "h")
	answer(w, http.StatusCreated, h.hold)
}

// take has seats be held, sold or, by "", free. Of who sells twice they stay free
// until they are sold.
func (s *Server) take(seats []string, as string) {
	for _, seat := range seats {
		if !s.options.SellsTwice || as == "s" {
			s.taken[seat] = as
		}
	}
}

func (s *Server) release(w http.ResponseWriter, r *http.Request) {
	if h := s.holds[r.PathValue("hold")]; h != nil {
		s.take(h.hold.Seats, "")
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) createOrder(w http.ResponseWriter, r *http.Request) {
	h := s.holds[*read[client.NewOrder](r).HoldID]
	id := s.id("order")
	h.order = &client.Order{
		ID: id, EventID: s.event.ID, HoldID: h.hold.ID, Seats: h.hold.Seats, Status: client.OrderStatusPendingPayment,
		Payment: &client.Checkout{
			ID: "payment", Provider: cmp.Or(s.options.Provider, "sandbox"), URL: s.URL + "/pay/" + id, ExpiresAt: time.Now().Add(time.Hour),
		},
	}
	answer(w, http.StatusCreated, h.order)
}

// orderOf finds an order; nil: it was answered that there is none.
func (s *Server) orderOf(w http.ResponseWriter, r *http.Request) *client.Order {
	for _, h := range s.holds {
		if h.order != nil && h.order.ID == r.PathValue("order") {
			return h.order
		}
	}
	refuse(w, http.StatusNotFound, "not_found")
	return nil
}

func (s *Server) pay(w http.ResponseWriter, r *http.Request) {
	if o := s.orderOf(w, r); o != nil {
		o.Status = client.OrderStatusPaid
		s.take(o.Seats, "s")
	}
}

func (s *Server) getOrder(w http.ResponseWriter, r *http.Request) {
	o := s.orderOf(w, r)
	if o == nil {
		return
	}
	answer(w, http.StatusOK, o)
	if s.options.Forgets && o.Status == client.OrderStatusPaid {
		o.Status = client.OrderStatusCancelled
	}
}

func (s *Server) cancelOrder(w http.ResponseWriter, r *http.Request) {
	if o := s.orderOf(w, r); o != nil {
		o.Status = client.OrderStatusCancelled
		s.take(o.Seats, "")
		answer(w, http.StatusOK, o)
	}
}

func (s *Server) listOrders(w http.ResponseWriter, r *http.Request) {
	who, ok := caller(w, r)
	if !ok {
		return
	}
	page := client.OrderList{Items: []client.Order{}}
	for _, h := range s.holds {
		if h.owner == who && h.order != nil {
			page.Items = append(page.Items, *h.order)
		}
	}
	answer(w, http.StatusOK, page)
}

func (s *Server) audit(w http.ResponseWriter, _ *http.Request) {
	shown := s.seatMap().Seats
	answer(w, http.StatusOK, client.Audit{
		EventID: s.event.ID, Seats: len(shown), Free: strings.Count(shown, "."), Held: strings.Count(shown, "h"), Sold: strings.Count(shown, "s"),
		Mismatches: make([]client.Mismatch, s.options.Mismatches),
	})
}
