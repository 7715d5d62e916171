package auth

import (
	"context"
	"fmt"
	"time"

	"seathold/internal/booking"
)

// Service runs the accounts' steps. All fields are required and set once.
type Service struct {
	Accounts      booking.Accounts
	Hasher        *Hasher
	Tokens        *Tokens
	RefreshTokens *RefreshTokens
	NewID         func() string // makes an account's id
	Now           func() time.Time
}

// Register makes a customer's account. Errors as for Create.
func (s *Service) Register(ctx context.Context, email, password, name string) (booking.Account, error) {
	return s.Create(ctx, email, password, name, booking.RoleCustomer)
}

// Create makes an account of any role. The e-mail address is stored trimmed
// and in lower case. CodeInvalidEmail, CodeWeakPassword, CodeInvalidValue for
// the name or the role, CodeEmailTaken, CodeUnavailable.
func (s *Service) Create(ctx context.Context, email, password, name string, role booking.Role) (booking.Account, error) {
	a, err := s.newAccount(email, password, name, role)
	if err != nil {
		return booking.Account{}, err
	}
	// Last, because it is what costs: a bad request must not.
	if a.PasswordHash, err = s.Hasher.Hash(ctx, password); err != nil {
		return booking.Account{}, err
	}
	if err := s.Accounts.InsertAccount(ctx, a); err != nil {
		return booking.Account{}, fmt.Errorf("store an account: %w", err)
	}
	return a, nil
}

// newAccount checks everything and returns the account without its hash.
func (s *Service) newAccount(email, password, name string, role booking.Role) (booking.Account, error) {
	email, err := cleanEmail(email)
	if err != nil {
		return booking.Account{}, err
	}
	if err := checkPassword(password); err != nil {
		return booking.Account{}, err
	}
	if name, err = cleanName(name); err != nil {
		return booking.Account{}, err
	}
	if !booking.ValidRole(role) {
		return booking.Account{}, booking.Errorf(booking.CodeInvalidValue,
			"the role must be %s, %s or %s", booking.RoleCustomer, booking.RoleOrganizer, booking.RoleOperator)
	}
	return booking.Account{
		ID: s.NewID(), Email: email, Name: name, Role: role,
		CreatedAt: s.Now().UTC().Truncate(time.Millisecond),
	}, nil
}

// Login checks a password and begins a session. CodeInvalidCredentials, the same
// and after the same time for an unknown e-mail as for a wrong password;
// CodeUnavailable.
func (s *Service) Login(ctx context.Context, email, password string) (Session, error) {
	a, err := s.find(ctx, email)
	if err != nil {
		return Session{}, err
	}
	ok, err := s.Hasher.Matches(ctx, a.PasswordHash, password)
	if err != nil {
		return Session{}, err
	}
	if !ok {
		return Session{}, booking.Errorf(booking.CodeInvalidCredentials, "the e-mail address or the password is wrong")
	}
	refreshToken, err := s.RefreshTokens.begin(ctx, a)
	if err != nil {
		return Session{}, err
	}
	return s.session(a, refreshToken)
}

// find returns the account with this e-mail address, or one without a password
// hash where there is none: what cannot be an address is nobody's.
func (s *Service) find(ctx context.Context, email string) (booking.Account, error) {
	email, invalid := cleanEmail(email)
	if invalid != nil {
		return booking.Account{}, nil // the answer must be that of an unknown address
	}
	a, err := s.Accounts.AccountByEmail(ctx, email)
	if booking.CodeOf(err) == booking.CodeNotFound {
		return booking.Account{}, nil
	}
	if err != nil {
		return booking.Account{}, fmt.Errorf("find an account: %w", err)
	}
	return a, nil
}

// Me returns the account of a verified token. CodeUnauthenticated where it is
// gone: the token outlived it. CodeUnavailable.
func (s *Service) Me(ctx context.Context, id string) (booking.Account, error) {
	a, err := s.Accounts.Account(ctx, id)
	if booking.CodeOf(err) == booking.CodeNotFound {
		return booking.Account{}, &booking.Error{
			Code: booking.CodeUnauthenticated, Detail: "the account of this access token does not exist", Err: err,
		}
	}
	if err != nil {
		return booking.Account{}, fmt.Errorf("find an account: %w", err)
	}
	return a, nil
}
