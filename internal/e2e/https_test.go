package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBehindHTTPSBrowsersAreToldSo: what the public URL says counts, since a
// proxy speaks TLS.
func TestBehindHTTPSBrowsersAreToldSo(t *testing.T) {
	t.Parallel()
	s := newService(t, seathold, quick())
	for url, want := range map[string]string{"http://tickets.example": "", "https://tickets.example": "max-age=31536000", "HTTPS://tickets.example": "max-age=31536000"} {
		s.start(t, settings{"SEATHOLD_PUBLIC_URL": url})
		require.Equal(t, want, s.nobody().get("/livez").header.Get("Strict-Transport-Security"), url)
		s.stop(t)
	}
}
