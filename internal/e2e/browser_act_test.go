package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// point is a place in the window, in CSS pixels.
type point struct{ x, y float64 }

// click clicks on, or on a phone taps, the only thing with the role and the name.
func (p *tab) click(role, name string) {
	p.t.Helper()
	p.clickAt(p.reach(fmt.Sprintf("click %s %q", role, name), func() (thing, string) { return p.only(role, name) }))
}

// clickAt clicks or taps at a place: on a picture, where things have no name.
func (p *tab) clickAt(at point) {
	p.t.Helper()
	if p.look.phone {
		p.touch(input.DispatchTouchEventTypeTouchStart, at)
		p.touch(input.DispatchTouchEventTypeTouchEnd)
		return
	}
	p.mouse(input.DispatchMouseEventTypeMouseMoved, at, input.MouseButtonNone)
	p.mouse(input.DispatchMouseEventTypeMousePressed, at, input.MouseButtonLeft)
	p.mouse(input.DispatchMouseEventTypeMouseReleased, at, input.MouseButtonLeft)
}

// hover moves the mouse to a place.
func (p *tab) hover(at point) {
	p.t.Helper()
	p.mouse(input.DispatchMouseEventTypeMouseMoved, at, input.MouseButtonNone)
}

func (p *tab) mouse(kind input.DispatchMouseEventType, at point, button input.MouseButton) {
	p.t.Helper()
	e := input.DispatchMouseEventParams{Type: kind, X: at.x, Y: at.y, Button: button}
	if button == input.MouseButtonLeft {
		e.ClickCount, e.Buttons = 1, 1
	}
	if kind == input.DispatchMouseEventTypeMouseReleased {
		e.Buttons = 0
	}
	must(p, input.DispatchMouseEvent, e)
}

// touch puts fingers on the page, moves them, or with none lifts them.
func (p *tab) touch(kind input.DispatchTouchEventType, fingers ...point) {
	p.t.Helper()
	points := []*input.TouchPoint{}
	for i, f := range fingers {
		id := float64(i)
		points = append(points, &input.TouchPoint{X: f.x, Y: f.y, ID: &id})
	}
	must(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
}

// reach returns the middle of a thing once that can be used there: it is not
// disabled, stands still, and nothing is in front of it.
func (p *tab) reach(what string, find func() (thing, string)) (at point) {
	p.t.Helper()
	last := point{-1, -1}
	p.until(what, func() string {
		n, why := find()
		if why != "" {
			return why
		}
		if n.is("disabled") {
			return "it is disabled"
		}
		if at, why = p.middle(n.id); why != "" {
			return why
		}
		if at != last {
			last = at
			return "it moves"
		}
		return ""
	})
	return at
}

// middle returns the middle of a thing, scrolled into view, or what is in front
// of it there.
func (p *tab) middle(id cdp.BackendNodeID) (at point, why string) {
	if _, err := call(p, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: id}); err != nil {
		return at, err.Error()
	}
	shape, err := call(p, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: id})
	if err != nil {
		return at, err.Error()
	}
	if len(shape.Quads) == 0 || len(shape.Quads[0]) != 8 {
		return at, "it has no place on the page"
	}
	q := shape.Quads[0]
	at = point{(q[0] + q[2] + q[4] + q[6]) / 4, (q[1] + q[3] + q[5] + q[7]) / 4}
	if err := p.on(id, `function (x, y) {
		const hit = document.elementFromPoint(x, y);
		if (hit === this || this.contains(hit) || hit?.closest('label')?.control === this) return '';
		return hit ? 'in front of it is ' + hit.outerHTML.slice(0, 120) : 'it is out of the window';
	}`, &why, at.x, at.y); err != nil {
		return at, err.Error()
	}
	return at, why
}

// on calls a function of the page with a thing as this.
func (p *tab) on(id cdp.BackendNodeID, function string, result any, args ...any) error {
	node, err := call(p, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: id, ObjectGroup: "act"})
	if err != nil {
		return err
	}
	defer func() {
		_, _ = call(p, runtime.ReleaseObjectGroup, runtime.ReleaseObjectGroupParams{ObjectGroup: "act"})
	}()
	yes := true
	params := runtime.CallFunctionOnParams{ObjectID: node.Object.ObjectID, FunctionDeclaration: function, ReturnByValue: &yes, UserGesture: &yes}
	for _, each := range args {
		value, err := json.Marshal(each)
		if err != nil {
			return err
		}
		params.Arguments = append(params.Arguments, &runtime.CallArgument{Value: value})
	}
	said, err := call(p, runtime.CallFunctionOn, params)
	if err != nil {
		return err
	}
	if said.ExceptionDetails != nil {
		return fmt.Errorf("in the page: %s", exceptionText(said.ExceptionDetails))
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(said.Result.Value, result)
}

// fields are the roles of what is filled in.
var fields = []string{"textbox", "searchbox", "spinbutton", "combobox", "slider", "Date", "DateTime", "InputTime", "ColorWell"}

