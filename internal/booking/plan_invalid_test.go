package booking_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// badPlans are one change each of a good plan, and the whole detail that the
// change must be answered with.
var badPlans = []struct{ name, base, old, new, detail string }{
	// The plan itself.
	{"null", olderPlan, olderPlan, `null`, `plan: must be an object, not null`},
	{"an array", olderPlan, olderPlan, `[]`, `plan: must be an object, not an array`},
	{"a number", olderPlan, olderPlan, `12`, `plan: must be an object, not a number`},
	{"no name", olderPlan, `"name": "Hall",`, ``, `plan.name: is missing; add it as a string`},
	{"name of a wrong type", olderPlan, `"Hall"`, `true`, `plan.name: must be a string, not a boolean`},
	{
		"name in capitals", olderPlan, `"name": "Hall"`, `"Name": "Hall"`,
		`plan.name: is missing; add it as a string`,
	},
	{
		"name twice", olderPlan, `"name": "Hall"`, `"name": "Hall", "name": "Wall"`,
		`plan.name: appears twice in its object; keep one`,
	},
	{
		"no categories", newerPlan, `"categories": [{"name": "Lower", "color": null}],`, ``,
		`plan.categories: is missing; add it as an array`,
	},
	{
		"no zones", olderPlan, `"zones"`, `"zone"`,
		`plan.zones: is missing; add it as an array`,
	},
	{
		"zones as an object", olderPlan, olderPlan, `{"name": "", "categories": [], "zones": {}}`,
		`plan.zones: must be an array, not an object`,
	},
	{
		"no seat", olderPlan, olderPlan, `{"name": "", "categories": [], "zones": []}`,
		`plan.zones: hold no seat; add at least one to a row`,
	},
	{
		"size without height", olderPlan, `"width": 300, "height": 200`, `"width": 300`,
		`plan.size.height: is missing; add it as a number`,
	},
	{
		"negative size", olderPlan, `"width": 300`, `"width": -300`,
		`plan.size.width: -300 is negative; use 0 or more`,
	},

	// Categories.
	{
		"category as a string", olderPlan, `{"name": "Premium"}`, `"Premium"`,
		`plan.categories[1]: must be an object, not a string`,
	},
	{
		"category without a name", olderPlan, `{"name": "Premium"}`, `{}`,
		`plan.categories[1].name: is missing; add it as a string`,
	},
	{
		"category with an empty name", olderPlan, `{"name": "Premium"}`, `{"name": ""}`,
		`plan.categories[1].name: is empty; give the category a name`,
	},
	{
		"category twice", olderPlan, `{"name": "Premium"}`, `{"name": "Stalls"}`,
		`plan.categories[1].name: "Stalls" is also the name of plan.categories[0]; give every category its own`,
	},
	{
		"category with a wrong color", olderPlan, `"#2c7fb8"`, `["red"]`,
		`plan.categories[0].color: must be a string, not an array`,
	},

	// Zones.
	{
		"zone without a position", olderPlan, `"position": {"x": 10, "y": 80},`, ``,
		`plan.zones[1].position: is missing; add it as an object`,
	},
	{
		"zone without rows", newerPlan, `"rows"`, `"Rows"`,
		`plan.zones[0].rows: is missing; add it as an array`,
	},
	{
		"zone with a wrong name", olderPlan, `"name": "Floor"`, `"name": 1`,
		`plan.zones[0].name: must be a string, not a number; write "1"`,
	},
	{
		"null as a zone", olderPlan, `"zones": [`, `"zones": [null, `,
		`plan.zones[0]: must be an object, not null`,
	},
	{
		"position without y", olderPlan, `{"x": 10, "y": 80}`, `{"x": 10}`,
		`plan.zones[1].position.y: is missing; add it as a number`,
	},
	{
		"position as strings", olderPlan, `{"x": 10, "y": 80}`, `{"x": "10", "y": 80}`,
		`plan.zones[1].position.x: must be a number, not a string`,
	},
	{
		"position out of float64", olderPlan, `{"x": 10, "y": 80}`, `{"x": 10, "y": 1e999}`,
		`plan.zones[1].position.y: 1e999 is out of range; use a number between -1,000,000,000 and 1,000,000,000`,
	},
	{
		"position far away", olderPlan, `{"x": 10, "y": 80}`, `{"x": -1000000001, "y": 80}`,
		`plan.zones[1].position.x: -1000000001 is out of range; use a number between -1,000,000,000 and 1,000,000,000`,
	},

	// Rows.
	{
		"row without a number", olderPlan, `"row_number": "C", `, ``,
		`plan.zones[1].rows[0].row_number: is missing; add it as a string`,
	},
	{
		"row number as a number", olderPlan, `"row_number": "B"`, `"row_number": 12`,
		`plan.zones[0].rows[1].row_number: must be a string, not a number; write "12"`,
	},
	{
		"row without seats", olderPlan, `{"row_number": "B", "seats": []}`, `{"row_number": "B"}`,
		`plan.zones[0].rows[1].seats: is missing; add it as an array`,
	},
	{
		"row with null seats", olderPlan, `"seats": []`, `"seats": null`,
		`plan.zones[0].rows[1].seats: must be an array, not null`,
	},
	{
		"row label as a number", newerPlan, `"Row %s"`, `5`,
		`plan.zones[0].rows[0].row_label: must be a string, not a number; write "5"`,
	},
	{
		"row with a wrong position", newerPlan, `"position": null`, `"position": 3`,
		`plan.zones[0].rows[1].position: must be an object, not a number`,
	},
	{
		"row with unknown place of numbers", newerPlan, `"both"`, `"left"`,
		`plan.zones[0].rows[0].row_number_position: "left" is not known; use "start", "end", "both" or null`,
	},

	// Seats.
	{
		"seat as an array", olderPlan, `"seats": []`, `"seats": [[]]`,
		`plan.zones[0].rows[1].seats[0]: must be an object, not an array`,
	},
	{
		"seat without a guid", olderPlan, `"seat_guid": "A2", `, ``,
		`plan.zones[0].rows[0].seats[1].seat_guid: is missing; add it as a string`,
	},
	{
		"seat with a number for a guid", olderPlan, `"seat_guid": "A2"`, `"seat_guid": 2`,
		`plan.zones[0].rows[0].seats[1].seat_guid: must be a string, not a number; write "2"`,
	},
	{
		"seat with an empty guid", olderPlan, `"A2"`, `""`,
		`plan.zones[0].rows[0].seats[1].seat_guid: is empty; name the seat with 1 to 128 bytes`,
	},
	{
		"guid with a control character", olderPlan, `"A2"`, `"A\t2"`,
		`plan.zones[0].rows[0].seats[1].seat_guid: "A\t2" holds a control character; remove it`,
	},
	{
		"guid with a C1 control character", olderPlan, `"A2"`, `"A\u0085"`,
		`plan.zones[0].rows[0].seats[1].seat_guid: "A\u0085" holds a control character; remove it`,
	},
	{
		"guid with half a surrogate pair", olderPlan, `"A2"`, `"A\ud83d"`,
		`plan.zones[0].rows[0].seats[1].seat_guid: "A�" holds a character that is not valid Unicode; remove it`,
	},
	{
		"guid twice in a row", olderPlan, `"A2"`, `"A1"`,
		`plan.zones[0].rows[0].seats[1].seat_guid: "A1" is also the name of plan.zones[0].rows[0].seats[0]; give every seat its own`,
	},
	{
		"guid twice, past an empty row", olderPlan, `"C1"`, `"A2"`,
		`plan.zones[1].rows[0].seats[0].seat_guid: "A2" is also the name of plan.zones[0].rows[0].seats[1]; give every seat its own`,
	},
	{
		"guid twice, once in escapes", olderPlan, `"A2"`, `"\u00411"`,
		`plan.zones[0].rows[0].seats[1].seat_guid: "A1" is also the name of plan.zones[0].rows[0].seats[0]; give every seat its own`,
	},
	{
		"seat without a number", newerPlan, `"seat_number": "8",`, ``,
		`plan.zones[0].rows[1].seats[0].seat_number: is missing; add it as a string`,
	},
	{
		"seat number as a number", newerPlan, `"seat_number": "8"`, `"seat_number": 8`,
		`plan.zones[0].rows[1].seats[0].seat_number: must be a string, not a number; write "8"`,
	},
	{
		"seat without a position", olderPlan, `"position": {"x": 22, "y": 0}, `, ``,
		`plan.zones[0].rows[0].seats[1].position: is missing; add it as an object`,
	},
	{
		"seat without a category", olderPlan, `, "category": "Premium"`, ``,
		`plan.zones[0].rows[0].seats[1].category: is missing; add it as a string`,
	},
	{
		"seat with null for a category", olderPlan, `"category": "Premium"`, `"category": null`,
		`plan.zones[0].rows[0].seats[1].category: must be a string, not null`,
	},
	{
		"seat with an unknown category", olderPlan, `"category": "Premium"`, `"category": "Sofa"`,
		`plan.zones[0].rows[0].seats[1].category: "Sofa" is not one of the plan's categories ("Stalls", "Premium")`,
	},
	{
		"seat with two categories", olderPlan, `"category": "Premium"`, `"category": "Premium", "category": "Stalls"`,
		`plan.zones[0].rows[0].seats[1].category: appears twice in its object; keep one`,
	},
	{
		"seat with two categories, once in escapes", olderPlan,
		`"category": "Premium"`, `"category": "Premium", "c\u0061tegory": "Stalls"`,
		`plan.zones[0].rows[0].seats[1].category: appears twice in its object; keep one`,
	},
	{
		"seat with a wrong radius", newerPlan, `"radius": 6`, `"radius": "6"`,
		`plan.zones[0].rows[0].seats[0].radius: must be a number, not a string`,
	},

	// Areas.
	{
		"older area without width", olderPlan, `"width": 100, `, ``,
		`plan.zones[0].areas[0].width: is missing; add it as a number`,
	},
	{
		"older area without a position", olderPlan, `"height": 20, "position": {"x": 0, "y": 0}`, `"height": 20`,
		`plan.zones[0].areas[0].position: is missing; add it as an object`,
	},
	{
		"older area with a text of the newer form", olderPlan, `"text": "Stage"`, `"text": {"text": "Stage"}`,
		`plan.zones[0].areas[0].text: must be a string, not an object`,
	},
	{
		"older area with a wrong rotation", olderPlan, `"rotation": 0`, `"rotation": "0"`,
		`plan.zones[0].areas[0].rotation: must be a number, not a string`,
	},
	{
		"areas as an object", olderPlan, olderPlan,
		`{"name": "", "categories": [], "zones": [{"position": {"x": 0, "y": 0}, "areas": {}, "rows": []}]}`,
		`plan.zones[0].areas: must be an array, not an object`,
	},
	{
		"newer area of an unknown shape", newerPlan, `"shape": "circle"`, `"shape": "star"`,
		`plan.zones[0].areas[1].shape: "star" is not known; use "rectangle", "circle", "ellipse", "polygon" or "text"`,
	},
	{
		"newer area with a wrong shape", newerPlan, `"shape": "circle"`, `"shape": 1`,
		`plan.zones[0].areas[1].shape: must be a string, not a number; write "1"`,
	},
	{
		"newer area without its shape's object", newerPlan, `"rectangle": {"width": 1, "height": 2}, `, ``,
		`plan.zones[0].areas[0].rectangle: is missing; add it as an object`,
	},
	{
		"rectangle without height", newerPlan, `{"width": 1, "height": 2}`, `{"width": 1}`,
		`plan.zones[0].areas[0].rectangle.height: is missing; add it as a number`,
	},
	{
		"circle with a negative radius", newerPlan, `"circle": {"radius": 4}`, `"circle": {"radius": -4}`,
		`plan.zones[0].areas[1].circle.radius: -4 is negative; use 0 or more`,
	},
	{
		"ellipse with the radius of a circle", newerPlan, `{"radius": {"x": 4, "y": 5}}`, `{"radius": 4}`,
		`plan.zones[0].areas[2].ellipse.radius: must be an object, not a number`,
	},
	{
		"polygon of two points", newerPlan, `{"x": 1, "y": 0}, `, ``,
		`plan.zones[0].areas[3].polygon.points: has 2 points; a polygon needs at least 3`,
	},
	{
		"polygon with a point as an array", newerPlan, `{"x": 1, "y": 0}`, `[1, 0]`,
		`plan.zones[0].areas[3].polygon.points[1]: must be an object, not an array`,
	},
	{
		"text area without text", newerPlan, `"text": {"text": "Bar", "position": {"x": 0, "y": 0}}`, `"color": ""`,
		`plan.zones[0].areas[4].text: is missing; add it as an object`,
	},
	{
		"newer area with a text of the older form", newerPlan,
		`{"text": "Pitch", "color": "#333", "size": 24, "position": {"x": 0, "y": 0}}`, `"Pitch"`,
		`plan.zones[0].areas[0].text: must be an object, not a string`,
	},
	{
		"area text without a position", newerPlan, `{"text": "Bar", "position": {"x": 0, "y": 0}}`, `{"text": "Bar"}`,
		`plan.zones[0].areas[4].text.position: is missing; add it as an object`,
	},
}

