package app

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"seathold/internal/config"
	"seathold/internal/doctor"
)

// settings are the cautions of the configuration, and what is embedded.
func (e examined) settings() []doctor.Finding {
	const check = "configuration"
	var found []doctor.Finding
	for _, warning := range e.warnings {
		saw, do, told := strings.Cut(warning, "; ")
		if !told {
			do = "change it, unless it is meant"
		}
		found = append(found, doctor.Advise(check, do, "%s", saw))
	}
	if e.config.Embedded() && e.isServing() {
		found = append(found, doctor.Advise(check, "set SEATHOLD_REDIS_URL and SEATHOLD_MONGODB_URI to run more than one instance",
			"all is embedded: one process, and a restart frees the seats of unfinished checkouts"))
	}
	return otherwise(found, doctor.Fine(check, "every variable is known and valid"))
}

// payments is about the provider, and about what is for trying alone.
func (e examined) payments() []doctor.Finding {
	found := e.provider()
	if e.config.Demo && !e.config.Embedded() {
		const do = "set SEATHOLD_DEMO=off, and give the accounts …@demo.example other passwords"
		const saw = "the demo is on: whoever has its password is organizer and operator"
		if e.isServing() {
			found = append(found, doctor.Wrong("demo", do, saw))
		} else {
			found = append(found, doctor.Advise("demo", do, saw))
		}
	}
	return otherwise(found, doctor.Fine("payments", "provider %s", e.config.PaymentProvider))
}

func (e examined) provider() (found []doctor.Finding) {
	const check = "payments"
	c := e.config
	switch c.PaymentProvider {
	case config.ProviderSandbox:
		const do = "set SEATHOLD_PAYMENT_PROVIDER to stripe or standard"
		const saw = "the sandbox moves no money: who presses its button has paid"
		switch {
		case e.isServing() && !c.Embedded():
			found = append(found, doctor.Wrong(check, do, saw))
		case !c.Embedded():
			found = append(found, doctor.Advise(check, do, saw))
		}
	case config.ProviderStripe:
		key := c.StripeAPIKey.Reveal()
		isTest := strings.HasPrefix(key, "sk_test_") || strings.HasPrefix(key, "rk_test_")
		isLive := strings.HasPrefix(key, "sk_live_") || strings.HasPrefix(key, "rk_live_")
		switch {
		case isTest && e.isServing():
			found = append(found, doctor.Advise(check, "give it the live key, and the signing secret of the live webhook endpoint",
				"SEATHOLD_STRIPE_API_KEY is of the test mode: no money moves"))
		case isLive && !strings.HasPrefix(c.PublicURL, "https://"):
			found = append(found, doctor.Wrong(check, "set SEATHOLD_PUBLIC_URL to the https address, or give it a test key",
				"SEATHOLD_STRIPE_API_KEY is live, and SEATHOLD_PUBLIC_URL is not https: Stripe sends no live webhook there"))
		case !isTest && !isLive:
			found = append(found, doctor.Wrong(check, "copy the secret or restricted key from Stripe's dashboard",
				"SEATHOLD_STRIPE_API_KEY is no key of Stripe's: those begin with sk_live_, rk_live_, sk_test_ or rk_test_"))
		}
		if c.StripeAPIBase != "" && isLive {
			found = append(found, doctor.Wrong(check, "unset it", "SEATHOLD_STRIPE_API_BASE sends live payments elsewhere than to Stripe"))
		}
	}
	return found
}

// The times within which a hall still sells well.
const (
	shortestHold    = time.Minute
	shortestPayment = 3 * time.Minute
	longestPayment  = 2 * time.Hour
	longestAccess   = time.Hour
)

func (e examined) times() []doctor.Finding {
	const check = "times"
	c := e.config
	var found []doctor.Finding
	advise := func(isSo bool, do, saw string, args ...any) {
		if isSo {
			found = append(found, doctor.Advise(check, do, saw, args...))
		}
	}
	advise(c.HoldTTL < shortestHold, "give people some minutes", "SEATHOLD_HOLD_TTL is %s: few fill in a form so fast", c.HoldTTL)
	advise(c.PaymentTTL < shortestPayment, "give people some minutes", "SEATHOLD_PAYMENT_TTL is %s: few pay so fast", c.PaymentTTL)
	advise(c.PaymentTTL > longestPayment, "a quarter of an hour is usual",
		"SEATHOLD_PAYMENT_TTL is %s: who does not pay keeps seats from sale as long", c.PaymentTTL)
	advise(c.AccessTTL > longestAccess, "a quarter of an hour is usual; sessions are renewed by refresh tokens",
		"SEATHOLD_ACCESS_TTL is %s: as long does a stolen access token count, for none can be revoked", c.AccessTTL)
	advise(c.RefreshTTL < c.AccessTTL, "make it longer than SEATHOLD_ACCESS_TTL",
		"SEATHOLD_REFRESH_TTL (%s) is shorter than SEATHOLD_ACCESS_TTL (%s): no session can be renewed", c.RefreshTTL, c.AccessTTL)
	return otherwise(found, doctor.Fine(check, "holds last %s, payments %s, access tokens %s", c.HoldTTL, c.PaymentTTL, c.AccessTTL))
}

// balancer is about what stands before the service: it speaks no TLS itself, so
// with a public https address something does.
func (e examined) balancer() []doctor.Finding {
	c := e.config
	u, err := url.Parse(c.PublicURL)
	behindTLS := err == nil && u.Scheme == "https"
	if !behindTLS && len(c.TrustedProxies) == 0 {
		return nil
	}
	var found []doctor.Finding
	if len(c.TrustedProxies) == 0 {
		found = append(found, doctor.Advise("balancer", "set SEATHOLD_TRUSTED_PROXIES to the networks of what is before the service",
			"SEATHOLD_PUBLIC_URL is https, so something is before the service, and SEATHOLD_TRUSTED_PROXIES names nobody: "+
				"all customers share the limits of one address"))
	}
	for _, proxies := range c.TrustedProxies {
		if proxies.Bits() == 0 {
			found = append(found, doctor.Wrong("balancer", "name only the networks of what is before the service",
				"SEATHOLD_TRUSTED_PROXIES has %s: everybody may say that they come from elsewhere, and no limit holds", proxies))
		}
	}
	if c.ShutdownDelay == 0 && !c.Embedded() {
		found = append(found, doctor.Advise("balancer", "set it to longer than the balancer takes to notice that /readyz says no, such as 10s",
			"SEATHOLD_SHUTDOWN_DELAY is 0s: at each restart the balancer sends requests to an instance that has ended"))
	}
	return otherwise(found, doctor.Fine("balancer", "trusted proxies and a shutdown delay of %s are set",
		fmt.Sprint(time.Duration(c.ShutdownDelay))))
}
