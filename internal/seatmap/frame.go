package seatmap

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"seathold/internal/booking"
)

// The frames are Server-Sent Events, as they go over the wire. Their data is
// one line of JSON, their id the version of the map.

type snapshotJSON struct {
	EventID string `json:"event_id"`
	Version string `json:"version"`
	Seats   string `json:"seats"`
}

func snapshotFrame(eventID, version string, seats []byte) []byte {
	data, err := json.Marshal(snapshotJSON{eventID, version, string(seats)})
	if err != nil {
		panic(err) // three texts are always JSON
	}
	return append(append(head(version, "snapshot"), data...), "\n\n"...)
}

// changeFrame says how these seats are now, in the order of the plan.
func changeFrame(version string, changes map[int]booking.SeatStatus) []byte {
	quoted, err := json.Marshal(version)
	if err != nil {
		panic(err)
	}
	frame := append(head(version, "change"), `{"version":`...)
	frame = append(append(frame, quoted...), `,"changes":[`...)
	for n, seat := range slices.Sorted(maps.Keys(changes)) {
		if n > 0 {
			frame = append(frame, ',')
		}
		frame = strconv.AppendInt(append(frame, '['), int64(seat), 10)
		frame = append(frame, `,"`...)
		frame = append(append(frame, byte(changes[seat])), `"]`...)
	}
	return append(frame, "]}\n\n"...)
}

func head(version, event string) []byte {
	return []byte("id: " + version + "\nevent: " + event + "\ndata: ")
}
