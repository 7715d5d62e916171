package booking

import (
	"fmt"
	"math"
	"strconv"
)

// A theatre's rows are arcs around one centre, far before the stage, so that
// seats keep their distance within a row and between rows at any size.
const (
	theatreSeatPitch  = 22.0 // along a row
	theatreRowPitch   = 26.0
	theatreAisle      = 16.0 // what the middle aisle adds between two seats
	theatreBalconyGap = 44.0
	theatreFan        = 1.22 // radians that a row spans
	theatreMinRadius  = 200.0
	theatreNoBalcony  = 100 // seats: a smaller house has none
	theatreNoAisle    = 10  // seats in the front row: a narrower house has none
)

// theatre is the house while it is drawn.
type theatre struct {
	front float64 // radius of the first row
	aisle float64
	next  float64 // radius of the next row to draw

	left, top, bottom float64 // how far the seats reach from the front row's middle
}

func drawTheatre(seats int) drawnPlan {
	// The front row grows with the square root, and with it the whole house:
	// the fan keeps its shape.
	front := max(theatreMinRadius, 0.8*math.Sqrt(float64(seats))*theatreSeatPitch/theatreFan)
	t := theatre{front: math.Round(front), next: math.Round(front)}
	balcony := 0
	if seats >= theatreNoBalcony {
		balcony = seats * 28 / 100
	}
	stalls := t.fanRows(seats - balcony)
	if stalls[0] >= theatreNoAisle {
		t.aisle = theatreAisle
	}
	premium := max(1, len(stalls)/3)
	zones := []drawnZone{t.zone("Stalls", "", stalls, func(row int) string {
		if row < premium {
			return "Premium"
		}
		return "Stalls"
	})}
	if balcony > 0 {
		t.next += theatreBalconyGap
		zones = append(zones, t.zone("Balcony", "Balcony-", t.fanRows(balcony), func(int) string { return "Balcony" }))
	}
	return t.plan(seats, zones)
}

// fanRows splits seats over rows from the next radius on: as many as fill best,
// each with its share of what fits in the fan.
func (t *theatre) fanRows(seats int) []int {
	var fit []int
	for total := 0; ; {
		n := int(theatreFan * (t.next + theatreRowPitch*float64(len(fit))) / theatreSeatPitch)
		if total > 0 && total+n/2 >= seats {
			return share(seats, fit)
		}
		fit = append(fit, n)
		total += n
	}
}

// zone draws rows of the given seat counts. Row and seat make up a seat's
// name, after the prefix.
func (t *theatre) zone(name, prefix string, rows []int, category func(row int) string) drawnZone {
	zone := drawnZone{Name: name}
	for i, n := range rows {
		letters := rowLetters(i)
		row := drawnRow{Number: letters, Position: drawnPoint{Y: t.next - t.front}}
		for j := range n {
			number := strconv.Itoa(j + 1)
			row.Seats = append(row.Seats, drawnSeat{
				GUID: prefix + letters + number, Number: number,
				Position: t.seat(row.Position.Y, t.offset(j, n, i%2)), Category: category(i),
			})
		}
		zone.Rows = append(zone.Rows, row)
		t.next += theatreRowPitch
	}
	return zone
}

// offset returns how far along its row of n seat j is from the middle. Where
// an aisle splits an odd row, the extra seat is on the left in odd rows.
func (t *theatre) offset(j, n, odd int) float64 {
	if t.aisle == 0 {
		return (float64(j) - float64(n-1)/2) * theatreSeatPitch
	}
	left := (n + odd) / 2
	along := (float64(j-left) + 0.5) * theatreSeatPitch
	if j < left {
		return along - t.aisle/2
	}
	return along + t.aisle/2
}

// seat returns a seat's place relative to the middle of its row, which is
// depth behind the front row.
func (t *theatre) seat(depth, offset float64) drawnPoint {
	radius := t.front + depth
	sin, cos := math.Sincos(offset / radius)
	p := drawnPoint{X: rounded(radius*sin, 1), Y: rounded(radius*(cos-1), 1)}
	t.left = min(t.left, p.X, -p.X)
	t.top = min(t.top, depth+p.Y)
	t.bottom = max(t.bottom, depth+p.Y)
	return p
}

// plan adds the stage and moves everything into view.
func (t *theatre) plan(seats int, zones []drawnZone) drawnPlan {
	stage := t.stage()
	t.left = min(t.left, stage.Position.X)
	t.top = min(t.top, stage.Position.Y)
	zones[0].Areas = []any{stage}
	for i := range zones {
		zones[i].Position = drawnPoint{X: drawnMargin - t.left, Y: drawnMargin - t.top}
	}
	return drawnPlan{
		Name: fmt.Sprintf("Theatre with %d seats", seats),
		Size: drawnSize{Width: 2 * (drawnMargin - t.left), Height: t.bottom - t.top + 2*drawnMargin},
		// All three at any size, so that the same prices serve every theatre.
		Categories: []drawnCategory{
			{Name: "Premium", Color: "#7b3294"},
			{Name: "Stalls", Color: "#2c7fb8"},
			{Name: "Balcony", Color: "#41ab5d"},
		},
		Zones: zones,
	}
}

// stage is narrow enough that the ends of the front row bend around it.
func (t *theatre) stage() drawnStage {
	depth := math.Round(max(50, 0.12*t.front))
	width := 2 * math.Round(0.32*t.front)
	return drawnStage{
		Width: width, Height: depth,
		Position: drawnPoint{X: -width / 2, Y: -2 * depth},
		Color:    "#eeeeee", BorderColor: "#999999", Text: "Stage",
	}
}
