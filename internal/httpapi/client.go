package httpapi

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddress returns the address of whoever sent the request. A proxy in
// the trusted networks is believed about the one before it; beyond the first
// address that is not trusted everything could be made up. It reads
// X-Forwarded-For, to which proxies append, from the right, so nothing that a
// client puts there is ever reached; what the header has beside that
// (Forwarded, X-Real-IP) is not believed.
func (a *API) clientAddress(r *http.Request) string {
	client, ok := parseAddress(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	for _, line := range slices.Backward(r.Header.Values("X-Forwarded-For")) {
		for line != "" && a.trusted(client) {
			var hop string
			line, hop = cutLast(line)
			if hop == "" {
				continue // an empty element of a list means nothing (RFC 9110, 5.6.1)
			}
			before, ok := parseAddress(hop)
			if !ok {
				return client.String() // "unknown" and the like: nobody knows beyond here
			}
			client = before
		}
	}
	return client.String()
}

// cutLast takes the last element off a list. Long lists are made to be split:
// only as many elements are looked at as there are trusted proxies.
func cutLast(list string) (rest, last string) {
	if at := strings.LastIndexByte(list, ','); at >= 0 {
		return list[:at], strings.TrimSpace(list[at+1:])
	}
	return "", strings.TrimSpace(list)
}

func (a *API) trusted(addr netip.Addr) bool {
	return slices.ContainsFunc(a.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// parseAddress reads an IP address, with or without a port. Different ways to
// write one address must not pass for different clients: an IPv4 address in
// IPv6 is that address, and a zone is dropped.
func parseAddress(text string) (netip.Addr, bool) {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		if text, ok = strings.CutSuffix(inner, "]"); !ok {
			return netip.Addr{}, false
		}
	}
	addr, err := netip.ParseAddr(text)
	return addr.Unmap().WithZone(""), err == nil
}
