package load

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"seathold/internal/client"
)

// Config says what is to be driven, and how.
type Config struct {
	URL string // of the service
	// Whose event it is, an organizer's or an operator's: an access token, which has
	// to outlive the load, or an account, which logs in and stays so. Without either
	// it is nobody's.
	Token   string
	Account client.Credentials

	Event   string        // the event to sell, by its id; "": one of its own, by Plan
	Plan    []byte        // a seating plan
	HoldTTL time.Duration // of holds of its own event; 0: the service's own

	Schedule    Schedule
	Mix         Mix
	Customers   int           // accounts that visitors share; with none they only look
	Think       time.Duration // what a person takes between two steps, on the average
	Pay         bool          // buyers press Pay on the sandbox's page
	MaxInFlight int           // visitors at a time; who arrives beyond is dropped
	LeaveWithin time.Duration // how long the last ones have for what they began; 0: 45 s
	CheckWithin time.Duration // how long the final check and the audit may take; 0: 10 min

	Transport http.RoundTripper // nil: one with a connection for every visitor
}

// Check returns an error that says what is wrong and how to mend it.
func (c Config) Check() error {
	if err := c.Schedule.Check(); err != nil {
		return err
	}
	if err := c.Mix.Check(); err != nil {
		return err
	}
	switch {
	case c.MaxInFlight < 1:
		return fmt.Errorf("max-in-flight: %d is out of range; use 1 or more visitors", c.MaxInFlight)
	case c.Customers < 0:
		return fmt.Errorf("customers: %d is out of range; use 0 or more", c.Customers)
	case c.mix().Check() != nil:
		return errors.New("customers: with 0 nobody has an account, and all of the mix takes one; use 1 or more, or give browse or listen a weight")
	case c.Think < 0:
		return fmt.Errorf("think: %s is out of range; use 0s or more", c.Think)
	case c.HoldTTL < 0 || c.HoldTTL%time.Second != 0:
		return fmt.Errorf("hold-ttl: %s is out of range; use whole seconds, 1s or more", c.HoldTTL)
	}
	return nil
}

// mix is who comes: without accounts only those who need none.
func (c Config) mix() Mix {
	if c.Customers > 0 {
		return c.Mix
	}
	return c.Mix.WithoutAccounts()
}

// transport keeps a connection for every visitor, and one more for those who listen.
func (c Config) transport() http.RoundTripper {
	if c.Transport != nil {
		return c.Transport
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 2*c.MaxInFlight
	return t
}
