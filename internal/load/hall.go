package load

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
)

// hall is what a customer sees of a plan: its seats by name, in the order of the
// seat map, and which of them are neighbours.
type hall struct {
	guids []string
	row   []int          // by seat: which row it is in
	index map[string]int // by name
}

// readHall reads a seating plan in the public format of pretix, in which seats
// count in document order: zones, rows, seats.
func readHall(plan []byte) (*hall, error) {
	var document struct {
		Zones []struct {
			Rows []struct {
				Seats []struct {
					GUID string `json:"seat_guid"`
				} `json:"seats"`
			} `json:"rows"`
		} `json:"zones"`
	}
	if err := json.Unmarshal(plan, &document); err != nil {
		return nil, fmt.Errorf("the event's plan is not readable: %w", err)
	}
	h := &hall{index: map[string]int{}}
	rows := 0
	for _, zone := range document.Zones {
		for _, row := range zone.Rows {
			for _, seat := range row.Seats {
				h.index[seat.GUID] = len(h.guids)
				h.guids = append(h.guids, seat.GUID)
				h.row = append(h.row, rows)
			}
			rows++
		}
	}
	if len(h.guids) == 0 {
		return nil, errors.New("the event's plan has no seats")
	}
	return h, nil
}

// choose returns n free neighbours, else fewer, else nil: no seat is free. seats
// is the map, a character a seat. Good seats, those in front, are liked best, so
// that customers want the same ones, as they do.
func (h *hall) choose(seats string, n int, random *rand.Rand) []string {
	if len(seats) != len(h.guids) {
		return nil
	}
	liked := random.Float64()
	start := int(liked * liked * float64(len(seats)))
	for ; n > 0; n-- {
		if at := h.neighbours(seats, start, n); at >= 0 {
			return h.guids[at : at+n : at+n]
		}
	}
	return nil
}

// neighbours returns the first of n free seats of one row, looked for from start
// on and round; -1: there are none.
func (h *hall) neighbours(seats string, start, n int) int {
	for i := range seats {
		at := (start + i) % len(seats)
		if at+n <= len(seats) && h.row[at] == h.row[at+n-1] && strings.Count(seats[at:at+n], ".") == n {
			return at
		}
	}
	return -1
}

// without is the map with these seats taken.
func (h *hall) without(seats string, taken []string) string {
	changed := []byte(seats)
	for _, guid := range taken {
		if i, known := h.index[guid]; known && i < len(changed) {
			changed[i] = 'h'
		}
	}
	return string(changed)
}
