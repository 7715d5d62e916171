package auth

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

const freshPassword = "battery staple"

func TestAPasswordIsChanged(t *testing.T) {
	s := newSessions(t)
	first, second := s.login().RefreshToken, s.login().RefreshToken
	require.NoError(t, s.ChangePassword(t.Context(), s.anna.ID, annasPassword, freshPassword))

	_, err := s.Login(t.Context(), "anna@example.com", annasPassword)
	require.Equal(t, booking.CodeInvalidCredentials, booking.CodeOf(err))
	session, err := s.Login(t.Context(), "anna@example.com", freshPassword)
	require.NoError(t, err)
	s.refuses(first)
	s.refuses(second)
	require.Len(t, s.families(), 1)
	s.refreshed(session.RefreshToken)
}

func TestMoreSessionsThanAPageEndWithThePassword(t *testing.T) {
	s := newSessions(t)
	for range 205 {
		_, err := s.RefreshTokens.begin(t.Context(), s.anna)
		require.NoError(t, err)
	}
	require.NoError(t, s.ChangePassword(t.Context(), s.anna.ID, annasPassword, freshPassword))
	require.Empty(t, s.families())
}

func TestAPasswordStaysWhereTheOldOneIsWrong(t *testing.T) {
	s := newSessions(t)
	session := s.login()
	guest := booking.Account{ID: "oidc-1", Email: "guest@example.com", Name: "Guest", Role: booking.RoleCustomer}
	require.NoError(t, s.store.InsertAccount(t.Context(), guest))
	for name, c := range map[string]struct {
		id, old, fresh string
		want           booking.Code
	}{
		"wrong":                  {s.anna.ID, "correct horsE", freshPassword, booking.CodeInvalidCredentials},
		"none":                   {s.anna.ID, "", freshPassword, booking.CodeInvalidCredentials},
		"longer than bcrypt's":   {s.anna.ID, annasPassword + strings.Repeat("x", 72), freshPassword, booking.CodeInvalidCredentials},
		"of an account without":  {guest.ID, annasPassword, freshPassword, booking.CodeInvalidCredentials},
		"empty, account without": {guest.ID, "", freshPassword, booking.CodeInvalidCredentials},
		"short":                  {s.anna.ID, annasPassword, "123456789", booking.CodeWeakPassword},
		"long":                   {s.anna.ID, annasPassword, strings.Repeat("x", 73), booking.CodeWeakPassword},
		"none new":               {s.anna.ID, annasPassword, "", booking.CodeWeakPassword},
		"nobody's":               {"acc-99", annasPassword, freshPassword, booking.CodeUnauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.ChangePassword(t.Context(), c.id, c.old, c.fresh)
			require.Equal(t, c.want, booking.CodeOf(err), "%v", err)
			require.NotContains(t, err.Error(), freshPassword)
			if c.old != "" {
				require.NotContains(t, err.Error(), c.old)
			}
		})
	}
	s.login()
	s.refreshed(session.RefreshToken)
}

// racingAccounts runs a step between the reading of an account and what follows.
type racingAccounts struct {
	booking.Accounts
	meanwhile func()
}

func (r *racingAccounts) between(a booking.Account, err error) (booking.Account, error) {
	if step := r.meanwhile; step != nil {
		r.meanwhile = nil
		step()
	}
	return a, err
}

func (r *racingAccounts) AccountByEmail(ctx context.Context, email string) (booking.Account, error) {
	return r.between(r.Accounts.AccountByEmail(ctx, email))
}

func (r *racingAccounts) Account(ctx context.Context, id string) (booking.Account, error) {
	return r.between(r.Accounts.Account(ctx, id))
}

// TestALoginThatRacesWithTheChangeDies logs in with the old password while it is
// being changed: the session is stored after all others were ended.
func TestALoginThatRacesWithTheChangeDies(t *testing.T) {
	for name, guarded := range map[string]bool{"guarded": true, "control: without the epoch": false} {
		t.Run(name, func(t *testing.T) {
			s := newSessions(t)
			s.Accounts = &racingAccounts{s.store, func() {
				require.NoError(t, s.ChangePassword(t.Context(), s.anna.ID, annasPassword, freshPassword))
				require.Empty(t, s.families())
			}}
			session, err := s.Login(t.Context(), "anna@example.com", annasPassword)
			require.NoError(t, err, "its password was right when it was compared")
			require.Len(t, s.families(), 1)
			if guarded {
				s.refuses(session.RefreshToken)
				require.Empty(t, s.families())
				return
			}
			s.Accounts = forgetfulAccounts{s.store}
			s.refreshed(session.RefreshToken)
		})
	}
}

// forgetfulAccounts shows every account in the epoch that it began in.
type forgetfulAccounts struct{ booking.Accounts }

func (f forgetfulAccounts) Account(ctx context.Context, id string) (booking.Account, error) {
	a, err := f.Accounts.Account(ctx, id)
	a.SessionEpoch = 0
	return a, err
}

func TestARefreshThatRacesWithTheChangeDies(t *testing.T) {
	s := newSessions(t)
	token := s.login().RefreshToken
	s.Accounts = &racingAccounts{s.store, func() {
		require.NoError(t, s.ChangePassword(t.Context(), s.anna.ID, annasPassword, freshPassword))
	}}
	s.refuses(token) // the family it has read is gone when it writes
}

func TestOfTwoChangesFromOnePasswordOneWins(t *testing.T) {
	s := newSessions(t)
	s.Accounts = &racingAccounts{s.store, func() {
		require.NoError(t, s.ChangePassword(t.Context(), s.anna.ID, annasPassword, freshPassword))
	}}
	err := s.ChangePassword(t.Context(), s.anna.ID, annasPassword, "a third password")
	require.Equal(t, booking.CodeInvalidCredentials, booking.CodeOf(err))
	_, err = s.Login(t.Context(), "anna@example.com", freshPassword)
	require.NoError(t, err)
}
