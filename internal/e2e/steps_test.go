package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryStepIsTested compares the steps of the source with the crash tests.
func TestEveryStepIsTested(t *testing.T) {
	var named, tested []string
	files, err := filepath.Glob(filepath.Join(projectRoot, "internal", "booking", "*.go"))
	require.NoError(t, err)
	call := regexp.MustCompile(`\bstep\("([^"]+)"\)`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, found := range call.FindAllStringSubmatch(string(source), -1) {
			named = append(named, found[1])
		}
	}
	for _, c := range slices.Concat(callCrashes, moneyCrashes, noticeCrashes) {
		tested = append(tested, c.step)
	}
	slices.Sort(named)
	slices.Sort(tested)
	require.Equal(t, slices.Compact(slices.Clone(named)), named, "a name stands for one place")
	require.Equal(t, named, slices.Compact(tested))
}
