package booking

// MaxPlanSeats bounds a seating plan.
const MaxPlanSeats = 200_000

// MaxSeatGUID bounds a seat's name, in bytes.
const MaxSeatGUID = 128

// Category is a price category of a plan.
type Category struct {
	Name  string
	Color string // as the plan says it, may be empty
}

// PlanSeat is one seat of a plan. Its place in Plan.Seats is its index, the
// number by which the hold store knows it.
type PlanSeat struct {
	GUID     string
	Number   string // for people
	Row      string
	Zone     string
	Category int // index into Plan.Categories
}

// Plan is a checked seating plan. Seats count 0…n-1 in document order: zones,
// rows, seats. Raw is the document exactly as it was imported. ParsePlan makes
// plans; one put together by hand has no index.
type Plan struct {
	Name       string
	Categories []Category
	Seats      []PlanSeat
	Raw        []byte

	index map[string]int
}

// Index returns the index of the seat named guid.
func (p *Plan) Index(guid string) (int, bool) {
	i, ok := p.index[guid]
	return i, ok
}

// GUIDs returns the names of the seats, in the order given.
func (p *Plan) GUIDs(seats []int) []string {
	names := make([]string, len(seats))
	for k, i := range seats {
		names[k] = p.Seats[i].GUID
	}
	return names
}
