package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheHallIsWalkedByKeys: 18,714 seats as one grid, of which few exist.
func TestTheHallIsWalkedByKeys(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 10).withArena(t)
	p := openBrowser(t).visitor(t, s.url, desktop.withoutMotion())
	p.openHall(s.event.ID)

	t.Run("one tab stop, few cells", func(t *testing.T) {
		p.click("button", "Map")
		p.pressUntil("Tab", 5, "gridcell", "Section 101, *eat 1, €45, free")
		require.Equal(t, 1, evaluate[int](p, "document.querySelectorAll('[role=gridcell][tabindex=\"0\"]').length"))
		p.press("Tab")
		p.awaitFocus("button", "Zoom in")
		p.press("Shift+Tab")
		p.awaitFocus("gridcell", "Section 101, *eat 1, €45, free")
		p.requireFewCells(t)
		p.awaitRest()
		requireInSight(t, p)
	})
	t.Run("arrows, and back", func(t *testing.T) {
		first := p.focused()
		p.press("ArrowRight", "ArrowRight")
		p.awaitFocus("gridcell", "Section 101, *eat 3, €45, free")
		p.press("Home")
		require.Equal(t, first, p.focused())
		p.press("PageDown")
		p.awaitFocus("gridcell", "Section 102, *")
		there := p.focused()
		p.press("ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown")
		require.Equal(t, there, p.focused(), "the way back leads to where one came from")
		p.press("PageUp")
		p.awaitFocus("gridcell", "Section 101, *")
		p.press("Control+End")
		p.awaitFocus("gridcell", "Section 3*")
		p.requireFewCells(t)
		p.awaitRest()
		requireInSight(t, p)
		p.press("Control+Home")
		require.Equal(t, first, p.focused())
	})
	t.Run("names and states", func(t *testing.T) {
		p.press("ArrowRight", "Enter")
		p.awaitFocus("gridcell", "Section 101, *eat 2, €45, chosen")
		p.awaitState("gridcell", "Section 101, *eat 2, €45, chosen", "selected")
		p.awaitSeat(s.guids[1], "chosen")
		p.press("Space")
		p.awaitFocus("gridcell", "*eat 2, €45, free")
		s.held(t, s.customer(t), s.guids[1])
		p.awaitFocus("gridcell", "Section 101, *eat 2, €45, held by someone")
		p.awaitState("gridcell", "*eat 2, €45, held by someone", "disabled")
		shape := askHall[[]any](p, `(g => [g.getAttribute('aria-label'), +g.getAttribute('aria-rowcount') === plan.rows.length,
			+g.getAttribute('aria-colcount') === Math.max(...plan.rows.map(r => r.seats.length)), g.getAttribute('aria-multiselectable'),
			document.getElementById(g.getAttribute('aria-describedby')).textContent.length > 20])(document.querySelector('[role=grid]'))`)
		require.Equal(t, []any{"Seats, Arena with 18714 seats", true, true, "true", true}, shape)
		checkAccessible(t, p, "hall-by-keys")
	})
	t.Run("zoom and leave", func(t *testing.T) {
		before, _, _ := p.camera()
		p.press("+")
		nearer, _, _ := p.camera()
		require.Greater(t, nearer, before)
		p.press("0")
		p.awaitRest()
		require.True(t, askHall[bool](p, "hall.camera.whole"))
		p.press("Escape")
		p.awaitFocus("button", "Map")
	})
}

// requireFewCells: the rows around the focus exist, and no others.
func (p *tab) requireFewCells(t *testing.T) {
	t.Helper()
	require.LessOrEqual(t, evaluate[int](p, "document.querySelectorAll('[role=row]').length"), 5)
	require.Less(t, evaluate[int](p, "document.querySelectorAll('[role=gridcell]').length"), 500)
}

// requireInSight requires that the picture shows the seat in focus, large
// enough, with the cell lying on it.
func requireInSight(t *testing.T, p *tab) {
	t.Helper()
	seen := askHall[[]bool](p, `(cell => {
		const {x, y, r} = hall.placeOf(+cell.dataset.seat);
		const {width, height} = hall.camera;
		const box = cell.getBoundingClientRect();
		const on = hall.picture.canvas.getBoundingClientRect();
		return [x > r && y > r && x < width - r && y < height - r, r >= 8, Math.hypot(box.x + box.width / 2 - on.x - x, box.y + box.height / 2 - on.y - y) < 2];
	})(document.activeElement)`)
	require.Equal(t, []bool{true, true, true}, seen, "in sight; large enough; the cell is there")
}

