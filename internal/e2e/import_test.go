package e2e

import (
	"net/http"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// TestImportByCommand puts an arena on sale by the command.
func TestImportByCommand(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := newService(t, seathold, w.servers(t), quick())
		s.createOrganizer(t, "organizer@shop.example")
		if w.embedded() {
			requireImport(t, s)
			s.start(t)
			requireArenaOnSale(t, s)
			_, said, status := importArena(t, s)
			require.Equal(t, 1, status)
			require.Contains(t, said, "probably the running service; stop it first")
			require.Len(t, read[list[event]](t, s.nobody().get("/v1/events"), http.StatusOK).Items, 1)
			return
		}
		s.start(t)
		requireImport(t, s)
		requireArenaOnSale(t, s)
	})
}

func importArena(t *testing.T, s *service) (stdout, stderr string, status int) {
	t.Helper()
	path := arenaPlan(t, s)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	plan, err := booking.ParsePlan(raw)
	require.NoError(t, err)
	args := []string{
		"event", "import", "--plan", path, "--name", "Concert", "--starts-at", startsAt,
		"--organizer", "organizer@shop.example", "--currency", "EUR",
	}
	for _, category := range plan.Categories {
		args = append(args, "--price", category.Name+"=4500")
	}
	return s.command(t, "", args...)
}

func requireImport(t *testing.T, s *service) {
	t.Helper()
	said, failed, status := importArena(t, s)
	require.Zero(t, status, failed)
	require.Regexp(t, regexp.MustCompile(`^event \S+: "Concert", 18714 seats, on_sale\n$`), said)
}

func requireArenaOnSale(t *testing.T, s *service) {
	t.Helper()
	events := read[list[event]](t, s.nobody().get("/v1/events"), http.StatusOK).Items
	require.Len(t, events, 1)
	require.Equal(t, arenaSeats, events[0].SeatCount)
	require.Equal(t, "on_sale", events[0].Status)

	shown := read[seatMap](t, patiently(t, func() answer { return s.nobody().seats(events[0].ID) }), http.StatusOK)
	require.Len(t, shown.Seats, arenaSeats)
	raw := s.nobody().get(eventPath(events[0].ID) + "/plan").body
	plan, err := booking.ParsePlan(raw)
	require.NoError(t, err)
	c := s.register(t, "customer@shop.example")
	h := read[hold](t, c.hold(events[0].ID, plan.Seats[arenaSeats-1].GUID), http.StatusCreated)
	require.Equal(t, money{4500, "EUR"}, h.Total)
}
