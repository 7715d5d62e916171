package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/stripe/stripetest"
	"seathold/internal/testserver"
)

// needles are texts that must not be in a log, by what they are. They are safe
// for concurrent use.
type needles struct {
	mu  sync.Mutex
	all map[string]string
}

// add notes a secret, and each part of it that could be used alone.
func (n *needles) add(t *testing.T, what, secret string) string {
	t.Helper()
	require.Greater(t, len(secret), 7, "%s is too short to look for", what)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all == nil {
		n.all = map[string]string{}
	}
	n.all[what] = secret
	for _, form := range []string{url.QueryEscape(secret), url.PathEscape(secret)} {
		if form != secret {
			n.all[what+", escaped "+form[:1]] = form
		}
	}
	if parts := strings.Split(secret, "."); len(parts) > 1 { // a token's signature is its secret
		n.all["the last part of "+what] = parts[len(parts)-1]
	}
	return secret
}

// found returns what of it stands in the text.
func (n *needles) found(text string) (leaks []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for what, secret := range n.all {
		if strings.Contains(text, secret) {
			leaks = append(leaks, what)
		}
	}
	return leaks
}

// requireNone looks through all that the service printed so far.
func (n *needles) requireNone(t *testing.T, s *service) {
	t.Helper()
	require.Empty(t, n.found(s.logText(t)), "stands in the log")
}

var debugLog = settings{"SEATHOLD_LOG_LEVEL": "debug", "SEATHOLD_LOG_FORMAT": "json"}

// TestLogsHaveNoSecrets uses every secret there is, rightly and wrongly, with
// all being logged that can be.
func TestLogsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	n := &needles{}
	redis := testserver.RedisOwn(t, "--requirepass", n.add(t, "the Redis password", "redis-password-in-no-log"))
	s := newService(t, seathold, quick(), loopback, debugLog, settings{
		"SEATHOLD_REDIS_URL":              "redis://:redis-password-in-no-log@" + redis.Addr,
		"SEATHOLD_PAYMENT_PROVIDER":       "sandbox",
		"SEATHOLD_JWT_SECRET":             n.add(t, "the JWT secret", "jwt-secret-in-no-log-0123456789abcdef"),
		"SEATHOLD_SANDBOX_WEBHOOK_SECRET": n.add(t, "the webhook secret", webhookSecret),
	})
	n.add(t, "a password", password)
	shop := openShopOn(t, realWorld, s, 20)
	one := shop.customer(t)
	token := strings.TrimPrefix(one.headers["Authorization"], "Bearer ")
	n.add(t, "an access token", token)
	n.add(t, "the organizer's token", strings.TrimPrefix(shop.organizer.headers["Authorization"], "Bearer "))

	n.useAccounts(t, shop, token)
	o := n.useThePage(t, shop, one)
	n.useWebhooks(t, shop, one, o)
	n.useEndpoints(t, shop, one)
	n.lookAround(t, shop)

	redis.Kill()
	requireStatus(t, one.hold(shop.event.ID, shop.guids[9]), http.StatusServiceUnavailable)
	n.requireNone(t, s)
	s.stop(t)
	n.requireNone(t, s)

	// What is looked for would be found: an unknown path is logged as it is.
	s.start(t)
	requireStatus(t, s.nobody().get("/v1/nothing/"+n.all["a refresh token"]), http.StatusNotFound)
	within(t, startPatience, "a planted leak is found", func() bool {
		return slices.Equal([]string{"a refresh token"}, n.found(s.logText(t)))
	})
}