func TestParsePlanRefuses(t *testing.T) {
	for _, test := range badPlans {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(test.base, test.old), "the change must fit one place")
			requireInvalid(t, strings.Replace(test.base, test.old, test.new, 1), test.detail)
		})
	}
}

func TestParsePlanRefusesWhatIsNotJSON(t *testing.T) {
	tests := []struct{ name, document, detail string }{
		{
			"nothing", "",
			"plan: line 1, column 1: unexpected end of JSON input; correct the JSON there",
		},
		{
			"cut off", "{\n  \"name\":",
			"plan: line 2, column 10: unexpected end of JSON input; correct the JSON there",
		},
		{
			"a comma too many", "{\"name\": \"Ü\",\r\n \"ü\": [1,]}",
			"plan: line 2, column 10: invalid character ']' looking for beginning of value; correct the JSON there",
		},
		{
			"something after it", "{}\n{}",
			"plan: line 2, column 1: invalid character '{' after top-level value; correct the JSON there",
		},
		{
			"not UTF-8", "{\n\"\u00fc\xff\"}",
			"plan: line 2, column 3: is not UTF-8; save the document as UTF-8",
		},
		{
			"a byte order mark", "\ufeff{}",
			"plan: starts with a byte order mark; save it as UTF-8 without one",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { requireInvalid(t, test.document, test.detail) })
	}
}

