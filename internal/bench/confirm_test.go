package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
	"golang.org/x/sync/errgroup"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
	"seathold/internal/mongostore"
	"seathold/internal/redisstore"
	"seathold/internal/testserver"
)

const (
	confirmRounds    = 7
	confirmsPerRound = 150
)

// orderStore is what MongoDB and the embedded store both are.
type orderStore interface {
	booking.Events
	booking.Orders
	booking.Accounts
	booking.Records
}

// How fast payments are confirmed, beside how fast the same server takes bare
// updates of the same documents, by as many at once. The two alternate, so that
// their ratio holds while the machine's speed changes.
func TestFiguresOfAConfirmation(t *testing.T) {
	needBench(t)
	heading(fmt.Sprintf("Confirmations, %d at once, beside bare updates of an order's document (median of %d rounds)", atOnce, confirmRounds))

	uri := testserver.Mongo(t)
	store, err := mongostore.Open(t.Context(), uri)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close(context.Background())) })
	compareConfirmations(t, "MongoDB's protocol", store, bareMongo(t, uri))

	embedded, err := boltstore.Open(filepath.Join(t.TempDir(), "orders.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, embedded.Close(context.Background())) })
	compareConfirmations(t, "embedded, to the disk", embedded, func(ctx context.Context, o booking.Order) error {
		o.Status = booking.OrderCancelled
		return embedded.ReplaceOrder(ctx, o)
	})
}

// bareMongo updates one document by its id, as durable as the service's own.
func bareMongo(t *testing.T, uri string) func(context.Context, booking.Order) error {
	durable := writeconcern.Majority()
	journaled := true
	durable.Journal = &journaled
	client, err := mongo.Connect(t.Context(), options.Client().ApplyURI(uri).SetWriteConcern(durable))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Disconnect(context.Background())) })
	parsed, err := connstring.Parse(uri)
	require.NoError(t, err)
	database := client.Database(parsed.Database)
	return func(ctx context.Context, o booking.Order) error {
		r, err := database.Collection("orders").UpdateOne(ctx,
			bson.D{{Key: "_id", Value: o.ID}, {Key: "event_id", Value: o.EventID}, {Key: "revision", Value: o.Revision}},
			bson.D{
				{Key: "$set", Value: bson.D{{Key: "status", Value: booking.OrderCancelled}}},
				{Key: "$inc", Value: bson.D{{Key: "revision", Value: 1}}},
			})
		if err == nil && r.ModifiedCount != 1 {
			err = fmt.Errorf("order %s was not updated", o.ID)
		}
		return err
	}
}

func compareConfirmations(t *testing.T, name string, store orderStore, update func(context.Context, booking.Order) error) {
	s := newShop(t, store)
	var confirmed, bare, ratios []float64
	for range confirmRounds {
		paid, updated := s.orders(confirmsPerRound), s.orders(confirmsPerRound)
		a := s.rate(paid, s.confirm)
		b := s.rate(updated, update)
		confirmed, bare, ratios = append(confirmed, a), append(bare, b), append(ratios, a/b)
	}
	figure(name+": confirmations", fmt.Sprintf("%.0f /s", median(confirmed)), "")
	figure(name+": bare updates", fmt.Sprintf("%.0f /s", median(bare)), "")
	figure(name+": the one to the other, round by round", fmt.Sprintf("%.2f×", median(ratios)), "at least 0.5×")
}

// shop sells an event on the given order store and a Redis of its own.
type shop struct {
	t       *testing.T
	service *booking.Service
	event   *booking.Event
	next    int // seat
}

func newShop(t *testing.T, store orderStore) *shop {
	holds, err := redisstore.Open(redisstore.Options{Addrs: []string{testserver.RedisOwn(t).Addr}}, uuid.NewString)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, holds.Close()) })
	s := &shop{t: t, service: booking.NewService(booking.Ports{
		Events: store, Orders: store, Accounts: store, Records: store, Holds: holds, Provider: cashier{},
		Metrics: booking.NoMetrics{}, Log: slog.New(slog.DiscardHandler),
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
	}, booking.Limits{
		HoldTTL: time.Hour, PaymentTTL: time.Hour, HoldMaxLife: time.Hour, ConfirmGrace: time.Minute,
		MaxSeatsPerHold: 10, MaxSeatsPerCustomer: 10,
	})}
	seats := 2 * 2 * confirmRounds * confirmsPerRound
	raw, err := booking.GeneratePlan("arena", seats)
	require.NoError(t, err)
	plan, err := booking.ParsePlan(raw)
	require.NoError(t, err)
	n := booking.NewEvent{Name: "A concert", StartsAt: time.Now().Add(24 * time.Hour), Plan: raw, Prices: map[string]booking.Money{}}
	for _, c := range plan.Categories {
		n.Prices[c.Name] = booking.Money{Amount: 4500, Currency: "EUR"}
	}
	s.event, err = s.service.CreateEvent(t.Context(), booking.Actor{ID: "organizer", Role: booking.RoleOrganizer}, n)
	require.NoError(t, err)
	return s
}

// orders makes pending orders of two seats.
func (s *shop) orders(n int) []booking.Order {
	made := make([]booking.Order, n)
	group, ctx := errgroup.WithContext(s.t.Context())
	group.SetLimit(atOnce)
	for i := range made {
		seats := s.event.Plan.GUIDs([]int{s.next, s.next + 1})
		s.next += 2
		group.Go(func() (err error) {
			by := booking.Actor{ID: uuid.NewString(), Role: booking.RoleCustomer}
			made[i], _, err = s.service.PlaceOrder(ctx, by, booking.NewOrder{EventID: s.event.ID, Seats: seats})
			return err
		})
	}
	require.NoError(s.t, group.Wait())
	return made
}

// rate does something with each order, many at once, and returns how many a second.
func (s *shop) rate(orders []booking.Order, do func(context.Context, booking.Order) error) float64 {
	group, ctx := errgroup.WithContext(s.t.Context())
	group.SetLimit(atOnce)
	start := time.Now()
	for _, o := range orders {
		group.Go(func() error { return do(ctx, o) })
	}
	require.NoError(s.t, group.Wait())
	return float64(len(orders)) / time.Since(start).Seconds()
}

func (s *shop) confirm(ctx context.Context, o booking.Order) error {
	body, err := json.Marshal(booking.PaymentEvent{
		WebhookID: uuid.NewString(), Kind: booking.PaymentSucceeded, PaymentID: o.Checkout.ID, CheckoutID: o.Checkout.ID,
		OrderID: o.ID, Received: o.Total,
	})
	if err != nil {
		return err
	}
	return s.service.Webhook(ctx, cashier{}.Name(), body, http.Header{})
}

// cashier is a provider whose webhooks are events as they are.
type cashier struct{ booking.Provider }

func (cashier) Name() string { return "cashier" }

func (cashier) CreatePayment(_ context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	return booking.Checkout{ID: "pay_" + r.OrderID, Provider: "cashier", URL: "https://pay.example", ExpiresAt: r.ExpiresAt}, nil
}

func (cashier) ReadWebhook(body []byte, _ booking.Header) (ev booking.PaymentEvent, err error) {
	return ev, json.Unmarshal(body, &ev)
}
