package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"seathold/internal/booking"
)

// holdRate is the name under which cool-downs are counted.
const holdRate = "hold"

type throttleMetrics struct {
	refused   *counterVec
	unlimited prometheus.Counter
}

func newThrottleMetrics(registry prometheus.Registerer) throttleMetrics {
	m := throttleMetrics{
		refused: counters("refused_calls_total", "Calls refused as too fast or too often, by rate and reason.",
			label{"rate", rates()}, label{"reason", []string{
				string(booking.CodeRateLimited), string(booking.CoolDownUnpaid), string(booking.CoolDownLife), string(booking.CoolDownSeats),
			}}),
		unlimited: counter("unlimited_calls_total", "Calls let through because Redis, which counts them, did not answer."),
	}
	registry.MustRegister(m.refused, m.unlimited)
	return m
}

func rates() []string {
	names := []string{holdRate}
	for _, r := range []booking.Rate{
		booking.CustomerWrites, booking.CustomerReads, booking.AddressHolds, booking.AddressRegistrations, booking.AddressLogins,
		booking.AddressSessions, booking.AddressPasswords, booking.LoginFailures, booking.AccountFailuresHere,
		booking.AccountFailures, booking.KnownPlace, booking.PasswordFailures,
	} {
		names = append(names, r.Name)
	}
	return names
}

// CallRefused implements booking.ThrottleMetrics.
func (m *throttleMetrics) CallRefused(rate, reason string) { m.refused.count(rate, reason) }

// LimiterAway implements booking.ThrottleMetrics.
func (m *throttleMetrics) LimiterAway() { m.unlimited.Inc() }
