package redisstore

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestReadHold(t *testing.T) {
	deadline, want := time.UnixMilli(1_900_000_060_000).UTC(), booking.Hold{
		ID: "hold-1", EventID: "event-1", CustomerID: "customer-1", Seats: []int{17, 3}, State: booking.HoldPaying,
		OrderID: "order-1", ExpiresAt: time.UnixMilli(1_900_000_060_000).UTC(), Left: 20 * time.Second, Age: 40 * time.Second,
	}
	text := "p 7 1900000060000 1900000000 000999 order-1 c:customer-1 17,3 17,3,4"
	got, err := readHold("event-1", "hold-1", text, deadline.UnixMilli()-20_000)
	require.NoError(t, err)
	require.Equal(t, want, got)

	got, err = readHold("event-1", "hold-1", text, deadline.UnixMilli())
	require.NoError(t, err)
	require.Equal(t, booking.HoldExpired, got.State)

	got, err = readHold("event-1", "hold-1", "s 7 0 1900000000 5 - c:customer-1 0 -", deadline.UnixMilli())
	require.NoError(t, err)
	require.Equal(t, booking.HoldSold, got.State)
	require.True(t, got.ExpiresAt.IsZero())
	require.Empty(t, got.OrderID)
}

func TestReadHoldRefusesWhatIsNoRecord(t *testing.T) {
	for _, text := range []string{
		"", "hold-1", "hold-1 hold-2", "p 7 5 5 5 - c 1", "p 7 5 5 5 - c 1 - -", "z 7 5 5 5 - c 1 -",
		"p 7 x 5 5 - c 1 -", "p 7 5 x 5 - c 1 -", "p 7 5 5 x - c 1 -", "p 7 5 5 5 - c  -", "p 7 5 5 5 - c 1,,2 -",
		"p 7 5 5 5 - c -1 -", "p 7 5 5 5 - c +1 -", "p 7 5 5 5 - c 1,99999999999 -",
	} {
		_, err := readHold("event-1", "hold-1", text, 0)
		require.ErrorContains(t, err, "hold-1", "%q", text)
	}
}

func FuzzReadHold(f *testing.F) {
	for _, text := range []string{
		"p 7 1900000060000 1900000000 000999 order-1 c:customer-1 17,3 17,3,4", "s 7 0 1900000000 1 - c:c 0 -",
		"h 1 1 1 1 - c:c 1 -", "e 1 1 1 1 - c:c 1 -", "", "h 1 -1 9223372036854775807 0 - c 1 -",
		"b 1 0 1 1 block c:o 1,2,3 -", "a b",
	} {
		f.Add(text, int64(1_900_000_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, now int64) {
		h, err := readHold("event-1", "hold-1", text, now)
		if err != nil {
			return
		}
		fields := strings.Split(text, " ")
		require.Equal(t, strings.TrimPrefix(fields[fieldCustomer], "c:"), h.CustomerID)
		requireSeatsReadBack(t, fields[fieldSeats], h.Seats)
		if h.State == booking.HoldHeld || h.State == booking.HoldPaying {
			require.Positive(t, h.Left, "a live hold has time left")
		}
	})
}

func FuzzReadSeats(f *testing.F) {
	for _, list := range []string{"0", "17,18", "17,18,", ",", "", "-1", "+1", "007", "2147483647", "2147483648", "1, 2", "199999"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		seats, err := readSeats(list)
		if err != nil {
			return
		}
		requireSeatsReadBack(t, list, seats)
	})
}

// requireSeatsReadBack asserts that seats are usable as indexes, one for each
// item of the list, and survive being written and read.
func requireSeatsReadBack(t *testing.T, list string, seats []int) {
	t.Helper()
	require.Len(t, seats, strings.Count(list, ",")+1)
	require.GreaterOrEqual(t, slices.Min(seats), 0)
	again, err := readSeats(seatList(seats))
	require.NoError(t, err)
	require.Equal(t, seats, again)
}

func FuzzReadMap(f *testing.F) {
	f.Add(freeSeat + packed(soldMS, 7) + packed(blockedMS, 8) + packed(1_900_000_000_000, 9))
	f.Add("")
	f.Add("too short")
	f.Fuzz(func(t *testing.T, bytes string) {
		seats := readMap(bytes)
		require.Len(t, seats, len(bytes)/seatWidth)
		require.Empty(t, strings.Trim(string(seats), ".hsx"))
	})
}

func TestReadMap(t *testing.T) {
	const deadline = int64(1_900_000_000_000)
	bytes := freeSeat + packed(deadline, 1) + packed(soldMS, 2) + packed(blockedMS, 3) + packed(0, 4) + packed(soldMS, 1<<40-1)
	require.Equal(t, ".hsx.s", string(readMap(bytes)))
}

func TestNeighboursAreJoined(t *testing.T) {
	for _, c := range []struct {
		seats []int
		want  int
	}{{[]int{5}, 1}, {[]int{5, 6, 7}, 3}, {[]int{5, 6, 8}, 2}, {[]int{6, 5}, 1}, {[]int{5, 5}, 1}} {
		require.Equal(t, c.want, neighbours(c.seats), c.seats)
	}
}
