package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seathold/internal/booking"
)

// refreshTries is how often a refresh begins again because its family changed
// meanwhile: once, for then the token is the one before.
const refreshTries = 3

// Session is what a login gives.
type Session struct {
	Account      booking.Account
	AccessToken  string
	RefreshToken string
	ExpiresIn    time.Duration // of the access token
}

// Refresh spends a refresh token: the session goes on under its successor, with
// a new access token. Again within ten seconds, the same successor. A token that
// was spent earlier ends the session. CodeInvalidRefreshToken, CodeUnavailable.
func (s *Service) Refresh(ctx context.Context, token string) (Session, error) {
	for range refreshTries {
		session, err := s.refresh(ctx, token)
		if !errors.Is(err, booking.ErrConflict) {
			return session, err
		}
	}
	return Session{}, booking.Unavailable("this session", booking.ErrConflict)
}

func (s *Service) refresh(ctx context.Context, token string) (Session, error) {
	p, err := s.RefreshTokens.find(ctx, token)
	if err != nil {
		return Session{}, err
	}
	a, err := s.Accounts.Account(ctx, p.record.Owner)
	if booking.CodeOf(err) == booking.CodeNotFound || (err == nil && a.SessionEpoch != p.family.Epoch) {
		// The password changed: also a session that began while it did is over.
		return Session{}, s.RefreshTokens.revoke(ctx, p)
	}
	if err != nil {
		return Session{}, fmt.Errorf("find an account: %w", err)
	}
	next, err := s.RefreshTokens.spend(ctx, p)
	if err != nil {
		return Session{}, err
	}
	return s.session(a, next)
}

// session is the account's under this refresh token.
func (s *Service) session(a booking.Account, refreshToken string) (Session, error) {
	token, expiresIn, err := s.Tokens.Issue(a)
	if err != nil {
		return Session{}, err
	}
	return Session{Account: a, AccessToken: token, RefreshToken: refreshToken, ExpiresIn: expiresIn}, nil
}

// Logout ends the session of a refresh token, whichever of its tokens that is.
// Where there is none, nothing happens. CodeUnavailable.
func (s *Service) Logout(ctx context.Context, token string) error {
	id, _, ok := s.RefreshTokens.parse(token)
	if !ok {
		return nil
	}
	return s.RefreshTokens.end(ctx, id)
}

// ChangePassword sets the account's password and ends all its sessions, the
// caller's too. CodeWeakPassword, CodeInvalidCredentials for a wrong old
// password, CodeUnauthenticated where the account is gone, CodeUnavailable.
func (s *Service) ChangePassword(ctx context.Context, accountID, old, fresh string) error {
	if err := checkPassword(fresh); err != nil {
		return err
	}
	a, err := s.Me(ctx, accountID)
	if err != nil {
		return err
	}
	ok, err := s.Hasher.Matches(ctx, a.PasswordHash, old)
	if err != nil {
		return err
	}
	if !ok {
		return wrongOldPassword()
	}
	hash, err := s.Hasher.Hash(ctx, fresh)
	if err != nil {
		return err
	}
	err = s.Accounts.ChangePassword(ctx, a.ID, a.SessionEpoch, hash)
	if errors.Is(err, booking.ErrConflict) {
		return wrongOldPassword() // another change was first: it is not the password any more
	}
	if err != nil {
		return fmt.Errorf("store a password: %w", err)
	}
	// The epoch has ended the sessions. Removing them is tidying, and what is not
	// removed now is when it lapses.
	_ = s.RefreshTokens.endBeyond(ctx, a.ID, 0)
	return nil
}

func wrongOldPassword() error {
	return booking.Errorf(booking.CodeInvalidCredentials, "old_password: is not the password of this account")
}
