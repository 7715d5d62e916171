package booking

var (
	areaFields = []string{
		"shape", "width", "height", "position", "color", "border_color", "rotation", "text",
		"rectangle", "circle", "ellipse", "polygon",
	}
	areaTextFields = []string{"text", "color", "size", "position"}
	circleFields   = []string{"radius"}
	polygonFields  = []string{"points"}
)

// area checks a stage, a bar or a standing floor. The newer form has a shape
// and an object of that name; the older form is always a rectangle.
func (r *planReader) area(v jsonValue) {
	o := r.object(v, areaFields)
	r.optionalText(o, "color")
	r.optionalText(o, "border_color")
	if o.has("rotation") {
		r.number(o, "rotation")
	}
	if o.has("shape") {
		r.newerArea(o)
	} else {
		r.olderArea(o)
	}
}

func (r *planReader) olderArea(o planObject) {
	r.length(o, "width")
	r.length(o, "height")
	r.position(o)
	r.optionalText(o, "text")
}

func (r *planReader) newerArea(o planObject) {
	if o.has("position") {
		r.position(o)
	}
	if o.has("text") {
		r.inside(o, "text", r.areaText)
	}
	switch shape := r.text(o, "shape"); shape {
	case "rectangle":
		r.inside(o, shape, r.rectangle)
	case "circle":
		r.inside(o, shape, r.circle)
	case "ellipse":
		r.inside(o, shape, r.ellipse)
	case "polygon":
		r.inside(o, shape, r.polygon)
	case "text":
		r.expect(shape, o.get(shape), jsonObject)
	default:
		r.fail("shape", `%s is not known; use "rectangle", "circle", "ellipse", "polygon" or "text"`, quoted(shape))
	}
}

func (r *planReader) areaText(v jsonValue) {
	o := r.object(v, areaTextFields)
	r.text(o, "text")
	r.optionalText(o, "color")
	if o.has("size") {
		r.length(o, "size")
	}
	r.position(o)
}

func (r *planReader) rectangle(v jsonValue) {
	o := r.object(v, sizeFields)
	r.length(o, "width")
	r.length(o, "height")
}

func (r *planReader) circle(v jsonValue) {
	r.length(r.object(v, circleFields), "radius")
}

func (r *planReader) ellipse(v jsonValue) {
	r.inside(r.object(v, circleFields), "radius", func(v jsonValue) {
		o := r.object(v, pointFields)
		r.length(o, "x")
		r.length(o, "y")
	})
}

func (r *planReader) polygon(v jsonValue) {
	o := r.object(v, polygonFields)
	count := 0
	r.each(o, "points", func(v jsonValue) {
		r.point(v)
		count++
	})
	if count < 3 {
		r.fail("points", "has %d points; a polygon needs at least 3", count)
	}
}
