package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/standardwebhook"
	"seathold/internal/testserver"
)

// busyShop is a shop where everything happens that happens in sales.
type busyShop struct {
	*shop
	hook       *hook
	operator   *client
	one, other *client
	free       []string // seats that nothing has happened to yet
}

// The times that are waited for. A payment may take longer than a busy machine does.
const (
	busyHoldTTL    = time.Second
	busyPaymentTTL = 5 * time.Second
)

func openBusyShop(t *testing.T) *busyShop {
	t.Helper()
	redis := testserver.RedisOwn(t, "--maxmemory", "512mb") // as the deployment's
	s := newService(t, seathold, realServers(redis.Addr, testserver.Mongo(t)), quick(), loopback, settings{
		"SEATHOLD_ABUSE_LIMITS": "on", "SEATHOLD_TRUSTED_PROXIES": "127.0.0.1",
		"SEATHOLD_HOLD_TTL": busyHoldTTL.String(), "SEATHOLD_PAYMENT_TTL": busyPaymentTTL.String(),
	})
	s.createAccount(t, "operator@shop.example", "operator")
	b := &busyShop{shop: openShopOn(t, realWorld, s, 60)}
	b.free = b.guids
	b.hook = newHook(t, b.organizer)
	b.operator = b.login(t, "operator@shop.example", password)
	b.one, b.other = b.customer(t), b.customer(t)
	listenAll(t, b.shop, 3)
	return b
}

// take returns seats that are free.
func (b *busyShop) take(n int) (seats []string) {
	seats, b.free = b.free[:n], b.free[n:]
	return seats
}

// busyRound does one of each, and waits for what comes later by itself.
func (b *busyShop) busyRound(t *testing.T) {
	t.Helper()
	b.visit(t)
	b.holdAndEnd(t)
	left := b.ordered(t, b.one, b.take(1)...)
	b.payAndFail(t)
	b.giveBack(t)
	b.misuse(t)
	b.operate(t)
	b.awaitTold(t, left, "order.expired")
}

// awaitTold waits until the organizer's system has been told. Whoever asks too often
// is refused here.
func (b *busyShop) awaitTold(t *testing.T, o order, what string) {
	t.Helper()
	within(t, busyPaymentTTL+startPatience, what, func() bool { return b.hook.typesOf(t, o.ID)[what] > 0 })
}

// visit looks at the map as it changes, and leaves.
func (b *busyShop) visit(t *testing.T) {
	t.Helper()
	someone := &listener{url: b.url + eventPath(b.event.ID) + "/stream", all: &listeners{shop: b.shop}}
	someone.until(t, func() bool { return someone.is(b.now(t)) })()
}

// holdAndEnd has holds granted, refused, given back and run out.
func (b *busyShop) holdAndEnd(t *testing.T) {
	t.Helper()
	seats := b.take(2)
	h := b.held(t, b.one, seats[0])
	refused := b.other.hold(b.event.ID, seats[0])
	require.True(t, refused.refused(http.StatusConflict, "seats_taken") || refused.is(http.StatusCreated), "%s", refused) // after a second
	requireStatus(t, b.one.release(b.event.ID, h.ID), http.StatusNoContent)
	const expired = `seathold_hold_end_total{how="expired"}`
	before := b.metric(t, expired)
	b.held(t, b.other, seats[1])
	within(t, startPatience, "a hold runs out", func() bool { return b.metric(t, expired) > before })
}

// payAndFail has one order paid on the provider's page, and one fail there.
func (b *busyShop) payAndFail(t *testing.T) {
	t.Helper()
	for _, button := range []string{"pay", "fail"} {
		o := b.ordered(t, b.one, b.take(1)...)
		requireStatus(t, b.one.press(o, button), http.StatusOK)
	}
}

// giveBack has an order cancelled by the organizer, and a payment of a wrong amount.
func (b *busyShop) giveBack(t *testing.T) {
	t.Helper()
	o := b.bought(t, b.one, b.take(1)...)
	requireStatus(t, b.organizer.cancel(o.ID), http.StatusOK)
	b.awaitTold(t, o, "order.refunded")
	o = b.ordered(t, b.one, b.take(1)...)
	less := newWebhook(t, standardwebhook.TypeSucceeded, o, func(d *standardwebhook.Data) { d.Amount-- })
	requireStatus(t, b.one.send(less), http.StatusOK)
	b.awaitTold(t, o, "order.refunded")
}

// misuse forges a webhook, guesses a password and calls too often.
func (b *busyShop) misuse(t *testing.T) {
	t.Helper()
	forged := paid(t, b.ordered(t, b.one, b.take(1)...))
	keys, err := standardwebhook.New([]string{standardwebhook.NewSecret()}, nil)
	require.NoError(t, err)
	forged.keys = keys
	requireProblem(t, b.one.send(forged), http.StatusBadRequest, "invalid_signature")
	guess := map[string]any{"email": "customer1@shop.example", "password": "not the password"}
	requireProblem(t, b.nobody().post("/v1/auth/login", guess), http.StatusUnauthorized, "invalid_credentials")
	require.Positive(t, refusedAmong(b.nobody(), func(int) string { return "198.51.100.7" }))
}

// operate blocks seats, puts a further event on sale, and holds Redis against the orders.
func (b *busyShop) operate(t *testing.T) {
	t.Helper()
	b.organizer.createEvent(t, "A further play", theatre(t, 20))
	made := read[block](t, b.organizer.block(b.event.ID, b.take(1)...), http.StatusCreated)
	requireStatus(t, b.organizer.unblock(b.event.ID, made.ID), http.StatusNoContent)
	path := "/v1/ops/events/" + b.event.ID
	requireStatus(t, b.operator.get(path+"/audit"), http.StatusOK)
	requireStatus(t, b.operator.post(path+"/rebuild", nil), http.StatusOK)
}
