package config

import "strings"

// MongoDB says how to reach MongoDB; the zero MongoDB is the embedded store.
type MongoDB struct {
	URI      Secret // for the driver, which reads its options itself
	Database string
}

// Embedded reports whether orders are kept in the data folder.
func (m MongoDB) Embedded() bool { return m.URI == "" }

// parseMongoDB checks what must be known before the driver is asked: the
// scheme, the hosts and the database's name.
func parseMongoDB(raw string) (MongoDB, error) {
	u, ok := parseServerURL(raw)
	if !ok {
		return MongoDB{}, wantError("mongodb://" + wantHosts)
	}
	if u.scheme != "mongodb" && u.scheme != "mongodb+srv" {
		return MongoDB{}, wantError("mongodb:// or mongodb+srv://")
	}
	if _, ok := u.addresses("27017"); !ok {
		return MongoDB{}, wantError(wantHosts)
	}
	if !isDatabaseName(u.path) {
		return MongoDB{}, wantError("the database's name after the hosts: mongodb://host:port/NAME")
	}
	return MongoDB{URI: Secret(raw), Database: u.path}, nil
}

// isDatabaseName follows the rules of MongoDB's own servers.
func isDatabaseName(name string) bool {
	return name != "" && len(name) < 64 && !strings.ContainsAny(name, "/\\. \"$*<>:|?\x00")
}

// String returns the URI without the password, "embedded" where there is none.
// Options are left out: some of them are secrets too.
func (m MongoDB) String() string {
	u, ok := parseServerURL(m.URI.Reveal())
	if !ok {
		return "embedded"
	}
	text := u.scheme + "://" + redactedUserinfo(u.username, u.password) + u.hosts + "/" + u.path
	if len(u.query) > 0 {
		text += "?…"
	}
	return text
}
