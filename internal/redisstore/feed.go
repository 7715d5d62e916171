package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"seathold/internal/booking"
)

const (
	// feedConns bounds how many events can be followed at once: each reader
	// keeps a connection, so these are none of those that holds are made on.
	feedConns = 1000
	// feedPage bounds how many changes one answer has.
	feedPage = 1000
	// feedAnswer is what the server has for an answer, beyond the waiting.
	feedAnswer = time.Second
)

var _ booking.SeatLog = (*Store)(nil)

// feedClient is the client that waits for changes. Who waits is not to be
// repeated by the client: the caller reads the map anew after any fault.
func (o Options) feedClient() (redis.UniversalClient, error) {
	u, err := o.universal()
	if err != nil {
		return nil, err
	}
	u.PoolSize, u.MaxRetries = feedConns, -1
	return o.client(u), nil
}

// SeatChanges implements booking.SeatLog. The epoch is read after the changes,
// on the same connection: where it still is that of the version, so were they.
func (s *Store) SeatChanges(
	ctx context.Context, eventID string, after booking.MapVersion, wait time.Duration,
) (changes []booking.SeatChange, more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, wait+feedAnswer)
	defer cancel()
	k := keys(eventID)
	pipe := s.feed.Pipeline()
	read := pipe.XRead(ctx, &redis.XReadArgs{
		Streams: []string{k[keyLog], "0-" + strconv.FormatInt(after.Number, 10)}, Count: feedPage, Block: blockFor(wait),
	})
	epoch := pipe.HGet(ctx, k[keyHolds], "m:epoch")
	_, _ = pipe.Exec(ctx) // each command has its own error
	switch {
	case failed(read.Err()):
		return nil, false, unavailable(fmt.Errorf("read the log: %w", read.Err()))
	case errors.Is(epoch.Err(), redis.Nil):
		return nil, false, booking.ErrNotLoaded
	case epoch.Err() != nil:
		return nil, false, unavailable(fmt.Errorf("read the epoch: %w", epoch.Err()))
	case epoch.Val() != after.Epoch:
		return nil, false, booking.ErrVersionGone
	case len(read.Val()) == 0:
		return nil, false, nil
	}
	entries := read.Val()[0].Messages
	changes, err = readChanges(entries, after.Number)
	return changes, len(entries) == feedPage, err
}

// failed reports whether there is no answer; none in time is one.
func failed(err error) bool { return err != nil && !errors.Is(err, redis.Nil) }

// blockFor is the client's form of a time to wait: negative for none, as 0
// would be for good.
func blockFor(wait time.Duration) time.Duration {
	if wait < time.Millisecond {
		return -1
	}
	return wait
}

// readChanges reads entries of the log that go on from a number.
// ErrVersionGone: they do not, since the log was trimmed.
func readChanges(entries []redis.XMessage, after int64) ([]booking.SeatChange, error) {
	changes := make([]booking.SeatChange, 0, len(entries))
	for i, entry := range entries {
		number := after + int64(i) + 1
		if entry.ID != "0-"+strconv.FormatInt(number, 10) {
			return nil, booking.ErrVersionGone
		}
		text, ok := entry.Values["c"].(string)
		if !ok {
			return nil, fmt.Errorf("the log's entry %s does not say what changed", entry.ID)
		}
		change, err := readSeatChange(number, text)
		if err != nil {
			return nil, fmt.Errorf("the log's entry %s: %w", entry.ID, err)
		}
		changes = append(changes, change)
	}
	return changes, nil
}

// readSeatChange reads an entry such as "h17,18"; an empty one changed nothing.
func readSeatChange(number int64, text string) (booking.SeatChange, error) {
	c := booking.SeatChange{Number: number}
	if text == "" {
		return c, nil
	}
	if !strings.Contains(shownStatuses, text[:1]) {
		return c, fmt.Errorf("%q begins with no status", text)
	}
	c.Status = booking.SeatStatus(text[0])
	var err error
	c.Seats, err = readSeats(text[1:])
	return c, err
}
