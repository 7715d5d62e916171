package e2e

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	shellAddress = regexp.MustCompile(`(?:src|href)="(/[^"]+)"`)
	backToOrder  = regexp.MustCompile(`href="([^"]*)">Back to your order<`)
)

// TestThePagesAreWhereTheServiceSays follows the addresses that a person gets: of
// the banner, of the pages' own files, and back from a payment.
func TestThePagesAreWhereTheServiceSays(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 20)
	require.Equal(t, s.url, bannerValue(t, s.service, "Tickets"))
	require.Equal(t, s.url+"/organizer", bannerValue(t, s.service, "Organizer"))
	visitor := s.nobody()
	shell := requirePage(t, visitor.get("/"))
	require.Equal(t, shell, requirePage(t, visitor.get("/organizer")))
	files := 0
	for _, address := range shellAddress.FindAllStringSubmatch(shell, -1) {
		requireStatus(t, visitor.get(address[1]), http.StatusOK)
		files++
	}
	require.Greater(t, files, 10)

	customer := s.customer(t)
	o := s.ordered(t, customer, "A1")
	for _, page := range []answer{customer.openPage(o), customer.press(o, "pay")} {
		requireStatus(t, page, http.StatusOK)
		back := backToOrder.FindSubmatch(page.body)
		require.NotNil(t, back, "%s", page)
		require.Equal(t, "/orders/"+o.ID, string(back[1]))
		require.Equal(t, shell, requirePage(t, visitor.get(string(back[1]))))
	}
	requireProblem(t, visitor.get("/nothing"), http.StatusNotFound, "not_found")
}

// requirePage returns the text of a page.
func requirePage(t *testing.T, a answer) string {
	t.Helper()
	requireStatus(t, a, http.StatusOK)
	require.Equal(t, "text/html; charset=utf-8", a.header.Get("Content-Type"))
	require.Contains(t, a.header.Get("Content-Security-Policy"), "default-src 'none'")
	return string(a.body)
}
