package booking_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// readVenue returns a real venue's plan from the folder that
// SEATHOLD_TEST_VENUES names. Without it the test is skipped, or fails where
// SEATHOLD_TEST_REQUIRE lists "venues".
func readVenue(t *testing.T, file string) []byte {
	t.Helper()
	folder := os.Getenv("SEATHOLD_TEST_VENUES")
	if folder == "" {
		missing := "no real venues: set SEATHOLD_TEST_VENUES to a folder with " + file
		if slices.Contains(strings.Split(os.Getenv("SEATHOLD_TEST_REQUIRE"), ","), "venues") {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	raw, err := os.ReadFile(filepath.Join(folder, file))
	require.NoError(t, err)
	return raw
}

func TestParsePlanReadsRealVenues(t *testing.T) {
	tests := []struct {
		file, name  string
		categories  []string
		seats       int
		first, last booking.PlanSeat
	}{
		{
			file: "riverside-theatre.json", name: "Riverside Theatre", seats: 1168,
			categories: []string{"Premium", "Stalls", "Balcony", "Restricted view", "Wheelchair"},
			first:      booking.PlanSeat{GUID: "stalls-A-1", Number: "1", Row: "A", Zone: "Stalls", Category: 1},
			last:       booking.PlanSeat{GUID: "box8-4", Number: "4", Row: "Box 8", Zone: "Boxes", Category: 0},
		},
		{
			file: "harbour-arena.json", name: "Harbour Arena", seats: 18714,
			categories: []string{"Lower front", "Lower back", "Club front", "Club back", "Upper front", "Upper back"},
			first:      booking.PlanSeat{GUID: "101-1-1", Number: "1", Row: "Row 1", Zone: "Section 101", Category: 0},
			last:       booking.PlanSeat{GUID: "332-19-16", Number: "16", Row: "Row 19", Zone: "Section 332", Category: 5},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			raw := readVenue(t, test.file)
			plan, err := booking.ParsePlan(raw)
			require.NoError(t, err)

			require.Equal(t, test.name, plan.Name)
			require.Equal(t, test.categories, categoryNames(plan))
			require.Len(t, plan.Seats, test.seats)
			require.Equal(t, test.first, plan.Seats[0])
			require.Equal(t, test.last, plan.Seats[test.seats-1])
			require.Equal(t, raw, plan.Raw)
			i, ok := plan.Index(test.last.GUID)
			require.True(t, ok)
			require.Equal(t, test.seats-1, i)
		})
	}
}

func categoryNames(plan *booking.Plan) []string {
	names := make([]string, 0, len(plan.Categories))
	for _, c := range plan.Categories {
		names = append(names, c.Name)
	}
	return names
}