func TestParsePlanKeepsItsMessagesShort(t *testing.T) {
	huge := strings.Repeat("ü", 100_000)
	for _, value := range []string{`"A2"`, `"Premium"}`} {
		_, err := booking.ParsePlan([]byte(strings.Replace(olderPlan, value, `"`+huge+value[1:], 1)))
		require.Error(t, err)
		require.Less(t, len(err.Error()), 1000)
	}

	var categories strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&categories, `{"name": "c%d"},`, i)
	}
	_, err := booking.ParsePlan([]byte(strings.Replace(olderPlan, `{"name": "Premium"}`, categories.String()+`{"name": "Z"}`, 1)))
	require.ErrorContains(t, err, `"Premium" is not one of the plan's categories ("Stalls", "c0", "c1", `)
	require.ErrorContains(t, err, ` and 990 more)`)
	require.Less(t, len(err.Error()), 1000)
}

// requireInvalid checks that the document is refused with exactly this detail.
func requireInvalid(t *testing.T, document, detail string) {
	t.Helper()
	plan, err := booking.ParsePlan([]byte(document))
	require.Nil(t, plan)
	var refusal *booking.Error
	require.True(t, errors.As(err, &refusal), "got %v", err)
	require.Equal(t, booking.CodeInvalidPlan, refusal.Code)
	require.Equal(t, detail, refusal.Detail)
}
