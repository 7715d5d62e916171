package bookingtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"seathold/internal/booking"
)

// guardTests are about the last word on a seat: never two owners.
var guardTests = []ordersTest{
	{"a sale loses against an owner and changes nothing", secondSaleLoses},
	{"an owner is not inserted over another", secondOwnerNotInserted},
	{"an owner changes its own document", ownerReplacesItself},
	{"a seat given back is taken by another", seatGivenBack},
	{"refunding with seats keeps them", refundingKeepsSeats},
	{"blocks and orders guard against each other", blockGuards},
	{"another event's seat of the same name is another seat", otherEventsSeat},
	{"of writers on one revision one wins", oneRevisionOneWinner},
	{"of sellers of one seat one wins", oneSeatOneWinner},
	{"racing sales never share a seat", racingSales},
}

// sell makes the pending order paid and the owner of its seats.
func sell(ctx context.Context, s booking.Orders, o booking.Order) (booking.Order, error) {
	o.Status, o.OwnsSeats = booking.OrderPaid, true
	err := s.ReplaceOrder(ctx, o)
	o.Revision++
	return o, err
}

// giveBack refunds the order and ends its ownership.
func giveBack(ctx context.Context, s booking.Orders, o booking.Order) (booking.Order, error) {
	o.Status, o.OwnsSeats = booking.OrderRefunding, false
	err := s.ReplaceOrder(ctx, o)
	o.Revision++
	return o, err
}

func secondSaleLoses(t *testing.T, s booking.Orders) {
	winner := pendingOrder("event-1", "customer-1", "A2", "A3")
	loser := pendingOrder("event-1", "customer-2", "A1", "A3", "index: _id_ dup key")
	insert(t, s, winner, loser)
	winner, err := sell(testContext(t), s, winner)
	require.NoError(t, err)

	_, err = sell(testContext(t), s, loser)
	require.ErrorIs(t, err, booking.ErrSeatSold)
	require.NotErrorIs(t, err, booking.ErrConflict)
	requireStored(t, s, loser)
	requireStored(t, s, winner)

	loser.Status = booking.OrderRefunding // it can still go on without the seats
	requireStored(t, s, replace(t, s, loser))
	free := paidOrder("event-1", "customer-3", "A1") // nothing of the losing sale stayed behind
	insert(t, s, free)
}

func secondOwnerNotInserted(t *testing.T, s booking.Orders) {
	winner, loser := paidOrder("event-1", "customer-1", "A1", "A2"), paidOrder("event-1", "customer-2", "A2", "A3")
	loser.IdempotencyKey = "key"
	insert(t, s, winner)
	require.ErrorIs(t, s.InsertOrder(testContext(t), loser), booking.ErrSeatSold)
	_, err := s.Order(testContext(t), loser.ID)
	requireCode(t, booking.CodeNotFound, err)
	_, err = s.OrderByKey(testContext(t), loser.CustomerID, "key")
	requireCode(t, booking.CodeNotFound, err)
	insert(t, s, paidOrder("event-1", "customer-3", "A3"))
}

func ownerReplacesItself(t *testing.T, s booking.Orders) {
	o := paidOrder("event-1", "customer-1", "A1", "A2")
	insert(t, s, o)
	o.WebhookIDs = []string{"msg-1"}
	o = replace(t, s, o)
	requireStored(t, s, replace(t, s, o))
	require.ErrorIs(t, s.InsertOrder(testContext(t), paidOrder("event-1", "customer-2", "A1")), booking.ErrSeatSold)
}

func seatGivenBack(t *testing.T, s booking.Orders) {
	first, second := paidOrder("event-1", "customer-1", "A1", "A2"), pendingOrder("event-1", "customer-2", "A2")
	insert(t, s, first, second)
	first, err := giveBack(testContext(t), s, first)
	require.NoError(t, err)
	requireStored(t, s, first)
	second, err = sell(testContext(t), s, second)
	require.NoError(t, err)
	requireStored(t, s, second)

	_, err = sell(testContext(t), s, first)
	require.ErrorIs(t, err, booking.ErrSeatSold, "the first does not get it back")
	requireStored(t, s, first)
}

func refundingKeepsSeats(t *testing.T, s booking.Orders) {
	o := paidOrder("event-1", "customer-1", "A1")
	insert(t, s, o)
	o.Status = booking.OrderRefunding
	replace(t, s, o)
	require.ErrorIs(t, s.InsertOrder(testContext(t), paidOrder("event-1", "customer-2", "A1")), booking.ErrSeatSold)
}

func blockGuards(t *testing.T, s booking.Orders) {
	b := block("event-1", "organizer-1", "A1", "A2")
	insert(t, s, b, paidOrder("event-1", "customer-1", "A3"))
	require.ErrorIs(t, s.InsertOrder(testContext(t), paidOrder("event-1", "customer-2", "A2")), booking.ErrSeatSold)
	require.ErrorIs(t, s.InsertOrder(testContext(t), block("event-1", "organizer-1", "A3")), booking.ErrSeatSold)
	b.Status, b.OwnsSeats = booking.BlockEnded, false
	replace(t, s, b)
	insert(t, s, paidOrder("event-1", "customer-2", "A2"))
}

