package httpapi

import "net/http"

// headersOfAll are on every answer, also those of no route. A page that needs
// more sets a policy of its own instead.
//
// Nothing here touches a call by CORS: Cross-Origin-Resource-Policy is about
// what another site embeds without asking (an <img>, a <script>), and frames
// and openers are about documents, which answers are not.
var headersOfAll = [][2]string{
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
	{"X-Frame-Options", "DENY"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
}

// strictTransport has browsers come by https alone for a year. Other names of
// the same domain are not ours to speak for.
const strictTransport = "max-age=31536000"

func (a *API) setHeadersOfAll(h http.Header) {
	for _, header := range headersOfAll {
		h.Set(header[0], header[1])
	}
	if a.HTTPS {
		h.Set("Strict-Transport-Security", strictTransport)
	}
}
