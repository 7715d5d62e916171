package lua_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/yuin/gopher-lua/parse"

	"seathold/internal/testserver"
	"seathold/lua"
)

func TestEveryScriptIsValidLua(t *testing.T) {
	require.NotEmpty(t, lua.Names())
	for _, name := range lua.Names() {
		_, err := parse.Parse(strings.NewReader(lua.Source(name)), name)
		require.NoError(t, err, name)
	}
	_, err := parse.Parse(strings.NewReader(lua.Source("hold")+"\nend"), "control")
	require.Error(t, err, "the check itself must be able to fail")
}

// The linter sees what Redis sees: each script with its parts before it.
func TestLuacheckFindsNothing(t *testing.T) {
	luacheck, err := exec.LookPath("luacheck")
	if err != nil {
		testserver.Require(t, "luacheck", "install it (Debian: apt-get install lua-check)")
	}
	lint := func(text string) (string, error) {
		cmd := exec.CommandContext(t.Context(), luacheck, "--config", "../.luacheckrc", "-")
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, name := range lua.Names() {
		out, err := lint(lua.Source(name))
		require.NoError(t, err, "%s: %s", name, out)
	}
	_, err = lint(lua.Source("hold") + "\nundefined_function()")
	require.Error(t, err, "the check itself must be able to fail")
}

func TestEveryScriptHasItsHeader(t *testing.T) {
	for _, name := range lua.Names() {
		text := lua.Source(name)
		for _, part := range []string{"-- " + name + ": ", "\n-- use: ", "\n-- KEYS ", "\n-- ARGV ", "\n-- Replies ", "\n-- Replay ", "\n-- Here because "} {
			require.Contains(t, text, part, name)
		}
	}
}

// What stands here is missing in miniredis, or compares by the server's locale.
func TestScriptsUseNothingThatOnlySomeServersHave(t *testing.T) {
	forbidden := regexp.MustCompile(`cmsgpack|cjson|struct\.|bit\.|BITFIELD|redis\.(log|setresp|acl)|#!lua|KEYS\.\.`)
	for _, name := range lua.Names() {
		for line := range strings.Lines(lua.Source(name)) {
			code, _, _ := strings.Cut(line, "--")
			require.NotRegexp(t, forbidden, code, name)
		}
	}
}
