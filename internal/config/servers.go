package config

import (
	"net"
	"net/url"
	"strings"
	"unicode"
)

const wantHosts = "host:port after the scheme, several separated by commas " +
	"(special characters of user and password percent-encoded)"

// serverURL is a URL that may name several hosts, which net/url does not read.
type serverURL struct {
	scheme   string
	username string
	password string
	hosts    string // as written, comma-separated
	path     string // without the slash before it
	query    url.Values
}

// parseServerURL takes scheme://[user[:password]@]hosts[/path][?query] apart.
func parseServerURL(raw string) (serverURL, bool) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return serverURL{}, false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndex(rest[:end], "@") + 1
	// net/url decodes the rest once a single host stands in for the list.
	u, err := url.Parse(scheme + "://" + rest[:at] + "hosts" + rest[end:])
	if err != nil || u.Fragment != "" {
		return serverURL{}, false
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return serverURL{}, false
	}
	password, _ := u.User.Password()
	return serverURL{
		scheme: strings.ToLower(scheme), username: u.User.Username(), password: password,
		hosts: rest[at:end], path: strings.TrimPrefix(u.Path, "/"), query: query,
	}, true
}

// addresses returns the hosts as host:port, with port where none is written.
func (s serverURL) addresses(port string) ([]string, bool) {
	var addrs []string
	for host := range strings.SplitSeq(s.hosts, ",") {
		addr, ok := withPort(host, port)
		if !ok {
			return nil, false
		}
		addrs = append(addrs, addr)
	}
	return addrs, true
}

func withPort(text, port string) (string, bool) {
	host, own, err := net.SplitHostPort(text)
	if err != nil {
		host, own, err = net.SplitHostPort(text + ":" + port)
	}
	if err != nil || host == "" || !isHost(host) || !isPort(own, 1) {
		return "", false
	}
	return net.JoinHostPort(host, own), true
}

// isHost keeps out what a host's name never holds. Whether it exists is found
// out when it is used.
func isHost(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '@' || r == '/'
	})
}

// redactedUserinfo hides the password, and a name that stands alone: it may
// well be a token.
func redactedUserinfo(username, password string) string {
	switch {
	case password != "":
		return url.User(username).String() + ":xxxxx@"
	case username != "":
		return "xxxxx@"
	default:
		return ""
	}
}
