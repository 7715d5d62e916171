package booking

import "math"

// An arena's rows are rounded rectangles around its floor, each a fixed
// distance outside the one before: sides stay as long as the floor's, corners
// are arcs that grow, and seats keep their distance everywhere.
const (
	arenaSeatPitch = 20.0 // along a row
	arenaRowPitch  = 22.0
	arenaTierGap   = 44.0
	arenaAisle     = 32.0  // between the nearest seats of two sections, at least
	arenaFirstRow  = 80.0  // from the rectangle of the corners' centres
	arenaSection   = 280.0 // how wide a section is, about
	// A section's name has three digits, so a tier has at most 99 of them.
	arenaMostInCorner = 12
)

// arenaGround is where an arena's seats can be: around the rectangle that the
// centres of its corners span, in rows of all tiers counted from the floor up.
type arenaGround struct {
	length, width float64
	rows          int
}

// arenaBlock is the ground of one section: a piece of a side, which has a
// length, or of a corner, which has a sweep. It faces away from the floor at
// angle, in radians clockwise from the right, and x, y is where its rows are
// measured from.
type arenaBlock struct {
	x, y, angle   float64
	length, sweep float64
}

// newArenaGround returns the smallest ground for this many seats. The floor
// grows with their square root, and with it the whole building: it keeps its
// shape.
func newArenaGround(seats int) arenaGround {
	scale := math.Sqrt(float64(seats))
	g := arenaGround{length: math.Round(max(200, 5.5*scale)), width: math.Round(max(120, 3.4*scale)), rows: 1}
	for g.capacity() < seats {
		g.rows++
	}
	return g
}

func (g arenaGround) capacity() int {
	total := 0
	for tier := range arenaTiers {
		blocks := g.blocks(tier)
		first, end := g.tier(tier)
		for row := first; row < end; row++ {
			for _, b := range blocks {
				total += b.fits(g.reach(row, tier))
			}
		}
	}
	return total
}

// tier returns a tier's first row and the row after its last. Where the rows
// do not split evenly, lower tiers have one more.
func (g arenaGround) tier(tier int) (first, end int) {
	for t := range tier + 1 {
		first, end = end, end+(g.rows+len(arenaTiers)-1-t)/len(arenaTiers)
	}
	return first, end
}

// reach returns how far a tier's row is from the rectangle.
func (g arenaGround) reach(row, tier int) float64 {
	return arenaFirstRow + arenaRowPitch*float64(row) + arenaTierGap*float64(tier)
}

// halfSize returns how far seats can be from the middle of the floor.
func (g arenaGround) halfSize() (x, y float64) {
	most := g.reach(g.rows, len(arenaTiers)-1)
	return math.Ceil(g.length/2 + most), math.Ceil(g.width/2 + most)
}

// blocks returns a tier's sections, clockwise from the top left.
func (g arenaGround) blocks(tier int) []arenaBlock {
	first, end := g.tier(tier)
	bend := math.Pi / 2 * g.reach((first+end)/2, tier)
	inCorner := min(sectionsAlong(bend), arenaMostInCorner)
	var blocks []arenaBlock
	for quarter := range 4 {
		along, across := g.length, g.width
		if quarter%2 == 1 {
			along, across = across, along
		}
		side := arenaBlock{angle: float64(quarter-1) * math.Pi / 2, length: along}
		side.x, side.y = side.at(across/2, 0)
		corner := arenaBlock{angle: side.angle + math.Pi/4, sweep: math.Pi / 2}
		corner.x, corner.y = side.at(0, along/2)
		blocks = append(blocks, side.split(sectionsAlong(along))...)
		blocks = append(blocks, corner.split(inCorner)...)
	}
	return blocks
}

// sectionsAlong returns into how many sections a stretch is split.
func sectionsAlong(stretch float64) int {
	return max(1, int(math.Round(stretch/arenaSection)))
}

// split cuts the block into n equal ones, clockwise.
func (b arenaBlock) split(n int) []arenaBlock {
	pieces := make([]arenaBlock, n)
	for i := range pieces {
		from := (float64(i)+0.5)/float64(n) - 0.5 // of the whole, from its middle
		piece := arenaBlock{angle: b.angle + from*b.sweep, length: b.length / float64(n), sweep: b.sweep / float64(n)}
		piece.x, piece.y = b.at(0, from*b.length)
		pieces[i] = piece
	}
	return pieces
}

// at returns the point that is out from where the block's rows are measured
// and then along the straight line clockwise.
func (b arenaBlock) at(out, along float64) (x, y float64) {
	sin, cos := math.Sincos(b.angle)
	return b.x + out*cos - along*sin, b.y + out*sin + along*cos
}

// fits returns how many seats a row at reach has room for.
func (b arenaBlock) fits(reach float64) int {
	room := b.length + b.sweep*reach - arenaAisle
	return max(0, int(math.Floor(room/arenaSeatPitch))+1)
}

// seat returns the place of seat j of n in the row at reach, from the middle
// of the floor.
func (b arenaBlock) seat(j, n int, reach float64) drawnPoint {
	along := (float64(j) - float64(n-1)/2) * arenaSeatPitch
	if b.sweep > 0 {
		b.angle += along / reach
		along = 0
	}
	x, y := b.at(reach, along)
	return drawnPoint{X: rounded(x, 10), Y: rounded(y, 10)}
}
