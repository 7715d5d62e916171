package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"seathold/internal/booking"
)

// accountDocument is how an account is stored. The epoch 0 is left out.
type accountDocument struct {
	ID           string    `bson:"_id"`
	Email        string    `bson:"email"`
	Name         string    `bson:"name"`
	Role         string    `bson:"role"`
	PasswordHash []byte    `bson:"password_hash"`
	SessionEpoch int64     `bson:"session_epoch,omitempty"`
	CreatedAt    time.Time `bson:"created_at,omitempty"`
}

// InsertAccount implements booking.Accounts.
func (s *Store) InsertAccount(ctx context.Context, a booking.Account) error {
	_, err := s.accounts.InsertOne(ctx, accountDocument{
		ID: a.ID, Email: a.Email, Name: a.Name, Role: string(a.Role),
		PasswordHash: a.PasswordHash, SessionEpoch: a.SessionEpoch, CreatedAt: a.CreatedAt,
	})
	if err != nil {
		return fmt.Errorf("insert account %s: %w", a.ID, writeError(err))
	}
	return nil
}

// Account implements booking.Accounts.
func (s *Store) Account(ctx context.Context, id string) (booking.Account, error) {
	a, err := s.findAccount(ctx, bson.D{{Key: "_id", Value: id}})
	return a, notFound(err, "there is no account with the id %q", id)
}

// AccountByEmail implements booking.Accounts.
func (s *Store) AccountByEmail(ctx context.Context, email string) (booking.Account, error) {
	a, err := s.findAccount(ctx, bson.D{{Key: "email", Value: email}})
	return a, notFound(err, "there is no account with the e-mail address %q", email)
}

func (s *Store) findAccount(ctx context.Context, filter bson.D) (booking.Account, error) {
	var d accountDocument
	if err := s.accounts.FindOne(ctx, filter).Decode(&d); err != nil {
		return booking.Account{}, err
	}
	return booking.Account{
		ID: d.ID, Email: d.Email, Name: d.Name, Role: booking.Role(d.Role),
		PasswordHash: d.PasswordHash, SessionEpoch: d.SessionEpoch, CreatedAt: d.CreatedAt,
	}, nil
}

// ChangePassword implements booking.Accounts.
func (s *Store) ChangePassword(ctx context.Context, id string, epoch int64, hash []byte) error {
	inEpoch := bson.E{Key: "session_epoch", Value: epoch}
	if epoch == 0 {
		inEpoch.Value = bson.D{{Key: "$exists", Value: false}}
	}
	result, err := s.accounts.UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, inEpoch}, bson.D{{Key: "$set", Value: bson.D{
		{Key: "password_hash", Value: hash}, {Key: "session_epoch", Value: epoch + 1},
	}}})
	if err != nil {
		return fmt.Errorf("change the password of account %s: %w", id, writeError(err))
	}
	if result.MatchedCount == 0 {
		return fmt.Errorf("change the password of account %s in epoch %d: %w", id, epoch, booking.ErrConflict)
	}
	return nil
}
