package booking_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// olderPlan has all that the older form knows.
const olderPlan = `{
  "name": "Hall",
  "size": {"width": 300, "height": 200},
  "categories": [{"name": "Stalls", "color": "#2c7fb8"}, {"name": "Premium"}],
  "zones": [
    {
      "name": "Floor", "position": {"x": 10, "y": 20},
      "areas": [{"width": 100, "height": 20, "position": {"x": 0, "y": 0}, "color": "#eee",
                 "border_color": "#999", "rotation": 0, "text": "Stage"}],
      "rows": [
        {"row_number": "A", "position": {"x": 0, "y": 0}, "seats": [
          {"seat_guid": "A1", "seat_number": "1", "position": {"x": 0, "y": 0}, "category": "Stalls"},
          {"seat_guid": "A2", "seat_number": "2", "position": {"x": 22, "y": 0}, "category": "Premium"}]},
        {"row_number": "B", "seats": []}
      ]
    },
    {
      "position": {"x": 10, "y": 80},
      "rows": [{"row_number": "C", "seats": [
        {"seat_guid": "C1", "seat_number": "1", "position": {"x": 0, "y": 0}, "category": "Stalls"}]}]
    }
  ]
}`

// newerPlan has all that the newer form knows, its zones before its categories
// and nulls where the editor writes them.
const newerPlan = `{
  "zones": [{
    "zone_id": "z1", "uuid": "u1", "name": "Block 101", "position": {"x": 10.5, "y": -20.25},
    "areas": [
      {"uuid": "u2", "shape": "rectangle", "rectangle": {"width": 1, "height": 2}, "position": {"x": 1, "y": 1},
       "color": "#eee", "border_color": "#999", "rotation": 12.5,
       "text": {"text": "Pitch", "color": "#333", "size": 24, "position": {"x": 0, "y": 0}}},
      {"shape": "circle", "circle": {"radius": 4}},
      {"shape": "ellipse", "ellipse": {"radius": {"x": 4, "y": 5}}, "text": null},
      {"shape": "polygon", "polygon": {"points": [{"x": 0, "y": 0}, {"x": 1, "y": 0}, {"x": 0, "y": 1.5}]}},
      {"shape": "text", "text": {"text": "Bar", "position": {"x": 0, "y": 0}}}
    ],
    "rows": [
      {"row_number": "1", "row_label": "Row %s", "seat_label": "Seat %s", "row_number_position": "both", "uuid": "u3",
       "seats": [{"seat_guid": "101/1 ü", "seat_number": "7", "position": {"x": 1e1, "y": -0.5}, "category": "Lower",
                  "radius": 6, "uuid": "u4", "start_direction": "left"}]},
      {"row_number": "2", "row_label": null, "seat_label": null, "row_number_position": null, "position": null,
       "seats": [{"seat_guid": "101-2", "seat_number": "8", "position": {"x": 1, "y": 2}, "category": "Lower"}]}
    ]
  }],
  "categories": [{"name": "Lower", "color": null}],
  "name": "Arena"
}`

func parse(t *testing.T, document string) *booking.Plan {
	t.Helper()
	plan, err := booking.ParsePlan([]byte(document))
	require.NoError(t, err)
	return plan
}

func TestParsePlanReadsTheOlderForm(t *testing.T) {
	plan := parse(t, olderPlan)

	require.Equal(t, "Hall", plan.Name)
	require.Equal(t, []booking.Category{{Name: "Stalls", Color: "#2c7fb8"}, {Name: "Premium"}}, plan.Categories)
	require.Equal(t, []booking.PlanSeat{
		{GUID: "A1", Number: "1", Row: "A", Zone: "Floor", Category: 0},
		{GUID: "A2", Number: "2", Row: "A", Zone: "Floor", Category: 1},
		{GUID: "C1", Number: "1", Row: "C", Zone: "", Category: 0},
	}, plan.Seats)
	require.Equal(t, olderPlan, string(plan.Raw), "the document is kept as it was given")
}

func TestParsePlanReadsTheNewerForm(t *testing.T) {
	plan := parse(t, newerPlan)

	require.Equal(t, "Arena", plan.Name)
	require.Equal(t, []booking.Category{{Name: "Lower"}}, plan.Categories)
	require.Equal(t, []booking.PlanSeat{
		{GUID: "101/1 ü", Number: "7", Row: "Row 1", Zone: "Block 101"},
		{GUID: "101-2", Number: "8", Row: "2", Zone: "Block 101"},
	}, plan.Seats)
	require.Equal(t, newerPlan, string(plan.Raw))
}

func TestPlanIndexFindsSeatsByName(t *testing.T) {
	plan := parse(t, olderPlan)
	for want, seat := range plan.Seats {
		got, ok := plan.Index(seat.GUID)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	_, ok := plan.Index("a1")
	require.False(t, ok, "names are exact")
	require.Equal(t, []string{"C1", "A1"}, plan.GUIDs([]int{2, 0}))
}

func TestParsePlanAccepts(t *testing.T) {
	tests := map[string]struct{ old, new string }{
		"no size":                  {`"size": {"width": 300, "height": 200},`, ``},
		"fields it does not know":  {`"name": "Hall"`, `"name": "Hall", "editor": {"zones": [1, "}", {"a": "\""}]}`},
		"unknown fields twice":     {`"name": "Hall"`, `"name": "Hall", "x": 1, "x": "2"`},
		"a field in other letters": {`"category": "Premium"`, `"category": "Premium", "Category": "Sofa"`},
		"a key written in escapes": {`"seat_guid": "A2"`, `"seat\u005fguid": "A2"`},
		"a value in escapes":       {`"seat_guid": "A2"`, `"seat_guid": "\u0041\u0032"`},
		"zones without seats":      {`{"row_number": "B", "seats": []}`, `{"row_number": "B", "seats": [ ]}`},
		"numbers with a fraction":  {`"position": {"x": 22, "y": 0}`, `"position": {"x": 22.5, "y": -1.5e-3}`},
		"space around":             {olderPlan, "\r\n\t " + olderPlan + " \n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(olderPlan, test.old))
			document := strings.Replace(olderPlan, test.old, test.new, 1)
			plan := parse(t, document)
			require.Equal(t, []string{"A1", "A2", "C1"}, plan.GUIDs([]int{0, 1, 2}))
			require.Equal(t, 1, plan.Seats[1].Category)
			require.Equal(t, document, string(plan.Raw))
		})
	}
}

func TestParsePlanBoundsSeatNames(t *testing.T) {
	longest := strings.Repeat("ü", booking.MaxSeatGUID/2)
	plan := parse(t, strings.Replace(olderPlan, `"A2"`, `"`+longest+`"`, 1))
	require.Equal(t, longest, plan.Seats[1].GUID)

	_, err := booking.ParsePlan([]byte(strings.Replace(olderPlan, `"A2"`, `"`+longest+`x"`, 1)))
	require.ErrorContains(t, err, "has 129 bytes; shorten it to at most 128")
}

func TestParsePlanRefusesOneSeatTooMany(t *testing.T) {
	const seat = `{"seat_guid":"s","seat_number":"1","position":{"x":0,"y":0},"category":"All"}`
	document := `{"name":"Row","categories":[{"name":"All"}],"zones":[{"position":{"x":0,"y":0},"rows":[` +
		`{"row_number":"1","seats":[` + strings.Repeat(seat+",", booking.MaxPlanSeats) + seat + `]}]}]}`
	requireInvalid(t, document, "plan.zones[0].rows[0].seats[200000]: "+
		"is one seat too many; a plan holds at most 200,000, so split it into several events")
}
