package redisstore

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"
)

// ErrSettings wraps what waiting does not mend: the settings and the server do
// not fit.
var ErrSettings = errors.New("the server does not fit the settings")

// Check asks whether the server lets this user in. ErrSettings, with what to do
// about it; any other error: the server does not answer.
func (s *Store) Check(ctx context.Context) error {
	err := s.Ping(ctx)
	switch {
	case err == nil:
		return nil
	case redis.IsAuthError(err) || strings.Contains(err.Error(), "without any password configured"):
		return wrong("it does not take this user and password", err)
	case redis.IsPermissionError(err):
		return wrong("its ACL forbids this user what Seathold calls", err)
	case isUntrusted(err):
		return wrong("its certificate does not count here; name the file of the authority that signed it by ?ca=FILE", err)
	}
	return err
}

func wrong(what string, err error) error { return &settingsError{what, err} }

type settingsError struct {
	what string
	err  error
}

func (e *settingsError) Error() string   { return e.what + ": " + e.err.Error() }
func (e *settingsError) Unwrap() []error { return []error{ErrSettings, e.err} }

func isUntrusted(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &name)
}

// Eviction returns the server's maxmemory-policy and maxmemory in bytes; an
// empty policy means that the server does not tell. Of a cluster it is that of
// a primary that may drop keys, where there is one. CodeUnavailable.
func (s *Store) Eviction(ctx context.Context) (policy, maxMemory string, err error) {
	all, err := s.Info(ctx)
	for _, said := range all {
		if policy == "" || policy == noEviction {
			policy, maxMemory = infoField(said, "maxmemory_policy"), infoField(said, "maxmemory")
		}
	}
	return policy, maxMemory, err
}

const noEviction = "noeviction"

func infoField(info, name string) string {
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
