package e2e

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The second half of TestAnOrganizerSells: what was bought, and the end.

func organizerLooksUp(t *testing.T, o *organizing) {
	p := o.p
	p.clickSeat(o.guids[20])
	p.awaitText("A customer has it in their checkout and has not ordered yet.")
	p.clickSeat(o.guids[10])
	p.awaitText(o.buyer.account.Email)
	checkAccessible(t, p, "organizer-seat")
	p.click("button", "Show the order")
	require.Equal(t, o.bought.ID, p.value("Search"))
	p.awaitText("1 order")
	p.awaitText("Order " + o.bought.ID)
}

func organizerPaysBack(t *testing.T, o *organizing) {
	p := o.p
	p.fill("Search", "")
	p.awaitText("2 orders")
	checkAccessible(t, p, "organizer-orders")
	p.fill("Search", o.buyer.account.Email)
	p.awaitText("1 order")
	p.choose("Status", "Being paid back")
	p.awaitText("No order is like that.")
	p.choose("Status", "All")
	p.click("button", "Cancel and pay back… the order of Someone")
	p.awaitText("€196.50 goes back to Someone")
	checkAccessible(t, p, "organizer-refund")
	p.in("dialog", "*").click("button", "Cancel and pay back")
	p.awaitGone("dialog", "*")
	o.requireRefunded(t, o.buyer, o.bought.ID)
	p.awaitText("Paid back by you")
	o.awaitNumbers(72, 3, 225, 0)
	require.Equal(t, "...", o.shows(t, o.guids[10:13]...))
	requireRefundedOnce(t, o.buyer, o.bought)
}

func organizerExports(t *testing.T, o *organizing) {
	p := o.p
	p.fill("Search", "")
	p.awaitText("2 orders")
	name, text := p.saved(func() { p.click("button", "Save all as CSV") })
	require.Equal(t, "Much ado orders.csv", name)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "order_id,status,reason,created_at,customer_email,customer_name,seats,total_amount,currency", strings.Join(rows[0], ","))
	require.Len(t, rows, 3)
	for _, row := range rows[1:] {
		if row[0] == o.bought.ID {
			require.Equal(t, []string{"refunded", "organizer"}, row[1:3])
			require.Equal(t, []string{o.buyer.account.Email, "Someone", strings.Join(o.bought.Seats, "; "), "19650", "EUR"}, row[4:])
		} else {
			require.Equal(t, "paid", row[1])
		}
	}
	p.choose("Status", "Paid")
	p.awaitText("1 order")
	_, text = p.saved(func() { p.click("button", "Save these as CSV") })
	require.NotContains(t, text, o.bought.ID)
	require.Contains(t, text, "paid")
}

func organizerCloses(t *testing.T, o *organizing) {
	p := o.p
	p.click("tab", "Settings")
	p.fill("Name", "Much ado about nothing")
	p.click("button", "Save")
	p.awaitText("Saved.")
	p.await("heading", "Much ado about nothing")
	checkAccessible(t, p, "organizer-settings")
	p.click("button", "End the sale…")
	p.await("dialog", "End the sale of Much ado about nothing for good?")
	checkAccessible(t, p, "organizer-close")
	p.press("Escape")
	p.until("await that the page knows of it", func() string {
		if evaluate[int](p, "document.querySelectorAll('dialog.ask').length") > 0 {
			return "it still has the dialog"
		}
		return ""
	})
	p.awaitFocus("button", "End the sale…")
	p.press("Enter")
	p.in("dialog", "*").click("button", "End the sale")
	p.awaitText("Sale closed")
	e := read[event](t, o.nobody().get(eventPath(o.event.ID)), http.StatusOK)
	require.Equal(t, "closed", e.Status)
	require.Equal(t, "Much ado about nothing", e.Name)
	requireProblem(t, o.customer(t).hold(o.event.ID, o.guids[10]), http.StatusConflict, "not_on_sale")
	p.open("/events/" + o.event.ID)
	p.awaitText("The sale of this event is closed.")
}
