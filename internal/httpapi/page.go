package httpapi

import (
	"fmt"
	"net/http"
	"strconv"

	"seathold/internal/booking"
)

const (
	defaultPage = 50
	maxPage     = 200
	maxCursor   = 200 // bytes
)

// list is a page of anything.
type list[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"next_cursor"` // null at the end
}

// page reads ?limit and ?cursor. CodeInvalidValue.
func (r *request) page() (booking.Page, error) {
	p := booking.Page{Limit: defaultPage}
	limit, given, err := r.one("limit")
	if err != nil {
		return p, err
	}
	if given {
		p.Limit, err = strconv.Atoi(limit)
		if err != nil || p.Limit < 1 || p.Limit > maxPage {
			return p, booking.Errorf(booking.CodeInvalidValue, "limit: use a whole number from 1 to %d", maxPage)
		}
	}
	p.Cursor, given, err = r.one("cursor")
	if err == nil && given && (p.Cursor == "" || len(p.Cursor) > maxCursor) {
		err = booking.Errorf(booking.CodeInvalidValue, "cursor: use what next_cursor says, or leave it out")
	}
	return p, err
}

// onePast asks for one item more than the page has: it tells whether there is
// a next page.
func onePast(p booking.Page) booking.Page {
	p.Limit++
	return p
}

// writeList answers a page of items that were asked for by onePast.
func writeList[In, Out any](w http.ResponseWriter, r *request, p booking.Page, items []In, id func(In) string, show func(In) Out) error {
	l := list[Out]{Items: make([]Out, 0, len(items))}
	if len(items) > p.Limit {
		items = items[:p.Limit]
		next := id(items[p.Limit-1])
		l.NextCursor = &next
		w.Header().Set("Link", r.nextLink(next))
	}
	for _, item := range items {
		l.Items = append(l.Items, show(item))
	}
	return writeJSON(w, http.StatusOK, l)
}

// nextLink points to the next page of the same list.
func (r *request) nextLink(cursor string) string {
	query := r.URL.Query()
	query.Set("cursor", cursor)
	return fmt.Sprintf(`<%s?%s>; rel="next"`, r.URL.EscapedPath(), query.Encode())
}
