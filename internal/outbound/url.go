package outbound

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"seathold/internal/booking"
)

// maxURL bounds an endpoint's URL, in bytes.
const maxURL = 2048

// CheckURL implements booking.Sender. It refuses at once what can be seen in the
// URL itself; where a name leads is judged when it is connected to.
func (s *Sender) CheckURL(text string) error {
	if len(text) > maxURL {
		return invalid("has %d bytes; at most %d", len(text), maxURL)
	}
	u, err := url.Parse(text)
	if err != nil || !utf8.ValidString(text) || u.Opaque != "" || u.Hostname() == "" {
		return invalid("must be an absolute URL such as https://shop.example/webhooks")
	}
	switch {
	case u.Scheme == "http" && !s.plain:
		return invalid("must begin with https://: what is sent names customers and must not be read on its way (for tests, SEATHOLD_WEBHOOK_NETWORKS allows http)")
	case u.Scheme != "https" && u.Scheme != "http":
		return invalid("must begin with https://")
	case u.User != nil:
		return invalid("must not have a user or password; the signature tells who sends")
	case strings.Contains(text, "#"):
		return invalid("must not have a fragment (#…): it is never sent")
	}
	if err := checkPort(u.Host, u.Port()); err != nil {
		return err
	}
	return s.checkHost(u.Hostname())
}

func checkPort(host, port string) error {
	n, err := strconv.ParseUint(port, 10, 16)
	if strings.HasSuffix(host, ":") || (port != "" && (err != nil || n == 0)) {
		return invalid("has a port that is not 1 to 65535")
	}
	return nil
}

// checkHost refuses addresses that are not public, and numbers that only some
// programs read as an address.
func (s *Sender) checkHost(host string) error {
	if address, err := netip.ParseAddr(host); err == nil {
		if address.Zone() != "" || s.networks.check(address) != nil {
			return notPublic(host)
		}
		return nil
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	last := name[strings.LastIndex(name, ".")+1:]
	switch {
	case last == "localhost":
		if s.networks.check(netip.AddrFrom4([4]byte{127, 0, 0, 1})) != nil {
			return notPublic(host)
		}
	case isNumber(last) || strings.ContainsAny(host, ":%"):
		return invalid("has the host %s, which is neither a name nor an IP address in its usual form", host)
	}
	return nil
}

// isNumber reports whether some programs would read the last part of a host, and
// so all of it, as an IPv4 address: in decimal, octal or hexadecimal.
func isNumber(part string) bool {
	if part == "" {
		return true
	}
	if _, err := strconv.ParseUint(part, 0, 64); err == nil {
		return true
	}
	return strings.Trim(part, "0123456789") == ""
}

func notPublic(host string) error {
	return invalid("leads to %s, which is not a public address; "+
		"the operator can allow networks by SEATHOLD_WEBHOOK_NETWORKS", host)
}

func invalid(format string, args ...any) error {
	return booking.Errorf(booking.CodeInvalidValue, "url: "+format, args...)
}
