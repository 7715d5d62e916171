package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCustomersBuySeats goes all the way from the list of events to the tickets,
// with the mouse, with keys alone, and with a finger on a phone.
func TestCustomersBuySeats(t *testing.T) {
	t.Parallel()
	o := openBoxOffice(t)
	t.Run("with the mouse", func(t *testing.T) { buyWithTheMouse(t, o) })
	t.Run("with keys in the picture", func(t *testing.T) { buyWithKeys(t, o) })
	t.Run("with keys in the list", func(t *testing.T) { buyWithKeysInTheList(t, o) })
	t.Run("with a finger", func(t *testing.T) { buyWithAFinger(t, o) })
}

func buyWithTheMouse(t *testing.T, o *boxOffice) {
	s := o.sells(t, "Bought with the mouse", 120, 0)
	p := o.visitor(t, desktop)
	p.open("/")
	p.await("link", s.event.Name)
	checkAccessible(t, p, "customer-events")
	p.click("link", s.event.Name)
	p.await("heading", s.event.Name)
	p.awaitMap(s)
	checkAccessible(t, p, "customer-hall")

	p.chooses(s, "A4", "A5", "A6")
	p.basket().awaitText("3 seats chosen €135")
	checkAccessible(t, p, "customer-chosen")
	s.requireSeats(t, "free", "A4", "A5", "A6")
	p.click("button", "Hold these 3")
	signUpByMouse(t, p, "mouse@shop.example")

	p.awaitSaid(stalls("A4", "A5", "A6") + ": held for you for *.")
	p.awaitHeld("A4", "A5", "A6")
	s.requireSeats(t, "held", "A4", "A5", "A6")
	checkAccessible(t, p, "customer-held")
	p.click("button", "More time")
	p.awaitSaid("You have * now.")
	p.click("button", "Release "+stalls("A6"))
	p.awaitSaid(stalls("A6") + " is free again.")
	p.awaitHeld("A4", "A5")
	s.requireSeats(t, "free", "A6")
	s.requireSeats(t, "held", "A4", "A5")

	p.click("button", "Pay €90")
	p.awaitPath("/sandbox/*")
	p.await("button", "Pay *")
	p.back()
	p.await("link", "To the order")
	p.basket().awaitText("Ordered; the payment is still missing.")
	checkAccessible(t, p, "customer-ordered")
	p.click("link", "To the order")
	p.await("heading", "Your order")
	checkAccessible(t, p, "customer-order-unpaid")
	p.click("link", "Go on paying €90")
	p.awaitPath("/sandbox/*")
	checkAccessible(t, p, "customer-payment")
	p.click("button", "Pay *")
	p.await("heading", "Payment successful")
	p.click("link", "Back to your order")
	p.await("heading", "Your tickets")
	bought := s.requireBought(t, o.login(t, "mouse@shop.example", password), "A4", "A5")
	p.awaitPath("/orders/" + bought.ID)
	p.in("region", "Tickets").awaitText(s.event.Name)
	checkAccessible(t, p, "customer-tickets")
	p.click("link", "My orders")
	p.await("link", s.event.Name)
	p.in("list", "").awaitText("Stalls A 4, A 5")
	checkAccessible(t, p, "customer-orders")
}

// signUpByMouse makes an account in the dialog that is open, not at the first try.
func signUpByMouse(t *testing.T, p *tab, email string) {
	t.Helper()
	dialog := p.in("dialog", "Your account")
	dialog.awaitText("What you have chosen is kept.")
	checkAccessible(t, p, "customer-sign-in")
	dialog.click("tab", "Create account")
	dialog.fill("Your name", "Ada Lovelace")
	dialog.fill("E-mail", email)
	dialog.fill("Password", "short")
	dialog.click("button", "Create account")
	dialog.awaitText("This is too short")
	p.awaitFocus("textbox", "Password")
	checkAccessible(t, p, "customer-sign-up-refused")
	dialog.fill("Password", password)
	dialog.click("button", "Create account")
	p.awaitGone("dialog", "Your account")
}

// tabTo presses Tab until the keyboard is there, and Enter.
func (p *tab) tabTo(role, name string) {
	p.t.Helper()
	p.await(role, name)
	p.pressUntil("Tab", 80, role, name)
	p.press("Enter")
}

func (p *tab) types(text string) {
	p.t.Helper()
	p.press(strings.Split(text, "")...)
}

