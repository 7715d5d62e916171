package httpapi

import (
	"net/http"
	"net/url"
	"time"

	"seathold/internal/booking"
)

// The states of a webhook endpoint.
const (
	endpointEnabled  = "enabled"
	endpointDisabled = "disabled"
)

type endpointJSON struct {
	ID             string    `json:"id"`
	URL            string    `json:"url"`
	Types          *[]string `json:"types"` // null: everything
	Description    string    `json:"description"`
	Secret         string    `json:"secret,omitzero"` // for its owner only, and not in lists
	Status         string    `json:"status"`
	DisabledReason string    `json:"disabled_reason,omitzero"`
	CreatedAt      timestamp `json:"created_at"`
}

func showEndpoint(e booking.Endpoint) endpointJSON {
	shown := endpointJSON{
		ID: e.ID, URL: e.URL, Description: e.Description, Status: endpointEnabled, CreatedAt: timestamp(e.CreatedAt),
	}
	if len(e.Types) > 0 {
		shown.Types = &e.Types
	}
	if e.Disabled {
		shown.Status, shown.DisabledReason = endpointDisabled, e.DisabledReason
	}
	return shown
}

// showOwn shows the secret too, where the endpoint is the caller's own.
func showOwn(e booking.Endpoint, by booking.Actor) endpointJSON {
	shown := showEndpoint(e)
	if e.OwnerID == by.ID {
		shown.Secret = e.Secret
	}
	return shown
}

