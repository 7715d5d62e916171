package booking_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestCheckPrices(t *testing.T) {
	plan := parse(t, olderPlan)
	tests := []struct {
		name   string
		prices map[string]int64
		detail string // "" where the prices are good
	}{
		{"all priced", map[string]int64{"Stalls": 4500, "Premium": 9000}, ""},
		{"free of charge", map[string]int64{"Stalls": 0, "Premium": 0}, ""},
		{"the highest", map[string]int64{"Stalls": 1, "Premium": booking.MaxPrice}, ""},
		{"none", nil, `prices: category "Stalls" has no price; add one`},
		{"one missing", map[string]int64{"Stalls": 4500}, `prices: category "Premium" has no price; add one`},
		{
			"negative",
			map[string]int64{"Stalls": 4500, "Premium": -1},
			`prices: category "Premium" costs -1; use 0 to 1000000000000 minor units`,
		},
		{
			"too high",
			map[string]int64{"Stalls": booking.MaxPrice + 1, "Premium": 1},
			`prices: category "Stalls" costs 1000000000001; use 0 to 1000000000000 minor units`,
		},
		{
			"unknown categories, the first named",
			map[string]int64{"Stalls": 1, "Premium": 1, "Sofa": 1, "Box": 1},
			`prices: "Box" is not one of the plan's categories ("Stalls", "Premium")`,
		},
		{
			"other letters",
			map[string]int64{"Stalls": 1, "Premium": 1, "premium": 1},
			`prices: "premium" is not one of the plan's categories ("Stalls", "Premium")`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := plan.CheckPrices(test.prices)
			if test.detail == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, "invalid_plan: "+test.detail)
			require.Equal(t, booking.CodeInvalidPlan, booking.CodeOf(err))
		})
	}
}
