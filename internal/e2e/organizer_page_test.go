package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// organizing is an organizer in front of their pages, and the event that they
// make there.
type organizing struct {
	*shop
	p      *tab
	buyer  *client
	bought order
}

// TestAnOrganizerSells from the plan's file to the end of the sale, with
// customers who buy meanwhile.
func TestAnOrganizerSells(t *testing.T) {
	t.Parallel()
	service := newService(t, seathold, quick(), settings{"SEATHOLD_MAX_SEATS_PER_HOLD": "100"})
	service.createOrganizer(t, "other@shop.example")
	s := openShopOn(t, embeddedWorld, service, 20)
	b := openBrowser(t)
	t.Run("others are turned away", func(t *testing.T) { turnOthersAway(t, b, s) })

	o := &organizing{shop: s, p: b.visitor(t, s.url, desktop)}
	for _, step := range []struct {
		name string
		do   func(t *testing.T, o *organizing)
	}{
		{"signs in", organizerSignsIn},
		{"gives a plan", organizerGivesPlan},
		{"is told what is wrong", organizerIsCorrected},
		{"puts it on sale", organizerPutsOnSale},
		{"sees it sell", organizerSeesSales},
		{"keeps seats from sale", organizerBlocks},
		{"sees who has a seat", organizerLooksUp},
		{"pays back", organizerPaysBack},
		{"saves the orders", organizerExports},
		{"ends the sale", organizerCloses},
	} {
		if !t.Run(step.name, func(t *testing.T) { step.do(t, o) }) {
			return // the next step stands on this one
		}
	}
}

func turnOthersAway(t *testing.T, b *browser, s *shop) {
	nobody := b.visitor(t, s.url, desktop)
	nobody.open("/organizer")
	nobody.awaitText("Sign in to see your events")
	checkAccessible(t, nobody, "organizer-signed-out")

	customer := b.visitor(t, s.url, desktop)
	customer.actAs(s.customer(t))
	for _, path := range []string{"/organizer", "/organizer/new", "/organizer/events/" + s.event.ID} {
		customer.open(path)
		customer.awaitText("This page is for organizers.")
		require.Zero(t, customer.count("link", "Organizer"))
	}
	checkAccessible(t, customer, "organizer-customer")

	other := b.visitor(t, s.url, desktop)
	other.allow("GET /v1/events/*/blocks*: 404")
	other.actAs(s.login(t, "other@shop.example", password))
	other.open("/organizer/events/" + s.event.ID)
	other.await("heading", "You have no event at this address.")
	checkAccessible(t, other, "organizer-not-theirs")
}

func organizerSignsIn(t *testing.T, o *organizing) {
	p := o.p
	p.open("/organizer")
	p.in("main", "").click("button", "Sign in")
	dialog := p.in("dialog", "Your account")
	dialog.fill("E-mail", "organizer@shop.example")
	dialog.fill("Password", password)
	p.press("Enter")
	p.await("heading", "Your events")
	p.awaitText("A play On sale")
	p.awaitText("Free 20")
	checkAccessible(t, p, "organizer-events")
}

// planFile writes a plan, changed if need be, and returns its path.
func planFile(t *testing.T, name string, plan []byte, old, now string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if old != "" {
		require.Contains(t, string(plan), old)
	}
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(plan), old, now, 1)), 0o600))
	return path
}

func organizerGivesPlan(t *testing.T, o *organizing) {
	p, plan := o.p, theatre(t, 300)
	p.click("link", "New event")
	p.await("heading", "New event")
	p.click("button", "Put on sale")
	p.awaitText("Choose a seating plan first.")
	p.awaitFocus("button", "Choose a file")
	checkAccessible(t, p, "organizer-new-empty")

	good := planFile(t, "theatre.json", plan, "", "")
	p.chooseFile("Choose a file", planFile(t, "broken.json", []byte("{\n \"zones\": [1,,2]\n}"), "", ""))
	p.awaitText("The file is not JSON: it goes wrong in line 2 at character 14.")
	p.chooseFile("Choose a file", planFile(t, "other.json", []byte(`{"seats": 3}`), "", ""))
	p.awaitText("The file is JSON, but no seating plan: it has no zones.")
	checkAccessible(t, p, "organizer-new-fault")
	p.dropFiles("Choose a file", good, good)
	p.awaitText("Drop one file only: the seating plan.")
	p.dropFiles("Choose a file", good)
	p.awaitText("theatre.json: 300 seats")
	p.await("image", "Picture of the hall, 300 seats")
	require.Zero(t, p.count("alert", "*Drop*"))
	require.Equal(t, "free held by someone sold not for sale", "free "+p.in("list", "Other seats").text(), "a plan has no seats of one's own")
}

