package observed

import (
	"context"

	"seathold/internal/booking"
)

// InsertAccount implements booking.Accounts.
func (s *stores) InsertAccount(ctx context.Context, a booking.Account) error {
	ctx, end := s.observe(ctx, "insert_account")
	err := s.Stores.InsertAccount(ctx, a)
	end(err)
	return err
}

// Account implements booking.Accounts.
func (s *stores) Account(ctx context.Context, id string) (booking.Account, error) {
	ctx, end := s.observe(ctx, "account")
	found, err := s.Stores.Account(ctx, id)
	end(err)
	return found, err
}

// AccountByEmail implements booking.Accounts.
func (s *stores) AccountByEmail(ctx context.Context, email string) (booking.Account, error) {
	ctx, end := s.observe(ctx, "account_by_email")
	found, err := s.Stores.AccountByEmail(ctx, email)
	end(err)
	return found, err
}

// ChangePassword implements booking.Accounts.
func (s *stores) ChangePassword(ctx context.Context, id string, epoch int64, hash []byte) error {
	ctx, end := s.observe(ctx, "change_password")
	err := s.Stores.ChangePassword(ctx, id, epoch, hash)
	end(err)
	return err
}
