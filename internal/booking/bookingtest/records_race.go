package bookingtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"seathold/internal/booking"
)

var recordRaceTests = []recordsTest{
	{"of inserts with one id one wins", oneRecordIDOneWinner},
	{"of writers on one revision one wins", oneRecordRevisionOneWinner},
	{"no writer's change is lost", noRecordChangeLost},
}

func writer(i int) []byte { return fmt.Appendf(nil, `"writer %d"`, i) }

func oneRecordIDOneWinner(t *testing.T, s booking.Records) {
	r := fullRecord("owner-1")
	won := atOnce(t, 32, func(ctx context.Context, i int) error {
		mine := r
		mine.Data = writer(i)
		return s.InsertRecord(ctx, deliveries, mine)
	}, booking.ErrConflict)
	require.Len(t, won, 1)
	r.Data = writer(won[0])
	requireRecord(t, s, deliveries, r)
}

func oneRecordRevisionOneWinner(t *testing.T, s booking.Records) {
	r := fullRecord("owner-1")
	insertRecords(t, s, r)
	for range 5 {
		won := atOnce(t, 32, func(ctx context.Context, i int) error {
			mine := r
			mine.Data = writer(i)
			return s.ReplaceRecord(ctx, deliveries, mine)
		}, booking.ErrConflict)
		require.Len(t, won, 1)
		r.Data = writer(won[0])
		r.Revision++
		requireRecord(t, s, deliveries, r)
	}
}

// noRecordChangeLost lets writers count in one record, each reading again
// whenever another was quicker.
func noRecordChangeLost(t *testing.T, s booking.Records) {
	const writers, each = 8, 4
	r := booking.Record{ID: newID(), Data: []byte("0")}
	insertRecords(t, s, r)
	group, ctx := errgroup.WithContext(testContext(t))
	for range writers {
		group.Go(func() error {
			for range each {
				if err := countUp(ctx, s, r.ID); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	r.Data, r.Revision = fmt.Append(nil, writers*each), 1+writers*each
	requireRecord(t, s, deliveries, r)
}

func countUp(ctx context.Context, s booking.Records, id string) error {
	for {
		r, err := s.Record(ctx, deliveries, id)
		if err != nil {
			return err
		}
		var n int
		if err := json.Unmarshal(r.Data, &n); err != nil {
			return err
		}
		r.Data = fmt.Append(nil, n+1)
		if err := s.ReplaceRecord(ctx, deliveries, r); !errors.Is(err, booking.ErrConflict) {
			return err
		}
	}
}