func buyWithKeys(t *testing.T, o *boxOffice) {
	s := o.sells(t, "Bought with keys", 120, 0)
	p := o.visitor(t, desktop)
	p.open("/")
	p.tabTo("link", s.event.Name)
	p.await("heading", s.event.Name)
	p.awaitMap(s)
	p.pressUntil("Tab", 20, "gridcell", "Stalls, row A, seat 1, €45, free")
	p.press("ArrowRight", "Enter")
	p.awaitFocus("gridcell", "Stalls, row A, seat 2, €45, chosen")
	p.press("ArrowRight", "Enter")
	p.awaitFocus("gridcell", "Stalls, row A, seat 3, €45, chosen")
	p.tabTo("button", "Hold these 2")
	signUpWithKeys(p, "keys@shop.example")
	p.awaitHeld("A2", "A3")
	p.awaitSaid(stalls("A2", "A3") + ": held for you for *.")
	s.requireSeats(t, "held", "A2", "A3")
	p.awaitFocusIn("complementary", "Your seats") // nobody starts over at the page's top
	p.tabTo("button", "Release "+stalls("A3"))
	p.awaitHeld("A2")
	p.awaitFocusIn("complementary", "Your seats")
	p.paysBy(p.tabTo)
	s.requireBought(t, o.login(t, "keys@shop.example", password), "A2")
	p.tabTo("link", "All my orders")
	p.await("link", s.event.Name)
}

// signUpWithKeys makes an account in the dialog that is open.
func signUpWithKeys(p *tab, email string) {
	p.t.Helper()
	p.await("dialog", "Your account")
	p.awaitFocus("textbox", "E-mail")
	p.press("Shift+Tab")
	p.awaitFocus("tab", "Sign in")
	p.press("ArrowRight")
	p.awaitFocus("tab", "Create account")
	p.press("Tab")
	p.awaitFocus("textbox", "Your name")
	p.types("Kay")
	p.press("Tab")
	p.types(email)
	p.press("Tab")
	p.types(password)
	p.press("Enter")
	p.awaitGone("dialog", "Your account")
}

// awaitFocusIn returns once the keyboard is within the thing with the role and
// the name.
func (p *tab) awaitFocusIn(role, name string) {
	p.t.Helper()
	p.until("await the focus within "+name, func() string {
		n, why := p.only(role, name)
		if why != "" {
			return why
		}
		var within bool
		if err := p.on(n.id, "function () { return this.contains(document.activeElement) }", &within); err != nil {
			return err.Error()
		}
		if !within {
			return "it is on " + p.focused()
		}
		return ""
	})
}

func buyWithKeysInTheList(t *testing.T, o *boxOffice) {
	s := o.sells(t, "Bought from the list", 120, 0)
	other := o.customer(t)
	s.bought(t, other, "A1")
	p := o.visitor(t, desktop)
	p.open("/events/" + s.event.ID)
	p.tabTo("button", "List")
	p.awaitState("button", "List", "pressed")
	p.tabTo("button", "Stalls, 86 of 87 free")
	checkAccessible(t, p, "customer-list")
	p.awaitState("button", "Stalls, 86 of 87 free", "expanded")
	p.pressUntil("Tab", 20, "button", "seat 1, €45, sold")
	p.press("Enter")
	p.awaitSaid(stalls("A1") + " is sold.")
	p.press("ArrowRight", "Space")
	p.awaitFocus("button", "seat 2, €45, chosen")
	p.press("ArrowRight", "Space")
	p.awaitFocus("button", "seat 3, €45, chosen")
	p.tabTo("button", "Hold these 2")
	signUpWithKeys(p, "list@shop.example")
	p.awaitHeld("A2", "A3")
	p.paysBy(p.tabTo)
	s.requireBought(t, o.login(t, "list@shop.example", password), "A2", "A3")
}

func buyWithAFinger(t *testing.T, o *boxOffice) {
	s := o.sells(t, "Bought on a phone", 300, 0)
	p := o.visitor(t, phone)
	p.open("/")
	p.click("link", s.event.Name)
	p.await("heading", s.event.Name)
	p.awaitMap(s)
	p.pressSeat(s, "A2") // too small for a finger: it only comes nearer
	p.chooses(s, "A4", "A5")
	require.Equal(t, "free", p.seatShown("A2"))
	p.click("button", "2 seats chosen*")
	p.basket().await("button", "Do not choose "+stalls("A5"))
	checkAsShown(t, p, "customer-chosen-open")
	p.click("button", "Hold these 2")
	p.signUp("Fay", "finger@shop.example")
	p.awaitHeld("A4", "A5")
	checkAsShown(t, p, "customer-held-open")
	p.click("button", "2 seats held *") // closes the basket over the picture
	p.awaitGone("region", "Held: *")
	p.paysBy(p.click)
	s.requireBought(t, o.login(t, "finger@shop.example", password), "A4", "A5")
	checkAsShown(t, p, "customer-tickets")
	p.click("link", "My orders")
	p.await("link", s.event.Name)
}

// checkAsShown is checkAccessible for what another size of the window would
// close: by day and in the dark.
func checkAsShown(t *testing.T, p *tab, name string) {
	t.Helper()
	checkAccessibleIn(t, p, name, []look{p.look, p.look.inTheDark()})
}
