package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"seathold/internal/client"
)

// person is an account and its session. Several visitors may be the same person at
// once, as one person has several windows.
type person struct {
	client  *client.ClientWithResponses
	account client.Credentials // empty: there is only the access token

	mu      sync.Mutex
	session client.Session
	until   time.Time // when its access token is to be replaced
}

// signIn returns the person that an account is.
func (s *Sale) signIn(ctx context.Context, account client.Credentials) (*person, error) {
	p := &person{client: s.client, account: account}
	return p, p.login(ctx)
}

func (p *person) login(ctx context.Context) error {
	answer, err := unlimited(ctx, func() (*client.LoginResponse, error) { return p.client.LoginWithResponse(ctx, p.account) })
	if err != nil {
		return err
	}
	return p.take(answer.JSON200)
}

// take keeps a session. Its access token is replaced when a fifth of its life is
// left, and never in its last seconds.
func (p *person) take(answered *client.Session) error {
	session, err := client.Answered(answered)
	if err != nil {
		return err
	}
	life := time.Duration(session.ExpiresIn) * time.Second
	p.session, p.until = session, time.Now().Add(life-max(life/5, min(5*time.Second, life/2)))
	return nil
}

// token returns an access token that still lasts, and whether it had to be
// asked for.
func (p *person) token(ctx context.Context) (token string, asked bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.account.Email == "" || time.Now().Before(p.until) {
		return p.session.AccessToken, false, nil
	}
	return p.session.AccessToken, true, p.refresh(ctx)
}

// refresh replaces the tokens. Where an earlier answer was lost, and with it the
// refresh token that came in place of ours, ours is no longer taken: a person logs
// in again then.
func (p *person) refresh(ctx context.Context) error {
	answer, err := p.client.RefreshWithResponse(ctx, client.RefreshToken{RefreshToken: p.session.RefreshToken})
	var refused *client.Error
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusUnauthorized:
		return p.login(ctx)
	case err != nil:
		return err
	}
	return p.take(answer.JSON200)
}

// bearer makes a call one of whose token it is.
func bearer(token string) client.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}

// findStaff finds whose event it is, and what they may do.
func (s *Sale) findStaff(ctx context.Context) (err error) {
	switch {
	case s.config.Account.Email != "":
		if s.staff, err = s.signIn(ctx, s.config.Account); err != nil {
			return fmt.Errorf("log in: %w", err)
		}
	case s.config.Token != "":
		if err := s.config.tokenLasts(time.Now()); err != nil {
			return err
		}
		s.staff = &person{session: client.Session{AccessToken: s.config.Token}}
	default:
		return nil
	}
	answer, err := asStaff(ctx, s, func(as client.RequestEditorFn) (*client.GetMeResponse, error) {
		return s.client.GetMeWithResponse(ctx, as)
	})
	if err != nil {
		return err
	}
	me, err := client.Answered(answer.JSON200)
	s.role = me.Role
	return err
}

// What a load takes besides its arrivals, where all goes well: for each customer's
// account, and from the last arrival until the event is closed.
const (
	accountTime = 100 * time.Millisecond
	closingTime = time.Minute
)

// tokenLasts returns ErrTokenEnds where the token says that it ends too early. One
// that does not say so is for the service to judge.
func (c Config) tokenLasts(now time.Time) error {
	var says jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(c.Token, &says); err != nil || says.ExpiresAt == nil {
		return nil //nolint:nilerr // it need not be a JWT
	}
	needed := c.Schedule.Duration + time.Duration(c.Customers)*accountTime + closingTime
	if left := says.ExpiresAt.Sub(now); left < needed {
		return fmt.Errorf("%w: it lasts for %s, and the load for about %s", ErrTokenEnds, max(left, 0).Round(time.Second), needed.Round(time.Second))
	}
	return nil
}

// asStaff makes a call as whose event it is, again while the service puts it off.
func asStaff[A any](ctx context.Context, s *Sale, call func(client.RequestEditorFn) (A, error)) (A, error) {
	return client.Patiently(ctx, func() (A, error) {
		token, _, err := s.staff.token(ctx)
		if err != nil {
			var none A
			return none, err
		}
		return call(bearer(token))
	})
}
