package httpapi

import (
	"net/http"

	"seathold/internal/booking"
)

// webhook answers POST /v1/webhooks/{provider}. It reads the body as it is:
// the signature is over its bytes.
func (a *API) webhook(w http.ResponseWriter, r *request) error {
	body, err := r.readBody()
	if err != nil {
		return err
	}
	err = a.Booking.Webhook(r.Context(), r.name("provider"), body, r.Header)
	if err != nil && booking.CodeOf(err) == "" {
		// A fault of ours: 503 makes the provider repeat.
		return booking.Unavailable("the shop", err)
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, receivedJSON{Received: true})
}

type receivedJSON struct {
	Received bool `json:"received"`
}
