package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheHallIsLive: what others do is drawn as soon as the page knows of it.
func TestTheHallIsLive(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 300)
	b := openBrowser(t)
	p := b.visitor(t, s.url, desktop)
	p.openHall(s.event.ID)

	t.Run("a change is drawn within frames", func(t *testing.T) {
		seat := s.guids[40]
		noteFrames(p, seat)
		s.held(t, s.customer(t), seat)
		require.LessOrEqual(t, evaluate[int](p, "globalThis.frames"), 2, "frames from the change to its picture")
		p.awaitSeat(seat, "held")
	})
	t.Run("a refused seat is marked for a while", func(t *testing.T) {
		seat := s.guids[80]
		p.awaitRest()
		before := askHall[string](p, seatPixel(seat))
		askHall[bool](p, fmt.Sprintf("(hall.setConflicts([plan.indexOf.get(%q)]), true)", seat))
		p.awaitPixel(seat, "another than "+before, func(now string) bool { return now != before })
		p.awaitPixel(seat, before, func(now string) bool { return now == before })
		p.awaitRest()
	})
	t.Run("the colours change with those of the system", func(t *testing.T) {
		seat := s.guids[40] // held: a free one has its category's colour at all times
		p.awaitSeat(seat, "held")
		p.awaitRest()
		light := askHall[string](p, seatPixel(seat))
		ground := groundOf(p)
		p.setLook(desktop.inTheDark())
		p.until("await a dark ground", func() string {
			if groundOf(p) == ground {
				return "it is " + ground
			}
			return ""
		})
		p.awaitRest()
		require.NotEqual(t, light, askHall[string](p, seatPixel(seat)))
		p.setLook(desktop)
		p.awaitPixel(seat, light, func(now string) bool { return now == light })
		require.Equal(t, ground, groundOf(p))
	})
	t.Run("what is written of a section fits in it", func(t *testing.T) {
		arena := s.withArena(t)
		p := b.visitor(t, s.url, desktop.withoutMotion())
		p.openHall(arena.event.ID)
		require.True(t, askHall[bool](p, "hall.isFar"))
		requireWritten(t, p)
		checkAccessible(t, p, "hall-arena")
	})
}

// noteFrames has the page count the frames from when it knows of a change of a
// seat to when the seat looks another.
func noteFrames(p *tab, seat string) {
	p.t.Helper()
	askHall[bool](p, fmt.Sprintf(`(() => {
		const i = plan.indexOf.get(%q);
		const pixel = () => %s;
		const before = pixel();
		globalThis.frames = new Promise(done => {
			let frames = 0;
			const look = () => {
				if (hall.state(i) !== 'free') frames++;
				if (pixel() === before) requestAnimationFrame(look);
				else done(frames);
			};
			requestAnimationFrame(look);
		});
		return true;
	})()`, seat, seatPixel(seat)))
}

func (p *tab) awaitPixel(seat, what string, is func(string) bool) {
	p.t.Helper()
	p.until("await the colour "+what, func() string {
		if now := askHall[string](p, seatPixel(seat)); !is(now) {
			return "it is " + now
		}
		return ""
	})
}

// groundOf is the colour of the picture's corner, where no seat is.
func groundOf(p *tab) string {
	p.t.Helper()
	return askHall[string](p, "[...hall.picture.ctx.getImageData(3, 3, 1, 1).data].join()")
}

// written is what stands on a section that is seen from afar.
type written struct {
	Section string
	Lines   []string
	Px      float64 // of the smallest
	Inside  bool    // its four corners are in the section
}

// requireWritten requires that from afar sections are named, never smaller than
// 9 px, and that less is written where there is room for less: "101, 269 free",
// "101, 269", "101".
func requireWritten(t *testing.T, p *tab) {
	t.Helper()
	all := askHall[[]written](p, `(({labels, sections, look}) => plan.sections.flatMap(({name}, k) => {
		const form = labels.fits[k];
		if (form < 0) return [];
		const lines = labels.lines(k, form, hall.scene.freeOf[k]);
		const {canvas: {width, height}} = labels.sprite(k, form);
		const {x, y} = labels.spots[k];
		const inside = [-1, 1].every(dx => [-1, 1].every(dy => sections.inside(k, x + dx * 0.48 * width / labels.scale, y + dy * 0.45 * height / labels.scale)));
		const px = Math.min(...lines.map(l => parseFloat(l.font.match(/[\d.]+px/)[0])));
		return [{section: name, lines: lines.map(l => l.text), px: px / look.ratio, inside}];
	}))(hall.picture)`)
	require.Equal(t, askHall[int](p, "plan.sections.length"), len(all), "sections that are named")
	for _, w := range all {
		require.Contains(t, w.Section, w.Lines[0])
		require.True(t, w.Inside, "%+v", w)
		require.GreaterOrEqual(t, w.Px, 9.0, "%+v", w)
	}
}
