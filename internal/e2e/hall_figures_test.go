package e2e

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What the pages are to keep to on an arena of 18,714 seats, at 1280×800.
const (
	paintedWithin   = 1500 * time.Millisecond // from the navigation to the map with the states of its seats
	framesPerSecond = 50                      // at least, while it is moved
	changedWithin   = 300 * time.Millisecond  // from the answer to a hold to its picture
)

// TestFiguresOfThePages are told, not required: machines differ.
func TestFiguresOfThePages(t *testing.T) {
	if raceDetector {
		t.Skip("figures are taken without the race detector: make bench")
	}
	s := openShop(t, embeddedWorld, plainSeathold, 10)
	plan, err := os.ReadFile(arenaPlan(t, s.service))
	require.NoError(t, err)
	s.event, s.guids = s.organizer.createEvent(t, "A concert", plan)
	b := openBrowser(t)
	p := b.visitor(t, s.url, desktop)
	p.openHall(s.event.ID)
	figure(t, "an arena of %d seats, in a window of %s, by the browser's trace:", len(s.guids), desktop.name)
	figureFirstPaint(t, b, s, p)
	figureFrames(t, p)
	figureChanges(t, s, p)
}

// figureFirstPaint has a section kept from sale, so that the live map is told
// from the hall as it is drawn before it has come.
func figureFirstPaint(t *testing.T, b *browser, s *shop, p *tab) {
	t.Helper()
	section := askHall[[]string](p, "plan.sections.reduce((a, b) => b.seats.length > a.seats.length ? b : a).seats.map(i => plan.seats[i].guid)")
	corner := askHall[[2]int](p, fmt.Sprintf(`(({x, y}, {ratio}) => [Math.round(x * ratio), Math.round(y * ratio)])(
		hall.placeOf(plan.indexOf.get(%q)), hall.picture.look)`, section[0])) // no writing is there
	colour := fmt.Sprintf("[...document.querySelector('.hall-canvas').getContext('2d').getImageData(%d, %d, 1, 1).data].join()", corner[0], corner[1])
	before := evaluate[string](p, colour)
	requireStatus(t, s.organizer.block(s.event.ID, section...), 201)
	p.until("await that the section is shown as taken", func() string {
		if evaluate[string](p, colour) == before {
			return "it is not"
		}
		return ""
	})
	drawn := fmt.Sprintf("%s === '%s'", colour, evaluate[string](p, colour))
	var anew, again []time.Duration
	for range 3 {
		visitor := b.visitor(t, s.url, desktop)
		anew = append(anew, visitor.drawnWith("/events/"+s.event.ID, drawn))
		again = append(again, visitor.drawnWith("/events/"+s.event.ID, drawn))
	}
	figure(t, "the live map drawn %s after the navigation by who comes for the first time, %s by who comes again (best of 3); target %s",
		slices.Min(anew).Round(time.Millisecond), slices.Min(again).Round(time.Millisecond), paintedWithin)
}

func figureFrames(t *testing.T, p *tab) {
	t.Helper()
	corner, width, height := p.box("image", "Picture*")
	middle := point{corner.x + width/2, corner.y + height/2}
	tell := func(what string, do func()) {
		p.awaitRest()
		figure(t, "%s: %s; target %d", what, p.framesWhile(do), framesPerSecond)
	}
	tell("the wheel, from the whole hall to its seats", func() { p.wheel(middle, 1200) })
	tell("dragging, with seats in sight", func() { p.pan(middle, point{middle.x + 250, middle.y + 120}, 2*time.Second) })
	tell("the wheel, back to the whole hall", func() { p.wheel(middle, -1200) })
}

// figureChanges has a customer hold seats that are in sight, one after another.
func figureChanges(t *testing.T, s *shop, p *tab) {
	t.Helper()
	const times = 20
	customer := s.customer(t)
	first := len(s.guids) / 2
	askHall[bool](p, fmt.Sprintf("(hall.reveal(plan.indexOf.get(%q)), true)", s.guids[first]))
	p.awaitRest()
	var took []time.Duration
	for _, guid := range s.guids[first : first+times] {
		at := askHall[[2]int](p, fmt.Sprintf(`(({x, y, r}, {ratio}) => [Math.round(x * ratio), Math.round((y - 0.6 * r) * ratio)])(hall.placeOf(plan.indexOf.get(%q)), hall.picture.look)`, guid))
		colour := fmt.Sprintf("[...document.querySelector('.hall-canvas').getContext('2d').getImageData(%d, %d, 1, 1).data].join()", at[0], at[1])
		before := evaluate[string](p, colour)
		if before == "0,0,0,0" {
			continue // out of sight
		}
		took = append(took, p.drawnAfter(fmt.Sprintf("%s !== '%s'", colour, before), func() time.Time {
			a := customer.hold(s.event.ID, guid)
			requireStatus(t, a, 201)
			return a.answered
		}))
	}
	require.NotEmpty(t, took)
	figure(t, "a seat drawn as held after its hold was answered: median of %d %s, at most %s; target %s", len(took),
		percentile(took, 50).Round(time.Millisecond), slices.Max(took).Round(time.Millisecond), changedWithin)
}
