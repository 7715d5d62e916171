package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	"seathold/internal/auth"
	"seathold/internal/booking"
	"seathold/internal/doctor"
	"seathold/internal/tracing"
)

// publicURL looks at what customers and the provider come to: that it is this
// service, and that webhooks pass what is before it.
func (e examined) publicURL(ctx context.Context) []doctor.Finding {
	const check = "public-url"
	c := e.config
	if c.PublicURL == "" {
		return []doctor.Finding{doctor.Fine(check, "SEATHOLD_PUBLIC_URL is not set: for this machine alone")}
	}
	var found []doctor.Finding
	switch isHTTPS := strings.HasPrefix(c.PublicURL, "https://"); {
	case e.isServing() && !isHTTPS:
		found = append(found, doctor.Wrong(check, "put TLS before the service, and set SEATHOLD_PUBLIC_URL to the https address",
			"%s is not https: passwords and tokens can be read on the way", c.PublicURL))
	case !e.isServing() && !c.Embedded():
		found = append(found, doctor.Advise(check, "set SEATHOLD_PUBLIC_URL to the address that customers use",
			"%s is this machine: nobody else can pay, and no provider reach it", c.PublicURL))
	}
	if fault := e.askAlive(ctx); fault != nil {
		return append(found, *fault)
	}
	return append(found, doctor.Fine(check, "%s answers", c.PublicURL), e.askWebhook(ctx))
}

// answered is a web answer, of which the body is read in part.
type answered struct {
	status   int
	location string
	body     []byte
}

const mostOfAnswer = 64 << 10 // bytes

func (e examined) ask(ctx context.Context, method, address string, body []byte) (a answered, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := e.web.Do(r)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	a.status, a.location = response.StatusCode, response.Header.Get("Location")
	a.body, err = io.ReadAll(io.LimitReader(response.Body, mostOfAnswer))
	return a, err
}

// askAlive returns what is wrong with the way to /livez, nil where nothing is.
func (e examined) askAlive(ctx context.Context) *doctor.Finding {
	const check = "public-url"
	address := e.config.PublicURL + "/livez"
	wrong := func(do, saw string, args ...any) *doctor.Finding {
		f := doctor.Wrong(check, do, saw, args...)
		return &f
	}
	a, err := e.ask(ctx, http.MethodGet, address, nil)
	var said struct {
		Status string `json:"status"`
	}
	switch {
	case err != nil:
		return wrong("start the service; see that the name leads here and the certificate counts, from this machine too", "%s does not answer: %v", address, reasonOf(err))
	case a.status >= 300 && a.status < 400:
		return wrong("set SEATHOLD_PUBLIC_URL to where it leads: providers follow no redirects", "%s leads on to %s", address, a.location)
	case a.status == http.StatusBadGateway || a.status == http.StatusServiceUnavailable || a.status == http.StatusGatewayTimeout:
		return wrong("start the service, and see that the balancer finds it (its health check asks /readyz)", "%s answers %d: what is before the service has no instance", address, a.status)
	case a.status != http.StatusOK || json.Unmarshal(a.body, &said) != nil || said.Status != "ok":
		return wrong("set SEATHOLD_PUBLIC_URL to Seathold's own address, without a path before it that the balancer does not take off",
			"%s answers %d, and not as Seathold does", address, a.status)
	}
	return nil
}

// askWebhook sends an unsigned webhook, which the service refuses: that shows that
// a signed one would arrive.
func (e examined) askWebhook(ctx context.Context) doctor.Finding {
	const check = "webhook"
	const letThrough = "let POST /v1/webhooks/ pass what is before the service, body and headers as they are, without a login"
	address := e.config.PublicURL + "/v1/webhooks/" + e.config.PaymentProvider
	a, err := e.ask(ctx, http.MethodPost, address, []byte("{}"))
	var problem struct {
		Code booking.Code `json:"code"`
	}
	if err != nil {
		return doctor.Wrong(check, letThrough, "%s does not answer: %v", address, reasonOf(err))
	}
	if json.Unmarshal(a.body, &problem) != nil {
		problem.Code = "" // it is no problem of ours
	}
	switch {
	case problem.Code == booking.CodeInvalidSignature:
		return doctor.Fine(check, "%s refuses what is not signed, so it is reached", address)
	case problem.Code == booking.CodeRateLimited || problem.Code == booking.CodeUnavailable:
		return doctor.Fine(check, "%s is reached, and says %s", address, problem.Code)
	case problem.Code == booking.CodeNotFound:
		return doctor.Wrong(check, "restart the service with these settings", "the service at %s has another payment provider than %s", e.config.PublicURL, e.config.PaymentProvider)
	case a.status >= 300 && a.status < 400:
		return doctor.Wrong(check, letThrough, "%s leads on to %s, and providers follow no redirects", address, a.location)
	default:
		return doctor.Wrong(check, letThrough, "%s answers %d, and not as Seathold does: payments are not heard of", address, a.status)
	}
}

// reasonOf is what was wrong, without the address, which is told already.
func reasonOf(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// issuer looks at the outside issuer of access tokens.
func (e examined) issuer(ctx context.Context) []doctor.Finding {
	const check = "oidc"
	c := e.config
	if c.OIDCIssuer == "" {
		return nil
	}
	keys, err := auth.CheckIssuer(ctx, auth.OutsideConfig{
		Issuer: c.OIDCIssuer, JWKSURL: c.OIDCJWKSURL, Client: &http.Client{}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return []doctor.Finding{doctor.Wrong(check, "correct SEATHOLD_OIDC_ISSUER, or SEATHOLD_OIDC_JWKS_URL where the issuer has no discovery document",
			"the keys of %s cannot be had, so nobody gets in with its tokens: %v", c.OIDCIssuer, err)}
	}
	return []doctor.Finding{doctor.Fine(check, "%s publishes %s", c.OIDCIssuer, plural(keys, "key"))}
}

// collector looks whether somebody listens where traces go.
func (e examined) collector(ctx context.Context) []doctor.Finding {
	const check = "traces"
	variable, collector, err := tracing.Collector(e.getenv)
	if err != nil {
		return []doctor.Finding{doctor.Wrong(check, "correct it, or unset it; the service does not start so", "%v", err)}
	}
	if collector == nil {
		return nil
	}
	host := collector.Host
	if collector.Port() == "" {
		host = net.JoinHostPort(collector.Hostname(), map[string]string{"http": "80", "https": "443"}[collector.Scheme])
	}
	dialer := net.Dialer{Timeout: webPatience}
	connection, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return []doctor.Finding{doctor.Advise(check, "start the collector, or correct "+variable+"; the service works without",
			"nobody takes traces: %v", err)}
	}
	if err := connection.Close(); err != nil {
		return []doctor.Finding{doctor.Advise(check, "look at the collector", "%s: %v", host, err)}
	}
	return []doctor.Finding{doctor.Fine(check, "somebody takes them at %s", fmt.Sprintf("%s://%s", collector.Scheme, host))}
}
