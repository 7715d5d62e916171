package load

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestArrivalsAtEvenDistances(t *testing.T) {
	s := Schedule{Rate: 4, Duration: 2 * time.Second}
	require.NoError(t, s.Check())
	quarter := 250 * time.Millisecond
	require.Equal(t,
		[]time.Duration{0, quarter, 2 * quarter, 3 * quarter, 4 * quarter, 5 * quarter, 6 * quarter, 7 * quarter},
		slices.Collect(s.Times()))
	require.InDelta(t, 8, s.Expected(s.Duration), 1e-9)
	require.InDelta(t, 8, s.Expected(time.Hour), 1e-9, "nobody comes later")
}

// TestArrivalsInARamp: n arrivals of a rate that rises from 0 have come after the
// root of n, and the integral of the rate is met at every one of them.
func TestArrivalsInARamp(t *testing.T) {
	s := Schedule{Rate: 10, Ramp: 2 * time.Second, Duration: 5 * time.Second}
	require.NoError(t, s.Check())
	times := slices.Collect(s.Times())
	require.Len(t, times, 40, "10 in the ramp, 30 after it")
	require.InDelta(t, 40, s.Expected(s.Duration), 1e-9)
	for n, at := range times {
		require.InDelta(t, n, s.Expected(at), 1e-6, "arrival %d at %s", n, at)
		if at < s.Ramp {
			require.InDelta(t, math.Sqrt(float64(n)/2.5), at.Seconds(), 1e-8)
		}
	}
	require.Equal(t, s.Ramp, times[10], "half of the rate, in two seconds")
	require.Equal(t, s.Ramp+100*time.Millisecond, times[11], "the whole rate from there on")
}

func TestArrivalsOfARampThatIsAll(t *testing.T) {
	s := Schedule{Rate: 100, Ramp: time.Second, Duration: time.Second}
	require.Len(t, slices.Collect(s.Times()), 50)
}

// TestArrivalsOfStrangers: as many as the rate says, within four deviations, at
// distances that differ, and the same for the same seed.
func TestArrivalsOfStrangers(t *testing.T) {
	s := Schedule{Rate: 1000, Ramp: 2 * time.Second, Duration: 10 * time.Second, Poisson: true, Seed: 7}
	times := slices.Collect(s.Times())
	require.True(t, slices.IsSorted(times))
	require.InDelta(t, s.Expected(s.Duration), len(times), 4*math.Sqrt(s.Expected(s.Duration)))
	ramped, _ := slices.BinarySearch(times, s.Ramp)
	require.InDelta(t, 1000, ramped, 4*math.Sqrt(1000))

	// The distances of a Poisson process deviate as much as they are long; even ones do not.
	deviation := func(times []time.Duration) float64 {
		var sum, squares float64
		for i := ramped + 1; i < len(times); i++ {
			d := (times[i] - times[i-1]).Seconds()
			sum, squares = sum+d, squares+d*d
		}
		n := float64(len(times) - ramped - 1)
		return math.Sqrt(squares/n-sum*sum/n/n) / (sum / n)
	}
	require.InDelta(t, 1, deviation(times), 0.1)
	require.Equal(t, times, slices.Collect(s.Times()))
	s.Seed++
	require.NotEqual(t, times, slices.Collect(s.Times()))
	s.Poisson = false
	require.InDelta(t, 0, deviation(slices.Collect(s.Times())), 1e-3, "the control")
}

func TestArrivalsEndWithWhoeverCounts(t *testing.T) {
	n := 0
	for range (Schedule{Rate: 1000, Duration: time.Hour}).Times() {
		if n++; n == 3 {
			break
		}
	}
	require.Equal(t, 3, n)
}

func TestSchedulesThatAreNone(t *testing.T) {
	good := Schedule{Rate: 1, Ramp: time.Second, Duration: time.Second}
	require.NoError(t, good.Check())
	for says, spoil := range map[string]func(*Schedule){
		"rate: 0":          func(s *Schedule) { s.Rate = 0 },
		"rate: -1":         func(s *Schedule) { s.Rate = -1 },
		"rate: NaN":        func(s *Schedule) { s.Rate = math.NaN() },
		"rate: 1e+06":      func(s *Schedule) { s.Rate = 1e6 },
		"duration: 0s":     func(s *Schedule) { s.Duration = 0 },
		"ramp: -1s":        func(s *Schedule) { s.Ramp = -time.Second },
		"ramp: 1.000001s ": func(s *Schedule) { s.Ramp = time.Second + time.Microsecond },
	} {
		s := good
		spoil(&s)
		require.ErrorContains(t, s.Check(), says)
	}
}
