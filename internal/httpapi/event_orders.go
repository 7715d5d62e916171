package httpapi

import (
	"encoding/csv"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"seathold/internal/booking"
)

// eventOrderJSON is an order as the event's organizer sees it.
type eventOrderJSON struct {
	orderJSON
	Customer customerJSON `json:"customer"`
}

type customerJSON struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
}

func showEventOrder(o booking.CustomerOrder) eventOrderJSON {
	return eventOrderJSON{
		orderJSON: showOrder(o.Order),
		Customer:  customerJSON{ID: o.CustomerID, Email: o.Customer.Email, Name: o.Customer.Name},
	}
}

// orderFilter reads ?status and ?q.
func (r *request) orderFilter() (f booking.OrderFilter, err error) {
	status, given, err := r.one("status")
	if err != nil {
		return f, err
	}
	if given && status == "" {
		return f, booking.Errorf(booking.CodeInvalidValue, "status: name one, or leave it out")
	}
	f.Status = booking.OrderStatus(status)
	f.Query, _, err = r.one("q")
	return f, err
}

// listEventOrders answers GET /v1/events/{event}/orders.
func (a *API) listEventOrders(w http.ResponseWriter, r *request) error {
	filter, err := r.orderFilter()
	if err != nil {
		return err
	}
	page, err := r.page()
	if err != nil {
		return err
	}
	orders, err := a.Booking.EventOrders(r.Context(), r.by, r.name("event"), filter, onePast(page))
	if err != nil {
		return err
	}
	return writeList(w, r, page, orders, func(o booking.CustomerOrder) string { return o.ID }, showEventOrder)
}

// exportPage is how many orders the export reads at a time.
const exportPage = 500

var exportHeader = []string{
	"order_id", "status", "reason", "created_at", "customer_email", "customer_name",
	"seats", "total_amount", "currency",
}

// exportEventOrders answers GET /v1/events/{event}/orders.csv. It sends page by
// page, and begins only once the first is there: until then it can still refuse.
func (a *API) exportEventOrders(w http.ResponseWriter, r *request) error {
	filter, err := r.orderFilter()
	if err != nil {
		return err
	}
	page := booking.Page{Limit: exportPage}
	out := csv.NewWriter(w)
	for {
		orders, err := a.Booking.EventOrders(r.Context(), r.by, r.name("event"), filter, page)
		if err != nil {
			return err
		}
		if page.Cursor == "" {
			beginExport(w, r.name("event"))
			_ = out.Write(exportHeader) // an error stays and is returned by out.Error
		}
		for _, o := range orders {
			_ = out.Write(exportRow(o))
		}
		out.Flush()
		if err := out.Error(); err != nil || len(orders) < page.Limit || r.Method == http.MethodHead {
			return err
		}
		page.Cursor = orders[len(orders)-1].ID
	}
}

func beginExport(w http.ResponseWriter, eventID string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition",
		mime.FormatMediaType("attachment", map[string]string{"filename": "orders-" + eventID + ".csv"}))
}

func exportRow(o booking.CustomerOrder) []string {
	return []string{
		textCell(o.ID), string(o.Status), o.Reason, timestamp(o.CreatedAt).String(),
		textCell(o.Customer.Email), textCell(o.Customer.Name), textCell(strings.Join(o.Seats, "; ")),
		strconv.FormatInt(o.Total.Amount, 10), o.Total.Currency,
	}
}

// textCell keeps a spreadsheet from taking a person's text as a formula.
func textCell(text string) string {
	if strings.IndexAny(text, "=+-@\t\r") == 0 {
		return "'" + text
	}
	return text
}
