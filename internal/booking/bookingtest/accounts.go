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
		{"what is not there is not found", accountsNotFound},
		{"a caller who left is told so", accountsCancelled},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

func account(email string) booking.Account {
	return booking.Account{
		ID: newID(), Email: email, Name: "Ada Lovelace", Role: booking.RoleOrganizer,
		PasswordHash: []byte("$2a$10$\x00\xff"), CreatedAt: t0,
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

func accountsNotFound(t *testing.T, s booking.Accounts) {
	_, err := s.Account(testContext(t), "nobody")
	requireCode(t, booking.CodeNotFound, err)
	_, err = s.AccountByEmail(testContext(t), "nobody@example.org")
	requireCode(t, booking.CodeNotFound, err)
}

func accountsCancelled(t *testing.T, s booking.Accounts) {
	a := account("ada@example.org")
	requireCancelled(t, s.InsertAccount(cancelledContext(), a))
	_, err := s.Account(cancelledContext(), a.ID)
	requireCancelled(t, err)
}
