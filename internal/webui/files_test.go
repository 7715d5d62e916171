package webui

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// imports finds what a module takes from others: import and export … from with
// their names, import for its effect alone, and import() of a text.
var imports = regexp.MustCompile(`(?m)(?:^\s*import\s*|^\s*(?:import|export)\b[^'";]*?\bfrom\s*|\bimport\(\s*)['"]([^'"]+)['"]`)

// importsOf returns the modules that a module imports, as it names them.
func importsOf(source string) (names []string) {
	for _, found := range imports.FindAllStringSubmatch(source, -1) {
		names = append(names, found[1])
	}
	return names
}

// scripts are the modules that are served, by name.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, f := range built().files {
		if path.Ext(name) == ".js" {
			all[name] = string(f.Plain)
		}
	}
	require.NotEmpty(t, all)
	return all
}

func isVendored(name string) bool { return strings.HasPrefix(name, "vendor/") }

// unresolved says which of a module's imports lead nowhere. A browser takes a
// name as it is written: relative, whole, with its ending.
func unresolved(name, source string, exists func(string) bool) (missing []string) {
	for _, imported := range importsOf(source) {
		relative := strings.HasPrefix(imported, "./") || strings.HasPrefix(imported, "../")
		if !relative || !exists(path.Join(path.Dir(name), imported)) {
			missing = append(missing, imported)
		}
	}
	return missing
}

func TestEveryImportIsAFileThatIsServed(t *testing.T) {
	all, found := scripts(t), 0
	exists := func(name string) bool { _, ok := all[name]; return ok }
	for name, source := range all {
		require.Empty(t, unresolved(name, source, exists), "imports of %s", name)
		found += len(importsOf(source))
	}
	require.Greater(t, found, len(all)/2, "hardly any import was found")
}

// TestImportsAreFoundInEveryForm is the control of the one above.
func TestImportsAreFoundInEveryForm(t *testing.T) {
	const source = `
import './a.js';
import b from "./b.js"
import {
  c, d,
} from './c.js';
import * as e from '../e.js';
export {f} from './f.js';
export * from './g.js';
export const h = () => import('./h.js');
const load = () => import( './i.js' ).then(m => m.default);
import react from 'react';
const text = 'from here on';`
	require.Equal(t, []string{
		"./a.js", "./b.js", "./c.js", "../e.js", "./f.js", "./g.js", "./h.js", "./i.js", "react",
	}, importsOf(source))
	require.Equal(t, []string{"./j.js", "react", "/k.js", "./l"},
		unresolved("pages/x.js", "import './i.js'; \nimport './j.js'\nimport 'react'\nimport '/k.js'\nimport './l'",
			func(name string) bool { return name == "pages/i.js" || name == "k.js" }))
}

func TestOneFileAloneKnowsWhichLibraryDraws(t *testing.T) {
	for name, source := range scripts(t) {
		if name == "ui.js" || isVendored(name) {
			continue
		}
		for _, imported := range importsOf(source) {
			require.NotContains(t, imported, "vendor/", "%s: take it from ui.js", name)
		}
	}
}

// inline is what the policy of the pages forbids: a browser would drop it.
var inline = map[string]*regexp.Regexp{
	"a style attribute":     regexp.MustCompile(`(?i)<[^>]*\sstyle\s*=\s*["']`),
	"a style element":       regexp.MustCompile(`(?i)<style\b`),
	"a handler attribute":   regexp.MustCompile(`(?i)<[^>]*\son[a-z]+\s*=\s*["']`),
	"a script in its place": regexp.MustCompile(`(?i)<script\b[^>]*>\s*[^<\s]`),
	"a script of no file":   regexp.MustCompile(`(?i)<script\b(?:\s+(?:type|async|defer)\b(?:="[^"]*")?)*\s*>`),
	"another host":          regexp.MustCompile(`(?i)(?:src|href)\s*=\s*["']?(?:https?:)?//`),
	"a javascript: address": regexp.MustCompile(`(?i)["']javascript:`),
	"markup from a text":    regexp.MustCompile(`\b(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc|dangerouslySetInnerHTML)\b`),
	"a script from a text":  regexp.MustCompile(`\beval\(|\bnew Function\(|document\.write\(`),
}

