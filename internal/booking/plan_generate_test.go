package booking_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// sketch is a plan as a page that draws it reads it.
type sketch struct {
	Size       struct{ Width, Height float64 }
	Categories []struct{ Name, Color string }
	Zones      []struct {
		Name     string
		Position point
		Areas    []area
		Rows     []struct {
			Number   string `json:"row_number"`
			Label    string `json:"row_label"`
			Position point
			Seats    []struct {
				GUID     string `json:"seat_guid"`
				Position point
				Category string
			}
		}
	}
}

type point struct{ X, Y float64 }

func (p point) plus(q point) point { return point{p.X + q.X, p.Y + q.Y} }

type area struct {
	Width, Height float64
	Position      point
	Shape         string
	Rectangle     struct{ Width, Height float64 }
}

func draw(t *testing.T, raw []byte) sketch {
	t.Helper()
	var s sketch
	require.NoError(t, json.Unmarshal(raw, &s))
	return s
}

// seats returns where the seats are in the whole plan.
func (s sketch) seats() []point {
	var all []point
	for _, z := range s.Zones {
		for _, r := range z.Rows {
			for _, seat := range r.Seats {
				all = append(all, z.Position.plus(r.Position).plus(seat.Position))
			}
		}
	}
	return all
}

// nearest returns the smallest distance between two seats that are less than
// 20 apart, or 20.
func nearest(seats []point) float64 {
	const cell = 20
	cells := make(map[[2]int][]point)
	least := float64(cell)
	for _, p := range seats {
		at := [2]int{int(math.Floor(p.X / cell)), int(math.Floor(p.Y / cell))}
		for dx := -1; dx <= 1; dx++ {
			for dy := -1; dy <= 1; dy++ {
				for _, q := range cells[[2]int{at[0] + dx, at[1] + dy}] {
					least = min(least, math.Hypot(p.X-q.X, p.Y-q.Y))
				}
			}
		}
		cells[at] = append(cells[at], p)
	}
	return least
}

func TestNearestSeesSeatsThatOverlap(t *testing.T) {
	require.InDelta(t, 20, nearest([]point{{0, 0}, {300, 0}}), 0)
	require.InDelta(t, 5, nearest([]point{{0, 0}, {300, 0}, {297, 4}}), 1e-9)
	require.InDelta(t, 2, nearest([]point{{19, -1}, {21, -1}}), 1e-9, "across cells")
}

// generatedSizes are all small ones, where layouts are odd, and some large.
func generatedSizes() []int {
	sizes := []int{400, 999, 1168, 2500, 7777, 18714}
	for n := 1; n <= 150; n++ {
		sizes = append(sizes, n)
	}
	return sizes
}

func TestGeneratePlanDrawsAnyNumberOfSeats(t *testing.T) {
	for _, like := range []string{"theatre", "arena"} {
		for _, n := range generatedSizes() {
			t.Run(fmt.Sprintf("%s/%d", like, n), func(t *testing.T) {
				t.Parallel()
				raw, err := booking.GeneratePlan(like, n)
				require.NoError(t, err)
				plan, err := booking.ParsePlan(raw)
				require.NoError(t, err)
				require.Len(t, plan.Seats, n)
				requireDrawable(t, draw(t, raw))
			})
		}
	}
}

func TestGeneratePlanDrawsTheLargest(t *testing.T) {
	for _, like := range []string{"theatre", "arena"} {
		t.Run(like, func(t *testing.T) {
			t.Parallel()
			raw, err := booking.GeneratePlan(like, booking.MaxPlanSeats)
			require.NoError(t, err)
			plan, err := booking.ParsePlan(raw)
			require.NoError(t, err)
			require.Len(t, plan.Seats, booking.MaxPlanSeats)
		})
	}
}

// requireDrawable checks that seats, circles of radius 8, are apart from each
// other, inside the plan's size and outside its stage or floor.
func requireDrawable(t *testing.T, s sketch) {
	t.Helper()
	const radius = 8
	seats := s.seats()
	require.GreaterOrEqual(t, nearest(seats), 18.0)
	require.Len(t, s.Zones[0].Areas, 1)
	a := s.Zones[0].Areas[0]
	corner := s.Zones[0].Position.plus(a.Position)
	width, height := a.Width+a.Rectangle.Width, a.Height+a.Rectangle.Height
	require.Positive(t, width)
	require.Positive(t, height)
	margin, apart := math.Inf(1), math.Inf(1)
	for _, p := range append(slices.Clone(seats), corner, corner.plus(point{width, height})) {
		margin = min(margin, p.X, p.Y, s.Size.Width-p.X, s.Size.Height-p.Y)
	}
	for _, p := range seats {
		apart = min(apart, max(corner.X-p.X, p.X-corner.X-width, corner.Y-p.Y, p.Y-corner.Y-height))
	}
	require.GreaterOrEqual(t, margin, 2.0*radius, "something is off the plan")
	require.GreaterOrEqual(t, apart, float64(radius), "a seat is on the stage or floor")
}