// useAccounts logs in wrongly, and sends passwords and tokens to where they do
// not belong.
func (n *needles) useAccounts(t *testing.T, s *shop, token string) {
	nobody := s.nobody()
	wrong := n.add(t, "a wrong password", "a wrong password, mistyped")
	email := "customer1@shop.example"
	post := func(path, body string, headers ...string) {
		c := nobody
		for i := 0; i < len(headers); i += 2 {
			c = c.with(headers[i], headers[i+1])
		}
		require.NotZero(t, c.post(path, []byte(body)).status)
	}
	post("/v1/auth/login", fmt.Sprintf(`{"email":%q,"password":%q}`, email, wrong))
	post("/v1/auth/login", fmt.Sprintf(`{"email":%q,"password":%q`, email, wrong))
	post("/v1/auth/login", fmt.Sprintf(`{"email":%q,"password":%q,"password":%q}`, email, wrong, wrong))
	post("/v1/auth/login", fmt.Sprintf(`{"email":[%q],"password":{"x":%q}}`, email, wrong))
	post("/v1/auth/login", fmt.Sprintf(`%q`, wrong))
	post("/v1/auth/login", "email="+email+"&password="+url.QueryEscape(wrong))
	post("/v1/auth/login?password="+url.QueryEscape(wrong), fmt.Sprintf(`{"email":%q,"pass":%q}`, email, wrong))
	post("/v1/auth/register", fmt.Sprintf(`{"email":%q,"password":%q,"name":"x"}`, email, wrong))
	post("/v1/auth/register", fmt.Sprintf(`{"email":"no address","password":%q,"name":"x"}`, wrong))
	short := n.add(t, "a weak password", "weak-pass")
	post("/v1/auth/register", fmt.Sprintf(`{"email":"new@shop.example","password":%q,"name":"x"}`, short))
	refresh := n.add(t, "a refresh token", "refresh-token-in-no-log-0123456789")
	post("/v1/auth/refresh", fmt.Sprintf(`{"refresh_token":%q}`, refresh))
	post("/v1/auth/logout", fmt.Sprintf(`{"refresh_token":%q}`, refresh))
	post("/v1/me/password", fmt.Sprintf(`{"old_password":%q,"new_password":%q}`, password, wrong), "Authorization", "Bearer "+token)
	post("/v1/orders?access_token="+token, "{}")
	post("/v1/orders", "{}", "Authorization", "Bearer "+n.add(t, "a forged token", token[:len(token)-6]+"forged"))
	post("/v1/orders", "{}", "Authorization", n.add(t, "no token", "Basic c29tZW9uZTpzb21ldGhpbmc="))
	post("/v1/orders", "{}", "Cookie", "session="+token, "X-Api-Key", token)
	post("/v1/orders", "{}", "Authorization", "Bearer "+token, "X-Request-Id", refresh+" "+token) // no id for our log
}

// useThePage pays by the page whose path is a secret.
func (n *needles) useThePage(t *testing.T, s *shop, one *client) order {
	o := s.ordered(t, one, s.guids[:2]...)
	page, err := url.Parse(o.Payment.URL)
	require.NoError(t, err)
	secret := strings.TrimPrefix(page.Path, "/sandbox/pay/")
	n.add(t, "the page's path", secret)
	requireStatus(t, one.openPage(o), http.StatusOK)
	requireStatus(t, one.press(o, "pay"), http.StatusOK)
	requireStatus(t, s.nobody().get("/sandbox/pay/"+secret[:len(secret)-1]+"?x="+secret), http.StatusNotFound)
	requireStatus(t, s.nobody().get("/sandbox/"+secret), http.StatusNotFound)
	return o
}

// useWebhooks sends signed messages, good and bad.
func (n *needles) useWebhooks(t *testing.T, s *shop, one *client, paidOrder order) {
	o := s.ordered(t, one, s.guids[2:4]...)
	w := paid(t, o)
	header := http.Header{}
	require.NoError(t, w.keys.Sign(header, w.id, w.body))
	for what, body := range map[string][]byte{
		"good": w.body, "changed": append(bytes.Clone(w.body), ' '), "of another order": paid(t, paidOrder).body, "no JSON": []byte("{"),
	} {
		request, err := http.NewRequest(http.MethodPost, s.url+"/v1/webhooks/sandbox", bytes.NewReader(body))
		require.NoError(t, err)
		for name := range header {
			request.Header.Set(name, header.Get(name))
		}
		n.add(t, "a signature", header.Get("webhook-signature"))
		require.NotZero(t, answer{}.of(one.http, request).status, what)
	}
	requireStatus(t, one.send(w), http.StatusOK)
}

// useEndpoints has organizers' systems called: one that takes it, and one that
// refuses, with a key in its address.
func (n *needles) useEndpoints(t *testing.T, s *shop, one *client) {
	good := newHook(t, s.organizer)
	n.add(t, "an endpoint's secret", good.secret)
	var signatures sync.Map
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signatures.Store(r.Header.Get("webhook-signature"), true)
		http.Error(w, "no", http.StatusInternalServerError)
	}))
	t.Cleanup(bad.Close)
	key := n.add(t, "a key in an endpoint's address", "endpoint-key-in-no-log")
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, address := range []string{bad.URL, gone.URL} {
		made := read[struct{ ID, Secret string }](t, s.organizer.post("/v1/webhook-endpoints", map[string]any{"url": address + "/told?key=" + key}), http.StatusCreated)
		n.add(t, "the secret of "+made.ID, made.Secret)
		require.NotZero(t, s.organizer.post("/v1/webhook-endpoints/"+made.ID+"/test", nil).status)
	}
	s.bought(t, one, s.guids[4])
	within(t, refundedWithin, "both are told", func() bool {
		told := 0
		signatures.Range(func(signature, _ any) bool {
			told++
			n.add(t, fmt.Sprintf("signature %d of ours", told), signature.(string))
			return true
		})
		return told > 1
	})
	require.Equal(t, http.StatusUnprocessableEntity, s.organizer.post("/v1/webhook-endpoints",
		map[string]any{"url": "http://someone:" + n.add(t, "a password in an address", "address-password-in-no-log") + "@127.0.0.1/"}).status)
}

