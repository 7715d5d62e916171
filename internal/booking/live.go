package booking

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// MapVersion is a seat map's version, taken apart.
type MapVersion struct {
	Epoch  string // a life of the map; another one says nothing of this
	Number int64  // raised by one with each change
}

// ParseMapVersion reads a version; false: it is none.
func ParseMapVersion(text string) (MapVersion, bool) {
	at := strings.LastIndexByte(text, '-')
	if at < 1 {
		return MapVersion{}, false
	}
	n, err := strconv.ParseInt(text[at+1:], 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text[at+1:] {
		return MapVersion{}, false
	}
	return MapVersion{Epoch: text[:at], Number: n}, true
}

// String is the version as clients see it.
func (v MapVersion) String() string { return v.Epoch + "-" + strconv.FormatInt(v.Number, 10) }

// SeatChange is what one version of a seat map changed.
type SeatChange struct {
	Number int64 // of the version
	Status SeatStatus
	Seats  []int // none: only the version changed
}

// SeatLog tells what changes in seat maps.
type SeatLog interface {
	// SeatChanges returns what changed after a version, in order and without a
	// gap. Where nothing has, it waits up to wait for the first change, and may
	// then return none. more: there is more to return at once.
	// ErrVersionGone: the log does not go on from this version, the map is to be
	// read anew. ErrNotLoaded, CodeUnavailable.
	SeatChanges(ctx context.Context, eventID string, after MapVersion, wait time.Duration) (changes []SeatChange, more bool, err error)
}

// LiveSeats keeps the seat maps that are looked at in memory.
type LiveSeats interface {
	// LiveMap returns the map without asking the store; known is as for
	// Holds.SeatMap. false: memory is not current, the store is to be asked.
	LiveMap(e *Event, known string) (SeatMap, bool)
}

// SeatListener gets what changes in one event's map, as frames that are the
// same bytes for all listeners and must not be changed.
type SeatListener interface {
	// Begin is what is sent first; it may be empty.
	Begin() []byte
	// Frames is closed when no more come: the listener was too slow, or the
	// service ends.
	Frames() <-chan []byte
	// Close is to be called when nobody listens any more.
	Close()
}
