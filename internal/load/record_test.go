package load

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/client"
)

func refused(status int, code string) error {
	return &client.Error{Status: status, Problem: client.Problem{Code: code}}
}

func TestCallsAreTimedFromWhenTheyWereDue(t *testing.T) {
	r := newRecord()
	due := time.Now()
	// It was due, waited 300 ms for its turn, and took 5.
	r.add(stepHold, timing{due: due, began: due.Add(300 * time.Millisecond), end: due.Add(305 * time.Millisecond)}, nil)
	s := r.summary()[0]
	require.InDelta(t, 305, s.Latency.Max, 1)
	require.InDelta(t, 5, s.Service.Max, 0.1)

	_, _, recent := r.look()
	require.InDelta(t, 305, recent.P50, 1)
	_, _, recent = r.look()
	require.Zero(t, recent.P50, "since the last look")
}

// TestACallThatComesToNothingAfterAllIsOneCall: a stream that begins and is cut off.
func TestACallThatComesToNothingAfterAllIsOneCall(t *testing.T) {
	r := newRecord()
	r.add(stepStream, timing{}, nil)
	r.fail(stepStream, errCutOff)
	s := r.summary()[0]
	require.Equal(t, []int{1, 0, 1}, []int{s.Count, s.OK, s.Errors["cut_off"]})
	calls, failed, _ := r.look()
	require.Equal(t, []int{1, 1}, []int{calls, failed})
}

func TestTimesBeyondAllBoundsCountAsTheLongest(t *testing.T) {
	r := newRecord()
	due := time.Now()
	r.add(stepSeats, timing{due: due, began: due, end: due.Add(time.Hour)}, nil)
	r.add(stepSeats, timing{due: due, began: due, end: due.Add(-time.Second)}, nil) // a clock that was set
	s := r.summary()[0]
	require.InEpsilon(t, (10 * time.Minute).Milliseconds(), s.Latency.Max, 0.01)
	require.Equal(t, 2, s.Count)
}

func TestOutcomes(t *testing.T) {
	r := newRecord()
	for _, err := range []error{
		nil, refused(409, "seats_taken"), refused(409, "seats_taken"), refused(410, "hold_expired"), refused(429, "rate_limited"),
		refused(503, "unavailable"), refused(404, "not_found"), refused(502, ""), context.DeadlineExceeded, errors.New("refused"),
		&errNotDone{"order_cancelled", "it was paid for"},
	} {
		r.add(stepHold, timing{}, err)
	}
	r.add(stepStream, timing{}, errCutOff)
	s := r.summary()
	require.Equal(t, []string{stepStream, stepHold}, []string{s[0].Name, s[1].Name}, "in the order of a visit")
	require.Equal(t, 11, s[1].Count)
	require.Equal(t, 1, s[1].OK)
	require.Equal(t, map[string]int{"seats_taken": 2, "hold_expired": 1, "rate_limited": 1}, s[1].Refused)
	require.Equal(t, map[string]int{
		"unavailable": 1, "not_found": 1, "502": 1, "timeout": 1, "no_answer": 1, "order_cancelled": 1,
	}, s[1].Errors)
	require.Equal(t, map[string]int{"cut_off": 1}, s[0].Errors)
	calls, failed, _ := r.look()
	require.Equal(t, 12, calls)
	require.Equal(t, 7, failed)
	require.Len(t, r.shown(), 7)
	require.Contains(t, r.shown()[0], "hold: unavailable")
}
