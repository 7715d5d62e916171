package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// varying is what differs from one run to the next: ids and times.
var varying = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[0-9:.]+Z`)

// TestReadmeWalkThrough runs the commands of the README's walk-through in one
// shell, and compares what they print with what the README says.
func TestReadmeWalkThrough(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("NOT TESTED: the walk-through takes %s", tool)
		}
	}
	commands, outputs := walkThrough(t)
	s := newService(t, seathold)
	s.start(t)
	t.Cleanup(func() { s.stop(t) })

	script := strings.Replace(commands, "http://127.0.0.1:8080", s.url, 1)
	require.NotEqual(t, commands, script)
	cmd := exec.CommandContext(t.Context(), "bash", "-eu", "-o", "pipefail", "-c", script)
	cmd.Dir = t.TempDir()
	printed, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", printed)
	require.Equal(t, varying.ReplaceAllString(outputs, "…"), varying.ReplaceAllString(string(printed), "…"))
}

// walkThrough returns the commands of the section and what it says they print.
func walkThrough(t *testing.T) (commands, outputs string) {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(readme), "\n## Sell a seat\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	for i, block := range strings.Split(section, "```") {
		switch {
		case i%2 == 0: // prose
		case strings.HasPrefix(block, "sh\n"):
			commands += strings.TrimPrefix(block, "sh\n")
		default:
			outputs += strings.TrimPrefix(block, "\n")
		}
	}
	require.NotEmpty(t, commands)
	require.NotEmpty(t, outputs)
	return commands, outputs
}
