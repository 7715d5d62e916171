package load

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// twoRows has the seats A1 to A4 and B1 to B3.
const twoRows = `{"name":"Hall","categories":[{"name":"All"}],"zones":[
	{"rows":[{"seats":[{"seat_guid":"A1"},{"seat_guid":"A2"},{"seat_guid":"A3"},{"seat_guid":"A4"}]}]},
	{"rows":[{"seats":[{"seat_guid":"B1"},{"seat_guid":"B2"},{"seat_guid":"B3"}]}]}]}`

func TestSeatsAreChosenThatAreFreeNeighbours(t *testing.T) {
	h, err := readHall([]byte(twoRows))
	require.NoError(t, err)
	for _, c := range []struct {
		seats string
		party int
		want  [][]string // any of these
	}{
		{"....hhh", 4, [][]string{{"A1", "A2", "A3", "A4"}}},
		{"hs..x..", 2, [][]string{{"A3", "A4"}, {"B2", "B3"}}},
		{"hhh.." + "hh", 2, [][]string{{"A4"}, {"B1"}}}, // neighbours in the map, not in the hall
		{"hhhhhh.", 4, [][]string{{"B3"}}},
		{"hhhhsxh", 1, [][]string{nil}},
		{"..", 1, [][]string{nil}}, // another event's map
	} {
		for seed := range uint64(50) {
			require.Contains(t, c.want, h.choose(c.seats, c.party, rand.New(rand.NewPCG(seed, 0))), c.seats)
		}
	}
}

func TestGoodSeatsAreLikedBest(t *testing.T) {
	h, err := readHall([]byte(twoRows))
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 0))
	chosen := map[string]int{}
	for range 7000 {
		chosen[h.choose(".......", 1, random)[0]]++
	}
	require.Greater(t, chosen["A1"], 2*chosen["B1"])
	require.Positive(t, chosen["B3"])
}

func TestTakenSeatsAreNotChosenAgain(t *testing.T) {
	h, err := readHall([]byte(twoRows))
	require.NoError(t, err)
	require.Equal(t, ".hh...h", h.without(".......", []string{"A2", "A3", "B3", "unknown"}))
}

func TestPlansThatAreNone(t *testing.T) {
	_, err := readHall([]byte(`{"zones":[]}`))
	require.ErrorContains(t, err, "no seats")
	_, err = readHall([]byte(strings.Repeat("x", 3)))
	require.ErrorContains(t, err, "not readable")
}
