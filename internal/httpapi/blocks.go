package httpapi

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"seathold/internal/booking"
)

type blockJSON struct {
	ID        string              `json:"id"`
	EventID   string              `json:"event_id"`
	Seats     []string            `json:"seats"`
	Reason    string              `json:"reason"`
	Until     timestamp           `json:"until"`
	Status    booking.OrderStatus `json:"status"`
	CreatedAt timestamp           `json:"created_at"`
}

func showBlock(b booking.Order) blockJSON {
	return blockJSON{
		ID: b.ID, EventID: b.EventID, Seats: b.Seats, Reason: b.Reason,
		Until: timestamp(b.ExpiresAt), Status: b.Status, CreatedAt: timestamp(b.CreatedAt),
	}
}

// createBlock answers POST /v1/events/{event}/blocks.
func (a *API) createBlock(w http.ResponseWriter, r *request) error {
	var body struct {
		Seats  []string `json:"seats"`
		Reason string   `json:"reason"`
		Until  moment   `json:"until"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	if strings.TrimSpace(body.Reason) == "" {
		return missing("reason", "why the seats are kept from sale")
	}
	b, err := a.Booking.Block(r.Context(), r.by, r.name("event"), body.Seats, body.Reason, time.Time(body.Until))
	if err != nil {
		return err
	}
	return writeCreated(w, eventPath(b.EventID)+"/blocks/"+url.PathEscape(b.ID), showBlock(b))
}

// listBlocks answers GET /v1/events/{event}/blocks.
func (a *API) listBlocks(w http.ResponseWriter, r *request) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	blocks, err := a.Booking.Blocks(r.Context(), r.by, r.name("event"), onePast(page))
	if err != nil {
		return err
	}
	return writeList(w, r, page, blocks, orderID, showBlock)
}

// endBlock answers DELETE /v1/events/{event}/blocks/{block}.
func (a *API) endBlock(w http.ResponseWriter, r *request) error {
	if err := a.Booking.EndBlock(r.Context(), r.by, r.name("event"), r.name("block")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
