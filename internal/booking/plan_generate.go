package booking

import (
	"encoding/json"
	"fmt"
	"math"
)

// GeneratePlan draws a seating plan with exactly this many seats, 1 to
// MaxPlanSeats: like a "theatre" (curved rows before a stage, the older form
// of the format) or like an "arena" (tiers of sections around a floor, the
// newer form). The same arguments always give the same bytes, which ParsePlan
// accepts. Its error is CodeInvalidValue.
func GeneratePlan(like string, seats int) ([]byte, error) {
	if seats < 1 || seats > MaxPlanSeats {
		return nil, Errorf(CodeInvalidValue, "seats: %d is out of range; use 1 to %d", seats, MaxPlanSeats)
	}
	var drawn drawnPlan
	switch like {
	case "theatre":
		drawn = drawTheatre(seats)
	case "arena":
		drawn = drawArena(seats)
	default:
		return nil, Errorf(CodeInvalidValue, `like: %s is not known; use "theatre" or "arena"`, quoted(like))
	}
	raw, err := json.Marshal(drawn)
	if err != nil {
		return nil, fmt.Errorf("write the generated plan: %w", err)
	}
	return raw, nil
}

// The drawn types are the document as it is written, of both forms.
type (
	drawnPlan struct {
		Name       string          `json:"name"`
		Size       drawnSize       `json:"size"`
		Categories []drawnCategory `json:"categories"`
		Zones      []drawnZone     `json:"zones"`
	}
	drawnSize struct {
		Width  float64 `json:"width"`
		Height float64 `json:"height"`
	}
	drawnCategory struct {
		Name  string `json:"name"`
		Color string `json:"color"`
	}
	drawnZone struct {
		Name     string     `json:"name"`
		Position drawnPoint `json:"position"`
		Areas    []any      `json:"areas,omitempty"` // drawnStage or drawnFloor
		Rows     []drawnRow `json:"rows"`
	}
	drawnRow struct {
		Number         string      `json:"row_number"`
		Label          string      `json:"row_label,omitempty"`
		SeatLabel      string      `json:"seat_label,omitempty"`
		NumberPosition string      `json:"row_number_position,omitempty"`
		Position       drawnPoint  `json:"position"`
		Seats          []drawnSeat `json:"seats"`
	}
	drawnSeat struct {
		GUID     string     `json:"seat_guid"`
		Number   string     `json:"seat_number"`
		Position drawnPoint `json:"position"`
		Category string     `json:"category"`
		Radius   float64    `json:"radius,omitempty"`
	}
	drawnPoint struct {
		X float64 `json:"x"`
		Y float64 `json:"y"`
	}
)

// A theatre has a stage, an area in the older form, and an arena a floor, in
// the newer.
type (
	drawnStage struct {
		Width       float64    `json:"width"`
		Height      float64    `json:"height"`
		Position    drawnPoint `json:"position"`
		Color       string     `json:"color"`
		BorderColor string     `json:"border_color"`
		Rotation    float64    `json:"rotation"`
		Text        string     `json:"text"`
	}
	drawnFloor struct {
		Shape       string     `json:"shape"`
		Rectangle   drawnSize  `json:"rectangle"`
		Position    drawnPoint `json:"position"`
		Color       string     `json:"color"`
		BorderColor string     `json:"border_color"`
		Rotation    float64    `json:"rotation"`
		Text        drawnText  `json:"text"`
	}
	drawnText struct {
		Text     string     `json:"text"`
		Color    string     `json:"color"`
		Size     float64    `json:"size"`
		Position drawnPoint `json:"position"`
	}
)

// Lengths in the plan's units. A seat is a circle of radius drawnRadius.
const (
	drawnRadius = 8
	drawnMargin = 40
)

// share splits total over parts of the given sizes, in proportion and exactly.
// With total at most the sum of the sizes, no part gets more than its size.
func share(total int, sizes []int) []int {
	sum := 0
	for _, size := range sizes {
		sum += size
	}
	shares := make([]int, len(sizes))
	before := 0
	for i, size := range sizes {
		shares[i] = total*(before+size)/sum - total*before/sum
		before += size
	}
	return shares
}

// rounded returns v in steps of 1/parts; never the "-0" that JSON would show.
func rounded(v, parts float64) float64 {
	return float64(int(math.Round(v*parts))) / parts
}

// rowLetters returns A…Z, AA, AB… for 0, 1, 2…
func rowLetters(i int) string {
	letters := string(rune('A' + i%26))
	if i < 26 {
		return letters
	}
	return rowLetters(i/26-1) + letters
}