// TestKeysReachEverySeat walks from each seat by each arrow key.
func TestKeysReachEverySeat(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 10)
	p := openBrowser(t).visitor(t, s.url, desktop)
	odd, _ := s.organizer.createEvent(t, "Around a table", oddHall(t))
	for _, e := range []event{s.withArena(t).event, odd} {
		p.openHall(e.ID)
		p.run(walker)
		require.Equal(t, e.SeatCount, p.walkHall(e.SeatCount), "seats that are reached from the first one")
		require.Zero(t, evaluate[int](p, "globalThis.walk.back()"), "keys that lead back to where they were pressed before")
	}

	// The control: without the guard that asks whether the same key leads on.
	p.run("globalThis.walk.without('leadsOn')")
	p.walkHall(odd.SeatCount)
	require.Positive(t, evaluate[int](p, "globalThis.walk.back()"), "the guard is of no use")
}

// oddHall has a round table between rows on a slope and rows that are straight.
func oddHall(t *testing.T) []byte {
	t.Helper()
	type object = map[string]any
	row := func(name string, seats int, place func(k float64) (x, y float64)) object {
		all := make([]object, seats)
		for k := range all {
			x, y := place(float64(k))
			all[k] = object{
				"seat_guid": fmt.Sprintf("%s-%d", name, k+1), "seat_number": strconv.Itoa(k + 1), "category": "Any",
				"position": object{"x": math.Round(x), "y": math.Round(y)},
			}
		}
		return object{"row_number": name, "position": object{"x": 0, "y": 0}, "seats": all}
	}
	zone := func(name string, rows ...object) object {
		return object{"name": name, "position": object{"x": 0, "y": 0}, "rows": rows}
	}
	slope, straight := []object{}, []object{}
	for r := 0.0; r < 3; r++ {
		slope = append(slope, row(fmt.Sprintf("S%.0f", r), 8, func(k float64) (x, y float64) { return 40 + 30*k, 20 + 30*r + 12*k }))
		straight = append(straight, row(fmt.Sprintf("R%.0f", r), 8, func(k float64) (x, y float64) { return 200 + 30*k, 170 + 30*r }))
	}
	table := row("T", 8, func(k float64) (x, y float64) {
		sin, cos := math.Sincos(k * math.Pi / 4)
		return 100 + 40*cos, 200 + 40*sin
	})
	plan, err := json.Marshal(object{
		"name": "Around a table", "size": object{"width": 500, "height": 320}, "categories": []object{{"name": "Any", "color": "#77aa33"}},
		"zones": []object{zone("Table", table), zone("Slope", slope...), zone("Straight", straight...)},
	})
	require.NoError(t, err)
	return plan
}

// walkHall takes all steps, some at a time, since a page must answer now and
// then, and returns how many seats are reached by them.
func (p *tab) walkHall(seats int) (reached int) {
	p.t.Helper()
	const atOnce = 1000
	for from := 0; from < seats; from += atOnce {
		p.run(fmt.Sprintf("globalThis.walk.from(%d, %d)", from, min(from+atOnce, seats)))
	}
	return evaluate[int](p, "globalThis.walk.reached()")
}

const walker = `(async () => {
	const at = document.querySelector('script[type=module]').src;
	const {Steps} = await import(new URL('hall/steps.js', at));
	const {hallOf} = await import(new URL('hall/hall.js', at));
	const {plan} = hallOf(document.querySelector('.hall-canvas'));
	const keys = ['left', 'right', 'up', 'down'];
	const next = keys.map(() => new Int32Array(plan.count));
	const steps = new Steps(plan);
	globalThis.walk = {
		without(guard) { steps[guard] = () => true; },
		from(first, end) {
			for (let i = first; i < end; i++) keys.forEach((key, k) => {
				steps.trail = []; // as if one had come there just now
				next[k][i] = steps.from(i, key);
			});
		},
		reached() {
			const seen = new Uint8Array(plan.count);
			const todo = [plan.rows[0].seats[0]];
			seen[todo[0]] = 1;
			let n = 1;
			while (todo.length) {
				const i = todo.pop();
				for (const way of next) if (!seen[way[i]]) { seen[way[i]] = 1; n++; todo.push(way[i]); }
			}
			return n;
		},
		back: () => next.reduce((sum, way) => sum + way.reduce((n, to, i) => n + (to !== i && way[to] === i), 0), 0),
	};
})()`
