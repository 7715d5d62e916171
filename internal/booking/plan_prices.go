package booking

import (
	"maps"
	"slices"
)

// MaxPrice bounds the price of a seat, in minor units. The total of a whole
// plan at this price is far from overflowing.
const MaxPrice = 1_000_000_000_000

// categoryNames returns the names of the categories, in plan order.
func (p *Plan) categoryNames() []string {
	names := make([]string, len(p.Categories))
	for i, c := range p.Categories {
		names[i] = c.Name
	}
	return names
}

// CheckPrices checks that prices, minor units by category name, price each
// category of the plan with 0 to MaxPrice and nothing else. Its error is
// CodeInvalidPlan and names the category.
func (p *Plan) CheckPrices(prices map[string]int64) error {
	names := p.categoryNames()
	for _, name := range names {
		price, ok := prices[name]
		if !ok {
			return Errorf(CodeInvalidPlan, "prices: category %s has no price; add one", quoted(name))
		}
		if price < 0 || price > MaxPrice {
			return Errorf(CodeInvalidPlan, "prices: category %s costs %d; use 0 to %d minor units",
				quoted(name), price, int64(MaxPrice))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(prices)) {
		if !slices.Contains(names, name) {
			return Errorf(CodeInvalidPlan, "prices: %s is not one of the plan's categories (%s)",
				quoted(name), quotedList(names))
		}
	}
	return nil
}
