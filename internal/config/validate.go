package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

const requiredOnRealServers = "required unless Redis and MongoDB are both embedded"

var logLevels = map[string]slog.Level{
	"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

// validate checks what a value's type alone does not, and what variables ask
// of each other.
func (c *Config) validate() error {
	return errors.Join(
		checkAddress("SEATHOLD_ADDR", c.Addr),
		checkAddress("SEATHOLD_OPS_ADDR", c.OpsAddr),
		c.checkPublicURL(),
		c.checkPayment(),
		c.checkTokens(),
		c.checkOIDC(),
		checkRange("SEATHOLD_BCRYPT_COST", c.BcryptCost, 4, 15),
		checkRange("SEATHOLD_MAX_SEATS_PER_HOLD", c.MaxSeatsPerHold, 1, 1000),
		checkRange("SEATHOLD_MAX_SEATS_PER_CUSTOMER", c.MaxSeatsPerCustomer, 1, 200_000),
		c.checkLog(),
		c.checkDemoPassword(),
	)
}

func checkAddress(name, value string) error {
	if isListenAddress(value) {
		return nil
	}
	return badValue(name, value, "host:port with a port from 0 (any free one) to 65535, such as 127.0.0.1:8080")
}

func checkRange(name string, value, least, most int) error {
	if value >= least && value <= most {
		return nil
	}
	return badValue(name, strconv.Itoa(value), fmt.Sprintf("a whole number from %d to %d", least, most))
}

// checkPublicURL also drops the slash at the end, so that paths can be joined.
func (c *Config) checkPublicURL() error {
	const name, want = "SEATHOLD_PUBLIC_URL", "an absolute http or https URL such as https://tickets.example"
	if c.PublicURL == "" {
		if c.Embedded() {
			return nil
		}
		return missing(name, want+", "+requiredOnRealServers)
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || !isWebURL(u) {
		return badValue(name, c.PublicURL, want+", without user, query and fragment")
	}
	c.PublicURL = strings.TrimRight(u.String(), "/")
	return nil
}

func (c *Config) checkLog() error {
	if c.LogFormat != "" && c.LogFormat != "text" && c.LogFormat != "json" {
		return badValue("SEATHOLD_LOG_FORMAT", c.LogFormat, "text or json")
	}
	if _, ok := logLevels[c.LogLevel]; !ok {
		return badValue("SEATHOLD_LOG_LEVEL", c.LogLevel, "debug, info, warn or error")
	}
	return nil
}

// checkDemoPassword asks what registering an account would ask later.
func (c *Config) checkDemoPassword() error {
	p := c.DemoPassword.Reveal()
	if p == "" || (utf8.RuneCountInString(p) >= 10 && len(p) <= 72) {
		return c.checkNotGuessed("SEATHOLD_DEMO_PASSWORD", c.DemoPassword)
	}
	return badSecret("SEATHOLD_DEMO_PASSWORD", "at least 10 characters and at most 72 bytes")
}

// cautions are about what is allowed and probably not meant.
func (c *Config) cautions() []string {
	var all []string
	if c.BcryptCost < 10 && !c.Embedded() {
		all = append(all, fmt.Sprintf("SEATHOLD_BCRYPT_COST is %d: too low for real passwords, use 10 or more", c.BcryptCost))
	}
	if !c.AbuseLimits && !c.Embedded() {
		all = append(all, "SEATHOLD_ABUSE_LIMITS is off: nothing keeps anyone from guessing passwords or holding seats for good")
	}
	if c.Redis.Embedded() && !c.MongoDB.Embedded() {
		all = append(all, "SEATHOLD_REDIS_URL is not set: holds live inside this process, so run only one")
	}
	if !c.Redis.Embedded() && c.MongoDB.Embedded() {
		all = append(all, "SEATHOLD_MONGODB_URI is not set: orders live in this process's data folder, so run only one")
	}
	if c.HoldTTL > c.HoldMaxLife {
		all = append(all, fmt.Sprintf("SEATHOLD_HOLD_TTL (%s) is longer than SEATHOLD_HOLD_MAX_LIFE (%s): no hold can be extended",
			c.HoldTTL, c.HoldMaxLife))
	}
	return append(append(all, c.oidcCautions()...), c.opsCaution()...)
}
