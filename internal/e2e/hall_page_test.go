package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// What the tests of a hall's picture ask it. A picture has no parts that
// assistive technology could find; where a seat is in it the page's own module
// tells.

// askHall returns the value of an expression about the hall on the page, or of
// its promise: hall is what draws it, plan its plan.
func askHall[T any](p *tab, expression string) T {
	p.t.Helper()
	return askModule[T](p, "hall/hall.js", `(async ({hallOf}) => {
		const hall = hallOf(document.querySelector('.hall-canvas'));
		const plan = hall?.plan;
		return (`+expression+`);
	})`)
}

// askModule calls a function with one of the modules that the page has itself.
func askModule[T any](p *tab, module, function string) T {
	p.t.Helper()
	return evaluate[T](p, fmt.Sprintf(
		`import(new URL(%q, document.querySelector('script[type=module]').src)).then(%s)`, module, function))
}

// openHall opens an event's page, and returns once the hall is drawn.
func (p *tab) openHall(event string) {
	p.t.Helper()
	p.open("/events/" + event)
	p.await("image", "Picture of the hall*")
	p.awaitRest()
}

// awaitRest returns once the picture is sharp, and moves no more.
func (p *tab) awaitRest() {
	p.t.Helper()
	p.until("await that the picture rests", func() string {
		if askHall[bool](p, "hall?.picture.frame === 0") {
			return ""
		}
		return "it is being drawn"
	})
}

// seatSpot returns where a seat is in the window, of a picture that rests: there
// must be nothing in front of it.
func (p *tab) seatSpot(guid string) point {
	p.t.Helper()
	spot := askHall[[]any](p, fmt.Sprintf(`(() => {
		const {canvas} = hall.picture;
		canvas.scrollIntoView({block: 'center', behavior: 'instant'});
		const box = canvas.getBoundingClientRect();
		const {x, y} = hall.placeOf(plan.indexOf.get(%q));
		const hit = document.elementFromPoint(box.x + x, box.y + y);
		return [box.x + x, box.y + y, hit === canvas ? '' : hit?.outerHTML.slice(0, 120) ?? 'the rim of the window'];
	})()`, guid))
	require.Empty(p.t, spot[2], "in front of seat %s", guid)
	return point{spot[0].(float64), spot[1].(float64)}
}

// clickSeat clicks or taps on a seat of the picture.
func (p *tab) clickSeat(guid string) {
	p.t.Helper()
	p.clickAt(p.seatSpot(guid))
}

// seatShown is what the picture shows of a seat: free, held, sold, blocked,
// mine, chosen; or that there is no picture.
func (p *tab) seatShown(guid string) string {
	p.t.Helper()
	return askHall[string](p, fmt.Sprintf(`hall?.state(plan.indexOf.get(%q)) ?? 'not at all'`, guid))
}

// awaitSeat returns once the picture shows a seat so.
func (p *tab) awaitSeat(guid, shown string) {
	p.t.Helper()
	p.until("await that seat "+guid+" is "+shown, func() string {
		if is := p.seatShown(guid); is != shown {
			return "it is " + is
		}
		return ""
	})
}

// seatPixel is an expression: the colour of the picture beside the middle of a
// seat, where each state is drawn in a way of its own.
func seatPixel(guid string) string {
	return fmt.Sprintf(`(() => {
		const {x, y, r} = hall.placeOf(plan.indexOf.get(%q));
		const {ctx, look: {ratio}} = hall.picture;
		return [...ctx.getImageData(Math.round(x * ratio), Math.round((y - 0.6 * r) * ratio), 1, 1).data].join();
	})()`, guid)
}

// camera is where the picture is, once it rests: a point p of the plan is at
// p*scale + x, y.
func (p *tab) camera() (scale, x, y float64) {
	p.t.Helper()
	p.awaitRest()
	view := askHall[[3]float64](p, "[hall.camera.view.scale, hall.camera.view.x, hall.camera.view.y]")
	return view[0], view[1], view[2]
}

// actAs makes the person of a page the account that a client of the API has.
func (p *tab) actAs(c *client) {
	p.t.Helper()
	session, err := json.Marshal(map[string]any{
		"access": strings.TrimPrefix(c.headers["Authorization"], "Bearer "), "until": time.Now().Add(time.Hour).UnixMilli(), "refresh": "",
		"account": map[string]string{"id": c.account.ID, "email": c.account.Email, "name": c.account.Name, "role": c.account.Role},
	})
	require.NoError(p.t, err)
	p.open("/")
	p.run(fmt.Sprintf("localStorage.setItem('seathold.session', %q)", session))
}

// withArena puts one more event on sale: of 18,714 seats.
func (s *shop) withArena(t *testing.T) *shop {
	t.Helper()
	plan, err := booking.GeneratePlan("arena", arenaSeats)
	require.NoError(t, err)
	arena := *s
	arena.event, arena.guids = s.organizer.createEvent(t, "A concert", plan)
	return &arena
}

// releaseAll releases all that a customer holds of the event.
func (s *shop) releaseAll(t *testing.T, c *client) {
	t.Helper()
	for _, h := range read[list[hold]](t, c.holds(s.event.ID), http.StatusOK).Items {
		requireStatus(t, c.release(s.event.ID, h.ID), http.StatusNoContent)
	}
}