func otherEventsSeat(t *testing.T, s booking.Orders) {
	// Names that would run together if a key were event and seat side by side.
	insert(t, s,
		paidOrder("event-1", "customer-1", "1A1"), paidOrder("event-11", "customer-1", "A1"),
		paidOrder("event-1", "customer-1", "A1"), paidOrder("event", "customer-1", "-1A1"))
}

func oneRevisionOneWinner(t *testing.T, s booking.Orders) {
	o := pendingOrder("event-1", "customer-1", "A1")
	insert(t, s, o)
	won := atOnce(t, 32, func(ctx context.Context, i int) error {
		mine := o
		mine.Reason = fmt.Sprint("writer ", i)
		return s.ReplaceOrder(ctx, mine)
	}, booking.ErrConflict)
	require.Len(t, won, 1)
	got, err := s.Order(testContext(t), o.ID)
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Revision)
	require.Equal(t, fmt.Sprint("writer ", won[0]), got.Reason)
}

func oneSeatOneWinner(t *testing.T, s booking.Orders) {
	orders := make([]booking.Order, 32)
	for i := range orders {
		orders[i] = pendingOrder("event-1", fmt.Sprint("customer-", i), fmt.Sprint("B", i), "A1")
		insert(t, s, orders[i])
	}
	won := atOnce(t, len(orders), func(ctx context.Context, i int) error {
		_, err := sell(ctx, s, orders[i])
		return err
	}, booking.ErrSeatSold)
	require.Len(t, won, 1)
	require.Equal(t, map[string]string{"A1": orders[won[0]].ID, fmt.Sprint("B", won[0]): orders[won[0]].ID}, owned(t, s, "event-1"))
}

// atOnce calls do from n goroutines and returns which succeeded; the others
// must fail with refusal.
func atOnce(t *testing.T, n int, do func(ctx context.Context, i int) error, refusal error) (won []int) {
	t.Helper()
	var mu sync.Mutex
	start := make(chan struct{})
	group, ctx := errgroup.WithContext(testContext(t))
	for i := range n {
		group.Go(func() error {
			<-start
			err := do(ctx, i)
			if errors.Is(err, refusal) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			won = append(won, i)
			return err
		})
	}
	close(start)
	require.NoError(t, group.Wait())
	return won
}

// owned reads the owner of every seat, and fails where a seat has two.
func owned(t *testing.T, s booking.Orders, eventID string) map[string]string {
	t.Helper()
	owners := map[string]string{}
	require.NoError(t, s.EachOwner(testContext(t), eventID, func(o booking.Order) error {
		for _, seat := range o.Seats {
			if !o.OwnsSeats {
				break
			}
			require.NotContains(t, owners, seat, "a second owner: %s", o.ID)
			owners[seat] = o.ID
		}
		return nil
	}))
	return owners
}

// ledger is the test's own book of who has which seat.
type ledger struct {
	mu     sync.Mutex
	owners map[string]string
}

// take is written after a sale succeeded, so a seat with an owner in the book
// was sold twice.
func (l *ledger) take(o booking.Order) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, seat := range o.Seats {
		if other, sold := l.owners[seat]; sold {
			return fmt.Errorf("seat %s sold to %s and to %s", seat, other, o.ID)
		}
		l.owners[seat] = o.ID
	}
	return nil
}

// drop is written before the seats are given back.
func (l *ledger) drop(o booking.Order) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, seat := range o.Seats {
		delete(l.owners, seat)
	}
}

// racingSales lets 16 sellers insert owners, sell pending orders and give
// seats back, all over the same ten seats.
func racingSales(t *testing.T, s booking.Orders) {
	book := &ledger{owners: map[string]string{}}
	group, ctx := errgroup.WithContext(testContext(t))
	for seller := range 16 {
		group.Go(func() error {
			random := rand.New(rand.NewPCG(7, uint64(seller)))
			for round := range 4 {
				if err := raceOnce(ctx, s, book, random, round); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	require.Equal(t, book.owners, owned(t, s, "event-1"))
	require.NotEmpty(t, book.owners)
}

func raceOnce(ctx context.Context, s booking.Orders, book *ledger, random *rand.Rand, round int) error {
	var seats []string
	for _, i := range random.Perm(10)[:1+random.IntN(3)] {
		seats = append(seats, fmt.Sprint("A", i))
	}
	o, err := buy(ctx, s, seats, round%2 == 0)
	if errors.Is(err, booking.ErrSeatSold) {
		return nil
	}
	if err == nil {
		err = book.take(o)
	}
	if err != nil || random.IntN(3) == 0 {
		return err // one in three keeps its seats
	}
	book.drop(o)
	_, err = giveBack(ctx, s, o)
	return err
}

// buy makes a paid order in one step, or in two as a checkout does.
func buy(ctx context.Context, s booking.Orders, seats []string, atOnce bool) (booking.Order, error) {
	if atOnce {
		o := paidOrder("event-1", "customer-1", seats...)
		return o, s.InsertOrder(ctx, o)
	}
	o := pendingOrder("event-1", "customer-1", seats...)
	if err := s.InsertOrder(ctx, o); err != nil {
		return o, err
	}
	return sell(ctx, s, o)
}
