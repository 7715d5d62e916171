package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	api "seathold/internal/client"
)

const (
	password = "a long enough password"
	startsAt = "2099-05-01T19:30:00Z"
)

// takenOverWithin is how long the work that one instance does for all lies still
// after a kill -9; refundedWithin is also for what is done then.
const (
	takenOverWithin = 7 * time.Second
	refundedWithin  = takenOverWithin + slack*time.Second
)

// shop is a service with an organizer and one event on sale.
type shop struct {
	*service
	world     world
	organizer *client
	event     event
	guids     []string // in plan order
	customers int
}

// openShop starts a service in this world, with an event of so many seats.
func openShop(t *testing.T, w world, p *program, seats int, more ...settings) *shop {
	t.Helper()
	given := append([]settings{w.servers(t), quick()}, more...)
	return openShopOn(t, w, newService(t, p, given...), seats)
}

func openShopOn(t *testing.T, w world, s *service, seats int) *shop {
	t.Helper()
	shop := &shop{service: s, world: w}
	s.createOrganizer(t, "organizer@shop.example")
	s.start(t)
	shop.organizer = s.login(t, "organizer@shop.example", password)
	shop.event, shop.guids = shop.organizer.createEvent(t, "A play", theatre(t, seats))
	return shop
}

func theatre(t *testing.T, seats int) []byte {
	t.Helper()
	plan, err := booking.GeneratePlan("theatre", seats)
	require.NoError(t, err)
	return plan
}

// createOrganizer uses the command, while the service is stopped.
func (s *service) createOrganizer(t *testing.T, email string) {
	t.Helper()
	s.createAccount(t, email, "organizer")
}

func (s *service) createAccount(t *testing.T, email, role string) {
	t.Helper()
	_, said, status := s.command(t, password+"\n",
		"user", "create", "--email", email, "--role", role, "--password-stdin")
	require.Zero(t, status, said)
}

func (s *service) login(t *testing.T, email, password string) *client {
	t.Helper()
	c := s.nobody()
	session, err := c.typed(t).LoginWithResponse(context.Background(), api.Credentials{Email: email, Password: password})
	require.NoError(t, err)
	c = c.with("Authorization", "Bearer "+got(t, session.JSON200, err).AccessToken)
	me, err := c.typed(t).GetMeWithResponse(context.Background())
	require.NoError(t, err)
	a := got(t, me.JSON200, err)
	c.account = account{a.ID, a.Email, a.Name, string(a.Role)}
	return c
}

// register makes a customer's account and logs in.
func (s *service) register(t *testing.T, email string) *client {
	t.Helper()
	made, err := s.nobody().typed(t).RegisterWithResponse(context.Background(),
		api.Registration{Email: email, Password: password, Name: "Someone"})
	require.NoError(t, err)
	require.Equal(t, email, got(t, made.JSON201, err).Email)
	return s.login(t, email, password)
}

// customer returns a new customer.
func (s *shop) customer(t *testing.T) *client {
	t.Helper()
	s.customers++
	return s.register(t, fmt.Sprintf("customer%d@shop.example", s.customers))
}

// createEvent puts an event on sale, every category at 45.00, and returns its
// seats in plan order.
func (c *client) createEvent(t *testing.T, name string, plan []byte) (event, []string) {
	t.Helper()
	parsed, err := booking.ParsePlan(plan)
	require.NoError(t, err)
	a := c.postEvent(name, plan, parsed)
	e := read[event](t, a, http.StatusCreated)
	require.Equal(t, "/v1/events/"+e.ID, a.header.Get("Location"))
	return e, guidsOf(parsed)
}

func (c *client) postEvent(name string, plan []byte, parsed *booking.Plan) answer {
	prices := map[string]money{}
	for _, category := range parsed.Categories {
		prices[category.Name] = money{Amount: 4500, Currency: "EUR"}
	}
	return c.post("/v1/events", map[string]any{
		"name": name, "starts_at": startsAt, "plan": json.RawMessage(plan), "prices": prices,
		"max_seats_per_customer": 1000,
	})
}

func guidsOf(p *booking.Plan) []string {
	guids := make([]string, len(p.Seats))
	for i, s := range p.Seats {
		guids[i] = s.GUID
	}
	return guids
}

