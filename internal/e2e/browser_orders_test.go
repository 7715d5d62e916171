package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOrdersAreTheirCustomers: who is not signed in is asked to, in place; who is
// someone else sees nothing.
func TestOrdersAreTheirCustomers(t *testing.T) {
	t.Parallel()
	o := openBoxOffice(t)
	s := o.sells(t, "Bought by Ada", 60, 0)
	ada, eve := o.customer(t), o.customer(t)
	bought := s.bought(t, ada, "A1", "A2")

	p := o.visitor(t, desktop)
	p.open("/orders")
	dialog := p.in("dialog", "Your account")
	dialog.awaitText("Sign in to see your orders.")
	checkAccessible(t, p, "customer-orders-signed-out")
	p.press("Escape")
	p.awaitGone("dialog", "Your account")
	p.await("heading", "My orders")
	require.NotContains(t, p.text(), s.event.Name)
	p.in("main", "").click("button", "Sign in")
	p.fillInAccount(ada)
	p.click("link", s.event.Name)
	p.await("heading", "Your tickets")

	p.click("button", "Sign out")
	p.await("dialog", "Your account")
	require.NotContains(t, p.text(), s.event.Name, "nothing of it stays on the page")
	p.allow("GET /v1/orders/*: 404")
	p.fillInAccount(eve) // at the same address
	p.await("heading", "No order of yours is at this address.")
	checkAccessible(t, p, "customer-order-of-another")
	p.click("link", "My orders")
	p.awaitText("You have not ordered anything yet.")
	checkAccessible(t, p, "customer-no-orders")

	q := o.visitor(t, phone)
	q.open("/orders/" + bought.ID)
	q.fillInAccount(ada)
	q.await("heading", "Your tickets")
}

// TestTabsOfOneCustomerAgree on what is held and on who is signed in.
func TestTabsOfOneCustomerAgree(t *testing.T) {
	t.Parallel()
	o := openBoxOffice(t)
	s := o.sells(t, "In two tabs", 60, 0)
	c := o.customer(t)
	p := o.visitorAs(t, c, s, desktop)
	q := p.another(desktop)
	q.listenToReader()
	q.openSale(s)

	p.chooses(s, "A2", "A3")
	q.chooses(s, "A3", "A4")
	p.click("button", "Hold these 2")
	p.awaitHeld("A2", "A3")
	q.awaitHeld("A2", "A3")
	q.awaitShown("mine", "A2", "A3")
	q.awaitShown("chosen", "A4")
	require.NotContains(t, q.text(), "taken by someone else", "one's own are nobody else's")

	q.click("button", "Release "+stalls("A3"))
	q.awaitHeld("A2")
	p.awaitHeld("A2")
	p.awaitShown("free", "A3")
	q.click("button", "Hold this seat")
	p.awaitHeld("A4")
	p.basket().awaitText("Each hold has its own time and is paid on its own.")
	checkAccessible(t, p, "customer-two-holds")

	p.in("region", "Held: "+stalls("A2")).click("button", "Pay €45")
	p.awaitPath("/sandbox/*")
	q.in("region", "Held: "+stalls("A2")).await("link", "To the order")
	p.click("button", "Pay *")
	p.await("heading", "Payment successful")
	q.awaitSaid(stalls("A2") + " is bought.")
	q.awaitShown("sold", "A2")
	s.requireBought(t, c, "A2")

	p.click("link", "Back to your order")
	p.await("heading", "Your tickets")
	p.click("button", "Sign out")
	q.await("button", "Sign in")
	q.awaitGone("region", "Held: *")
	q.awaitShown("held", "A4")
	q.click("button", "Sign in")
	q.fillInAccount(c)
	q.awaitHeld("A4")
	p.await("heading", "Your tickets") // whose dialog is gone by itself
	require.Zero(t, p.count("dialog", "*"))
}
