package bookingtest

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// Accounts is the contract suite of booking.Accounts. open returns an empty
// store, which it closes at the test's end.
func Accounts(t *testing.T, open func(t *testing.T) booking.Accounts) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, booking.Accounts)
	}{
		{"every field comes back", accountRoundTrip},
		{"insert refuses a known e-mail", insertKnownEmail},
		{"insert refuses a known id", insertKnownAccount},
		{"of registrations with one e-mail one wins", oneEmailOneWinner},
		{"a password changes with its epoch", changePassword},
		{"of changes in one epoch one wins", oneChangeOneWinner},
		{"a change refuses another epoch", changePasswordStale},
		{"what is not there is not found", accountsNotFound},
		{"a caller who left is told so", accountsCancelled},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

func account(email string) booking.Account {
	return booking.Account{
		ID: newID(), Email: email, Name: "Ada Lovelace", Role: booking.RoleOrganizer,
		PasswordHash: []byte("$2a$10$\x00\xff"), SessionEpoch: 3, CreatedAt: t0,
	}
}

func requireAccount(t *testing.T, s booking.Accounts, want booking.Account) {
	t.Helper()
	byID, err := s.Account(testContext(t), want.ID)
	require.NoError(t, err)
	require.Equal(t, want, byID)
	byEmail, err := s.AccountByEmail(testContext(t), want.Email)
	require.NoError(t, err)
	require.Equal(t, want, byEmail)
}

func accountRoundTrip(t *testing.T, s booking.Accounts) {
	ada, grace := account("ada@example.org"), account("grace@example.org")
	requireComplete(t, ada)
	require.NoError(t, s.InsertAccount(testContext(t), ada))
	require.NoError(t, s.InsertAccount(testContext(t), grace))
	requireAccount(t, s, ada)
	requireAccount(t, s, grace)
}

func insertKnownEmail(t *testing.T, s booking.Accounts) {
	first, second := account("ada@example.org"), account("ada@example.org")
	require.NoError(t, s.InsertAccount(testContext(t), first))
	requireCode(t, booking.CodeEmailTaken, s.InsertAccount(testContext(t), second))
	requireAccount(t, s, first)
	_, err := s.Account(testContext(t), second.ID)
	requireCode(t, booking.CodeNotFound, err)
}

func insertKnownAccount(t *testing.T, s booking.Accounts) {
	first, second := account("ada@example.org"), account("index: email_once dup key")
	second.ID = first.ID
	require.NoError(t, s.InsertAccount(testContext(t), first))
	require.ErrorIs(t, s.InsertAccount(testContext(t), second), booking.ErrConflict)
	requireAccount(t, s, first)
	_, err := s.AccountByEmail(testContext(t), second.Email)
	requireCode(t, booking.CodeNotFound, err)
}

// errTaken stands for CodeEmailTaken where errors are compared.
var errTaken = errors.New("e-mail is taken")

func oneEmailOneWinner(t *testing.T, s booking.Accounts) {
	won := atOnce(t, 8, func(ctx context.Context, _ int) error {
		err := s.InsertAccount(ctx, account("ada@example.org"))
		if booking.CodeOf(err) == booking.CodeEmailTaken {
			return errTaken
		}
		return err
	}, errTaken)
	require.Len(t, won, 1)
}

func changePassword(t *testing.T, s booking.Accounts) {
	ada, grace := account("ada@example.org"), account("grace@example.org")
	ada.SessionEpoch = 0 // as every account begins
	require.NoError(t, s.InsertAccount(testContext(t), ada))
	require.NoError(t, s.InsertAccount(testContext(t), grace))
	for epoch := range int64(3) {
		ada.PasswordHash, ada.SessionEpoch = []byte{'h', byte(epoch)}, epoch+1
		require.NoError(t, s.ChangePassword(testContext(t), ada.ID, epoch, ada.PasswordHash))
		requireAccount(t, s, ada)
	}
	requireAccount(t, s, grace)
}

// oneChangeOneWinner leaves no moment in which the hash of one change stands
// beside the epoch of another.
func oneChangeOneWinner(t *testing.T, s booking.Accounts) {
	a := account("ada@example.org")
	require.NoError(t, s.InsertAccount(testContext(t), a))
	won := atOnce(t, 8, func(ctx context.Context, i int) error {
		return s.ChangePassword(ctx, a.ID, a.SessionEpoch, []byte{byte(i)})
	}, booking.ErrConflict)
	require.Len(t, won, 1)
	a.PasswordHash, a.SessionEpoch = []byte{byte(won[0])}, a.SessionEpoch+1
	requireAccount(t, s, a)
}

func changePasswordStale(t *testing.T, s booking.Accounts) {
	a := account("ada@example.org")
	hash := []byte("another")
	require.ErrorIs(t, s.ChangePassword(testContext(t), a.ID, a.SessionEpoch, hash), booking.ErrConflict, "no such account")
	_, err := s.Account(testContext(t), a.ID)
	requireCode(t, booking.CodeNotFound, err)
	require.NoError(t, s.InsertAccount(testContext(t), a))
	for _, epoch := range []int64{0, a.SessionEpoch - 1, a.SessionEpoch + 1} {
		require.ErrorIs(t, s.ChangePassword(testContext(t), a.ID, epoch, hash), booking.ErrConflict)
	}
	requireAccount(t, s, a)
}

func accountsNotFound(t *testing.T, s booking.Accounts) {
	_, err := s.Account(testContext(t), "nobody")
	requireCode(t, booking.CodeNotFound, err)
	_, err = s.AccountByEmail(testContext(t), "nobody@example.org")
	requireCode(t, booking.CodeNotFound, err)
}

func accountsCancelled(t *testing.T, s booking.Accounts) {
	a := account("ada@example.org")
	requireCancelled(t, s.InsertAccount(cancelledContext(), a))
	requireCancelled(t, s.ChangePassword(cancelledContext(), a.ID, a.SessionEpoch, a.PasswordHash))
	_, err := s.Account(cancelledContext(), a.ID)
	requireCancelled(t, err)
}