func forbidden(text string) (found []string) {
	for what, form := range inline {
		if form.MatchString(text) {
			found = append(found, what)
		}
	}
	slices.Sort(found)
	return found
}

func TestNothingIsInline(t *testing.T) {
	require.Empty(t, forbidden(string(built().shell.Plain)), "shell.html")
	for name, source := range scripts(t) {
		if !isVendored(name) {
			require.Empty(t, forbidden(source), name)
		}
	}
}

// TestWhatIsInlineIsFound is the control of the one above.
func TestWhatIsInlineIsFound(t *testing.T) {
	for text, want := range map[string]string{
		`<p style="color: red">`:                   "a style attribute",
		"html`<p\n class=x style='top: ${y}px'>`":  "a style attribute",
		`<style>p {}</style>`:                      "a style element",
		`<body onload="go()">`:                     "a handler attribute",
		`<script>go()</script>`:                    "a script in its place",
		`<script type="module">import x</script>`:  "a script in its place",
		`<script type="module"></script>`:          "a script of no file",
		`<script src="//cdn.example/x.js">`:        "another host",
		`<link href="https://fonts.example/a.css"`: "another host",
		`<a href="javascript:go()">`:               "a javascript: address",
		`el.innerHTML = text`:                      "markup from a text",
		`eval(text)`:                               "a script from a text",
	} {
		require.Contains(t, forbidden(text), want, text)
	}
	for _, fine := range []string{
		"html`<p style=${{top: '1px'}} onClick=${go}>`", `<script type="module" src="/assets/x/app.js"></script>`,
		`<a href="/docs">`, `el.style.transform = 'none'`, `// nothing of innerText`,
	} {
		require.Empty(t, forbidden(fine), fine)
	}
}

// TestTheShellNamesFilesThatAreServed follows every address of the shell.
func TestTheShellNamesFilesThatAreServed(t *testing.T) {
	s := built()
	named := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(string(s.shell.Plain), -1) {
		name, ours := strings.CutPrefix(found[1], s.base)
		if !ours {
			require.Equal(t, "/docs", found[1])
			continue
		}
		require.Contains(t, s.files, name)
		named[name] = true
	}
	require.Contains(t, named, "app.js")
	for name := range s.files {
		switch path.Ext(name) {
		case ".css":
			require.Contains(t, named, name, "a style sheet that no page loads")
		case ".js":
			require.Equal(t, !strings.HasPrefix(name, "organizer/"), named[name], "%s: fetched with the shell, all but the organizer's", name)
		}
	}
}

// TestEveryFileIsServed compares with what is embedded: all but what is there
// for those who write the pages.
func TestEveryFileIsServed(t *testing.T) {
	served := 0
	require.NoError(t, fs.WalkDir(embedded, "files", func(name string, d fs.DirEntry, err error) error {
		if d.IsDir() || slices.Contains([]string{".md", ".ts"}, path.Ext(name)) {
			return err
		}
		served++
		require.Contains(t, built().files, strings.TrimPrefix(name, "files/"))
		return err
	}))
	require.Len(t, built().files, served)
}

func TestAFileOfNoKnownTypeIsRefused(t *testing.T) {
	for _, name := range []string{"x.exe", "x", "x.html~", "x.JS"} {
		_, err := newFile(name, nil)
		require.ErrorContains(t, err, name+": no content type", name)
	}
	for ending, contentType := range contentTypes {
		f, err := newFile("x"+ending, []byte("x"))
		require.NoError(t, err)
		require.Equal(t, contentType, f.Type)
	}
}
