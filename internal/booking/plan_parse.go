package booking

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The fields that a plan's objects are read for. What else they hold (uuid,
// zone_id and the like) belongs to the editor that drew the plan.
var (
	planFields     = []string{"name", "categories", "zones", "size"}
	sizeFields     = []string{"width", "height"}
	categoryFields = []string{"name", "color"}
	zoneFields     = []string{"name", "position", "rows", "areas"}
	rowFields      = []string{"row_number", "row_label", "seat_label", "row_number_position", "position", "seats"}
	seatFields     = []string{"seat_guid", "seat_number", "position", "category", "radius"}
)

// ParsePlan reads and checks a seating plan in the JSON that pretix publishes,
// in its older or newer form, and keeps raw as Plan.Raw: the caller must not
// change it afterwards. Its errors are CodeInvalidPlan and name the place in
// the plan, or the line and column where raw is not JSON.
func ParsePlan(raw []byte) (*Plan, error) {
	if err := checkJSON(raw); err != nil {
		return nil, err
	}
	p := planParser{plan: &Plan{Raw: raw}}
	p.document(bytes.Trim(raw, jsonSpace))
	p.buildIndex()
	if p.err != nil {
		return nil, p.err
	}
	return p.plan, nil
}

// planParser fills plan while it walks the document.
type planParser struct {
	planReader
	plan     *Plan
	category map[string]int // index in plan.Categories by name
	rows     []rowStart
	zone     string
	row      string
}

// rowStart remembers where a row's seats begin, to name a seat's place from
// its index.
type rowStart struct {
	place string
	first int
}

func (p *planParser) document(v jsonValue) {
	o := p.object(v, planFields)
	p.plan.Name = p.text(o, "name")
	if o.has("size") {
		p.inside(o, "size", p.size)
	}
	p.categories(o)
	p.plan.Seats = make([]PlanSeat, 0, min(bytes.Count(v, []byte(`"seat_guid"`)), MaxPlanSeats))
	p.each(o, "zones", p.readZone)
	if len(p.plan.Seats) == 0 {
		p.fail("zones", "hold no seat; add at least one to a row")
	}
}

func (p *planParser) size(v jsonValue) {
	o := p.object(v, sizeFields)
	p.length(o, "width")
	p.length(o, "height")
}

func (p *planParser) categories(plan planObject) {
	p.category = make(map[string]int)
	p.each(plan, "categories", func(v jsonValue) {
		o := p.object(v, categoryFields)
		c := Category{Name: p.text(o, "name"), Color: p.optionalText(o, "color")}
		if p.err != nil {
			return
		}
		if c.Name == "" {
			p.fail("name", "is empty; give the category a name")
		}
		if first, ok := p.category[c.Name]; ok {
			p.fail("name", "%s is also the name of plan.categories[%d]; give every category its own",
				quoted(c.Name), first)
		}
		p.category[c.Name] = len(p.plan.Categories)
		p.plan.Categories = append(p.plan.Categories, c)
	})
}

func (p *planParser) readZone(v jsonValue) {
	o := p.object(v, zoneFields)
	p.zone = p.optionalText(o, "name")
	p.position(o)
	if o.has("areas") {
		p.each(o, "areas", p.area)
	}
	p.each(o, "rows", p.readRow)
}

func (p *planParser) readRow(v jsonValue) {
	o := p.object(v, rowFields)
	p.row = p.rowName(o)
	p.optionalText(o, "seat_label")
	p.rowNumberPosition(o)
	if o.has("position") {
		p.position(o)
	}
	if p.err != nil {
		return
	}
	p.rows = append(p.rows, rowStart{place: p.place("seats"), first: len(p.plan.Seats)})
	p.each(o, "seats", p.readSeat)
}

// rowName returns what people call the row. A label may hold %s, which stands
// for the number.
func (p *planParser) rowName(o planObject) string {
	number, label := p.text(o, "row_number"), p.optionalText(o, "row_label")
	if label == "" {
		return number
	}
	return strings.ReplaceAll(label, "%s", number)
}

func (p *planParser) rowNumberPosition(o planObject) {
	if !o.has("row_number_position") {
		return
	}
	switch at := p.text(o, "row_number_position"); at {
	case "start", "end", "both":
	default:
		p.fail("row_number_position", `%s is not known; use "start", "end", "both" or null`, quoted(at))
	}
}

func (p *planParser) readSeat(v jsonValue) {
	if len(p.plan.Seats) == MaxPlanSeats {
		p.fail("", "is one seat too many; a plan holds at most 200,000, so split it into several events")
		return
	}
	o := p.object(v, seatFields)
	seat := PlanSeat{
		GUID:     p.guid(o),
		Number:   p.text(o, "seat_number"),
		Row:      p.row,
		Zone:     p.zone,
		Category: p.seatCategory(o),
	}
	p.position(o)
	if o.has("radius") {
		p.length(o, "radius")
	}
	p.plan.Seats = append(p.plan.Seats, seat)
}

func (p *planParser) guid(o planObject) string {
	guid := p.text(o, "seat_guid")
	switch {
	case p.err != nil:
	case guid == "":
		p.fail("seat_guid", "is empty; name the seat with 1 to %d bytes", MaxSeatGUID)
	case len(guid) > MaxSeatGUID:
		p.fail("seat_guid", "%s has %d bytes; shorten it to at most %d", quoted(guid), len(guid), MaxSeatGUID)
	case strings.ContainsRune(guid, utf8.RuneError):
		// Also what an escaped half of a surrogate pair decodes to.
		p.fail("seat_guid", "%s holds a character that is not valid Unicode; remove it", quoted(guid))
	case strings.ContainsFunc(guid, unicode.IsControl):
		p.fail("seat_guid", "%s holds a control character; remove it", quoted(guid))
	}
	return guid
}

func (p *planParser) seatCategory(o planObject) int {
	name := p.text(o, "category")
	i, ok := p.category[name]
	if !ok {
		p.fail("category", "%s is not one of the plan's categories (%s)", quoted(name), quotedList(p.plan.categoryNames()))
	}
	return i
}

// buildIndex fills the plan's index and so finds a name that two seats have.
func (p *planParser) buildIndex() {
	if p.err != nil {
		return
	}
	p.plan.index = make(map[string]int, len(p.plan.Seats))
	for i, seat := range p.plan.Seats {
		if first, ok := p.plan.index[seat.GUID]; ok {
			p.err = Errorf(CodeInvalidPlan, "%s.seat_guid: %s is also the name of %s; give every seat its own",
				p.seatPlace(i), quoted(seat.GUID), p.seatPlace(first))
			return
		}
		p.plan.index[seat.GUID] = i
	}
}

// seatPlace returns the place of the seat with index i.
func (p *planParser) seatPlace(i int) string {
	after := sort.Search(len(p.rows), func(k int) bool { return p.rows[k].first > i })
	row := p.rows[after-1] // the last to begin at or before i, so not an empty one
	return fmt.Sprintf("%s[%d]", row.place, i-row.first)
}
