package config

import (
	"encoding/base64"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v10"
)

// shortest is the least duration that any setting takes.
const shortest = 100 * time.Millisecond

// parsers are by type, as the env package wants them. Each fails with a
// wantError, which never holds the value.
func parsers() map[reflect.Type]env.ParserFunc {
	return map[reflect.Type]env.ParserFunc{
		reflect.TypeFor[bool]():           untyped(parseSwitch),
		reflect.TypeFor[int]():            untyped(parseInt),
		reflect.TypeFor[time.Duration]():  untyped(parseDuration),
		reflect.TypeFor[Delay]():          untyped(parseDelay),
		reflect.TypeFor[Origins]():        untyped(parseOrigins),
		reflect.TypeFor[[]netip.Prefix](): untyped(parseNetworks),
		reflect.TypeFor[[]Secret]():       untyped(parseWebhookSecrets),
		reflect.TypeFor[StripeSecrets]():  untyped(parseStripeSecrets),
		reflect.TypeFor[TokenKey]():       untyped(parseTokenKey),
		reflect.TypeFor[Redis]():          untyped(parseRedis),
		reflect.TypeFor[MongoDB]():        untyped(parseMongoDB),
	}
}

func untyped[T any](parse func(string) (T, error)) env.ParserFunc {
	return func(text string) (any, error) { return parse(text) }
}

func parseSwitch(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "on", "true":
		return true, nil
	case "off", "false":
		return false, nil
	default:
		return false, wantError("on, off, true or false")
	}
}

func parseInt(text string) (int, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, wantError("a whole number")
	}
	return int(n), nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < shortest {
		return 0, wantError("a duration of at least 100ms, such as 500ms, 90s, 10m or 1h30m")
	}
	return d, nil
}

// Delay is a duration that may be none.
type Delay time.Duration

func parseDelay(text string) (Delay, error) {
	if d, err := time.ParseDuration(text); err == nil && d == 0 {
		return 0, nil
	}
	d, err := parseDuration(text)
	if err != nil {
		return 0, wantError("0s, or a duration of at least 100ms, such as 500ms, 90s, 10m or 1h30m")
	}
	return Delay(d), nil
}

// Origins are web origins in the form in which browsers send them.
type Origins []string

func parseOrigins(text string) (Origins, error) {
	var origins Origins
	for part := range strings.SplitSeq(text, ",") {
		origin, ok := parseOrigin(strings.TrimSpace(part))
		if !ok {
			return nil, wantError("exact origins, scheme://host or scheme://host:port with http or https, " +
				"separated by commas, without a path and without *")
		}
		origins = append(origins, origin)
	}
	return origins, nil
}

// parseOrigin writes the origin as a browser does: in lower case and without
// the scheme's own port. Any other form would never match.
func parseOrigin(text string) (string, bool) {
	u, err := url.Parse(strings.ToLower(text))
	if err != nil || !isWebURL(u) || u.Path != "" || strings.Contains(u.Host, "*") {
		return "", false
	}
	own := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	return u.Scheme + "://" + strings.TrimSuffix(u.Host, own), true
}

// isWebURL reports whether u is http(s)://host[:port][/path] and nothing else.
func isWebURL(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		!strings.HasSuffix(u.Host, ":") && (u.Port() == "" || isPort(u.Port(), 1)) &&
		u.User == nil && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

func parseNetworks(text string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for part := range strings.SplitSeq(text, ",") {
		network, ok := parseNetwork(strings.TrimSpace(part))
		if !ok {
			return nil, wantError("networks such as 10.0.0.0/8 or addresses such as 192.0.2.7 or 2001:db8::1, separated by commas")
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// parseNetwork takes an address for the network of that address alone.
func parseNetwork(text string) (netip.Prefix, bool) {
	if network, err := netip.ParsePrefix(text); err == nil {
		// An IPv4 network in IPv6 form would match no IPv4 peer.
		return network.Masked(), !network.Addr().Is4In6()
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return netip.Prefix{}, false
	}
	addr = addr.Unmap()
	return netip.PrefixFrom(addr, addr.BitLen()), true
}

// parseWebhookSecrets checks the form that the Standard Webhooks
// specification gives secrets: whsec_ and 24 to 64 bytes in base64.
func parseWebhookSecrets(text string) ([]Secret, error) {
	var secrets []Secret
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		encoded, ok := strings.CutPrefix(part, "whsec_")
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil || len(key) < 24 || len(key) > 64 {
			return nil, wantError(wantStandardForm + "; several separated by commas while rotating")
		}
		secrets = append(secrets, Secret(part))
	}
	return secrets, nil
}

// isListenAddress reports whether text is host:port; the host may be empty
// (every interface) and the port 0 (any free one).
func isListenAddress(text string) bool {
	host, port, err := net.SplitHostPort(text)
	return err == nil && isPort(port, 0) && isHost(host)
}

func isPort(text string, least uint64) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n >= least
}
