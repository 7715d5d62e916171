package httpapi

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// leastPlan has what the document asks of a plan, and nothing else.
const leastPlan = `{"name": "", "categories": [{"name": "x"}], "zones": [{"position": {"x": 0, "y": 0}, "rows": [{"row_number": "", "seats": [
	{"seat_guid": "A1", "seat_number": "", "category": "x", "position": {"x": 0, "y": 0}}]}]}]}`

// TestTheDocumentAsksOfAPlanWhatTheServiceDoes takes each member of a plan away
// in turn.
func TestTheDocumentAsksOfAPlanWhatTheServiceDoes(t *testing.T) {
	plan := decoded(t, leastPlan)
	requirePlan(t, plan, true, "whole")
	taken := 0
	var takeEach func(part any, place string)
	takeEach = func(part any, place string) {
		switch v := part.(type) {
		case []any:
			for _, element := range v {
				takeEach(element, place+"[]")
			}
		case map[string]any:
			for name, value := range v {
				delete(v, name)
				requirePlan(t, plan, false, place+"."+name)
				v[name] = value
				taken++
				takeEach(value, place+"."+name)
			}
		}
	}
	takeEach(plan, "plan")
	require.Equal(t, 16, taken)
}

func TestWhatAPlanMayLeaveOutMayBeNull(t *testing.T) {
	plan := decoded(t, leastPlan)
	plan["categories"].([]any)[0].(map[string]any)["color"] = nil
	zone := plan["zones"].([]any)[0].(map[string]any)
	zone["name"] = nil
	zone["rows"].([]any)[0].(map[string]any)["position"] = nil
	requirePlan(t, plan, true, "with nulls")
}

func TestASeatsNameHasNoControlCharacters(t *testing.T) {
	plan := decoded(t, leastPlan)
	zone := plan["zones"].([]any)[0].(map[string]any)
	seat := zone["rows"].([]any)[0].(map[string]any)["seats"].([]any)[0].(map[string]any)
	for _, name := range []string{"A\n1", "A\x7f", "\u0090", ""} {
		seat["seat_guid"] = name
		requirePlan(t, plan, false, name)
	}
}

// requirePlan requires that the document and the service judge a plan alike.
func requirePlan(t *testing.T, plan map[string]any, good bool, what string) {
	t.Helper()
	raw, err := json.Marshal(plan)
	require.NoError(t, err)
	_, byService := booking.ParsePlan(raw)
	byDocument := document().Components.Schemas["Plan"].Value.VisitJSON(plan)
	if good {
		require.NoError(t, byService, what)
		require.NoError(t, byDocument, what)
		return
	}
	require.Error(t, byService, what)
	require.Error(t, byDocument, what)
}

func decoded(t *testing.T, text string) (v map[string]any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &v))
	return v
}
