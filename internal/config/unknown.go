package config

import (
	"maps"
	"slices"
	"strings"
)

// farthestTypo is how many wrong letters still count as a typing mistake.
const farthestTypo = 3

// unknownVariables warns about every variable with our prefix that means
// nothing here. Values are not shown: it may be a secret's name misspelt.
func unknownVariables(layers ...layer) []string {
	known := knownNames()
	unknown := map[string]bool{}
	for _, l := range layers {
		for name := range l {
			if !slices.Contains(known, name) && !strings.HasPrefix(name, testPrefix) {
				unknown[name] = true
			}
		}
	}
	var warnings []string
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		warnings = append(warnings, warnUnknown(name, known))
	}
	return warnings
}

func warnUnknown(name string, known []string) string {
	warning := quoteName(name) + " is not a variable of Seathold and is ignored"
	if near := nearest(name, known); near != "" {
		warning += "; did you mean " + near + "?"
	}
	return warning
}

// quoteName leaves a plain name as it is and makes any other fit on one line.
func quoteName(name string) string {
	plain := func(r rune) bool { return r == '_' || ('A' <= r && r <= 'Z') || ('0' <= r && r <= '9') }
	if strings.TrimFunc(name, plain) == "" {
		return name
	}
	return quote(name)
}

// commandToken is not a setting of the service: the commands that call it over
// HTTP send it.
const commandToken = prefix + "TOKEN"

func knownNames() []string {
	names := []string{commandToken}
	for _, v := range variables() {
		names = append(names, v.name)
		if v.secret {
			names = append(names, v.name+fileSuffix)
		}
	}
	return names
}

// nearest returns the known name that is the fewest letters away, or "" where
// none is near enough.
func nearest(name string, known []string) string {
	best, found := farthestTypo+1, ""
	for _, candidate := range known {
		if d := editDistance(name, candidate); d < best {
			best, found = d, candidate
		}
	}
	return found
}

// editDistance is Levenshtein's: the least number of letters to insert, drop
// or replace that turns a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
