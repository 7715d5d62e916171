package bookingtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"seathold/internal/booking"
)

var capTests = []holdsTest{
	{"held, paying and sold seats count against the cap", capCounts},
	{"seats given back or lapsed do not count", capForgets},
	{"others' seats and blocks do not count", capIsOnes},
	{"customers at once never pass the cap", capUnderRace},
}

// requireRoom asserts how many more seats the customer may have under a cap of 6.
func (s *Show) requireRoom(customer string, room int) {
	s.T.Helper()
	var free []int
	for i, status := range s.Map().Seats {
		if status == byte(booking.SeatFree) {
			free = append(free, i)
		}
	}
	r := s.Request(customer, free[:room+1]...)
	r.MaxSeats = 6
	s.requireRefused(booking.CodeCustomerLimit, r)
	if room == 0 {
		return
	}
	r = s.Request(customer, free[:room]...)
	r.MaxSeats = 6
	s.must(r)
	_, _, err := s.Release(s.Ctx, s.Event, r.HoldID, customer, nil)
	require.NoError(s.T, err)
}

func capCounts(_ *testing.T, s *Show) {
	s.requireRoom("customer-1", 6)
	s.Take("customer-1", 0)
	s.requireRoom("customer-1", 5)
	s.Pay(s.TakeBound("customer-1", time.Minute, 1, 2))
	s.requireRoom("customer-1", 3)
	s.TakeSold("customer-1", 3, 4)
	s.requireRoom("customer-1", 1)
	s.TakeBound("customer-1", time.Minute, 5)
	s.requireRoom("customer-1", 0)
}

func capForgets(t *testing.T, s *Show) {
	h := s.Take("customer-1", 0, 1, 2)
	_, _, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", []int{1})
	require.NoError(t, err)
	s.requireRoom("customer-1", 4)
	_, _, err = s.Release(s.Ctx, s.Event, h.ID, "customer-1", nil)
	require.NoError(t, err)
	s.requireRoom("customer-1", 6)

	sold := s.TakeSold("customer-1", 0, 1)
	s.requireRoom("customer-1", 4)
	_, _, err = s.Free(s.Ctx, s.Event, sold.ID, sold.OrderID)
	require.NoError(t, err)
	s.requireRoom("customer-1", 6)

	s.TakeLapsed("customer-1", 0, 1, 2, 3)
	r := s.Request("customer-1", 4, 5, 6, 7, 8, 9) // no sweep has run
	r.MaxSeats = 6
	s.must(r)
}

func capIsOnes(t *testing.T, s *Show) {
	s.Take("customer-1", 0, 1, 2)
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-"+newID(), "customer-2", []int{3, 4}))
	s.requireRoom("customer-2", 6)
	s.requireRoom("customer-1", 3)
}

// capUnderRace: 64 goroutines of one customer, each for a seat of its own.
func capUnderRace(t *testing.T, s *Show) {
	wide := NewShow(t, s.Holds, 128)
	require.NoError(t, RaceForCap(wide, 64, 7))
}

// RaceForCap lets n requests of one customer for two seats each race under a
// cap, and returns an error where the customer got more, or less than there
// was room for.
func RaceForCap(s *Show, n, most int) error {
	won, err := s.race(n, func(ctx context.Context, i int) error {
		r := s.Request("customer-1", 2*i, 2*i+1)
		r.MaxSeats = most
		_, _, err := s.Hold(ctx, s.Event, r)
		return err
	}, booking.CodeCustomerLimit)
	if err != nil {
		return err
	}
	holds, err := s.HoldsOf(s.Ctx, s.Event, "customer-1")
	if err != nil {
		return err
	}
	if len(won) != most/2 || len(holds) != most/2 {
		return errors.New("the cap does not hold")
	}
	return nil
}

// race calls do from n goroutines at once and returns which succeeded. The
// others must be refused with code.
func (s *Show) race(n int, do func(ctx context.Context, i int) error, code booking.Code) (won []int, err error) {
	start, results := make(chan struct{}), make([]error, n)
	var group errgroup.Group
	for i := range n {
		group.Go(func() error {
			<-start
			results[i] = do(s.Ctx, i)
			if booking.CodeOf(results[i]) == code {
				return nil
			}
			return results[i]
		})
	}
	close(start)
	err = group.Wait()
	for i, result := range results {
		if result == nil {
			won = append(won, i)
		}
	}
	return won, err
}
