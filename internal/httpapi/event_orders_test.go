package httpapi

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// knownPeople stores the customers, one with a name that a spreadsheet would
// take as a formula.
func (w *world) knownPeople() {
	w.t.Helper()
	for who, name := range map[booking.Actor]string{alice: "Alice, the first", bob: "=cmd|' /C calc'!A0"} {
		require.NoError(w.t, w.store.InsertAccount(context.Background(), booking.Account{
			ID: who.ID, Email: who.ID + "@example.org", Name: name, Role: who.Role, PasswordHash: []byte("hash"),
		}))
	}
}

func ids(page map[string]any) []string {
	list := []string{}
	for _, item := range page["items"].([]any) {
		list = append(list, item.(map[string]any)["id"].(string))
	}
	return list
}

func TestAnOrganizerFindsOrders(t *testing.T) {
	w := newWorld(t)
	w.knownPeople()
	event := w.event("")
	path := "/v1/events/" + event + "/orders"
	paid, pending := w.order(alice, event, "A1"), w.order(bob, event, "Box 1/Ü")
	w.pay(paid)
	w.do(olga, post, "/v1/events/"+event+"/blocks", `{"seats": ["A5"], "reason": "x"}`).ok(http.StatusCreated)
	find := func(query string) []string {
		t.Helper()
		return ids(w.do(olga, get, path+query, "").ok(http.StatusOK).object())
	}
	require.Equal(t, []string{pending, paid}, find(""), "newest first, no blocks")
	require.Equal(t, []string{paid}, find("?status=paid"))
	require.Empty(t, find("?status=expired"))
	require.Equal(t, []string{pending}, find("?q=Box+1%2F%C3%9C"))
	require.Equal(t, []string{paid}, find("?q="+paid))
	require.Equal(t, []string{paid}, find("?q=Alice@example.org"))
	require.Empty(t, find("?q=nobody@example.org"))
	require.Empty(t, find("?q=A1&status=pending_payment"))
	require.Equal(t, []string{pending}, find("?limit=1"))
	require.Equal(t, []string{paid}, find("?limit=1&cursor="+pending))

	first := w.do(olga, get, path+"?limit=1&q=id-", "")
	require.Equal(t, `<`+path+`?cursor=`+pending+`&limit=1&q=id->; rel="next"`, first.Header().Get("Link"), "the filter goes on")
	shown := first.object()["items"].([]any)[0].(map[string]any)
	require.Equal(t, map[string]any{"id": "bob", "email": "bob@example.org", "name": "=cmd|' /C calc'!A0"}, shown["customer"])
	require.Equal(t, "pending_payment", shown["status"])
	require.NotContains(t, first.Body.String(), "hash")
}

func TestOrdersAreExported(t *testing.T) {
	w := newWorld(t)
	w.knownPeople()
	event := w.event("")
	paid := w.order(alice, event, "A1", "A2")
	formula := w.order(bob, event, "=B3")
	a := w.do(olga, get, "/v1/events/"+event+"/orders.csv", "").ok(http.StatusOK)
	require.Equal(t, "text/csv; charset=utf-8; header=present", a.Header().Get("Content-Type"))
	require.Equal(t, `attachment; filename=orders-`+event+`.csv`, a.Header().Get("Content-Disposition"))
	rows, err := csv.NewReader(a.Body).ReadAll()
	require.NoError(t, err)
	require.Equal(t, exportHeader, rows[0])
	require.Regexp(t, `^\d{4}-.*\.\d{3}Z$`, rows[1][3])
	rows[1][3], rows[2][3] = "", ""
	require.Equal(t, [][]string{
		{formula, "pending_payment", "", "", "bob@example.org", "'=cmd|' /C calc'!A0", "'=B3", "4500", "EUR"},
		{paid, "pending_payment", "", "", "alice@example.org", "Alice, the first", "A1; A2", "9000", "EUR"},
	}, rows[1:])
	some := w.do(olga, get, "/v1/events/"+event+"/orders.csv?q=A1", "").ok(http.StatusOK).Body.String()
	require.Equal(t, 2, strings.Count(some, "\n"))
}

