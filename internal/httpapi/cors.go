package httpapi

import (
	"net/http"
	"slices"

	"github.com/rs/cors"
)

// corsMaxAge is how long a browser remembers a preflight's answer, in seconds.
const corsMaxAge = 600

// cors lets the configured origins call from a browser. Tokens travel in a
// header, so no credentials are allowed. Without origins there is no CORS at
// all: the library would then let everyone in.
func (a *API) cors(next http.Handler) http.Handler {
	if len(a.Origins) == 0 {
		return next
	}
	return cors.New(cors.Options{
		// Its own list would ignore case and take * as a wildcard.
		AllowOriginFunc: func(origin string) bool { return slices.Contains(a.Origins, origin) },
		AllowedMethods:  []string{get, http.MethodHead, post, patch, del},
		AllowedHeaders: []string{
			"Authorization", "Content-Type", idempotencyKey, "If-None-Match", requestIDHeader, "Last-Event-ID",
		},
		ExposedHeaders: []string{
			"Location", "ETag", "Link", "Content-Disposition", "Retry-After", rateLimitHeader, ratePolicyHeader, requestIDHeader,
		},
		MaxAge: corsMaxAge,
	}).Handler(next)
}
