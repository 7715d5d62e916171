package app

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9/logging"

	"seathold/internal/config"
	"seathold/internal/doctor"
)

// checkPatience is what each check gets: more than the clients of the stores take
// to give up.
const checkPatience = 12 * time.Second

// examined is a deployment that is looked at: from outside, and without changing
// anything anywhere.
type examined struct {
	config   config.Config
	warnings []string // of loading it
	getenv   func(string) string
	web      *http.Client
}

// Diagnose looks at all that a deployment with this configuration stands on. It
// changes nothing, and the service may run or not. The warnings are those of
// config.Load.
func Diagnose(ctx context.Context, c config.Config, warnings []string, getenv func(string) string) doctor.Report {
	logging.Disable() // what a connection has met is in the findings
	e := examined{config: c, warnings: warnings, getenv: getenv, web: stayingClient()}
	return doctor.Examine(ctx, checkPatience, []doctor.Check{
		{Name: "configuration", Look: now(e.settings)},
		{Name: "secrets", Look: now(e.secrets)},
		{Name: "payments", Look: now(e.payments)},
		{Name: "times", Look: now(e.times)},
		{Name: "balancer", Look: now(e.balancer)},
		{Name: "redis", Look: e.redis},
		{Name: e.orderStoreName(), Look: e.orderStore},
		{Name: "plans", Look: e.plans},
		{Name: "public-url", Look: e.publicURL},
		{Name: "oidc", Look: e.issuer},
		{Name: "traces", Look: e.collector},
	})
}

// DiagnoseWrong makes findings of the error of config.Load, one of each variable.
// false: it is not about variables; nothing could be read.
func DiagnoseWrong(err error) (doctor.Report, bool) {
	var found []doctor.Finding
	for _, wrong := range config.WrongVariables(err) {
		found = append(found, doctor.Wrong("configuration", "give it "+wrong.Want, "%s: %s", wrong.Variable, wrong.Problem))
	}
	return doctor.NewReport(found), len(found) > 0
}

// now is a check that waits for nobody.
func now(look func() []doctor.Finding) func(context.Context) []doctor.Finding {
	return func(context.Context) []doctor.Finding { return look() }
}

// stayingClient follows no redirect: nor do those who send webhooks.
func stayingClient() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       webPatience,
	}
}

// webPatience is what one web address gets to answer. A provider waits about as long.
const webPatience = 5 * time.Second

// otherwise is the findings, or that all is fine where there are none.
func otherwise(found []doctor.Finding, fine doctor.Finding) []doctor.Finding {
	if len(found) > 0 {
		return found
	}
	return []doctor.Finding{fine}
}

// isServing reports whether people other than whoever sits at this machine are to
// come to the service.
func (e examined) isServing() bool {
	u, err := url.Parse(e.config.PublicURL)
	return err == nil && e.config.PublicURL != "" && !isThisMachine(u.Hostname())
}

func isThisMachine(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || (err == nil && addr.IsLoopback())
}

// inTheOpen returns the first of the hosts (host:port) that is on the public
// internet. A name that cannot be resolved is on none.
func inTheOpen(ctx context.Context, hosts []string) (string, bool) {
	for _, host := range hosts {
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			name = host
		}
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
		if err != nil {
			continue
		}
		for _, addr := range addrs {
			if !config.IsInternal(addr.Unmap()) && !addr.IsUnspecified() {
				return host, true
			}
		}
	}
	return "", false
}

// isFar reports whether any of the hosts (host:port) is another machine.
func isFar(hosts []string) bool {
	for _, host := range hosts {
		if name, _, err := net.SplitHostPort(host); err != nil || !isThisMachine(name) {
			return true
		}
	}
	return false
}
