package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

const arenaSeats = 18_714

// arenaPlan returns the path of a plan of 18,714 seats: the real one where
// SEATHOLD_TEST_VENUES names its folder, else one that the program makes.
func arenaPlan(t *testing.T, s *service) (path string) {
	t.Helper()
	if folder := os.Getenv("SEATHOLD_TEST_VENUES"); folder != "" {
		path, err := filepath.Abs(filepath.Join(folder, "harbour-arena.json"))
		require.NoError(t, err)
		return path
	}
	path = filepath.Join(t.TempDir(), "arena.json")
	_, said, status := s.command(t, "", "plan", "generate", "--like", "arena", "--seats", "18714", "--out", path)
	require.Zero(t, status, said)
	return path
}

// bannerValue returns what a line of the banner says.
func bannerValue(t *testing.T, s *service, name string) string {
	t.Helper()
	for line := range strings.Lines(s.logText(t)) {
		if value, ok := strings.CutPrefix(line, "  "+name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	require.FailNow(t, "the banner does not say "+name)
	return ""
}

// TestWholeFlow is what a newcomer does, on the demo event and on an arena.
// The embedded service has no settings but its address.
func TestWholeFlow(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := newService(t, seathold, w.servers(t))
		if !w.embedded() {
			s.set(settings{
				"SEATHOLD_SANDBOX_WEBHOOK_SECRET": webhookSecret,
				"SEATHOLD_DEMO":                   "on", "SEATHOLD_DEMO_PASSWORD": password,
			})
		}
		s.createOrganizer(t, "arena@shop.example")
		s.start(t)

		demoPassword := password
		if w.embedded() {
			demoPassword = bannerValue(t, s, "Password")
		}
		one, other := s.login(t, "customer@demo.example", demoPassword), s.register(t, "other@shop.example")

		t.Run("demo", func(t *testing.T) {
			demo := read[list[event]](t, s.nobody().get("/v1/events"), http.StatusOK).Items[0]
			plan := s.nobody().get(eventPath(demo.ID) + "/plan")
			requireStatus(t, plan, http.StatusOK)
			parsed, err := booking.ParsePlan(plan.body)
			require.NoError(t, err)
			shop := &shop{service: s, organizer: s.nobody(), event: demo, guids: guidsOf(parsed)}
			walkTheFlow(t, shop, [2]*client{one, other}, "A2", "A3", "A4")
		})
		t.Run("arena", func(t *testing.T) {
			plan, err := os.ReadFile(arenaPlan(t, s))
			require.NoError(t, err)
			organizer := s.login(t, "arena@shop.example", password)
			start := time.Now()
			arena, guids := organizer.createEvent(t, "Concert", plan)
			figure(t, "an event of %d seats is on sale after %s", arena.SeatCount, time.Since(start))
			require.Equal(t, arenaSeats, arena.SeatCount)
			require.Equal(t, "on_sale", arena.Status)
			shop := &shop{service: s, organizer: organizer, event: arena, guids: guids}
			requirePlan(t, shop, plan)
			walkTheFlow(t, shop, [2]*client{one, other}, guids[9000], guids[9001], guids[9002])
			require.Len(t, shop.requireSoldOnce(t), 1)
		})
	})
}

// requirePlan requires that the plan is given as it was imported.
func requirePlan(t *testing.T, s *shop, plan []byte) {
	t.Helper()
	a := s.nobody().get(eventPath(s.event.ID) + "/plan")
	requireStatus(t, a, http.StatusOK)
	require.NotEmpty(t, a.header.Get("ETag"))
	var want, got bytes.Buffer
	require.NoError(t, json.Compact(&want, plan))
	require.NoError(t, json.Compact(&got, a.body))
	require.True(t, bytes.Equal(want.Bytes(), got.Bytes()), "the plan is not as it was imported")
}