// field returns the only thing with the label that can be filled in.
func (p *tab) field(label string) (thing, string) {
	var all []thing
	for _, role := range fields {
		found, err := p.find(role, label)
		if err != nil {
			return thing{}, err.Error()
		}
		all = append(all, found...)
	}
	if len(all) != 1 {
		return thing{}, fmt.Sprintf("there are %d of them", len(all))
	}
	return all[0], ""
}

// value returns what the field with the label contains.
func (p *tab) value(label string) (value string) {
	p.t.Helper()
	p.until(fmt.Sprintf("read the field %q", label), func() string {
		n, why := p.field(label)
		if why != "" {
			return why
		}
		if err := p.on(n.id, "function () { return this.value }", &value); err != nil {
			return err.Error()
		}
		return ""
	})
	return value
}

// fill writes a text into the field with the label, instead of what it has. A
// date is 2027-05-01, a date with time 2027-05-01T19:30, a time 19:30.
func (p *tab) fill(label, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("fill in %q", label), func() string {
		n, why := p.field(label)
		if why != "" {
			return why
		}
		if n.is("disabled") || n.is("readonly") {
			return "it cannot be filled in"
		}
		if _, err := call(p, dom.Focus, dom.FocusParams{BackendNodeID: n.id}); err != nil {
			return err.Error()
		}
		var typed bool
		if err := p.on(n.id, setValue, &typed, text); err != nil {
			return err.Error()
		}
		if !typed {
			return ""
		}
		if text == "" {
			p.press("Delete")
			return ""
		}
		_, err := call(p, input.InsertText, input.InsertTextParams{Text: text})
		if err != nil {
			return err.Error()
		}
		return ""
	})
	require.Equal(p.t, text, p.value(label), "what the field %q contains then", label)
}

// setValue selects what a field contains, so that what is typed takes its place,
// and says so; of what is not typed as it is meant, such as a date, it sets the
// value.
const setValue = `function (text) {
	if (!/^(date|datetime-local|time|month|week|color|range)$/.test(this.type)) {
		this.select();
		return true;
	}
	Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(this, text);
	this.dispatchEvent(new Event('input', {bubbles: true}));
	this.dispatchEvent(new Event('change', {bubbles: true}));
	return false;
}`

// choose takes the option with the text, of the list with the label.
func (p *tab) choose(label, option string) {
	p.t.Helper()
	p.until(fmt.Sprintf("choose %q of %q", option, label), func() string {
		n, why := p.only("combobox", label)
		if why != "" {
			return why
		}
		if err := p.on(n.id, `function (text) {
			const at = [...this.options].findIndex(o => o.text.trim() === text && !o.disabled);
			if (at < 0) return 'it has ' + [...this.options].map(o => o.text.trim()).join(', ');
			this.focus();
			this.selectedIndex = at;
			this.dispatchEvent(new Event('input', {bubbles: true}));
			this.dispatchEvent(new Event('change', {bubbles: true}));
			return '';
		}`, &why, option); err != nil {
			return err.Error()
		}
		return why
	})
}

// attach gives a file to the input for files whose label contains the text.
func (p *tab) attach(label, file string) {
	p.t.Helper()
	quoted, err := json.Marshal(label)
	require.NoError(p.t, err)
	p.until(fmt.Sprintf("attach a file to %q", label), func() string {
		found, err := call(p, runtime.Evaluate, runtime.EvaluateParams{Expression: fmt.Sprintf(
			`[...document.querySelectorAll('input[type=file]')].find(i => [...i.labels].some(l => l.textContent.includes(%s)) || i.ariaLabel === %s)`,
			quoted, quoted)})
		if err != nil {
			return err.Error()
		}
		if found.Result.ObjectID == "" {
			return "it is not there"
		}
		_, err = call(p, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, ObjectID: found.Result.ObjectID})
		if err != nil {
			return err.Error()
		}
		return ""
	})
}

// keys are those with a name; others are the character that they type.
var keys = map[string]string{
	"Tab": kb.Tab, "Enter": kb.Enter, "Escape": kb.Escape, "Space": " ", "Backspace": kb.Backspace, "Delete": kb.Delete,
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown,
}

var modifiers = map[string]kb.Modifier{
	"Shift": kb.ModifierShift, "Control": kb.ModifierCtrl, "Alt": kb.ModifierAlt, "Meta": kb.ModifierMeta,
}

// press presses keys one after the other, such as "Tab", "Shift+Tab",
// "ArrowDown", "Space", "Control+Home" or "a".
func (p *tab) press(pressed ...string) {
	p.t.Helper()
	for _, each := range pressed {
		parts := strings.Split(each, "+")
		if each == "+" {
			parts = []string{each}
		}
		last := parts[len(parts)-1]
		key, named := keys[last]
		if !named {
			require.Len(p.t, []rune(last), 1, "there is no key %q", each)
			key = last
		}
		var held []kb.Modifier
		for _, name := range parts[:len(parts)-1] {
			m, known := modifiers[name]
			require.True(p.t, known, "there is no key %q", each)
			held = append(held, m)
		}
		p.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(held...)), "press "+each)
	}
}

