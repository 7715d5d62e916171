package seatmap

import (
	"slices"

	"seathold/internal/booking"
)

// What a memory of frames holds at most: a minute or so of a busy sale.
const (
	keptFrames = 600
	keptBytes  = 1 << 20
)

// memory is the frames that were sent last, so that who lost their connection
// can go on where they were.
type memory struct {
	from   int64 // the version's number before the first frame
	frames []sentFrame
	bytes  int
}

type sentFrame struct {
	to   int64 // the version's number after it
	data []byte
}

// add notes a frame that was sent.
func (m *memory) add(to int64, data []byte) {
	m.frames = append(m.frames, sentFrame{to, data})
	m.bytes += len(data)
	for len(m.frames) > keptFrames || m.bytes > keptBytes {
		m.from, m.bytes = m.frames[0].to, m.bytes-len(m.frames[0].data)
		m.frames[0].data = nil
		m.frames = m.frames[1:]
	}
}

// forget begins anew at a version.
func (m *memory) forget(at booking.MapVersion) { *m = memory{from: at.Number} }

// since returns all frames with changes after a number, one after the other;
// false: some are forgotten. A frame that is known in part comes as a whole:
// it says how seats are, not how they change.
func (m *memory) since(number int64) ([]byte, bool) {
	if number < m.from {
		return nil, false
	}
	first := slices.IndexFunc(m.frames, func(f sentFrame) bool { return f.to > number })
	if first < 0 {
		return nil, true
	}
	var all []byte
	for _, f := range m.frames[first:] {
		all = append(all, f.data...)
	}
	return all, true
}
