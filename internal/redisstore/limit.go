package redisstore

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"seathold/internal/booking"
	"seathold/lua"
)

var limitScript = redis.NewScript(lua.Source("limit"))

var _ booking.Limiter = (*Store)(nil)

// limitKey is by itself, without a hash tag: the subjects' keys spread over the
// shards of a cluster.
func limitKey(t booking.Take) string { return "seathold:limit:" + t.Rate.Name + ":" + t.Subject }

// Take implements booking.Limiter: one script call each, in one pipeline.
func (s *Store) Take(ctx context.Context, takes []booking.Take) ([]booking.Standing, error) {
	ctx, end := s.observe(ctx, "limit")
	standings, err := s.take(ctx, takes)
	end(err)
	return standings, err
}

func (s *Store) take(ctx context.Context, takes []booking.Take) ([]booking.Standing, error) {
	replies := make([]*redis.Cmd, len(takes))
	s.takeAll(ctx, takes, replies, limitScript.EvalSha)
	for _, r := range replies {
		if redis.HasErrorPrefix(r.Err(), "NOSCRIPT") { // on its shard; once, then it knows it
			s.takeAll(ctx, takes, replies, limitScript.Eval)
			break
		}
	}
	standings := make([]booking.Standing, len(takes))
	for i, r := range replies {
		numbers, err := r.Int64Slice()
		if err == nil && len(numbers) != 4 {
			err = fmt.Errorf("unexpected reply %v", numbers)
		}
		if err != nil {
			return nil, unavailable(fmt.Errorf("script limit: %w", err))
		}
		standings[i] = booking.Standing{
			Refused: numbers[0] == 0, Left: int(numbers[1]),
			Whole: time.Duration(numbers[2]) * time.Millisecond, Wait: time.Duration(numbers[3]) * time.Millisecond,
		}
	}
	return standings, nil
}

type evaluate = func(ctx context.Context, c redis.Scripter, keys []string, args ...any) *redis.Cmd

// takeAll fills in the replies that are missing, or failed for want of the script.
func (s *Store) takeAll(ctx context.Context, takes []booking.Take, replies []*redis.Cmd, eval evaluate) {
	pipe := s.client.Pipeline()
	for i, t := range takes {
		if replies[i] == nil || redis.HasErrorPrefix(replies[i].Err(), "NOSCRIPT") {
			replies[i] = eval(ctx, pipe, []string{limitKey(t)}, t.Rate.Every.Milliseconds(), t.Rate.Burst, t.Calls)
		}
	}
	_, _ = pipe.Exec(ctx) // each reply has its error
}