// pressUntil presses a key, at most so many times, until the keyboard is on the
// thing with the role and the name, and returns how often that was.
func (p *tab) pressUntil(key string, most int, role, name string) int {
	p.t.Helper()
	var passed []string
	for n := range most {
		p.press(key)
		on := p.focused()
		if wildcard(fmt.Sprintf("%s \"%s\"", role, name)).MatchString(on) {
			return n + 1
		}
		passed = append(passed, on)
	}
	require.FailNow(p.t, fmt.Sprintf("%s pressed %d times, and never on %s %q", key, most, role, name), "%s", strings.Join(passed, "\n"))
	return 0
}

// box returns where the only thing with the role and the name is in the window,
// once it stands still there: left upper corner, width and height.
func (p *tab) box(role, name string) (at point, width, height float64) {
	p.t.Helper()
	var box []float64
	p.until(fmt.Sprintf("measure %s %q", role, name), func() string {
		n, why := p.only(role, name)
		if why != "" {
			return why
		}
		var now []float64
		if err := p.on(n.id, "function () { const b = this.getBoundingClientRect(); return [b.x, b.y, b.width, b.height] }", &now); err != nil {
			return err.Error()
		}
		if !slices.Equal(now, box) {
			box = now
			return "it moves"
		}
		return ""
	})
	return point{box[0], box[1]}, box[2], box[3]
}

// drag drags with the mouse, or on a phone with a finger, in so many steps: the
// next when the page has taken up the last.
func (p *tab) drag(from, to point, steps int) {
	p.t.Helper()
	p.down(from)
	for i := 1; i <= steps; i++ {
		part := float64(i) / float64(steps)
		p.moveDown(point{from.x + (to.x-from.x)*part, from.y + (to.y-from.y)*part})
	}
	p.up(to)
}

func (p *tab) down(at point) {
	p.t.Helper()
	if p.look.phone {
		p.touch(input.DispatchTouchEventTypeTouchStart, at)
		return
	}
	p.hover(at)
	p.mouse(input.DispatchMouseEventTypeMousePressed, at, input.MouseButtonLeft)
}

// pan drags as a hand does: sixty movements a second, whether or not the page
// keeps up.
func (p *tab) pan(from, to point, length time.Duration) {
	p.t.Helper()
	const perSecond = 60
	steps := length.Seconds() * perSecond
	p.down(from)
	arrivals(p.ctx, perSecond, length, func(i int, _ time.Time) {
		part := float64(i+1) / steps
		_ = p.tryMove(point{from.x + (to.x-from.x)*part, from.y + (to.y-from.y)*part})
	})
	p.up(to)
}

func (p *tab) moveDown(at point) {
	p.t.Helper()
	require.NoError(p.t, p.tryMove(at))
}

// tryMove moves with the button pressed, or the finger on the page. The browser
// answers when the page has taken the movement up.
func (p *tab) tryMove(at point) error {
	if p.look.phone {
		_, err := call(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{
			Type: input.DispatchTouchEventTypeTouchMove, TouchPoints: []*input.TouchPoint{{X: at.x, Y: at.y, ID: new(float64)}},
		})
		return err
	}
	_, err := call(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{
		Type: input.DispatchMouseEventTypeMouseMoved, X: at.x, Y: at.y, Button: input.MouseButtonLeft, Buttons: 1,
	})
	return err
}

func (p *tab) up(at point) {
	p.t.Helper()
	if p.look.phone {
		p.touch(input.DispatchTouchEventTypeTouchEnd)
		return
	}
	p.mouse(input.DispatchMouseEventTypeMouseReleased, at, input.MouseButtonLeft)
}

// pinch spreads two fingers at a place, or pinches where factor is under 1.
func (p *tab) pinch(at point, factor float64) {
	p.t.Helper()
	must(p, input.SynthesizePinchGesture, input.SynthesizePinchGestureParams{
		X: at.x, Y: at.y, ScaleFactor: factor, RelativeSpeed: 600, GestureSourceType: input.GestureSourceTypeTouch,
	})
}

// wheel turns the wheel of the mouse at a place: up by so many pixels, or down
// where they are negative.
func (p *tab) wheel(at point, up float64) {
	p.t.Helper()
	must(p, input.SynthesizeScrollGesture, input.SynthesizeScrollGestureParams{
		X: at.x, Y: at.y, YDistance: up, Speed: 800, GestureSourceType: input.GestureSourceTypeMouse,
	})
}

// swipe moves a finger over the page and lifts it without a fling.
func (p *tab) swipe(at point, x, y float64) {
	p.t.Helper()
	yes := true
	must(p, input.SynthesizeScrollGesture, input.SynthesizeScrollGestureParams{
		X: at.x, Y: at.y, XDistance: x, YDistance: y, Speed: 800, PreventFling: &yes, GestureSourceType: input.GestureSourceTypeTouch,
	})
}
