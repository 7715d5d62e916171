package e2e

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	raceSeats  = 200
	racers     = 64  // customers
	oneSeaters = 100 // attempts for one seat, some of them by the same customer
	blockTries = 3   // for overlapping blocks, each
)

// TestRaces lets many customers want the same seats at the same moment.
func TestRaces(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, raceSeats)
		people := make([]*client, racers)
		for i := range people {
			people[i] = s.customer(t)
		}
		t.Run("one seat", func(t *testing.T) { raceForOneSeat(t, s, people) })
		t.Run("overlapping blocks", func(t *testing.T) { raceForBlocks(t, s, people) })
	})
}

func raceForOneSeat(t *testing.T, s *shop, people []*client) {
	seat := s.guids[0]
	answers := make([]answer, oneSeaters)
	by := func(i int) *client { return people[i%len(people)] }
	atOnce(oneSeaters, func(i int) { answers[i] = by(i).hold(s.event.ID, seat) })
	winners := 0
	for i, a := range answers {
		if a.is(http.StatusCreated) {
			winners++
			defer by(i).release(s.event.ID, read[hold](t, a, http.StatusCreated).ID)
			continue
		}
		require.Equal(t, []string{seat}, requireProblem(t, a, http.StatusConflict, "seats_taken").Seats)
	}
	require.Equal(t, 1, winners)
	require.Equal(t, "h"+dots(raceSeats-1), s.mapOf(t, s.event.ID))
}

// atOnce runs fn n times side by side, all released at the same moment.
func atOnce(n int, fn func(i int)) {
	var all sync.WaitGroup
	gun := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-gun
			fn(i)
		})
	}
	close(gun)
	all.Wait()
}

func raceForBlocks(t *testing.T, s *shop, people []*client) {
	asked := make([][]string, len(people)*blockTries)
	answers := make([]answer, len(asked))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range asked {
		first, n := random.IntN(raceSeats-5), 1+random.IntN(6)
		asked[i] = s.guids[first : first+n]
	}
	atOnce(len(people), func(i int) {
		for try := i * blockTries; try < (i+1)*blockTries; try++ {
			answers[try] = people[i].hold(s.event.ID, asked[try]...)
		}
	})

	granted := map[string]bool{}
	for i, a := range answers {
		if a.is(http.StatusCreated) {
			require.Equal(t, asked[i], read[hold](t, a, http.StatusCreated).Seats)
			for _, guid := range asked[i] {
				require.False(t, granted[guid], "seat %s is held twice", guid)
				granted[guid] = true
			}
			continue
		}
		refused := requireProblem(t, a, http.StatusConflict, "seats_taken").Seats
		require.NotEmpty(t, refused)
		require.Subset(t, asked[i], refused)
	}
	require.Equal(t, granted, heldBy(t, s, people), "the customers' own holds")
	for i, shown := range s.mapOf(t, s.event.ID) {
		require.Equal(t, granted[s.guids[i]], shown == 'h', "seat %s shows %q", s.guids[i], shown)
	}
	require.True(t, slices.ContainsFunc(answers, func(a answer) bool { return a.is(http.StatusConflict) }), "it was no race")
}

// heldBy collects the seats of all the customers' live holds.
func heldBy(t *testing.T, s *shop, people []*client) map[string]bool {
	t.Helper()
	seats := map[string]bool{}
	for _, c := range people {
		for _, h := range read[list[hold]](t, c.holds(s.event.ID), http.StatusOK).Items {
			for _, guid := range h.Seats {
				require.False(t, seats[guid], "seat %s is in two holds", guid)
				seats[guid] = true
			}
		}
	}
	return seats
}