// held holds seats and requires that it works, if need be once the event is loaded.
func (s *shop) held(t *testing.T, c *client, seats ...string) hold {
	t.Helper()
	return read[hold](t, patiently(t, func() answer { return c.hold(s.event.ID, seats...) }), http.StatusCreated)
}

// ordered makes an order of seats, pending.
func (s *shop) ordered(t *testing.T, c *client, seats ...string) order {
	t.Helper()
	return read[order](t, patiently(t, func() answer { return c.orderSeats(s.event.ID, seats...) }), http.StatusCreated)
}

// bought makes an order and has it paid.
func (s *shop) bought(t *testing.T, c *client, seats ...string) order {
	t.Helper()
	o := s.ordered(t, c, seats...)
	requireStatus(t, c.send(paid(t, o)), http.StatusOK)
	return s.requireOrder(t, c, o.ID, "paid")
}

// requireOrder requires the order's status.
func (s *shop) requireOrder(t *testing.T, c *client, id, status string) order {
	t.Helper()
	o := read[order](t, c.getOrder(id), http.StatusOK)
	require.Equal(t, status, o.Status, "%+v", o)
	return o
}

// requireRefunded waits until all the order's money has gone back.
func (s *shop) requireRefunded(t *testing.T, c *client, id string) order {
	t.Helper()
	var o order
	within(t, refundedWithin, "the order is refunded", func() bool {
		o = read[order](t, c.getOrder(id), http.StatusOK)
		return o.Status == "refunded"
	})
	for _, p := range o.Payments {
		require.Equal(t, "refunded", p.State, "%+v", o)
		require.Equal(t, p.Received, p.Refunded, "%+v", o)
	}
	return o
}

// mapOf returns the seat map, waiting while the event is loaded.
func (s *shop) mapOf(t *testing.T, event string) string {
	t.Helper()
	return read[seatMap](t, patiently(t, func() answer { return s.organizer.seats(event) }), http.StatusOK).Seats
}

// shows returns the map's characters for the seats named.
func (s *shop) shows(t *testing.T, seats ...string) string {
	t.Helper()
	all := s.mapOf(t, s.event.ID)
	require.Len(t, all, len(s.guids))
	var shown strings.Builder
	for _, guid := range seats {
		shown.WriteByte(all[s.index(t, guid)])
	}
	return shown.String()
}

func (s *shop) index(t *testing.T, guid string) int {
	t.Helper()
	i := slices.Index(s.guids, guid)
	require.GreaterOrEqual(t, i, 0, "no seat %s", guid)
	return i
}

// exact returns what a seat is at this moment.
func (s *shop) exact(t *testing.T, guid string) string {
	t.Helper()
	return read[seat](t, patiently(t, func() answer { return s.organizer.seat(s.event.ID, guid) }), http.StatusOK).Status
}

// requireSeats requires all seats to be so at this moment.
func (s *shop) requireSeats(t *testing.T, status string, seats ...string) {
	t.Helper()
	for _, guid := range seats {
		require.Equal(t, status, s.exact(t, guid), "seat %s", guid)
	}
}

// allOrders returns all orders of the event, as its organizer sees them.
func (s *shop) allOrders(t *testing.T, query string) []order {
	t.Helper()
	var all []order
	for cursor := ""; ; {
		page := query
		if cursor != "" {
			page += "&cursor=" + cursor
		}
		l := read[list[order]](t, s.organizer.eventOrders(s.event.ID, page), http.StatusOK)
		all = append(all, l.Items...)
		if cursor = l.NextCursor; cursor == "" {
			return all
		}
	}
}

// requireSoldOnce requires that no seat has two paid orders and that exactly
// the seats of paid orders show as sold. It returns the paid orders.
func (s *shop) requireSoldOnce(t *testing.T) []order {
	t.Helper()
	orders := s.allOrders(t, "status=paid")
	owner := map[string]string{}
	for _, o := range orders {
		for _, guid := range o.Seats {
			require.Empty(t, owner[guid], "seat %s is sold twice", guid)
			owner[guid] = o.ID
		}
	}
	for i, shown := range s.mapOf(t, s.event.ID) {
		_, sold := owner[s.guids[i]]
		require.Equal(t, sold, shown == 's', "seat %s shows %q, sold by %q", s.guids[i], shown, owner[s.guids[i]])
	}
	return orders
}
