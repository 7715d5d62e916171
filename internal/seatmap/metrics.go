package seatmap

import "time"

// Why a listener hears no more, or was not let in.
const (
	CutSlow     = "slow"     // it did not take what it was sent
	CutShutdown = "shutdown" // the service ends
	CutLimit    = "limit"    // too many listen, or too many events are followed
)

// Metrics is told what operators count. Its methods are called under locks: they
// must not wait.
type Metrics interface {
	// Listeners says how many listen now.
	Listeners(n int)
	// ListenerCut counts one who was ended or not let in, by one of the Cut….
	ListenerCut(why string)
	// FrameTold counts a frame that was given to so many listeners.
	FrameTold(listeners int)
	// ChangeTold says how long after a change, made through this instance, the
	// frame went out that tells of it: of several changes the oldest.
	ChangeTold(lag time.Duration)
}

type noMetrics struct{}

func (noMetrics) Listeners(int)            {}
func (noMetrics) ListenerCut(string)       {}
func (noMetrics) FrameTold(int)            {}
func (noMetrics) ChangeTold(time.Duration) {}
