package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"seathold/internal/booking"
)

// Accounts registers people and logs them in.
type Accounts interface {
	// Register makes a customer's account. CodeEmailTaken, CodeInvalidEmail,
	// CodeWeakPassword, CodeInvalidValue, CodeUnavailable.
	Register(ctx context.Context, email, password, name string) (booking.Account, error)
	// Login checks a password and begins a session. CodeInvalidCredentials,
	// CodeUnavailable.
	Login(ctx context.Context, email, password string) (Session, error)
	// Refresh spends a refresh token and goes on under its successor.
	// CodeInvalidRefreshToken, CodeUnavailable.
	Refresh(ctx context.Context, refreshToken string) (Session, error)
	// Logout ends the session of a refresh token; where there is none nothing
	// happens. CodeUnavailable.
	Logout(ctx context.Context, refreshToken string) error
	// ChangePassword sets an account's password and ends its sessions.
	// CodeWeakPassword, CodeInvalidCredentials, CodeUnauthenticated where the
	// account is gone, CodeUnavailable.
	ChangePassword(ctx context.Context, id, old, fresh string) error
	// Me returns the account of a verified token. CodeUnauthenticated where it
	// is gone, CodeUnavailable.
	Me(ctx context.Context, id string) (booking.Account, error)
}

// Tokens verifies access tokens.
type Tokens interface {
	// Verify returns who the token speaks for. CodeUnauthenticated;
	// CodeUnavailable where that cannot be found out at the moment.
	Verify(ctx context.Context, token string) (booking.Actor, error)
}

// Check asks whether a dependency answers.
type Check func(ctx context.Context) error

// Config is what New needs. The first five fields are required.
type Config struct {
	Booking  *booking.Service
	Accounts Accounts
	Tokens   Tokens
	Log      *slog.Logger
	NewID    func() string // makes request ids

	// VerificationKeys are the keys that verify our access tokens, a JWK set in
	// JSON; nil: none are public.
	VerificationKeys []byte
	// Streams lets people listen to seat maps; nil: nobody can.
	Streams Streams
	// Throttle limits calls; nil: no limits.
	Throttle *booking.Throttle
	// Guard slows down those who guess passwords; nil: nobody does.
	Guard Guard

	// Metrics counts requests; nil: nobody does.
	Metrics Metrics

	// Checks are the dependencies that readiness depends on, by name.
	Checks map[string]Check
	// Origins may call from a browser; exact, such as https://shop.example.
	Origins []string
	// HTTPS tells browsers never to come by http: where the public URL is https.
	HTTPS bool
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Mounts are further handlers by path prefix, such as a payment page. Their
	// paths stay out of the log: they may carry secrets.
	Mounts map[string]http.Handler
	// Pages are further handlers by path pattern, as a route's.
	Pages map[string]http.Handler
}

// API is the http.Handler of all calls. It is safe for concurrent use.
type API struct {
	Config
	handler  http.Handler
	draining atomic.Bool
	planTags sync.Map // event id → ETag of its plan
	packed   *packedPlans

	streamBeat time.Duration
}

// New returns the API.
func New(c Config) *API {
	a := &API{Config: c, packed: newPackedPlans(maxPacked), streamBeat: streamBeat}
	if a.Guard == nil {
		a.Guard = unguarded{}
	}
	if a.Metrics == nil {
		a.Metrics = noMetrics{}
	}
	a.handler = a.observe(a.cors(a.router(document())))
	return a
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// SetDraining makes /readyz answer 503 from now on, so that load balancers send
// nothing new while the service shuts down. All other calls go on, and each
// connection ends with its next answer.
func (a *API) SetDraining() { a.draining.Store(true) }
