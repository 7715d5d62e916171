package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/stretchr/testify/require"
)

// thing is what assistive technology has for one part of a page.
type thing struct {
	role, name, value string
	states            map[string]string // such as checked, disabled, expanded, focused, pressed, selected: "true", "mixed"…
	id                cdp.BackendNodeID
}

// is reports whether a state of the thing is on.
func (n thing) is(state string) bool { return n.states[state] != "" && n.states[state] != "false" }

func (n thing) String() string {
	said := fmt.Sprintf("%s %q", n.role, n.name)
	if n.value != "" {
		said += fmt.Sprintf(" = %q", n.value)
	}
	for _, state := range []string{"checked", "disabled", "expanded", "invalid", "pressed", "selected"} {
		if n.is(state) {
			said += " " + state
		}
	}
	return said
}

func thingOf(n *accessibility.Node) thing {
	states := map[string]string{}
	for _, each := range n.Properties {
		states[string(each.Name)] = textOf(each.Value)
	}
	return thing{
		role: textOf(n.Role), name: strings.Join(strings.Fields(textOf(n.Name)), " "), value: textOf(n.Value),
		states: states, id: n.BackendDOMNodeID,
	}
}

func textOf(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var value any
	if json.Unmarshal(v.Value, &value) != nil || value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// find returns what there is with the role and the name at this moment.
func (p *tab) find(role, name string) ([]thing, error) {
	query := accessibility.QueryAXTreeParams{Role: role}
	if p.scope == nil {
		document, err := call(p, runtime.Evaluate, runtime.EvaluateParams{Expression: "document", ObjectGroup: "find"})
		if err != nil {
			return nil, err
		}
		defer func() {
			_, _ = call(p, runtime.ReleaseObjectGroup, runtime.ReleaseObjectGroupParams{ObjectGroup: "find"})
		}()
		query.ObjectID = document.Result.ObjectID
	} else {
		id, why := p.scope()
		if why != "" {
			return nil, fmt.Errorf("%s", why)
		}
		query.BackendNodeID = id
	}
	found, err := call(p, accessibility.QueryAXTree, query)
	if err != nil {
		return nil, err
	}
	var things []thing
	fits := wildcard(name)
	for _, n := range found.Nodes {
		if each := thingOf(n); !n.Ignored && fits.MatchString(each.name) {
			things = append(things, each)
		}
	}
	return things, nil
}

// only returns the one thing with the role and the name, or why there is none
// at this moment.
func (p *tab) only(role, name string) (thing, string) {
	found, err := p.find(role, name)
	switch {
	case err != nil:
		return thing{}, err.Error()
	case len(found) == 0:
		return thing{}, "it is not there"
	case len(found) > 1:
		return thing{}, fmt.Sprintf("there are %d of them", len(found))
	}
	return found[0], ""
}

// until tries until nothing is said against it. It fails the test where that
// takes longer than pagePatience, with what was said last and what the page has.
func (p *tab) until(what string, try func() (why string)) {
	p.t.Helper()
	deadline := time.Now().Add(pagePatience)
	poll := time.NewTicker(25 * time.Millisecond)
	defer poll.Stop()
	for {
		why := p.try(try)
		if why == "" {
			return
		}
		if time.Now().After(deadline) {
			require.FailNow(p.t, fmt.Sprintf("%s: %s", what, why), "at %s the page has\n%s", p.try(p.path), p.outline())
		}
		<-poll.C
	}
}

// try tries once, and says why where the page did not answer.
func (p *tab) try(try func() (why string)) (why string) {
	*p.tries++
	defer func() {
		*p.tries--
		switch fault := recover().(type) {
		case nil:
		case unanswered:
			why = fault.Error()
		default:
			panic(fault)
		}
	}()
	return try()
}

// await returns once there is something with the role and the name: the first.
func (p *tab) await(role, name string) (found thing) {
	p.t.Helper()
	p.until(fmt.Sprintf("await %s %q", role, name), func() string {
		all, err := p.find(role, name)
		if err != nil {
			return err.Error()
		}
		if len(all) == 0 {
			return "it is not there"
		}
		found = all[0]
		return ""
	})
	return found
}

// awaitState returns once the only thing with the role and the name is in a
// state, such as "checked", or where it begins with a minus no longer is.
func (p *tab) awaitState(role, name, state string) {
	p.t.Helper()
	plain, off := strings.CutPrefix(state, "-")
	p.until(fmt.Sprintf("await %s %q %s", role, name, state), func() string {
		n, why := p.only(role, name)
		if why == "" && n.is(plain) == off {
			why = "it is " + n.String()
		}
		return why
	})
}

// awaitGone returns once nothing has the role and the name.
func (p *tab) awaitGone(role, name string) {
	p.t.Helper()
	p.until(fmt.Sprintf("await that %s %q goes", role, name), func() string {
		all, err := p.find(role, name)
		if err != nil {
			return err.Error()
		}
		if len(all) > 0 {
			return "it is there"
		}
		return ""
	})
}

// count returns how many things have the role and the name at this moment.
func (p *tab) count(role, name string) int {
	p.t.Helper()
	all, err := p.find(role, name)
	p.requireAnswered(err)
	return len(all)
}

// in returns the same page, in which nothing but what is within the only thing
// with this role and name is found.
func (p *tab) in(role, name string) *tab {
	inner := *p
	inner.scope = func() (cdp.BackendNodeID, string) {
		n, why := p.only(role, name)
		if why != "" {
			why = fmt.Sprintf("%s %q around it: %s", role, name, why)
		}
		return n.id, why
	}
	return &inner
}

// text is what a reader can read of the page, or of the thing that it is looked
// for in, spaces collapsed.
func (p *tab) text() string {
	p.t.Helper()
	if p.scope == nil {
		return strings.Join(strings.Fields(evaluate[string](p, "document.body.innerText")), " ")
	}
	id, why := p.scope()
	if why != "" {
		p.requireAnswered(errors.New(why))
	}
	var text string
	p.requireAnswered(p.on(id, "function () { return this.innerText }", &text))
	return strings.Join(strings.Fields(text), " ")
}

// awaitText returns once the page says so somewhere; a * stands for any text.
func (p *tab) awaitText(text string) {
	p.t.Helper()
	fits := wildcard("*" + text + "*")
	p.until(fmt.Sprintf("await the text %q", text), func() string {
		if said := p.text(); !fits.MatchString(said) {
			return "it says: " + said
		}
		return ""
	})
}

// path is where the page is: path, query and fragment.
func (p *tab) path() string {
	p.t.Helper()
	return evaluate[string](p, "location.pathname + location.search + location.hash")
}

// awaitPath returns once the page is at a path; a * stands for any text.
func (p *tab) awaitPath(path string) {
	p.t.Helper()
	fits := wildcard(path)
	p.until("await the address "+path, func() string {
		if at := p.path(); !fits.MatchString(at) {
			return "it is " + at
		}
		return ""
	})
}

// focused says what the keyboard is on, as role "name"; within a composite thing
// that is the part that it names as its active one.
func (p *tab) focused() string {
	p.t.Helper()
	active := must(p, runtime.Evaluate, runtime.EvaluateParams{Expression: `(() => {
		const at = document.activeElement;
		return document.getElementById(at?.getAttribute('aria-activedescendant') ?? '') ?? at;
	})()`})
	if active.Result.ObjectID == "" {
		return ""
	}
	no := false
	found := must(p, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{ObjectID: active.Result.ObjectID, FetchRelatives: &no})
	if len(found.Nodes) == 0 {
		return ""
	}
	n := thingOf(found.Nodes[0])
	return fmt.Sprintf("%s %q", n.role, n.name)
}

// awaitFocus returns once the keyboard is on the thing with the role and the name.
func (p *tab) awaitFocus(role, name string) {
	p.t.Helper()
	fits := wildcard(fmt.Sprintf("%s \"%s\"", role, name))
	p.until(fmt.Sprintf("await the focus on %s %q", role, name), func() string {
		if on := p.focused(); !fits.MatchString(on) {
			return "it is on " + on
		}
		return ""
	})
}
