package booking_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// How many moves a schedule has.
const (
	leastMoves = 12
	mostMoves  = 30
)

// Whatever happens, in whatever order: every payment ends as a paid order with
// its seats or goes back once, no seat has two owners and none is stuck. Two
// stages play side by side; -rapid.checks is how many schedules each plays.
func TestEveryScheduleEndsWell(t *testing.T) {
	for _, name := range []string{"one", "two"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := embeddedStage(t)
			draw := schedules(leastMoves, mostMoves)
			rapid.Check(t, func(t *rapid.T) {
				moves := draw.Draw(t, "moves")
				if found := s.run(moves); len(found) > 0 {
					s.forget()
					t.Fatal(tell(moves, found))
				}
			})
		})
	}
}

// With any of its guards off the same schedules find it out.
func TestSchedulesFindEveryGuardThatIsOff(t *testing.T) {
	for name, c := range map[string]struct {
		off      guardsOff
		favoured []deed // so that few schedules suffice
	}{
		"two owners of a seat":       {guardsOff{noSeatGuard: true}, []deed{orders, pays, letterComes, timePasses}},
		"changes without comparison": {guardsOff{noCompare: true}, []deed{orders, pays, letterComes, customerLeaves}},
		"any amount":                 {guardsOff{noAmount: true}, nil},
		"payments without identity":  {guardsOff{noPaymentID: true}, nil},
		"answers before the effect":  {guardsOff{hastyAnswers: true}, nil},
		"not asking before expiry":   {guardsOff{noAsking: true}, nil},
		"refunds without keys":       {guardsOff{noRefundKey: true}, []deed{pays, letterComes, organizerEnds, workerSettles, askingIsStale}},
		"refunds without asking":     {guardsOff{noRefundAsk: true}, nil},
		"no repair":                  {guardsOff{noRepair: true}, []deed{orders, pays, letterComes, redisIsLost}},
		"nobody settles":             {guardsOff{noSettling: true}, nil},
		"cancellations forgiven":     {guardsOff{noLeaving: true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := embeddedStage(t)
			s.guards = c.off
			draw := schedules(leastMoves, mostMoves, c.favoured...)
			for seed := range 3000 {
				if found := s.run(draw.Example(seed)); len(found) > 0 {
					t.Logf("schedule %d: %s", seed, found[0])
					return
				}
			}
			require.Fail(t, "3,000 schedules found nothing")
		})
	}
}
