package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

func TestStreamsAreCountedAndWellNamed(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	s := NewStreams(registry)
	RegisterStreamLag(registry, func() time.Duration { return 1500 * time.Millisecond })
	s.Listeners(3)
	s.Listeners(2)
	s.ListenerCut("slow")
	s.FrameTold(7)
	s.FrameTold(0)
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP seathold_stream_cut_total Listeners ended or not let in: slow, shutdown or limit.
# TYPE seathold_stream_cut_total counter
seathold_stream_cut_total{why="limit"} 0
seathold_stream_cut_total{why="shutdown"} 0
seathold_stream_cut_total{why="slow"} 1
# HELP seathold_stream_frames_total Frames given to listeners, each counted for each.
# TYPE seathold_stream_frames_total counter
seathold_stream_frames_total 7
# HELP seathold_stream_lag_seconds For how long the map furthest behind, of those that people look at, is not known to be as Redis is; 0 where none is looked at.
# TYPE seathold_stream_lag_seconds gauge
seathold_stream_lag_seconds 1.5
# HELP seathold_stream_listeners People who listen to a seat map at this instance.
# TYPE seathold_stream_listeners gauge
seathold_stream_listeners 2
`)))
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
}
