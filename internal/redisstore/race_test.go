package redisstore

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
	"seathold/lua"
)

// broken returns a script with one of its guards switched off.
func broken(t *testing.T, script, guard, instead string) string {
	t.Helper()
	whole := lua.Source(script)
	text := strings.Replace(whole, guard, instead, 1)
	require.NotEqual(t, whole, text, "script %s has no %q: this control needs its new form", script, guard)
	return text
}

// TestRacesAreCaught runs the races of the contract against scripts without
// their guards: a race that cannot fail shows nothing.
func TestRacesAreCaught(t *testing.T) {
	for _, c := range []struct {
		name           string
		script         script
		guard, instead string
		race           func(s *bookingtest.Show) error
		want           string
	}{
		{
			"a seat is had twice where taken seats are not refused", holdScript, "if taken then", "if false then",
			func(s *bookingtest.Show) error { return bookingtest.RaceForSeat(s, 100) }, "100 winners of one seat",
		},
		{
			"blocks overlap where taken seats are not refused", holdScript, "if taken then", "if false then",
			func(s *bookingtest.Show) error { return bookingtest.RaceForBlocks(s, 64) }, "granted to",
		},
		{
			"a hold is partial where a seat is taken before all are checked", holdScript, "  local size = #raw / WIDTH\n",
			`  local size = #raw / WIDTH
  for s = 0, size - 1 do
    if string.sub(raw, s * WIDTH + 1, s * WIDTH + WIDTH) == string.rep('\0', WIDTH) then
      redis.call('SETRANGE', KEYS[1], ARGV[k] + s * WIDTH, '\0\255\255\255\255\255\0\0\0\0\1')
    end
  end
`,
			func(s *bookingtest.Show) error { return bookingtest.RaceForBlocks(s, 64) }, "its holder is",
		},
		{
			"a customer has too many where the cap is not checked", holdScript, "if have + n > tonumber(ARGV[5])", "if false",
			func(s *bookingtest.Show) error { return bookingtest.RaceForCap(s, 64, 7) }, "the cap does not hold",
		},
		{
			"a hold has two orders where a bound one is bound again", bindScript, "elseif r.order ~= '-' then", "elseif false then",
			func(s *bookingtest.Show) error { return bookingtest.RaceForOrder(s, 32) }, "bound to",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEachServer(t, func(t *testing.T, s *Store) {
				require.NoError(t, c.race(bookingtest.NewShow(t, s, 200)))
				swap(s, c.script, broken(t, c.script.name, c.guard, c.instead))
				require.ErrorContains(t, c.race(bookingtest.NewShow(t, s, 200)), c.want)
			})
		})
	}
}

// TestNumbersGuardTheNextHolder: without comparing numbers, what comes late
// for a lapsed hold takes the seats of the next one.
func TestNumbersGuardTheNextHolder(t *testing.T) {
	for _, c := range []struct {
		name   string
		script script
		late   func(s *show, h booking.Hold)
	}{
		{"free", freeScript, func(s *show, h booking.Hold) {
			_, _, err := s.Free(s.Ctx, s.Event, h.ID, h.OrderID)
			require.NoError(s.T, err)
		}},
		{"expire", expireScript, func(s *show, _ booking.Hold) { s.sweep() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEachServer(t, func(t *testing.T, store *Store) {
				next := func() booking.SeatStatus {
					s := newShow(t, store, 12)
					h := s.TakeBoundLapsed("customer-1", 1)
					s.TakeSold("customer-2", 1)
					c.late(s, h)
					return booking.SeatStatus(s.Map().Seats[1])
				}
				require.Equal(t, booking.SeatSold, next())
				swap(store, c.script, broken(t, c.script.name, "number_of(raw) == r.number", "true"))
				require.Equal(t, booking.SeatFree, next())
			})
		})
	}
}

// TestLapsedSeatsAreFreeByTheClockAlone: a script that went by the map's marks
// would wait for the sweeper.
func TestLapsedSeatsAreFreeByTheClockAlone(t *testing.T) {
	onEachServer(t, func(t *testing.T, store *Store) {
		again := func() error {
			s := newShow(t, store, 12)
			s.TakeLapsed("customer-1", 1)
			_, _, err := s.Hold(s.Ctx, s.Event, s.Request("customer-2", 1))
			return err
		}
		require.NoError(t, again())
		swap(store, holdScript, broken(t, "hold", "* 256 + f > now then", "* 256 + f > 0 then"))
		require.Equal(t, booking.CodeSeatsTaken, booking.CodeOf(again()))
	})
}
