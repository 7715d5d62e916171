package booking

import (
	"fmt"
	"strconv"
)

// arenaTiers are the price categories, from the floor up.
var arenaTiers = []drawnCategory{
	{Name: "Lower", Color: "#7b3294"},
	{Name: "Club", Color: "#2c7fb8"},
	{Name: "Upper", Color: "#d95f0e"},
}

// arena is the building while it is drawn.
type arena struct {
	ground arenaGround
	centre drawnPoint
	left   int // seats still to draw
}

func drawArena(seats int) drawnPlan {
	ground := newArenaGround(seats)
	x, y := ground.halfSize()
	a := arena{ground: ground, centre: drawnPoint{X: x + drawnMargin, Y: y + drawnMargin}, left: seats}
	var zones []drawnZone
	for tier := range arenaTiers {
		zones = append(zones, a.tier(tier)...)
	}
	zones[0].Areas = []any{a.floor()}
	return drawnPlan{
		Name: fmt.Sprintf("Arena with %d seats", seats),
		Size: drawnSize{Width: 2 * a.centre.X, Height: 2 * a.centre.Y},
		// All three at any size, so that the same prices serve every arena.
		Categories: arenaTiers,
		Zones:      zones,
	}
}

// tier draws a tier's sections that have seats.
func (a *arena) tier(tier int) []drawnZone {
	blocks := a.ground.blocks(tier)
	rows := a.fillRows(tier, blocks)
	var zones []drawnZone
	for i, block := range blocks {
		name := strconv.Itoa(100*(tier+1) + i + 1)
		zone := drawnZone{Name: "Section " + name, Position: a.centre}
		for k, counts := range rows {
			if counts[i] == 0 {
				continue
			}
			zone.Rows = append(zone.Rows, a.row(tier, k, name, block, counts[i]))
		}
		if zone.Rows != nil {
			zones = append(zones, zone)
		}
	}
	return zones
}

// fillRows returns how many seats each block has in each of the tier's rows:
// all that fit, until what is left is shared over a last row.
func (a *arena) fillRows(tier int, blocks []arenaBlock) [][]int {
	first, end := a.ground.tier(tier)
	var rows [][]int
	for row := first; row < end; row++ {
		counts, total := make([]int, len(blocks)), 0
		for i, b := range blocks {
			counts[i] = b.fits(a.ground.reach(row, tier))
			total += counts[i]
		}
		if total > a.left {
			counts, total = share(a.left, counts), a.left
		}
		a.left -= total
		rows = append(rows, counts)
	}
	return rows
}

// row draws row k, from 0, of a section with n seats.
func (a *arena) row(tier, k int, section string, block arenaBlock, n int) drawnRow {
	first, _ := a.ground.tier(tier)
	reach := a.ground.reach(first+k, tier)
	number := strconv.Itoa(k + 1)
	row := drawnRow{Number: number, Label: "Row " + number, SeatLabel: "Seat %s", NumberPosition: "start"}
	for j := range n {
		seat := strconv.Itoa(j + 1)
		row.Seats = append(row.Seats, drawnSeat{
			GUID: section + "-" + number + "-" + seat, Number: seat,
			Position: block.seat(j, n, reach), Category: arenaTiers[tier].Name, Radius: drawnRadius,
		})
	}
	return row
}

// floor is what all look at. It stays clear of the corners of the first row.
func (a *arena) floor() drawnFloor {
	const inset = arenaFirstRow - 40
	width, height := a.ground.length+2*inset, a.ground.width+2*inset
	return drawnFloor{
		Shape: "rectangle", Rectangle: drawnSize{Width: width, Height: height},
		Position: drawnPoint{X: -width / 2, Y: -height / 2},
		Color:    "#eeeeee", BorderColor: "#999999",
		Text: drawnText{
			Text: "Floor", Color: "#333333", Size: 24,
			Position: drawnPoint{X: width / 2, Y: height / 2},
		},
	}
}