// createEndpoint answers POST /v1/webhook-endpoints.
func (a *API) createEndpoint(w http.ResponseWriter, r *request) error {
	var body struct {
		URL         string             `json:"url"`
		Types       optional[[]string] `json:"types"`
		Description string             `json:"description"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	if body.URL == "" {
		return missing("url", "where the webhooks are to be sent, https://…")
	}
	e, err := a.Booking.CreateEndpoint(r.Context(), r.by, booking.NewEndpoint{
		URL: body.URL, Types: body.Types.value, Description: body.Description,
	})
	if err != nil {
		return err
	}
	return writeCreated(w, "/v1/webhook-endpoints/"+url.PathEscape(e.ID), showOwn(e, r.by))
}

// listEndpoints answers GET /v1/webhook-endpoints. Operators name an organizer
// to see theirs.
func (a *API) listEndpoints(w http.ResponseWriter, r *request) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	owner, given, err := r.one("organizer")
	if err != nil {
		return err
	}
	if !given {
		owner = r.by.ID
	}
	endpoints, err := a.Booking.Endpoints(r.Context(), r.by, owner, onePast(page))
	if err != nil {
		return err
	}
	return writeList(w, r, page, endpoints, func(e booking.Endpoint) string { return e.ID }, showEndpoint)
}

// getEndpoint answers GET /v1/webhook-endpoints/{endpoint}.
func (a *API) getEndpoint(w http.ResponseWriter, r *request) error {
	e, err := a.Booking.Endpoint(r.Context(), r.by, r.name("endpoint"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, showOwn(e, r.by))
}

// changeEndpoint answers PATCH /v1/webhook-endpoints/{endpoint}.
func (a *API) changeEndpoint(w http.ResponseWriter, r *request) error {
	var body endpointChangeBody
	if err := r.decode(&body); err != nil {
		return err
	}
	change, err := body.read()
	if err != nil {
		return err
	}
	e, err := a.Booking.ChangeEndpoint(r.Context(), r.by, r.name("endpoint"), change)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, showOwn(e, r.by))
}

// endpointChangeBody is the body of a change. Absent leaves as it is; null types
// are everything.
type endpointChangeBody struct {
	URL          optional[string]   `json:"url"`
	Types        optional[[]string] `json:"types"`
	Description  optional[string]   `json:"description"`
	Status       optional[string]   `json:"status"`
	RotateSecret bool               `json:"rotate_secret"`
}

func (b endpointChangeBody) read() (c booking.EndpointChange, err error) {
	switch {
	case b.URL.null:
		return c, booking.Errorf(booking.CodeInvalidValue, "url: an endpoint always has one; leave it out to keep it")
	case b.Status.given && b.Status.value != endpointEnabled && b.Status.value != endpointDisabled:
		return c, booking.Errorf(booking.CodeInvalidValue, "status: can be %q or %q", endpointEnabled, endpointDisabled)
	}
	c.RotateSecret = b.RotateSecret
	if b.URL.given {
		c.URL = &b.URL.value
	}
	if b.Types.given {
		c.Types = &b.Types.value
	}
	if b.Description.given {
		c.Description = &b.Description.value // null: none
	}
	if b.Status.given {
		disabled := b.Status.value == endpointDisabled
		c.Disabled = &disabled
	}
	return c, nil
}

// deleteEndpoint answers DELETE /v1/webhook-endpoints/{endpoint}.
func (a *API) deleteEndpoint(w http.ResponseWriter, r *request) error {
	if err := a.Booking.DeleteEndpoint(r.Context(), r.by, r.name("endpoint")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// testEndpoint answers POST /v1/webhook-endpoints/{endpoint}/test.
func (a *API) testEndpoint(w http.ResponseWriter, r *request) error {
	if err := r.decodeNothing(); err != nil {
		return err
	}
	attempt, err := a.Booking.TestEndpoint(r.Context(), r.by, r.name("endpoint"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, struct {
		Delivered  bool   `json:"delivered"`
		StatusCode int    `json:"status_code,omitzero"`
		Error      string `json:"error,omitzero"`
		TookMS     int64  `json:"took_ms"`
	}{attempt.Delivered(), attempt.StatusCode, attempt.Error, attempt.TookMS})
}

type deliveryJSON struct {
	ID            string                 `json:"id"` // as the webhook-id header says
	Type          string                 `json:"type"`
	CreatedAt     timestamp              `json:"created_at"`
	Status        booking.DeliveryStatus `json:"status"`
	Reason        string                 `json:"reason,omitzero"`
	Attempts      []attemptJSON          `json:"attempts"`
	NextAttemptAt timestamp              `json:"next_attempt_at,omitzero"`
}

type attemptJSON struct {
	At         timestamp `json:"at"`
	StatusCode int       `json:"status_code,omitzero"`
	Error      string    `json:"error,omitzero"`
	TookMS     int64     `json:"took_ms"`
}

func showDelivery(d booking.Delivery) deliveryJSON {
	shown := deliveryJSON{
		ID: d.ID, Type: d.Type, CreatedAt: timestamp(d.CreatedAt), Status: d.Status, Reason: d.Reason,
		Attempts: make([]attemptJSON, 0, len(d.Attempts)),
	}
	for _, at := range d.Attempts {
		shown.Attempts = append(shown.Attempts, attemptJSON{timestamp(at.At), at.StatusCode, at.Error, at.TookMS})
	}
	if !d.Claimed { // else it is being sent
		shown.NextAttemptAt = timestamp(d.NextAt)
	}
	return shown
}

// IsZero leaves a time that there is not out of a body, where its field says so.
func (t timestamp) IsZero() bool { return time.Time(t).IsZero() }

// listDeliveries answers GET /v1/webhook-endpoints/{endpoint}/deliveries.
func (a *API) listDeliveries(w http.ResponseWriter, r *request) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	deliveries, err := a.Booking.Deliveries(r.Context(), r.by, r.name("endpoint"), onePast(page))
	if err != nil {
		return err
	}
	return writeList(w, r, page, deliveries, func(d booking.Delivery) string { return d.ID }, showDelivery)
}

// retryDelivery answers POST /v1/webhook-endpoints/{endpoint}/deliveries/{delivery}/retry.
func (a *API) retryDelivery(w http.ResponseWriter, r *request) error {
	if err := r.decodeNothing(); err != nil {
		return err
	}
	d, err := a.Booking.RetryDelivery(r.Context(), r.by, r.name("endpoint"), r.name("delivery"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, showDelivery(d))
}
