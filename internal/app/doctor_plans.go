package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
	"seathold/internal/doctor"
	"seathold/internal/mongostore"
	"seathold/internal/redisstore"
)

const (
	// seatsFeltEmbedded is from where on the copy of the map that the embedded
	// server makes for each hold is felt.
	seatsFeltEmbedded = 20_000
	// bytesOfSeat and bytesOfHold are what Redis has of them (make bench measures
	// it); a hold of a sold-out hall has two seats.
	bytesOfSeat  = 11
	bytesOfHold  = 510
	seatsOfAHold = 2
)

// planSource is what is asked about the events to come.
type planSource interface {
	EventsEndingAfter(ctx context.Context, t time.Time) ([]*booking.Event, error)
	Plan(ctx context.Context, eventID string) ([]byte, error)
	Close(ctx context.Context) error
}

// plans compares the halls that are on sale, or will be, with what is to hold
// their seats. Where the stores do not answer their own checks say so.
func (e examined) plans(ctx context.Context) []doctor.Finding {
	const check = "plans"
	source, err := e.planSource(ctx)
	if err != nil {
		if errors.Is(err, boltstore.ErrInUse) {
			return []doctor.Finding{doctor.Fine(check, "not looked at: the running service has the data folder")}
		}
		return nil
	}
	defer func() { _ = source.Close(context.WithoutCancel(ctx)) }() // nothing was written
	events, err := source.EventsEndingAfter(ctx, time.Now())
	if err != nil {
		return []doctor.Finding{doctor.Advise(check, runAgain, "not looked at, for the order store did not say which events there are: %v", err)}
	}
	total, largest, found := countPlans(ctx, source, events)
	if e.config.Redis.Embedded() {
		if largest > seatsFeltEmbedded {
			found = append(found, doctor.Advise(check, "set SEATHOLD_REDIS_URL",
				"an event has %d seats, and Redis is embedded: from some %d on each hold is felt", largest, seatsFeltEmbedded))
		}
	} else {
		found = append(found, e.room(ctx, total)...)
	}
	return otherwise(found, doctor.Fine(check, "%s on sale or to come, %d seats in all, the largest %d", plural(len(events), "event"), total, largest))
}

const runAgain = "run it again when the order store answers and is less busy"

// countPlans returns how many seats all the events have, and the largest of them.
// An order store that does not answer says nothing about a plan.
func countPlans(ctx context.Context, source planSource, events []*booking.Event) (total, largest int, found []doctor.Finding) {
	const check = "plans"
	for i, event := range events {
		seats, err := countSeats(ctx, source, event.ID)
		if ctx.Err() != nil || booking.CodeOf(err) == booking.CodeUnavailable {
			return total, largest, append(found, doctor.Advise(check, runAgain, "only %d of %d events were looked at", i, len(events)))
		}
		if err != nil {
			found = append(found, doctor.Wrong(check, "close the event, and put it on sale again with its plan",
				"the plan of event %s (%q) cannot be read: %v", event.ID, event.Name, err))
		}
		total, largest = total+seats, max(largest, seats)
	}
	return total, largest, found
}

func (e examined) planSource(ctx context.Context) (planSource, error) {
	if e.config.MongoDB.Embedded() {
		source, err := boltstore.ReadOnly(dataFile(e.config))
		if errors.Is(err, fs.ErrNotExist) {
			return noPlans{}, nil
		}
		return source, err
	}
	return mongostore.Look(ctx, e.config.MongoDB.URI.Reveal())
}

// noPlans is a data folder in which nothing was ever stored.
type noPlans struct{}

func (noPlans) EventsEndingAfter(context.Context, time.Time) ([]*booking.Event, error) {
	return nil, nil
}
func (noPlans) Plan(context.Context, string) ([]byte, error) { return nil, fs.ErrNotExist }
func (noPlans) Close(context.Context) error                  { return nil }

func countSeats(ctx context.Context, source planSource, eventID string) (int, error) {
	raw, err := source.Plan(ctx, eventID)
	if err != nil {
		return 0, err
	}
	plan, err := booking.ParsePlan(raw)
	if err != nil {
		return 0, fmt.Errorf("parse: %w", err)
	}
	return len(plan.Seats), nil
}

// room looks at the memory of Redis.
func (e examined) room(ctx context.Context, seats int) []doctor.Finding {
	store, err := redisstore.Open(redisOptions(e.config.Redis), newID)
	if err != nil {
		return nil
	}
	defer func() { _ = store.Close() }() // nothing was written
	servers, err := store.Inspect(ctx)
	if err != nil {
		return nil
	}
	return judgeRoom(servers, seats)
}

// judgeRoom compares what Redis needs for so many seats, all held, with its memory.
// On a cluster the events are taken to be spread evenly.
func judgeRoom(servers []redisstore.Server, seats int) []doctor.Finding {
	const check = "plans"
	const do = "raise maxmemory, or keep fewer events on sale at once"
	var most int64
	for _, s := range servers {
		if s.MaxMemory == 0 {
			return nil // no limit, or none is told
		}
		most += s.MaxMemory
	}
	needed := int64(seats)*bytesOfSeat + int64(seats)/seatsOfAHold*bytesOfHold
	switch {
	case needed > most:
		return []doctor.Finding{doctor.Wrong(check, do, "%d seats take %s of Redis when all are held, and maxmemory is %s: full, it refuses holds",
			seats, megabytes(needed), megabytes(most))}
	case needed > most/2:
		return []doctor.Finding{doctor.Advise(check, do, "%d seats take %s of Redis when all are held, and maxmemory is %s",
			seats, megabytes(needed), megabytes(most))}
	default:
		return nil
	}
}
