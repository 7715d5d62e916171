package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Streams counts what becomes of those who listen to seat maps. It is safe for
// concurrent use.
type Streams struct {
	listeners prometheus.Gauge
	cut       *counterVec
	frames    prometheus.Counter
}

// NewStreams registers the metrics of streams and returns them.
func NewStreams(registry prometheus.Registerer) *Streams {
	s := &Streams{
		listeners: gauge("stream_listeners", "People who listen to a seat map at this instance."),
		cut: counters("stream_cut_total", "Listeners ended or not let in: slow, shutdown or limit.",
			label{"why", []string{"slow", "shutdown", "limit"}}),
		frames: counter("stream_frames_total", "Frames given to listeners, each counted for each."),
	}
	registry.MustRegister(s.listeners, s.cut, s.frames)
	return s
}

// RegisterStreamLag registers for how long the map that is furthest behind is
// not known to be as Redis is. lag is asked at each scrape, also side by side.
func RegisterStreamLag(registry prometheus.Registerer, lag func() time.Duration) {
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "stream_lag_seconds",
		Help: "For how long the map furthest behind, of those that people look at, is not known to be as Redis is; 0 where none is looked at.",
	}, func() float64 { return lag().Seconds() }))
}

// Listeners sets how many listen now.
func (s *Streams) Listeners(n int) { s.listeners.Set(float64(n)) }

// ListenerCut counts a listener who was ended or not let in.
func (s *Streams) ListenerCut(why string) { s.cut.count(why) }

// FrameTold counts a frame for each listener who got it.
func (s *Streams) FrameTold(listeners int) { s.frames.Add(float64(listeners)) }
