package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress tells how far long work is: by a bar on a terminal, by plain lines
// elsewhere. What it tells is not what a command prints: it goes to the
// standard error.
type progress struct {
	to      io.Writer
	what    string // the work, such as "audit"
	total   int    // parts of it; a bar of one part just moves
	begun   int
	started time.Time
	bar     *progressbar.ProgressBar // nil: plain lines
}

// newProgress begins to tell. quiet: it tells nothing, for whoever reads JSON.
func newProgress(to io.Writer, what string, total int, quiet bool) *progress {
	if quiet {
		to = io.Discard
	}
	return beginProgress(to, what, total, onTerminal(to))
}

func onTerminal(to io.Writer) bool {
	f, ok := to.(*os.File)
	return ok && isTerminal(f)
}

func beginProgress(to io.Writer, what string, total int, terminal bool) *progress {
	p := &progress{to: to, what: what, total: total, started: time.Now()}
	if terminal {
		p.bar = newBar(to, what, total, 30)
	}
	return p
}

func newBar(to io.Writer, what string, total, width int) *progressbar.ProgressBar {
	options := []progressbar.Option{
		progressbar.OptionSetWriter(to), progressbar.OptionSetDescription(what), progressbar.OptionSetWidth(width),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(true), progressbar.OptionClearOnFinish(),
	}
	if total == 1 { // nobody knows how far it is: it only moves
		return progressbar.NewOptions(-1, append(options, progressbar.OptionSpinnerType(14))...)
	}
	return progressbar.NewOptions(total, append(options, progressbar.OptionShowCount())...)
}

// narrow leaves more of the line to the names of parts.
func (p *progress) narrow() {
	if p.bar != nil {
		p.bar = newBar(p.to, p.what, p.total, 10)
	}
}

// part tells that the next part begins.
func (p *progress) part(name string) {
	p.begun++
	if p.bar != nil {
		p.bar.Describe(p.what + ": " + name)
		if p.begun > 1 {
			p.tell(p.bar.Add(1))
		}
		return
	}
	if p.total == 1 {
		fmt.Fprintf(p.to, "%s: %s\n", p.what, name)
		return
	}
	fmt.Fprintf(p.to, "%s: %d of %d: %s\n", p.what, p.begun, p.total, name)
}

// end tells that all is over, done or not. A bar is gone then.
func (p *progress) end() {
	if p.bar != nil {
		p.tell(p.bar.Finish())
		return
	}
	fmt.Fprintf(p.to, "%s: took %s\n", p.what, humane(time.Since(p.started)))
}

// tell is for a terminal that is gone: the work goes on.
func (p *progress) tell(err error) {
	if err != nil {
		p.bar, p.to = nil, io.Discard
	}
}

// humane is a time as people read it: 1m23s, or 0.4s.
func humane(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}
