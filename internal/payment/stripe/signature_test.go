package stripe

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v85/webhook"

	"seathold/internal/booking"
)

var (
	testTime = time.Unix(1_700_000_000, 0)
	testBody = []byte(`{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":` +
		`{"id":"pi_1","amount_received":4500,"currency":"eur","metadata":{"order_id":"ord-1"}}}}`)
)

// sign returns the signature header of testBody, signed at testTime.
func sign(secret string) string { return signBody(testBody, secret, testTime) }

func signBody(body []byte, secret string, at time.Time) string {
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: at}).Header
}

func providerAt(t *testing.T, at time.Time, secrets ...string) *Provider {
	t.Helper()
	return newProvider(t, Config{WebhookSecrets: secrets, Now: func() time.Time { return at }, APIBase: "http://127.0.0.1:1"})
}

// codeOf reads testBody with this signature header and returns the error's code.
func codeOf(t *testing.T, p *Provider, body []byte, header string) booking.Code {
	t.Helper()
	h := http.Header{}
	h.Set("Stripe-Signature", header)
	e, err := p.ReadWebhook(body, h)
	if err != nil {
		require.Zero(t, e)
		require.NotEmpty(t, booking.CodeOf(err), "%v", err)
	}
	return booking.CodeOf(err)
}

func TestAnAuthenticWebhookIsRead(t *testing.T) {
	h := http.Header{"Stripe-Signature": {sign(oldSecret)}}
	e, err := providerAt(t, testTime, oldSecret).ReadWebhook(testBody, h)
	require.NoError(t, err)
	require.Equal(t, booking.PaymentEvent{
		WebhookID: "evt_1", Kind: booking.PaymentSucceeded, Type: "payment_intent.succeeded",
		PaymentID: "pi_1", OrderID: "ord-1", Received: cost,
	}, e)
}

func TestSecretsCanBeReplaced(t *testing.T) {
	_, newOnly, _ := strings.Cut(sign(newSecret), ",")
	both := sign(oldSecret) + "," + newOnly // as Stripe signs while the old one is still good
	for _, c := range []struct {
		name   string
		header string
		known  []string
		ok     bool
	}{
		{"the old one", sign(oldSecret), []string{oldSecret}, true},
		{"we know both, Stripe is behind", sign(oldSecret), []string{newSecret, oldSecret}, true},
		{"we know both, Stripe is done", sign(newSecret), []string{newSecret, oldSecret}, true},
		{"Stripe signs with both, we are behind", both, []string{oldSecret}, true},
		{"Stripe signs with both, we are done", both, []string{newSecret}, true},
		{"the old one is withdrawn", sign(oldSecret), []string{newSecret}, false},
		{"a secret of someone else", sign("whsec_someoneelsesomeoneelse"), []string{newSecret, oldSecret}, false},
	} {
		want := booking.CodeInvalidSignature
		if c.ok {
			want = ""
		}
		require.Equal(t, want, codeOf(t, providerAt(t, testTime, c.known...), testBody, c.header), c.name)
	}
}

func TestTheTimeMayBeFiveMinutesOffEitherWay(t *testing.T) {
	for _, c := range []struct {
		off  time.Duration
		code booking.Code
	}{
		{0, ""},
		{Tolerance, ""},
		{-Tolerance, ""},
		{Tolerance + time.Millisecond, booking.CodeStaleTimestamp},
		{-Tolerance - time.Millisecond, booking.CodeStaleTimestamp},
		{20 * 365 * 24 * time.Hour, booking.CodeStaleTimestamp},
		{-20 * 365 * 24 * time.Hour, booking.CodeStaleTimestamp},
	} {
		p := providerAt(t, testTime.Add(c.off), oldSecret)
		require.Equal(t, c.code, codeOf(t, p, testBody, sign(oldSecret)), "%s off", c.off)
	}
	farthest := signBody(testBody, oldSecret, time.Unix(1<<62, 0))
	require.Equal(t, booking.CodeStaleTimestamp, codeOf(t, providerAt(t, testTime, oldSecret), testBody, farthest))
}

// A forger must not learn from the answer whether the clock was right.
func TestAForgeryWithAWrongTimeIsAForgery(t *testing.T) {
	p := providerAt(t, testTime.Add(time.Hour), oldSecret)
	require.Equal(t, booking.CodeInvalidSignature, codeOf(t, p, testBody, sign(newSecret)))
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	p, good := providerAt(t, testTime, oldSecret), sign(oldSecret)
	for i := range len(testBody) * 8 {
		body := []byte(flip(string(testBody), i))
		require.Equal(t, booking.CodeInvalidSignature, codeOf(t, p, body, good), "bit %d of the body", i)
	}
	for i := range len(good) * 8 {
		require.Equal(t, booking.CodeInvalidSignature, codeOf(t, p, testBody, flip(good, i)), "bit %d of %s", i, good)
	}
	require.Empty(t, codeOf(t, p, testBody, good), "the control: unflipped it holds")
}

func flip(s string, bit int) string {
	b := []byte(s)
	b[bit/8] ^= 1 << (bit % 8)
	return string(b)
}

func TestMalformedHeadersAreInvalidSignatures(t *testing.T) {
	p, good := providerAt(t, testTime, oldSecret), sign(oldSecret)
	at, v1, _ := strings.Cut(good, ",")
	for _, header := range []string{
		"", " ", ",", "t", "v1", at, v1, v1 + "," + v1, at + "," + strings.Replace(v1, "v1", "v0", 1),
		at + "," + at + "," + v1, "t=1," + good, good + ",t=1", at + "," + strings.ToUpper(v1[3:]),
		at + ",v1=" + strings.ToUpper(v1[3:]), "t=+1700000000," + v1, "t=01700000000," + v1, "t=-1," + v1, "t=," + v1,
		"t=1700000000.0," + v1, "t=99999999999999999999," + v1, at + " ," + v1, at + ", " + v1, good + ",", good + ",v1=",
		good[:len(good)-2], good + "00", strings.Replace(good, ",", ";", 1), "T" + good[1:],
	} {
		require.Equal(t, booking.CodeInvalidSignature, codeOf(t, p, testBody, header), "%q", header)
	}
	_, err := p.ReadWebhook(testBody, http.Header{})
	require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err), "no header")
	require.Equal(t, booking.CodeInvalidSignature, codeOf(t, p, nil, good), "no body")
}

func TestOtherSchemesAreSkipped(t *testing.T) {
	p := providerAt(t, testTime, oldSecret)
	_, v1, _ := strings.Cut(sign(newSecret), ",")
	require.Empty(t, codeOf(t, p, testBody, sign(oldSecret)+",v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"))
	require.Empty(t, codeOf(t, p, testBody, sign(oldSecret)+","+v1), "one good signature is enough")
}

// Time and body are signed as one text with a dot between. A genuine message
// must not hold when its parts are cut at another dot.
func TestPartsCannotBeMovedAcrossTheDot(t *testing.T) {
	p := providerAt(t, testTime, oldSecret)
	now := strconv.FormatInt(testTime.Unix(), 10)
	_, v1, _ := strings.Cut(signBody([]byte("5."+string(testBody)), oldSecret, testTime), ",")
	require.Equal(t, booking.CodeInvalidSignature, codeOf(t, p, testBody, "t="+now+".5,"+v1))
	require.Equal(t, booking.CodeInvalidSignature, codeOf(t, p, testBody, "t="+now+"5,"+v1))
}
