package e2e

import (
	"os"
	"testing"
)

// TestScreenshots takes the pictures that stand in the project, where `make
// screenshots` asks for them: few, and what they show is like at a sale.
func TestScreenshots(t *testing.T) {
	if os.Getenv(screenshotsVariable) == "" {
		t.Skip("make screenshots takes them")
	}
	s := openShop(t, embeddedWorld, plainSeathold, 420)
	b := openBrowser(t)
	shootCustomers(t, b)
	shootOrganizers(t, b)
	p := b.visitor(t, s.url, desktop)
	p.open(s.ordered(t, s.customer(t), "A1", "A2").Payment.URL)
	p.await("button", "Pay *")
	shoot(t, p, "payment")
}
