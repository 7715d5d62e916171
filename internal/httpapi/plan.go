package httpapi

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"seathold/internal/booking"
)

// getPlan answers GET /v1/events/{event}/plan with the bytes as they were
// imported.
func (a *API) getPlan(w http.ResponseWriter, r *request) error {
	e, err := a.Booking.Event(r.Context(), r.name("event"))
	if err != nil {
		return err
	}
	tag := a.planTag(e)
	w.Header().Set("ETag", quotedTag(tag))
	w.Header().Set("Cache-Control", "public, max-age=3600")
	if ifNoneMatch(r.Request).has(tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	writeBytes(w, http.StatusOK, e.Plan.Raw)
	return nil
}

// planTag hashes a plan once: plans never change.
func (a *API) planTag(e *booking.Event) string {
	if tag, ok := a.planTags.Load(e.ID); ok {
		return tag.(string)
	}
	sum := sha256.Sum256(e.Plan.Raw)
	tag := hex.EncodeToString(sum[:16])
	a.planTags.Store(e.ID, tag)
	return tag
}
