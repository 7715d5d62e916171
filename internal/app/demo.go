package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/brianvoe/gofakeit/v7"

	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

// The demo: one theatre on sale, three accounts, and some people who were
// quicker.
const (
	demoSeats    = 420
	demoPeople   = 12
	demoCurrency = "EUR"
	demoDomain   = "@demo.example"
	demoName     = "A Midsummer Night's Demo"
)

var demoRoles = []booking.Role{booking.RoleCustomer, booking.RoleOrganizer, booking.RoleOperator}

// Demo is what the start tells about the demo.
type Demo struct {
	Event    *booking.Event
	Emails   []string
	Password string // "" where it was set at an earlier start and is not known
}

// seedDemo makes sure that the demo accounts exist and that a demo event is on
// sale. It changes nothing that is there.
func (c *Core) seedDemo(ctx context.Context) (*Demo, error) {
	d := &Demo{Password: c.secrets.demo}
	organizer, err := c.seedAccounts(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("make the demo accounts: %w", err)
	}
	if d.Event, err = c.demoEvent(ctx, organizer); d.Event != nil || err != nil {
		return d, err
	}
	if d.Event, err = c.createDemoEvent(ctx, organizer); err != nil {
		return nil, fmt.Errorf("make the demo event: %w", err)
	}
	if c.webhooks == nil { // nobody is to pay real money for made-up people
		return d, nil
	}
	if err := c.seedSales(ctx, d.Event); err != nil {
		// The demo is on sale all the same.
		c.Log.Warn("the demo's first seats could not be sold", "err", err)
	}
	return d, nil
}

// seedAccounts makes the accounts that are missing and returns the organizer.
func (c *Core) seedAccounts(ctx context.Context, d *Demo) (organizer booking.Account, err error) {
	var hash []byte // of all three: hashing is slow on purpose
	for _, role := range demoRoles {
		email := string(role) + demoDomain
		d.Emails = append(d.Emails, email)
		account, err := c.store.AccountByEmail(ctx, email)
		if booking.CodeOf(err) == booking.CodeNotFound {
			if d.Password == "" {
				return organizer, errors.New("SEATHOLD_DEMO_PASSWORD: the demo on real servers takes a password for its accounts")
			}
			if hash == nil {
				if hash, err = c.Accounts.Hasher.Hash(ctx, d.Password); err != nil {
					return organizer, err
				}
			}
			account = booking.Account{
				ID: newID(), Email: email, Name: "Demo " + string(role), Role: role,
				PasswordHash: hash, CreatedAt: time.Now().UTC().Truncate(time.Millisecond),
			}
			err = c.store.InsertAccount(ctx, account)
		}
		if err != nil {
			return organizer, err
		}
		if role == booking.RoleOrganizer {
			organizer = account
		}
	}
	return organizer, nil
}

// demoEvent finds the demo event that is on sale, nil where there is none.
func (c *Core) demoEvent(ctx context.Context, organizer booking.Account) (*booking.Event, error) {
	now := time.Now()
	events, err := c.store.EventsEndingAfter(ctx, now)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.OrganizerID == organizer.ID && e.StatusAt(now) == booking.EventOnSale {
			return c.Service.Event(ctx, e.ID)
		}
	}
	return nil, nil
}

func (c *Core) createDemoEvent(ctx context.Context, organizer booking.Account) (*booking.Event, error) {
	plan, err := booking.GeneratePlan("theatre", demoSeats)
	if err != nil {
		return nil, err
	}
	parsed, err := booking.ParsePlan(plan)
	if err != nil {
		return nil, err
	}
	prices := map[string]booking.Money{}
	for i, category := range parsed.Categories {
		prices[category.Name] = booking.Money{Amount: max(6500-2000*int64(i), 1500), Currency: demoCurrency}
	}
	day := time.Now().UTC().AddDate(0, 1, 0)
	return c.Service.CreateEvent(ctx, booking.Actor{ID: organizer.ID, Role: organizer.Role}, booking.NewEvent{
		Name: demoName, Plan: plan, Prices: prices,
		StartsAt: time.Date(day.Year(), day.Month(), day.Day(), 19, 30, 0, 0, time.UTC),
	})
}

// seedSales sells seats to made-up people by the same steps as any sale.
func (c *Core) seedSales(ctx context.Context, e *booking.Event) error {
	faker := gofakeit.New(demoSeats)
	for i := range demoPeople {
		person := booking.Account{
			// No password hash: nobody can log in as these.
			ID: newID(), Email: fmt.Sprintf("guest%d%s", i+1, demoDomain), Name: faker.Name(),
			Role: booking.RoleCustomer, CreatedAt: time.Now().UTC().Truncate(time.Millisecond),
		}
		err := c.store.InsertAccount(ctx, person)
		if booking.CodeOf(err) == booking.CodeEmailTaken {
			person, err = c.store.AccountByEmail(ctx, person.Email)
		}
		if err != nil {
			return err
		}
		if err := c.sellTo(ctx, e, person, demoChoice(e, i)); err != nil {
			return err
		}
	}
	return nil
}

// demoChoice picks 1 to 4 neighbours for the i-th person, behind the first
// fifth of the plan: the front rows stay free for whoever tries the service.
func demoChoice(e *booking.Event, i int) []string {
	front := demoSeats / 5
	first := front + i*(demoSeats-front)/demoPeople
	seats := make([]string, 0, 4)
	for k := range 1 + i%4 {
		seats = append(seats, e.Plan.Seats[first+k].GUID)
	}
	return seats
}

func (c *Core) sellTo(ctx context.Context, e *booking.Event, person booking.Account, seats []string) error {
	order, _, err := c.Service.PlaceOrder(ctx, booking.Actor{ID: person.ID, Role: person.Role}, booking.NewOrder{
		EventID: e.ID, Seats: seats,
	})
	if err != nil {
		return err
	}
	body, err := standardwebhook.Message{
		Type: standardwebhook.TypeSucceeded, Timestamp: time.Now(),
		Data: standardwebhook.Data{
			PaymentID: order.Checkout.ID, OrderID: order.ID,
			Amount: order.Total.Amount, Currency: order.Total.Currency,
		},
	}.Encode()
	if err != nil {
		return err
	}
	header := http.Header{}
	if err := c.webhooks.Sign(header, "demo_"+order.ID, body); err != nil {
		return err
	}
	return c.Service.Webhook(ctx, c.provider.Name(), body, header)
}
