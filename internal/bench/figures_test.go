package bench

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

// needBench skips unless figures are asked for: they take a while and are
// worth nothing beside other tests.
func needBench(t *testing.T) {
	t.Helper()
	if os.Getenv("SEATHOLD_BENCH") == "" {
		t.Skip("figures are printed by `make bench`")
	}
}

// figure prints one line: what was measured, the value and its target.
func figure(what, value, target string) {
	fmt.Printf("%-58s %16s   %s\n", what, value, target)
}

func heading(text string) { fmt.Printf("\n%s\n", text) }

// median returns the middle of the values.
func median(values []float64) float64 { return slices.Sorted(slices.Values(values))[len(values)/2] }
