package httpapi

import (
	"cmp"
	"net/http"
	"slices"
	"sync"

	"seathold/internal/booking"
)

// problemKindJSON is what a code means, on its page and as JSON.
type problemKindJSON struct {
	Code         booking.Code `json:"code"`
	Status       int          `json:"status"`
	Title        string       `json:"title"`
	WhatHappened string       `json:"what_happened"`
	WhatToDo     string       `json:"what_to_do"`
}

func problemKind(code booking.Code) (problemKindJSON, bool) {
	m, known := meanings[code]
	a := advices[code]
	return problemKindJSON{code, m.status, m.title, a.happened, a.todo}, known
}

type problemKindsJSON struct {
	Items []problemKindJSON `json:"items"` // by status, then by code
}

var problemKinds = sync.OnceValue(func() (list problemKindsJSON) {
	for code := range meanings {
		kind, _ := problemKind(code)
		list.Items = append(list.Items, kind)
	}
	slices.SortFunc(list.Items, func(a, b problemKindJSON) int {
		return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Code, b.Code))
	})
	return list
})

// listProblems answers GET /problems.
func (a *API) listProblems(w http.ResponseWriter, r *request) error {
	return writePage(w, r, "problems.html", problemKinds())
}

// getProblem answers GET /problems/{code}.
func (a *API) getProblem(w http.ResponseWriter, r *request) error {
	kind, known := problemKind(booking.Code(r.name("code")))
	if !known {
		return booking.Errorf(booking.CodeNotFound, "there is no error with the code %q; /problems lists all", shortened(r.name("code")))
	}
	return writePage(w, r, "problem.html", kind)
}
