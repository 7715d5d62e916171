package seatmap

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// TestFramesBringEveryVersionUpToDate draws changes and puts them into frames;
// from each version that is remembered the frames lead to the map as it is.
func TestFramesBringEveryVersionUpToDate(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		seats := bytes.Repeat([]byte("."), 8)
		versions := [][]byte{bytes.Clone(seats)} // the map at each
		m := memory{}
		pending := map[int]booking.SeatStatus{}
		for n := int64(1); n <= 60; n++ {
			status, seat := booking.SeatStatus(".hsx"[random.IntN(4)]), random.IntN(len(seats))
			seats[seat], pending[seat] = byte(status), status
			versions = append(versions, bytes.Clone(seats))
			if n == 60 || random.IntN(4) == 0 {
				m.add(n, changeFrame(booking.MapVersion{Epoch: "e", Number: n}.String(), pending))
				clear(pending)
			}
		}
		for n, known := range versions {
			missed, ok := m.since(int64(n))
			require.True(t, ok)
			e := &ear{t: t, seats: bytes.Clone(known)}
			e.hear(missed)
			require.Equal(t, string(seats), string(e.seats), "from version %d", n)
		}
	}
}

func TestOldFramesAreForgotten(t *testing.T) {
	m := memory{}
	frame := []byte("0123456789")
	for n := int64(1); n <= keptFrames+5; n++ {
		m.add(n, frame)
	}
	require.Len(t, m.frames, keptFrames)
	_, ok := m.since(4)
	require.False(t, ok)
	missed, ok := m.since(5)
	require.True(t, ok)
	require.Len(t, missed, keptFrames*len(frame))
	m.add(keptFrames+6, make([]byte, keptBytes-15))
	require.LessOrEqual(t, m.bytes, keptBytes)
	require.Len(t, m.frames, 2)
	missed, ok = m.since(keptFrames + 6)
	require.True(t, ok)
	require.Empty(t, missed)
}
