package outbound

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	library "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// local is a Sender that may send to this machine.
func local() *Sender { return New(Config{AllowedNetworks: loopback}) }

// endpoint is a server that counts its requests.
func endpoint(t *testing.T, handle http.HandlerFunc) (url string, requests *atomic.Int64) {
	t.Helper()
	requests = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		handle(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func send(t *testing.T, s *Sender, url string) (booking.SendReport, error) {
	t.Helper()
	return s.Send(t.Context(), url, []string{standardwebhook.NewSecret()}, "msg_1", []byte(`{}`))
}

func TestWhatIsSentIsSignedWithEverySecret(t *testing.T) {
	secrets := []string{standardwebhook.NewSecret(), standardwebhook.NewSecret()}
	body, _ := json.Marshal(map[string]string{"type": "order.paid"})
	url, requests := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		for _, secret := range secrets {
			hook, err := library.NewWebhook(secret)
			if err != nil || hook.Verify(got, r.Header) != nil {
				t.Errorf("a secret does not fit: %v", err)
			}
		}
		for name, want := range map[string]string{
			"Webhook-Id": "msg_1", "Content-Type": "application/json", "User-Agent": "seathold",
		} {
			if r.Header.Get(name) != want {
				t.Errorf("%s is %q", name, r.Header.Get(name))
			}
		}
		if r.Method != http.MethodPost || string(got) != string(body) || r.URL.String() != "/hooks?shop=1" {
			t.Errorf("%s %s %s", r.Method, r.URL, got)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	report, err := local().Send(t.Context(), url+"/hooks?shop=1", secrets, "msg_1", body)
	require.NoError(t, err)
	require.Equal(t, booking.SendReport{StatusCode: http.StatusAccepted}, report)
	require.EqualValues(t, 1, requests.Load())
}

func TestRetryAfterIsRead(t *testing.T) {
	now := time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "120": 2 * time.Minute, "-1": 0, "1.5": 0, "soon": 0,
		"99999999999999": (1 << 30) * time.Second, "99999999999999999999999": 0,
		"Wed, 01 May 2030 12:01:00 GMT": time.Minute, "Wed, 01 May 2030 11:59:00 GMT": 0,
	} {
		url, _ := endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", text)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		s := New(Config{AllowedNetworks: loopback, Now: func() time.Time { return now }})
		report, err := send(t, s, url)
		require.NoError(t, err)
		require.Equal(t, booking.SendReport{StatusCode: 503, RetryAfter: want}, report, text)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	inner, requests := endpoint(t, func(http.ResponseWriter, *http.Request) {})
	for _, status := range []int{301, 302, 303, 307, 308} {
		url, _ := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, inner, status)
		})
		report, err := send(t, local(), url)
		require.NoError(t, err)
		require.Equal(t, status, report.StatusCode)
	}
	require.Zero(t, requests.Load())
}

func TestNoConnectionIsUsedTwice(t *testing.T) {
	var from []string
	url, _ := endpoint(t, func(_ http.ResponseWriter, r *http.Request) { from = append(from, r.RemoteAddr) })
	s := local()
	for range 3 {
		_, err := send(t, s, url)
		require.NoError(t, err)
	}
	require.Len(t, from, 3)
	require.NotEqual(t, from[0], from[1])
	require.NotEqual(t, from[1], from[2])
}

func TestNoProxyIsUsed(t *testing.T) {
	proxy, requests := endpoint(t, func(http.ResponseWriter, *http.Request) {})
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, proxy)
	}
	s := New(Config{AllowedNetworks: loopback})
	_, err := send(t, s, "http://hooks.invalid/")
	require.ErrorContains(t, err, "its host name")
	require.Zero(t, requests.Load())
}

func TestAnAnswerIsBounded(t *testing.T) {
	gone := make(chan struct{})
	url, _ := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 32<<10)); err != nil {
				return
			}
		}
	})
	report, err := send(t, local(), url)
	require.NoError(t, err)
	require.Equal(t, 200, report.StatusCode)
	<-gone

	url, _ = endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 2*answerHeaderMaxBytes))
	})
	_, err = send(t, local(), url)
	require.ErrorContains(t, err, "there was no answer")
}

func TestWhyThereWasNoAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	broken, _ := endpoint(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	silent, _ := endpoint(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices a client that leaves
		<-r.Context().Done()
	})
	unknown := httptest.NewUnstartedServer(http.NotFoundHandler())
	unknown.Config.ErrorLog = log.New(io.Discard, "", 0)
	unknown.StartTLS()
	t.Cleanup(unknown.Close)
	hasty := local()
	hasty.client.Timeout = 50 * time.Millisecond
	for name, c := range map[string]struct {
		s         *Sender
		url, want string
	}{
		"nobody listens":          {local(), closed, "there was no answer: connection refused"},
		"the connection breaks":   {local(), broken, "there was no answer: EOF"},
		"no answer comes":         {hasty, silent, "there was no answer in time"},
		"the certificate is made": {local(), unknown.URL, "there was no answer: x509: certificate signed by unknown authority"},
	} {
		_, err := send(t, c.s, c.url)
		require.EqualError(t, err, c.want, name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = local().Send(ctx, silent, []string{standardwebhook.NewSecret()}, "msg_1", nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestWhatCannotBeSigned(t *testing.T) {
	url, requests := endpoint(t, func(http.ResponseWriter, *http.Request) {})
	for _, secrets := range [][]string{nil, {"whsec_short"}, {"secret"}} {
		_, err := local().Send(t.Context(), url, secrets, "msg_1", nil)
		require.Error(t, err)
	}
	_, err := local().Send(t.Context(), url, []string{standardwebhook.NewSecret()}, "msg 1", nil)
	require.Error(t, err)
	require.Zero(t, requests.Load())
}
