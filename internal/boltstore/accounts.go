package boltstore

import (
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// accountRecord is how an account is stored; the id is the key.
type accountRecord struct {
	Email        string    `json:"email"`
	Name         string    `json:"name"`
	Role         string    `json:"role"`
	PasswordHash []byte    `json:"password_hash"`
	SessionEpoch int64     `json:"session_epoch,omitzero"`
	CreatedAt    time.Time `json:"created_at,omitzero"`
}

// InsertAccount implements booking.Accounts.
func (s *Store) InsertAccount(ctx context.Context, a booking.Account) error {
	r := accountRecord{
		Email: a.Email, Name: a.Name, Role: string(a.Role),
		PasswordHash: a.PasswordHash, SessionEpoch: a.SessionEpoch, CreatedAt: millis(a.CreatedAt),
	}
	return s.update(ctx, func(tx *bbolt.Tx) error {
		accounts, emails := tx.Bucket(bucketAccounts), tx.Bucket(bucketEmails)
		if accounts.Get([]byte(a.ID)) != nil {
			return fmt.Errorf("insert account %s: its id exists: %w", a.ID, booking.ErrConflict)
		}
		if emails.Get([]byte(a.Email)) != nil {
			return booking.Errorf(booking.CodeEmailTaken, "there is an account with this e-mail address; log in with it")
		}
		if err := emails.Put([]byte(a.Email), []byte(a.ID)); err != nil {
			return err
		}
		return putJSON(accounts, a.ID, r)
	})
}

// Account implements booking.Accounts.
func (s *Store) Account(ctx context.Context, id string) (a booking.Account, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		a, err = getAccount(tx, id)
		return err
	})
	return a, err
}

// AccountByEmail implements booking.Accounts.
func (s *Store) AccountByEmail(ctx context.Context, email string) (a booking.Account, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		id := tx.Bucket(bucketEmails).Get([]byte(email))
		if id == nil {
			return booking.Errorf(booking.CodeNotFound, "there is no account with the e-mail address %q", email)
		}
		a, err = getAccount(tx, string(id))
		return err
	})
	return a, err
}

func getAccount(tx *bbolt.Tx, id string) (booking.Account, error) {
	var r accountRecord
	found, err := getJSON(tx.Bucket(bucketAccounts), id, &r)
	if err != nil {
		return booking.Account{}, err
	}
	if !found {
		return booking.Account{}, booking.Errorf(booking.CodeNotFound, "there is no account with the id %q", id)
	}
	return booking.Account{
		ID: id, Email: r.Email, Name: r.Name, Role: booking.Role(r.Role),
		PasswordHash: r.PasswordHash, SessionEpoch: r.SessionEpoch, CreatedAt: r.CreatedAt,
	}, nil
}

// ChangePassword implements booking.Accounts.
func (s *Store) ChangePassword(ctx context.Context, id string, epoch int64, hash []byte) error {
	return s.update(ctx, func(tx *bbolt.Tx) error {
		accounts := tx.Bucket(bucketAccounts)
		var r accountRecord
		found, err := getJSON(accounts, id, &r)
		if err != nil {
			return err
		}
		if !found || r.SessionEpoch != epoch {
			return fmt.Errorf("change the password of account %s in epoch %d: %w", id, epoch, booking.ErrConflict)
		}
		r.PasswordHash, r.SessionEpoch = hash, epoch+1
		return putJSON(accounts, id, r)
	})
}
