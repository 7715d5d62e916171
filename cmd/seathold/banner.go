package main

import (
	"fmt"
	"strings"

	"seathold/internal/app"
	"seathold/internal/config"
)

// banner tells what runs, what is embedded and what that means, and what to
// try first.
func banner(a *app.App) string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, "\nSeathold %s\n\n", version())
	line("Tickets", "%s", a.URL())
	line("Organizer", "%s/organizer", a.URL())
	line("API", "%s, described at %s/docs", a.URL(), a.URL())
	if a.Config.Redis.Embedded() {
		line("Holds", "embedded in this process: a restart frees the seats of unfinished checkouts, and nothing else")
	} else {
		line("Holds", "Redis %s", a.Config.Redis)
	}
	if a.Config.MongoDB.Embedded() {
		line("Orders", "embedded, kept in %s", a.Config.DataDir)
	} else {
		line("Orders", "MongoDB %s", a.Config.MongoDB)
	}
	if a.Config.PaymentProvider == config.ProviderSandbox {
		line("Payments", "%s: a test page instead of money", a.Config.PaymentProvider)
	} else {
		line("Payments", "%s, whose webhooks go to %s/v1/webhooks/%s", a.Config.PaymentProvider, a.URL(), a.Config.PaymentProvider)
	}
	if !a.Config.AbuseLimits {
		line("Limits", "off, but for the caps on seats (SEATHOLD_ABUSE_LIMITS)")
	}
	if d := a.Demo; d != nil {
		line("Demo", "%q, %d seats, event %s", d.Event.Name, len(d.Event.Plan.Seats), d.Event.ID)
		line("Accounts", "%s", strings.Join(d.Emails, ", "))
		if d.Password != "" {
			line("Password", "%s", d.Password)
		}
		fmt.Fprintf(&b, "\nWho has which seat:\n\n  curl -s '%s/v1/events/%s/seats?taken=true'\n", a.URL(), d.Event.ID)
	}
	return b.String() + "\n"
}