// lookAround reads what operators read.
func (n *needles) lookAround(t *testing.T, s *shop) {
	ops := s.nobody()
	ops.url = s.ops
	for _, path := range []string{"/metrics", "/debug/pprof/cmdline", "/debug/pprof/goroutine?debug=2", "/debug/pprof/"} {
		a := ops.get(path)
		requireStatus(t, a, http.StatusOK)
		require.Empty(t, n.found(string(a.body)), path)
	}
	for _, args := range [][]string{{"config"}, {"config", "--json"}, {"version"}} {
		said, failed, status := s.command(t, "", args...)
		require.Zero(t, status, failed)
		require.Empty(t, n.found(said+failed), args)
	}
}

// TestAFailedStartHasNoSecrets: servers that are not there, or want another password.
func TestAFailedStartHasNoSecrets(t *testing.T) {
	t.Parallel()
	n := &needles{}
	redis := testserver.RedisOwn(t, "--requirepass", "another password")
	wrong := n.add(t, "a Redis password", "redis-password-in-no-log")
	mongo := n.add(t, "a MongoDB password", "mongo-password-in-no-log")
	given := settings{
		"SEATHOLD_PAYMENT_PROVIDER": "sandbox", "SEATHOLD_PUBLIC_URL": "http://127.0.0.1:1",
		"SEATHOLD_JWT_SECRET": n.add(t, "the JWT secret", "jwt-secret-in-no-log-0123456789abcdef"),
	}
	s := newService(t, seathold, quick(), debugLog, given, settings{"SEATHOLD_MONGODB_URI": "mongodb://shop:" + mongo + "@127.0.0.1:1/shop"})
	s.launch(t)
	require.NoError(t, s.process.wait(startPatience))
	require.NotZero(t, s.process.status)
	require.Contains(t, s.logText(t), "SEATHOLD_MONGODB_URI")
	n.requireNone(t, s)

	s = newService(t, seathold, quick(), debugLog, given, settings{"SEATHOLD_REDIS_URL": "redis://shop:" + wrong + "@" + redis.Addr})
	s.launch(t)
	within(t, startPatience, "the service says what Redis says, or ends", func() bool {
		return strings.Contains(s.logText(t), "WRONGPASS") || s.process.wait(0) == nil
	})
	n.requireNone(t, s)
}

// TestStripesSecretsAreInNoLog: the key travels in a header, also where Stripe
// is broken.
func TestStripesSecretsAreInNoLog(t *testing.T) {
	t.Parallel()
	n := &needles{}
	n.add(t, "the API key", stripetest.APIKey)
	n.add(t, "the signing secret", stripetest.WebhookSecret)
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "{", http.StatusInternalServerError)
	}))
	t.Cleanup(broken.Close)
	s := openShop(t, embeddedWorld, seathold, 20, debugLog, settings{
		"SEATHOLD_PAYMENT_PROVIDER": "stripe", "SEATHOLD_STRIPE_API_BASE": broken.URL,
		"SEATHOLD_STRIPE_API_KEY": stripetest.APIKey, "SEATHOLD_STRIPE_WEBHOOK_SECRET": stripetest.WebhookSecret,
	})
	one := s.customer(t)
	requireStatus(t, one.orderSeats(s.event.ID, s.guids[0]), http.StatusServiceUnavailable)
	signature := n.add(t, "a signature", "t=1700000000,v1="+strings.Repeat("5257a869e7ecebed", 4))
	requireStatus(t, one.with("Stripe-Signature", signature).post("/v1/webhooks/stripe", []byte("{}")), http.StatusBadRequest)
	n.requireNone(t, s.service)
	stdout, failed, status := s.command(t, "", "config")
	require.Zero(t, status, failed)
	require.Empty(t, n.found(stdout+failed))
}

// TestMadeSecretsAreInNoLog: with nothing configured the service makes its own.
func TestMadeSecretsAreInNoLog(t *testing.T) {
	t.Parallel()
	s := newService(t, seathold, debugLog)
	s.start(t)
	n := &needles{}
	for _, name := range []string{"jwt-secret", "sandbox-webhook-secret"} {
		path := s.folder + "/data/" + name
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		n.add(t, name, strings.TrimSpace(string(text)))
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
	info, err := os.Stat(s.folder + "/data")
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	s.stop(t)
	n.requireNone(t, s)
}