func TestFormulasAreDisarmed(t *testing.T) {
	for _, text := range []string{"=1", "+1", "-1", "@x", "\tx", "\rx"} {
		require.Equal(t, "'"+text, textCell(text))
	}
	for _, text := range []string{"", "x", "a=1", " =1", "'=1", "1-1"} {
		require.Equal(t, text, textCell(text))
	}
}

// manyOrders answers an event's orders from memory and fails after some pages.
type manyOrders struct {
	booking.Orders
	all   []booking.Order
	pages int // then it fails; 0: never
	asked int
}

func (m *manyOrders) OrdersOfEvent(_ context.Context, _ string, _ []booking.OrderStatus, page booking.Page) ([]booking.Order, error) {
	m.asked++
	if m.pages > 0 && m.asked > m.pages {
		return nil, errors.New("the store went away")
	}
	rest := m.all
	for len(rest) > 0 && page.Cursor != "" && rest[0].ID >= page.Cursor {
		rest = rest[1:]
	}
	return rest[:min(len(rest), page.Limit)], nil
}

func makeOrders(n int) []booking.Order {
	all := make([]booking.Order, n)
	for i := range all {
		all[i] = booking.Order{ID: fmt.Sprintf("o-%05d", n-i), Status: booking.OrderPaid, Seats: []string{"A1"}}
	}
	return all
}

func TestALongExportHasEveryOrderOnce(t *testing.T) {
	for _, n := range []int{0, 1, exportPage - 1, exportPage, exportPage + 1, 3*exportPage + 7} {
		w := newWorld(t)
		event := w.event("")
		w.service.Orders = &manyOrders{all: makeOrders(n)}
		a := w.do(olga, get, "/v1/events/"+event+"/orders.csv", "").ok(http.StatusOK)
		rows, err := csv.NewReader(a.Body).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, n+1)
		seen := map[string]bool{}
		for _, row := range rows {
			require.False(t, seen[row[0]], row[0])
			seen[row[0]] = true
		}
	}
}

func TestAnExportThatBreaksIsCutOff(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.service.Orders = &manyOrders{all: makeOrders(3 * exportPage), pages: 2}
	server := httptest.NewServer(w.api)
	t.Cleanup(server.Close)
	r, err := http.NewRequest(get, server.URL+"/v1/events/"+event+"/orders.csv", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer olga")
	resp, err := server.Client().Do(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	_, err = csv.NewReader(resp.Body).ReadAll()
	require.Error(t, err, "the client must not take it for the whole")
}

func TestAnExportThatCannotBeginIsAProblem(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.service.Orders = &manyOrders{all: makeOrders(1), pages: -1}
	w.do(olga, get, "/v1/events/"+event+"/orders.csv?status=x", "").problem(http.StatusUnprocessableEntity, booking.CodeInvalidValue)
}

func TestBadSearches(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.order(alice, event, "A1")
	var cases []refusal
	for _, path := range []string{"/v1/events/" + event + "/orders", "/v1/events/" + event + "/orders.csv"} {
		for _, query := range []string{"status=sold", "status=blocked", "status=", "status=paid&status=expired", "q=a&q=b", "q=%ff"} {
			name, _, _ := strings.Cut(query, "=")
			cases = append(cases, refusal{path + "?" + query, olga, get, path + "?" + query, "", nil, 422, booking.CodeInvalidValue, name})
		}
	}
	w.refuses(append(cases,
		refusal{"no event", olga, get, "/v1/events/none/orders", "", nil, 404, booking.CodeNotFound, ""},
		refusal{"someone else's event", oscar, get, "/v1/events/" + event + "/orders.csv", "", nil, 404, booking.CodeNotFound, ""},
	))
}
