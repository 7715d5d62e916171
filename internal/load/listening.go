package load

import (
	"bufio"
	"cmp"
	"context"
	"strings"
	"time"

	"seathold/internal/client"
)

// listenFor is how long a listener stays, at most.
const listenFor = 5 * time.Second

var errCutOff = &errNotDone{"cut_off", "the stream ended by itself"}

// listen hears of the changes for a while. The step is over with the first event,
// which has the whole map. A stream that has none by the time that the listener
// leaves, or that ends before, is an error.
func (v *visitor) listen(ctx context.Context) {
	ctx, leave := context.WithTimeout(ctx, listenFor)
	defer leave()
	defer context.AfterFunc(v.sale.hurry, leave)()
	var lines *bufio.Scanner
	err := v.call(ctx, stepStream, func(ctx context.Context) error {
		answer, err := v.sale.client.StreamSeats(ctx, v.sale.event.ID, &client.StreamSeatsParams{})
		if err != nil {
			return err
		}
		context.AfterFunc(ctx, func() { _ = answer.Body.Close() })
		lines = bufio.NewScanner(answer.Body)
		lines.Buffer(nil, maxEvent)
		if !hear(lines) {
			return cmp.Or[error](ctx.Err(), errCutOff)
		}
		return nil
	})
	if err != nil {
		return
	}
	for hear(lines) {
		v.sale.changes.Add(1)
	}
	if ctx.Err() == nil {
		v.sale.record.fail(stepStream, errCutOff)
	}
}

// maxEvent bounds one line of a stream, in bytes: a whole map and some more.
const maxEvent = 1 << 20

// hear returns at the end of the next event; false: the stream has ended.
func hear(lines *bufio.Scanner) bool {
	event := false
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "event:"):
			event = true
		case line == "" && event:
			return true
		}
	}
	return false
}
