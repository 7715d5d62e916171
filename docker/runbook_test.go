package docker

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// paragraph is a heading of the runbook with what stands below it.
var paragraph = regexp.MustCompile(`(?ms)^### (\w+)\n(.*?)(?:\z|^#)`)

// runbook returns the runbook's paragraphs by their anchors.
func runbook(t *testing.T) map[string]string {
	t.Helper()
	text := string(read(t, "RUNBOOK.md"))
	all := map[string]string{}
	for _, at := range regexp.MustCompile(`(?m)^### `).FindAllStringIndex(text, -1) {
		found := paragraph.FindStringSubmatch(text[at[0]:])
		require.NotNil(t, found, text[at[0]:at[1]])
		anchor := strings.ToLower(found[1])
		require.NotContains(t, all, anchor)
		all[anchor] = found[2]
	}
	return all
}

// TestTheRunbookHasEveryAlert, and no other: each link leads to a paragraph, which
// says all that there is to say.
func TestTheRunbookHasEveryAlert(t *testing.T) {
	paragraphs := runbook(t)
	for _, a := range alerts(t) {
		path, anchor, found := strings.Cut(a.Annotations["runbook_url"], "#")
		require.True(t, found, a.Alert)
		require.FileExists(t, filepath.Join("..", path), "the link is a path in the repository")
		require.Equal(t, strings.ToLower(a.Alert), anchor)
		text, found := paragraphs[anchor]
		require.True(t, found, "%s has no paragraph", a.Alert)
		for _, part := range []string{"**What it means.**", "**Customers.**", "**Look first at**", "**Do.**", "**Clears**"} {
			require.Contains(t, text, part, a.Alert)
		}
		delete(paragraphs, anchor)
	}
	require.Empty(t, slices.Sorted(maps.Keys(paragraphs)), "paragraphs of no alert")
}

var (
	commandNamed = regexp.MustCompile(`seathold ((?:ops )?[a-z]+)`)
	commandUse   = regexp.MustCompile(`Use: +"([a-z]+)`)
	callNamed    = regexp.MustCompile("`(?:GET|POST|PATCH|DELETE) (/[^`?]*)`")
	metricNamed  = regexp.MustCompile(`seathold_\w+`)
)

// TestTheRunbookNamesWhatThereIs: commands, calls and metrics that exist.
func TestTheRunbookNamesWhatThereIs(t *testing.T) {
	text := string(read(t, "RUNBOOK.md"))
	sources, err := filepath.Glob("../cmd/seathold/*.go")
	require.NoError(t, err)
	var commands []string
	for _, path := range sources {
		for _, use := range commandUse.FindAllStringSubmatch(string(read(t, path)), -1) {
			commands = append(commands, use[1])
		}
	}
	named := commandNamed.FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, named)
	for _, c := range named {
		require.Contains(t, commands, strings.TrimPrefix(c[1], "ops "), c[0])
	}
	document := string(read(t, "..", "internal", "httpapi", "openapi.yaml"))
	calls := callNamed.FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, calls)
	for _, c := range calls {
		require.Contains(t, document, "\n  "+c[1]+":\n", c[0])
	}
	exported, values := exported(t), values(t)
	for _, name := range metricNamed.FindAllString(text, -1) {
		require.Contains(t, exported, histogram.ReplaceAllString(name, "_seconds"))
	}
	for _, query := range regexp.MustCompile("`[^`\n]*seathold_[^`\n]*`").FindAllString(text, -1) {
		require.Empty(t, unknown(strings.Trim(query, "`"), exported, values, nil), query)
	}
}
