// Package lua holds the scripts that run inside Redis: the hold protocol.
//
// A script stands in a file of its own whose header says what it does, its
// KEYS with their types, its ARGV with their units, every reply, what a replay
// does, and why the work is done there. The header's line `-- use:` names the
// parts (files part_….lua) that stand before it, in that order: Redis scripts
// cannot share code otherwise. Seats are in plan order and times are in
// milliseconds by the server's clock, everywhere.
//
// The scripts run unchanged on Redis 7 and later (alone, Sentinel, Cluster)
// and on miniredis: no cmsgpack, struct, bit or BITFIELD.
package lua

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed *.lua
var files embed.FS

// Source returns the whole text of a script, its parts first. It panics for a
// name that is none: names are constants of the program.
func Source(name string) string {
	body := read(name)
	var b strings.Builder
	for _, part := range parts(body) {
		b.WriteString(read("part_" + part))
		b.WriteString("\n")
	}
	b.WriteString(body)
	return b.String()
}

// Names lists the scripts, without the parts.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(fmt.Sprintf("embedded scripts: %v", err))
	}
	var names []string
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".lua"); !strings.HasPrefix(name, "part_") {
			names = append(names, name)
		}
	}
	return names
}

func read(name string) string {
	text, err := files.ReadFile(name + ".lua")
	if err != nil {
		panic(fmt.Sprintf("no script %s: %v", name, err))
	}
	return string(text)
}

func parts(body string) []string {
	for line := range strings.Lines(body) {
		if list, ok := strings.CutPrefix(line, "-- use:"); ok {
			if names := strings.Fields(list); names[0] != "none" {
				return names
			}
		}
	}
	return nil
}
