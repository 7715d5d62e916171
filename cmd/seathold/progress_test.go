package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgressInPlainLines(t *testing.T) {
	var told strings.Builder
	p := newProgress(&told, "audit", 2, false)
	p.part("event a")
	p.part("event b")
	p.end()
	require.Regexp(t, `^audit: 1 of 2: event a\naudit: 2 of 2: event b\naudit: took \d+\.\ds\n$`, told.String())
}

func TestProgressOfOnePart(t *testing.T) {
	var told strings.Builder
	p := newProgress(&told, "import", 1, false)
	p.part("theatre.json")
	p.end()
	require.Regexp(t, `^import: theatre.json\nimport: took \d+\.\ds\n$`, told.String())
}

func TestProgressIsQuietForWhoReadsJSON(t *testing.T) {
	var told strings.Builder
	p := newProgress(&told, "audit", 2, true)
	p.part("event a")
	p.end()
	require.Empty(t, told.String())
}

func TestProgressOnATerminal(t *testing.T) {
	var told strings.Builder
	p := beginProgress(&told, "audit", 2, true)
	p.part("event a")
	p.part("event b")
	require.Contains(t, told.String(), "event a")
	require.Contains(t, told.String(), "50%")
	require.Contains(t, told.String(), "(1/2)")
	require.NotContains(t, told.String(), "\n", "it stays on one line")
	p.end()
	last := told.String()[strings.LastIndex(strings.TrimRight(told.String(), "\r"), "\r"):]
	require.Empty(t, strings.TrimSpace(last), "and is gone at the end")
}

// A terminal that is gone ends what is told, not the work.
func TestProgressWithoutAReader(t *testing.T) {
	p := beginProgress(failing{}, "audit", 2, true)
	p.part("event a")
	p.part("event b")
	p.part("event c")
	p.end()
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("nobody is there") }

func TestHumane(t *testing.T) {
	for d, want := range map[time.Duration]string{
		40 * time.Millisecond: "0.0s", 1234 * time.Millisecond: "1.2s", 83*time.Second + 400*time.Millisecond: "1m23s",
	} {
		require.Equal(t, want, humane(d))
	}
}
