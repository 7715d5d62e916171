package representation

import (
	"net/http"
	"strconv"
	"strings"
)

// codings is how much a client wants each of the two codings that there are; 0
// is not at all.
type codings struct{ gzip, plain float64 }

// unasked is how much a client wants the text as it is where it does not say so:
// it takes it, and anything that it names is better.
const unasked = 1e-6

// codingsFor reads Accept-Encoding. Without the header every coding is allowed;
// whoever says nothing gets what everybody can read.
func codingsFor(r *http.Request) codings {
	asked := r.Header.Values("Accept-Encoding")
	if len(asked) == 0 {
		return codings{plain: unasked}
	}
	weights := weightsOf(strings.Join(asked, ","))
	weight := func(coding string, otherwise float64) float64 {
		for _, name := range []string{coding, "*"} {
			if w, named := weights[name]; named {
				return w
			}
		}
		return otherwise
	}
	return codings{gzip: weight("gzip", 0), plain: weight("identity", unasked)}
}

// weightsOf reads a list such as "gzip;q=0.8, *;q=0". A weight that cannot be
// read counts as 0.
func weightsOf(list string) map[string]float64 {
	weights := map[string]float64{}
	for item := range strings.SplitSeq(list, ",") {
		coding, parameters, _ := strings.Cut(item, ";")
		name, value, weighted := strings.Cut(strings.TrimSpace(parameters), "=")
		weight := 1.0
		if weighted && strings.EqualFold(name, "q") {
			weight = weightOf(strings.TrimSpace(value))
		}
		weights[strings.ToLower(strings.TrimSpace(coding))] = weight
	}
	return weights
}

func weightOf(value string) float64 {
	weight, err := strconv.ParseFloat(value, 64)
	if err == nil && 0 <= weight && weight <= 1 {
		return weight
	}
	return 0
}
