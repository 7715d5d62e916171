package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"seathold/internal/booking"
)

// The headers of draft-ietf-httpapi-ratelimit-headers: what the limits are, and
// where the caller stands.
const (
	ratePolicyHeader = "RateLimit-Policy"
	rateLimitHeader  = "RateLimit"
)

// Guard slows down those who guess passwords. try is the call that hashes; it
// is not made where the guard refuses.
type Guard interface {
	// Login lets a login from an address be tried. CodeRateLimited, or what try
	// returns.
	Login(ctx context.Context, address, email string, try func() error) error
	// Password lets a signed-in account's old password be tried.
	// CodeRateLimited, or what try returns.
	Password(ctx context.Context, accountID string, try func() error) error
}

type unguarded struct{}

func (unguarded) Login(_ context.Context, _, _ string, try func() error) error { return try() }

func (unguarded) Password(_ context.Context, _ string, try func() error) error { return try() }

// limit takes the call from the rates that it counts for, in one round trip,
// before anything of its body is read: that of the customer, one for calls that
// change something and one for those that do not, and that of the address where
// the route has one. Public reads and webhooks have none, and ask nobody.
func (a *API) limit(e endpoint, by booking.Actor, w http.ResponseWriter, r *http.Request) error {
	var rates [2]booking.Take
	takes := rates[:0]
	if e.access != accessPublic {
		takes = append(takes, customerRate(r.Method).Of(by.ID))
	}
	if e.address.Burst > 0 {
		takes = append(takes, e.address.Of(addressSubject(r)))
	}
	standings, err := a.Throttle.Take(r.Context(), takes...)
	if len(standings) > 0 {
		w.Header().Set(ratePolicyHeader, showPolicies(takes))
		w.Header().Set(rateLimitHeader, showStandings(takes, standings))
	}
	return err
}

func customerRate(method string) booking.Rate {
	if method == http.MethodGet || method == http.MethodHead {
		return booking.CustomerReads
	}
	return booking.CustomerWrites
}

// addressSubject is whom the limits of addresses count: an IPv4 address, or the
// /64 that an IPv6 host can choose its addresses from.
func addressSubject(r *http.Request) string { return subjectOf(recordOf(r.Context()).client) }

func (r *request) addressSubject() string { return addressSubject(r.Request) }

func subjectOf(client string) string {
	addr, err := netip.ParseAddr(client)
	if err != nil || addr.Is4() {
		return client
	}
	const network = 64
	return netip.PrefixFrom(addr, network).Masked().String()
}

func showPolicies(takes []booking.Take) string {
	return items(takes, func(_ int, t booking.Take) string {
		return fmt.Sprintf("%q;q=%d;w=%d", t.Rate.Name, t.Rate.Burst, wholeSeconds(t.Rate.Window()))
	})
}

func showStandings(takes []booking.Take, standings []booking.Standing) string {
	return items(takes, func(i int, t booking.Take) string {
		return fmt.Sprintf("%q;r=%d;t=%d", t.Rate.Name, standings[i].Left, wholeSeconds(standings[i].Whole))
	})
}

// items writes a structured field (RFC 9651), a list of one item a take.
func items(takes []booking.Take, item func(i int, t booking.Take) string) string {
	texts := make([]string, len(takes))
	for i, t := range takes {
		texts[i] = item(i, t)
	}
	return strings.Join(texts, ", ")
}