// organizerIsCorrected: by the page where it can, else by the service, each
// time at the field.
func organizerIsCorrected(t *testing.T, o *organizing) {
	p := o.p
	p.fill("Name", "")
	p.fill("Price of Stalls", "4.505")
	p.click("button", "Put on sale")
	p.awaitText("Give the event a name.")
	p.awaitFocus("textbox", "Name")
	p.awaitState("textbox", "Name", "invalid")
	p.awaitState("textbox", "Price of Stalls", "invalid")
	p.awaitText("Use an amount with 2 digits behind the point at most")
	p.awaitText("Say when the event starts.")
	checkAccessible(t, p, "organizer-new-wrong")

	p.fill("Name", "Much ado")
	p.fill("Starts", "2099-05-01T19:30")
	p.fill("Seats per customer", "100")
	p.fill("Time to pay, in minutes", "999")
	p.fill("Price of Premium", "65,5")
	p.fill("Price of Stalls", "45")
	p.fill("Price of Balcony", "0")
	p.awaitText("€65.50")
	p.awaitText("Free of charge")
	p.allow("POST /v1/events: 422")
	p.click("button", "Put on sale")
	p.awaitState("spinbutton", "Time to pay, in minutes", "invalid")
	p.awaitFocus("spinbutton", "Time to pay, in minutes")
	p.fill("Time to pay, in minutes", "10")

	misspelt := planFile(t, "misspelt.json", theatre(t, 300), `"category":"Balcony"`, `"category":"Balkony"`)
	p.dropFiles("Choose another file", misspelt)
	p.awaitText("misspelt.json: 300 seats")
	p.click("button", "Put on sale")
	p.awaitText("The plan was not taken.")
	p.in("list", "Where in the plan").awaitText("Zone 2 (Balcony) Row 1 (A) Seat 1 (1) category")
	checkAccessible(t, p, "organizer-new-refused")
	p.dropFiles("Choose another file", planFile(t, "theatre.json", theatre(t, 300), "", ""))
	p.awaitText("theatre.json: 300 seats")
	checkAccessible(t, p, "organizer-new")
}

func organizerPutsOnSale(t *testing.T, o *organizing) {
	o.p.click("button", "Put on sale")
	o.p.awaitPath("/organizer/events/*")
	o.p.await("heading", "Much ado")
	id := strings.TrimPrefix(o.p.path(), "/organizer/events/")
	o.event = read[event](t, o.nobody().get(eventPath(id)), http.StatusOK)
	require.Equal(t, "on_sale", o.event.Status)
	require.Equal(t, 300, o.event.SeatCount)
	require.Equal(t, money{6550, "EUR"}, o.event.Categories[0].Price)
	parsed, err := booking.ParsePlan(theatre(t, 300))
	require.NoError(t, err)
	o.guids = guidsOf(parsed)
	o.awaitNumbers(0, 0, 300, 0)
	checkAccessible(t, o.p, "organizer-event-unsold")
}

// awaitNumbers returns once the page has these, its chart too.
func (o *organizing) awaitNumbers(sold, held, free, blocked int) {
	o.p.t.Helper()
	o.p.awaitText(fmt.Sprintf("Sold %d %d%% of 300 Held %d in checkouts now Free %d left to sell Blocked %d kept from sale",
		sold, sold*100/300, held, free, blocked))
	o.p.await("image", fmt.Sprintf("*Now %d sold and %d held.*", sold, held))
}

func organizerSeesSales(t *testing.T, o *organizing) {
	o.buyer = o.customer(t)
	o.bought = o.shop.bought(t, o.buyer, o.guids[10:13]...)
	o.awaitNumbers(3, 0, 297, 0)
	o.held(t, o.customer(t), o.guids[20:22]...)
	o.awaitNumbers(3, 2, 295, 0)
	o.p.click("DisclosureTriangle", "The figures as a table")
	o.p.in("region", "Sold over time").awaitText("Time Sold Held * 3 2")
	o.p.click("DisclosureTriangle", "By category")
	o.p.awaitText("Premium 3 * €196.50")
	checkAccessible(t, o.p, "organizer-event")
	o.shop.bought(t, o.customer(t), o.guids[100:172]...)
	o.awaitNumbers(75, 2, 223, 0)
	o.p.awaitText("25% of the seats are sold: 75.")
	o.p.awaitSeat(o.guids[10], "sold")
	o.p.awaitSeat(o.guids[20], "held")
}

func organizerBlocks(t *testing.T, o *organizing) {
	p := o.p
	require.Equal(t, "chosen held by someone sold not for sale", p.in("list", "Other seats").text())
	p.clickSeat(o.guids[30])
	p.awaitSeat(o.guids[30], "chosen")
	requireNoneCovered(p)
	p.awaitText("1 seat chosen")
	p.choose("Section", "Balcony")
	p.choose("Row", "row A")
	p.click("button", "Choose its free seats")
	p.awaitText("more seats are chosen.")
	row := 0
	for _, guid := range o.guids {
		if strings.HasPrefix(guid, "Balcony-A") {
			row++
		}
	}
	p.click("button", "Keep from sale")
	p.awaitState("textbox", "Reason", "invalid")
	checkAccessible(t, p, "organizer-block")

	o.held(t, o.customer(t), o.guids[30])
	p.awaitText("One of the chosen seats was just taken.")
	p.fill("Reason", "For the press")
	p.click("button", "Keep from sale")
	p.awaitText(fmt.Sprintf("%d seats are kept from sale.", row))
	require.Equal(t, "x", o.shows(t, "Balcony-A1"))
	require.Equal(t, "h", o.shows(t, o.guids[30]))
	o.awaitNumbers(75, 3, 222-row, row)
	p.awaitSeat("Balcony-A1", "blocked")
	checkAccessible(t, p, "organizer-blocked")

	p.clickSeat("Balcony-A1")
	p.awaitText("Kept from sale: For the press")
	p.click("button", "Close")
	p.click("button", "Free the seats: For the press")
	p.awaitText("Put these seats on sale again?")
	checkAccessible(t, p, "organizer-free")
	p.in("dialog", "*").click("button", "Put on sale")
	p.awaitText("The seats are on sale again.")
	require.Equal(t, ".", o.shows(t, "Balcony-A1"))
	p.awaitSeat("Balcony-A1", "free")
	p.awaitText("No seats are kept from sale.")
}