func TestGeneratePlanIsDeterministic(t *testing.T) {
	for _, like := range []string{"theatre", "arena"} {
		first, err := booking.GeneratePlan(like, 1234)
		require.NoError(t, err)
		again, err := booking.GeneratePlan(like, 1234)
		require.NoError(t, err)
		require.True(t, bytes.Equal(first, again))

		var compact bytes.Buffer
		require.NoError(t, json.Compact(&compact, first))
		require.Equal(t, compact.Len(), len(first), "no space is wasted")
	}
}

func TestGeneratedTheatre(t *testing.T) {
	raw, err := booking.GeneratePlan("theatre", 300)
	require.NoError(t, err)
	plan, err := booking.ParsePlan(raw)
	require.NoError(t, err)

	require.Equal(t, []string{"Premium", "Stalls", "Balcony"}, categoryNames(plan))
	require.Equal(t, []string{"A1", "A2", "A3"}, plan.GUIDs([]int{0, 1, 2}))
	require.Equal(t, booking.PlanSeat{GUID: "A1", Number: "1", Row: "A", Zone: "Stalls", Category: 0}, plan.Seats[0])
	first, ok := plan.Index("Balcony-A1")
	require.True(t, ok)
	require.Equal(t, booking.PlanSeat{GUID: "Balcony-A1", Number: "1", Row: "A", Zone: "Balcony", Category: 2}, plan.Seats[first])
	requireCategoriesInOrder(t, plan)

	s := draw(t, raw)
	require.Len(t, s.Zones, 2)
	require.Empty(t, s.Zones[0].Areas[0].Shape, "the stage is of the older form")
	for _, p := range s.seats() {
		require.Equal(t, point{math.Trunc(p.X), math.Trunc(p.Y)}, p, "the older form has integers")
	}
}

func TestGeneratedSmallTheatreIsOneZone(t *testing.T) {
	raw, err := booking.GeneratePlan("theatre", 40)
	require.NoError(t, err)
	plan, err := booking.ParsePlan(raw)
	require.NoError(t, err)
	for _, seat := range plan.Seats {
		require.Equal(t, "Stalls", seat.Zone)
		require.Equal(t, seat.Row+seat.Number, seat.GUID)
	}
	require.Equal(t, []string{"Premium", "Stalls", "Balcony"}, categoryNames(plan), "the same prices serve every theatre")
}

func TestGeneratedTheatreGoesOnAfterRowZ(t *testing.T) {
	raw, err := booking.GeneratePlan("theatre", 5000)
	require.NoError(t, err)
	var rows []string
	for _, row := range draw(t, raw).Zones[0].Rows {
		rows = append(rows, row.Number)
	}
	require.Greater(t, len(rows), 28)
	require.Equal(t, []string{"Y", "Z", "AA", "AB"}, rows[24:28])
}

func TestGeneratedArena(t *testing.T) {
	raw, err := booking.GeneratePlan("arena", 18714)
	require.NoError(t, err)
	plan, err := booking.ParsePlan(raw)
	require.NoError(t, err)

	require.Equal(t, []string{"Lower", "Club", "Upper"}, categoryNames(plan))
	require.Equal(t, booking.PlanSeat{GUID: "101-1-1", Number: "1", Row: "Row 1", Zone: "Section 101", Category: 0}, plan.Seats[0])
	requireCategoriesInOrder(t, plan)
	perTier := make([]int, len(plan.Categories))
	for _, seat := range plan.Seats {
		if strings.HasPrefix(seat.GUID, strconv.Itoa(seat.Category+1)) { // sections are numbered by tier
			perTier[seat.Category]++
		}
	}
	require.Equal(t, len(plan.Seats), perTier[0]+perTier[1]+perTier[2])
	require.Greater(t, slices.Min(perTier), 1000, "every tier has its share")

	s := draw(t, raw)
	require.Equal(t, "rectangle", s.Zones[0].Areas[0].Shape, "the floor is of the newer form")
	for _, zone := range s.Zones {
		require.True(t, strings.HasPrefix(zone.Rows[0].Seats[0].GUID, strings.TrimPrefix(zone.Name, "Section ")+"-"))
		require.Equal(t, "Row "+zone.Rows[0].Number, zone.Rows[0].Label)
	}
}

// requireCategoriesInOrder checks that seats further away never have a
// category nearer to the stage or floor, and that each category has seats.
func requireCategoriesInOrder(t *testing.T, plan *booking.Plan) {
	t.Helper()
	var seen []int
	for _, seat := range plan.Seats {
		if len(seen) == 0 || seen[len(seen)-1] != seat.Category {
			seen = append(seen, seat.Category)
		}
	}
	require.Equal(t, []int{0, 1, 2}, seen)
}

func TestGeneratePlanRefuses(t *testing.T) {
	tests := []struct {
		like   string
		seats  int
		detail string
	}{
		{"theatre", 0, `seats: 0 is out of range; use 1 to 200000`},
		{"arena", -1, `seats: -1 is out of range; use 1 to 200000`},
		{"arena", 200_001, `seats: 200001 is out of range; use 1 to 200000`},
		{"circus", 10, `like: "circus" is not known; use "theatre" or "arena"`},
		{"", 10, `like: "" is not known; use "theatre" or "arena"`},
	}
	for _, test := range tests {
		raw, err := booking.GeneratePlan(test.like, test.seats)
		require.Nil(t, raw)
		require.EqualError(t, err, "invalid_value: "+test.detail)
	}
}