// walkTheFlow has two customers want the same two seats at once; the one who
// gets them buys them. The third seat stays free.
func walkTheFlow(t *testing.T, s *shop, people [2]*client, first, second, third string) {
	t.Helper()
	winner, loser, h := raceForTwo(t, s, people, first, second)
	require.Equal(t, money{2 * s.price(t, first).Amount, "EUR"}, h.Total)
	require.Equal(t, "hh.", s.shows(t, first, second, third))

	o := read[order](t, winner.orderHold(s.event.ID, h.ID), http.StatusCreated)
	require.Equal(t, "pending_payment", o.Status)
	require.Equal(t, []string{first, second}, o.Seats)
	again := read[order](t, winner.orderHold(s.event.ID, h.ID), http.StatusOK)
	require.Equal(t, o.ID, again.ID, "ordering the same hold again")
	requireProblem(t, loser.getOrder(o.ID), http.StatusNotFound, "not_found")

	page := winner.openPage(o)
	requireStatus(t, page, http.StatusOK)
	require.Contains(t, string(page.body), o.ID)
	require.Contains(t, string(page.body), `value="pay"`)
	pressed := winner.press(o, "pay")
	requireStatus(t, pressed, http.StatusOK)
	require.Contains(t, string(pressed.body), "Payment successful")

	o = s.requireOrder(t, winner, o.ID, "paid")
	require.Equal(t, []payment{{ID: o.Payment.ID, Received: o.Total, State: "applied"}}, o.Payments)
	requireBought(t, s, winner, loser, o, third)
}

// raceForTwo requires that exactly one gets the seats and the other is told
// which are taken; and that nothing else was taken from the other.
func raceForTwo(t *testing.T, s *shop, people [2]*client, first, second string) (winner, loser *client, h hold) {
	t.Helper()
	var answers [2]answer
	atOnce(len(people), func(i int) { answers[i] = people[i].hold(s.event.ID, first, second) })
	won := slices.IndexFunc(answers[:], func(a answer) bool { return a.is(http.StatusCreated) })
	require.GreaterOrEqual(t, won, 0, "nobody got the seats: %s, %s", answers[0], answers[1])
	winner, loser = people[won], people[1-won]
	refused := requireProblem(t, answers[1-won], http.StatusConflict, "seats_taken")
	require.Equal(t, []string{first, second}, refused.Seats)
	require.Empty(t, read[list[hold]](t, loser.holds(s.event.ID), http.StatusOK).Items)
	return winner, loser, read[hold](t, answers[won], http.StatusCreated)
}

// requireBought requires that all calls agree that the order's seats are sold,
// and that a hold of one of them takes nothing else either.
func requireBought(t *testing.T, s *shop, winner, loser *client, o order, free string) {
	t.Helper()
	require.Equal(t, "ss.", s.shows(t, o.Seats[0], o.Seats[1], free))
	s.requireSeats(t, "sold", o.Seats...)
	taken := read[takenSeats](t, loser.get(eventPath(s.event.ID)+"/seats?taken=true"), http.StatusOK)
	for _, guid := range o.Seats {
		require.Contains(t, taken.Taken, struct{ Seat, Status string }{guid, "sold"})
	}
	require.Equal(t, "sold", read[hold](t, winner.getHold(s.event.ID, o.HoldID), http.StatusOK).Status)

	refused := requireProblem(t, loser.hold(s.event.ID, o.Seats[1], free), http.StatusConflict, "seats_taken")
	require.Equal(t, []string{o.Seats[1]}, refused.Seats)
	s.requireSeats(t, "free", free)
	requireProblem(t, loser.getOrder(o.ID), http.StatusNotFound, "not_found")
	requireProblem(t, winner.cancel(o.ID), http.StatusConflict, "already_paid")
}

func (s *shop) price(t *testing.T, guid string) money {
	t.Helper()
	return read[seat](t, s.nobody().seat(s.event.ID, guid), http.StatusOK).Price
}
