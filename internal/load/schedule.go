package load

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"time"
)

// Schedule says when visitors arrive. It is open: the times are fixed before the
// first arrives, so that a service that gets slow does not get fewer of them.
type Schedule struct {
	Rate     float64       // arrivals a second, once the ramp is over
	Ramp     time.Duration // it rises from none to Rate in this time, the first of Duration
	Duration time.Duration // from the first arrival to the last
	// Poisson has them arrive independently of each other, as strangers do, instead
	// of at even distances. Their times follow from Seed.
	Poisson bool
	Seed    uint64
}

// maxRate is far more than one machine can send, in arrivals a second.
const maxRate = 100_000

// Check returns an error that says what is wrong and how to mend it.
func (s Schedule) Check() error {
	switch {
	case !(s.Rate > 0) || s.Rate > maxRate: // a NaN is not greater either
		return fmt.Errorf("rate: %g is out of range; use more than 0 and at most %d arrivals a second", s.Rate, maxRate)
	case s.Duration <= 0:
		return fmt.Errorf("duration: %s is out of range; use more than 0s", s.Duration)
	case s.Ramp < 0 || s.Ramp > s.Duration:
		return fmt.Errorf("ramp: %s is out of range; it is a part of the duration, %s", s.Ramp, s.Duration)
	}
	return nil
}

// Expected is how many arrive by a time after the start: the integral of the rate.
func (s Schedule) Expected(by time.Duration) float64 {
	by = min(by, s.Duration)
	if by < s.Ramp {
		return s.Rate * by.Seconds() * by.Seconds() / s.Ramp.Seconds() / 2
	}
	return s.Rate * (by.Seconds() - s.Ramp.Seconds()/2)
}

// when is the inverse of Expected: at which time n have arrived.
func (s Schedule) when(n float64) time.Duration {
	inRamp := s.Rate * s.Ramp.Seconds() / 2
	seconds := s.Ramp.Seconds() + (n-inRamp)/s.Rate
	if n < inRamp {
		seconds = math.Sqrt(2 * n * s.Ramp.Seconds() / s.Rate)
	}
	if seconds >= s.Duration.Seconds() {
		return s.Duration
	}
	return time.Duration(math.Round(seconds * float64(time.Second)))
}

// Times yields the time of each arrival after the start, in order. A Poisson
// process of a changing rate is one of the rate 1 whose time is stretched by the
// inverse of the integral, so both kinds of arrivals are the same walk.
func (s Schedule) Times() iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		n, distance := 0.0, func() float64 { return 1 }
		if s.Poisson {
			distance = rand.New(rand.NewPCG(s.Seed, 0)).ExpFloat64 //nolint:gosec // a load is to be repeated, not kept secret
			n = distance()
		}
		for ; ; n += distance() {
			if at := s.when(n); at >= s.Duration || !yield(at) {
				return
			}
		}
	}
}
