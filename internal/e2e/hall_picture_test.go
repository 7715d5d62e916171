package e2e

import (
	"math"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/stretchr/testify/require"
)

// TestTheHallIsMoved by mouse and finger, and a seat is chosen by what is no
// movement.
func TestTheHallIsMoved(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 1000)
	arena := s.withArena(t)
	b := openBrowser(t)
	seat := s.guids[len(s.guids)/2]

	t.Run("a drag never chooses", func(t *testing.T) {
		p := b.visitor(t, s.url, desktop)
		p.openHall(s.event.ID)
		dragThereAndBack(p, p.seatSpot(seat))
		require.Equal(t, "free", p.seatShown(seat))
	})
	t.Run("control: without the guard a drag chooses", func(t *testing.T) {
		p := b.visitor(t, s.url, desktop)
		p.serveChanged("hall/pointer.js", "    dragged = true;\n", "")
		p.openHall(s.event.ID)
		dragThereAndBack(p, p.seatSpot(seat))
		p.awaitSeat(seat, "chosen")
	})
	t.Run("a click chooses, though the mouse slips", func(t *testing.T) {
		p := b.visitor(t, s.url, desktop)
		p.openHall(s.event.ID)
		at := p.seatSpot(seat)
		p.down(at)
		p.moveDown(point{at.x + 2, at.y - 1})
		p.up(point{at.x + 2, at.y - 1})
		p.awaitSeat(seat, "chosen")
		p.clickSeat(seat)
		p.awaitSeat(seat, "free")
	})
	t.Run("mouse and wheel", func(t *testing.T) { moveByMouse(b.visitor(t, s.url, desktop), s, seat) })
	t.Run("fingers", func(t *testing.T) { moveByFingers(b.visitor(t, s.url, phone), s, seat) })
	t.Run("sections", func(t *testing.T) { comeNearer(b.visitor(t, s.url, desktop.withoutMotion()), arena) })
}

// dragThereAndBack ends where it began: what decides is that it was away.
func dragThereAndBack(p *tab, at point) {
	p.t.Helper()
	p.down(at)
	p.moveDown(point{at.x + 40, at.y + 10})
	p.moveDown(at)
	p.up(at)
	p.awaitRest()
}

func moveByMouse(p *tab, s *shop, seat string) {
	p.openHall(s.event.ID)
	whole, _, _ := p.camera()
	requireNoneCovered(p)

	at := p.seatSpot(seat)
	p.wheel(at, 300)
	nearer, x, y := p.camera()
	require.Greater(p.t, nearer, 1.3*whole, "the wheel comes nearer")
	requireNear(p.t, at, p.seatSpot(seat), 3, "what is under the pointer stays there")

	p.drag(at, point{at.x + 120, at.y + 30}, 6)
	scale, nowX, nowY := p.camera()
	require.InDelta(p.t, nearer, scale, 1e-9)
	requireNear(p.t, point{x + 120, y + 30}, point{nowX, nowY}, 3, "the picture goes with the mouse")

	p.click("button", "Show the whole hall")
	scale, _, _ = p.camera()
	require.InDelta(p.t, whole, scale, 1e-9)
	p.click("button", "Zoom in")
	scale, _, _ = p.camera()
	require.InDelta(p.t, 1.7*whole, scale, 1e-9)
	p.click("button", "Zoom out")
	scale, _, _ = p.camera()
	require.InDelta(p.t, whole, scale, 1e-9)
	require.Equal(p.t, "free", p.seatShown(seat), "none of this chose a seat")
}

func moveByFingers(p *tab, s *shop, seat string) {
	p.openHall(s.event.ID)
	whole, _, _ := p.camera()

	p.clickSeat(seat)
	near, _, _ := p.camera()
	require.Greater(p.t, near, 2*whole, "the first tap comes nearer")
	require.Equal(p.t, "free", p.seatShown(seat), "and chooses nothing")
	p.clickSeat(seat)
	p.awaitSeat(seat, "chosen")

	p.click("button", "Show the whole hall")
	p.awaitRest()
	at := p.seatSpot(seat)
	p.spread(at, 30, 60)
	spread, x, _ := p.camera()
	require.InEpsilon(p.t, 2*whole, spread, 0.02, "the picture goes with two fingers")
	p.swipe(at, 60, 0)
	scale, nowX, _ := p.camera()
	require.InDelta(p.t, spread, scale, 1e-9)
	require.Greater(p.t, nowX, x+40, "the picture goes with one finger")
	require.Equal(p.t, 1, askHall[int](p, "hall.scene.chosen.size"), "no movement chose a seat")
}

// requireNoneCovered: a hall that is seen as a whole cannot be moved, so nothing
// may be in front of a seat.
func requireNoneCovered(p *tab) {
	p.t.Helper()
	require.Empty(p.t, askHall[[]string](p, `plan.seats.flatMap(({guid}, i) => {
		const box = hall.picture.canvas.getBoundingClientRect();
		const {x, y} = hall.placeOf(i);
		return document.elementFromPoint(box.x + x, box.y + y) === hall.picture.canvas ? [] : [guid];
	})`), "seats that something covers")
}

// spread moves two fingers from so many px beside a place to so many, which
// makes exactly the ratio of both.
func (p *tab) spread(at point, from, to float64) {
	p.t.Helper()
	beside := func(px float64) []point { return []point{{at.x - px, at.y}, {at.x + px, at.y}} }
	p.touch(input.DispatchTouchEventTypeTouchStart, beside(from)...)
	for i := range 5 {
		p.touch(input.DispatchTouchEventTypeTouchMove, beside(from+(to-from)*float64(i+1)/5)...)
	}
	p.touch(input.DispatchTouchEventTypeTouchEnd)
}

// comeNearer clicks on a section that is too far away for its seats to be seen.
func comeNearer(p *tab, s *shop) {
	seat := s.guids[9000]
	p.openHall(s.event.ID)
	require.True(p.t, askHall[bool](p, "hall.isFar"))
	p.hover(p.seatSpot(seat))
	require.Regexp(p.t, `^Section \d+€45 · \d+ free$`, evaluate[string](p, "document.querySelector('.hall-card').textContent"))
	p.clickSeat(seat)
	p.awaitRest()
	require.False(p.t, askHall[bool](p, "hall.isFar"), "a section comes nearer")
	require.Zero(p.t, askHall[int](p, "hall.scene.chosen.size"))
	p.clickSeat(seat)
	p.awaitSeat(seat, "chosen")
}

func requireNear(t require.TestingT, want, got point, px float64, why string) {
	if far := math.Hypot(want.x-got.x, want.y-got.y); far > px {
		require.Failf(t, why, "%.0f px away: %v, not %v", far, got, want)
	}
}
