package bookingtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"seathold/internal/booking"
)

var raceTests = []holdsTest{
	{"of a hundred for one seat one wins", func(t *testing.T, s *Show) { require.NoError(t, RaceForSeat(s, 100)) }},
	{"racing for overlapping blocks no seat is had twice and no hold is partial", func(t *testing.T, s *Show) {
		require.NoError(t, RaceForBlocks(NewShow(t, s.Holds, 200), 64))
	}},
}

// RaceForSeat lets n customers race for seat 0, and returns an error unless
// exactly one has it.
func RaceForSeat(s *Show, n int) error {
	won, err := s.race(n, func(ctx context.Context, i int) error {
		_, _, err := s.Hold(ctx, s.Event, s.Request(fmt.Sprint("customer-", i), 0))
		return err
	}, booking.CodeSeatsTaken)
	if err != nil {
		return err
	}
	if len(won) != 1 {
		return fmt.Errorf("%d winners of one seat", len(won))
	}
	return nil
}

// RaceForOrder offers n order ids for one hold at once, and returns an error
// unless all learn of the same one and of the same deadline.
func RaceForOrder(s *Show, n int) error {
	taken, bound := s.Take("customer-1", 0), make([]booking.Hold, n)
	_, err := s.race(n, func(ctx context.Context, i int) error {
		var err error
		ttl := time.Duration(i+1) * time.Minute
		bound[i], err = s.Bind(ctx, s.Event, taken.ID, "customer-1", fmt.Sprint("order-", i), ttl)
		return err
	}, "no refusal")
	if err != nil {
		return err
	}
	kept := s.Get(taken.ID)
	for _, h := range bound {
		if h.OrderID != kept.OrderID || h.ExpiresAt != kept.ExpiresAt {
			return fmt.Errorf("bound to %s and to %s", h.OrderID, kept.OrderID)
		}
	}
	return nil
}

// RaceForBlocks lets n customers race for blocks of 1 to 6 seats that overlap,
// each trying several times and giving some back, and returns an error where a
// seat was had twice or a hold was partial: taken seats that no hold has, or a
// hold without all of its seats.
func RaceForBlocks(s *Show, n uint) error {
	book := &holdBook{holders: map[int]string{}}
	var group errgroup.Group
	for i := range uint64(n) {
		group.Go(func() error {
			random := rand.New(rand.NewPCG(11, i))
			for range 6 {
				if err := s.raceForBlock(book, random, fmt.Sprint("customer-", i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return s.compare(book)
}

func (s *Show) raceForBlock(book *holdBook, random *rand.Rand, customer string) error {
	first := random.IntN(len(s.Event.Plan.Seats) - 6)
	var seats []int
	for k := range 1 + random.IntN(6) {
		seats = append(seats, first+k)
	}
	random.Shuffle(len(seats), func(a, b int) { seats[a], seats[b] = seats[b], seats[a] })
	h, _, err := s.Hold(s.Ctx, s.Event, s.Request(customer, seats...))
	if booking.CodeOf(err) == booking.CodeSeatsTaken {
		return nil
	}
	if err == nil {
		err = book.take(h)
	}
	if err != nil || random.IntN(3) > 0 {
		return err // two in three keep their seats
	}
	book.drop(h)
	_, _, err = s.Release(s.Ctx, s.Event, h.ID, customer, nil)
	return err
}

// compare asserts that the store shows as held what the book has, and nothing else.
func (s *Show) compare(book *holdBook) error {
	m, err := s.SeatMap(s.Ctx, s.Event, "")
	if err != nil {
		return err
	}
	for i, status := range m.Seats {
		if _, held := book.holders[i]; held != (status == byte(booking.SeatHeld)) {
			return fmt.Errorf("seat %d shows %c, and its holder is %q", i, status, book.holders[i])
		}
	}
	return nil
}

// holdBook is the test's own book of who has which seat.
type holdBook struct {
	mu      sync.Mutex
	holders map[int]string
}

// take is written after the store granted a hold, so a seat that has a holder
// in the book was granted twice.
func (b *holdBook) take(h booking.Hold) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range h.Seats {
		if other, held := b.holders[i]; held {
			return fmt.Errorf("seat %d granted to %s and to %s", i, other, h.ID)
		}
		b.holders[i] = h.ID
	}
	return nil
}

// drop is written before the seats are given back.
func (b *holdBook) drop(h booking.Hold) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range h.Seats {
		delete(b.holders, i)
	}
}
