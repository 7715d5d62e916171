package sandbox

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

func TestAPaymentFollowsFromItsOrderOnAnyInstance(t *testing.T) {
	expires := time.Date(2026, 3, 1, 21, 0, 0, 0, time.UTC)
	first, err := newProvider(t, Config{}).CreatePayment(context.Background(), request(expires))
	require.NoError(t, err)
	require.Equal(t, "pay_ord-1", first.ID)
	require.Equal(t, Name, first.Provider)
	require.Equal(t, expires, first.ExpiresAt)
	require.True(t, strings.HasPrefix(first.URL, shopURL+"/sandbox/pay/"), first.URL)

	elsewhere := request(expires.In(time.FixedZone("", 3600)))
	again, err := newProvider(t, Config{}).CreatePayment(context.Background(), elsewhere)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, first.URL, again.URL)
}

func TestThePageOutlivesARestartAndANewSecret(t *testing.T) {
	path := pathOf(t, newProvider(t, Config{}))
	restarted := newProvider(t, Config{})
	require.Equal(t, http.StatusOK, get(restarted, path).Code)
	rotated := newProvider(t, Config{Secrets: []string{newSecret, oldSecret}})
	require.Equal(t, http.StatusOK, get(rotated, path).Code)
	withdrawn := newProvider(t, Config{Secrets: []string{newSecret}})
	require.Equal(t, http.StatusNotFound, get(withdrawn, path).Code)
}

func TestNoPaymentBeforeTheURLIsKnown(t *testing.T) {
	p := newProvider(t, Config{PublicURL: func() string { return "" }})
	_, err := p.CreatePayment(context.Background(), request(time.Now()))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.Error(t, p.Send(context.Background(), "msg_1", standardwebhook.Message{Type: "ping"}))
}

func TestThePublicURLMayEndWithASlash(t *testing.T) {
	p := newProvider(t, Config{PublicURL: func() string { return shopURL + "/tickets/" }})
	c, err := p.CreatePayment(context.Background(), request(time.Now()))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(c.URL, shopURL+"/tickets/sandbox/pay/"), c.URL)
}

func TestALongDescriptionStillFitsAURL(t *testing.T) {
	p := newProvider(t, Config{})
	r := request(time.Now().Add(time.Hour))
	r.Description = strings.Repeat("席", 5000)
	c, err := p.CreatePayment(context.Background(), r)
	require.NoError(t, err)
	require.Less(t, len(c.URL), 2000)
	page := get(p, strings.TrimPrefix(c.URL, shopURL)).Body.String()
	require.Contains(t, page, strings.Repeat("席", descriptionMaxRunes-1)+"…</p>")
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	_, err := New(Config{Secrets: []string{oldSecret}})
	require.ErrorContains(t, err, "public URL")
	_, err = New(Config{Secrets: []string{"short"}, PublicURL: func() string { return "" }})
	require.ErrorContains(t, err, "webhook secret 1 of 1")
}

func TestReadWebhookReadsItsOwn(t *testing.T) {
	p := newProvider(t, Config{})
	require.Equal(t, "sandbox", p.Name())
	body, err := standardwebhook.Message{
		Type: standardwebhook.TypeCancelled, Timestamp: time.Now(),
		Data: standardwebhook.Data{PaymentID: "pay_1", OrderID: "1", Amount: 5, Currency: "EUR"},
	}.Encode()
	require.NoError(t, err)
	h := http.Header{}
	require.NoError(t, p.keys.Sign(h, "msg_1", body))
	e, err := p.ReadWebhook(body, h)
	require.NoError(t, err)
	require.Equal(t, booking.PaymentCancelled, e.Kind)
	_, err = newProvider(t, Config{Secrets: []string{newSecret}}).ReadWebhook(body, h)
	require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err))
}
