package auth

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"seathold/internal/booking"
)

const (
	// guestPrefix begins the ids of accounts that belong to an outside issuer;
	// our own are UUIDs.
	guestPrefix = "oidc-"
	// knownGuests is how many of them are remembered to exist.
	knownGuests = 65_536
	// noMailDomain is where a guest's address is that has none: nothing is ever
	// sent there (RFC 2606).
	noMailDomain = "@outside.invalid"
)

// guests are the people of an outside issuer. Each has an account here, so that
// orders and lists name someone.
type guests struct {
	accounts booking.Accounts
	known    *lru.Cache[string, struct{}] // ids of accounts that exist
	now      func() time.Time
	newID    func() string
}

func newGuests(cfg OutsideConfig) (*guests, error) {
	known, err := lru.New[string, struct{}](knownGuests)
	if err != nil {
		return nil, fmt.Errorf("make the cache of guests: %w", err)
	}
	return &guests{accounts: cfg.Accounts, known: known, now: cfg.Now, newID: cfg.NewID}, nil
}

// guestID is the account's id of a subject: the same for good, and telling
// nothing of it. The length keeps two pairs from being one text.
func guestID(issuer, subject string) string {
	text := binary.BigEndian.AppendUint64(nil, uint64(len(issuer)))
	sum := sha256.Sum256(append(append(text, issuer...), subject...))
	return guestPrefix + hex.EncodeToString(sum[:20])
}

// admit returns who the claims speak for, and makes their account at first
// sight. The role is the token's, whatever the account was made with.
// CodeUnavailable.
func (g *guests) admit(ctx context.Context, c *outsideClaims) (booking.Actor, error) {
	actor := booking.Actor{ID: guestID(c.Issuer, c.Subject), Role: c.Role}
	if _, known := g.known.Get(actor.ID); known {
		return actor, nil
	}
	_, err := g.accounts.Account(ctx, actor.ID)
	if booking.CodeOf(err) == booking.CodeNotFound {
		err = g.register(ctx, actor, c)
	}
	if err != nil {
		return booking.Actor{}, err
	}
	g.known.Add(actor.ID, struct{}{})
	return actor, nil
}

func (g *guests) register(ctx context.Context, actor booking.Actor, c *outsideClaims) error {
	a := booking.Account{
		ID: actor.ID, Email: g.email(c), Name: guestName(c), Role: actor.Role,
		CreatedAt: g.now().UTC().Truncate(time.Millisecond),
	}
	err := g.accounts.InsertAccount(ctx, a)
	if booking.CodeOf(err) == booking.CodeEmailTaken {
		// Whose it is there, nobody knows: the two stay apart.
		a.Email = g.noEmail()
		err = g.accounts.InsertAccount(ctx, a)
	}
	if errors.Is(err, booking.ErrConflict) {
		return nil // another request of theirs was first
	}
	return err
}

// email is the address that the issuer vouches for, else one that is nobody's.
func (g *guests) email(c *outsideClaims) string {
	if c.EmailVerified {
		if email, err := cleanEmail(c.Email); err == nil {
			return email
		}
	}
	return g.noEmail()
}

// noEmail is random: an address that could be foreseen could be taken before.
func (g *guests) noEmail() string { return g.newID() + noMailDomain }

func guestName(c *outsideClaims) string {
	if name, err := cleanName(c.Name); err == nil {
		return name
	}
	return "Guest"
}
