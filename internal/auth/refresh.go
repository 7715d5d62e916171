package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"seathold/internal/booking"
)

const (
	// secretBytes is what is random in a refresh token.
	secretBytes = 32
	// maxFamilyID bounds what is looked up for a stranger, in bytes.
	maxFamilyID = 64
	// mostFamilies is how many sessions an account has at most: a login beyond
	// them ends the oldest.
	mostFamilies = 100
	// repeatWithin is how long a spent token gives its successor again: a client
	// that lost the answer, or asked twice, is no thief.
	repeatWithin = 10 * time.Second

	successors = "seathold: successors of refresh tokens"
)

// RefreshTokens keeps the families of refresh tokens: what began with one login,
// of which only the newest token is good. A token is the family's id, a dot and
// a secret of 256 bits. Only hashes of secrets are stored. Safe for concurrent
// use.
type RefreshTokens struct {
	records booking.Records
	keys    [][]byte // make successors; the first is the one in use
	ttl     time.Duration
	now     func() time.Time
	newID   func() string
}

// RefreshConfig is what NewRefreshTokens needs; every field is required.
type RefreshConfig struct {
	Records booking.Records
	Keys    *Keys
	TTL     time.Duration // how long a token is good that nobody uses
	Now     func() time.Time
	NewID   func() string // makes a family's id: unique, sorted by time, without a dot
}

// NewRefreshTokens returns RefreshTokens.
func NewRefreshTokens(cfg RefreshConfig) (*RefreshTokens, error) {
	if cfg.Records == nil || cfg.Keys == nil || cfg.TTL <= 0 || cfg.Now == nil || cfg.NewID == nil {
		return nil, errors.New("refresh tokens need records, keys, a TTL, a clock and ids")
	}
	keys, err := cfg.Keys.derive(successors)
	if err != nil {
		return nil, err
	}
	return &RefreshTokens{records: cfg.Records, keys: keys, ttl: cfg.TTL, now: cfg.Now, newID: cfg.NewID}, nil
}

// family is a family as it is stored, in a record whose owner is the account and
// which ends when the family lapses.
type family struct {
	Current   []byte    `json:"current"`            // hash of the secret that is good
	Previous  []byte    `json:"previous,omitempty"` // hash of the one before it
	RotatedAt time.Time `json:"rotated_at,omitzero"`
	Epoch     int64     `json:"epoch"` // the account's when the family began
}

// presented is a refresh token that someone gave, with its family.
type presented struct {
	record booking.Record
	family family
	secret []byte
}

func (r *RefreshTokens) token(id string, secret []byte) string {
	return id + "." + base64.RawURLEncoding.EncodeToString(secret)
}

// parse takes a token apart. What cannot be one is none.
func (r *RefreshTokens) parse(token string) (id string, secret []byte, ok bool) {
	id, encoded, _ := strings.Cut(token, ".")
	if id == "" || len(id) > maxFamilyID || len(encoded) != base64.RawURLEncoding.EncodedLen(secretBytes) {
		return "", nil, false
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	return id, secret, err == nil && len(secret) == secretBytes
}

// begin starts a family for the account and returns its first token.
func (r *RefreshTokens) begin(ctx context.Context, a booking.Account) (string, error) {
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails
	record := booking.Record{ID: r.newID(), Owner: a.ID}
	err := r.fill(&record, family{Current: hashOf(secret), Epoch: a.SessionEpoch})
	if err == nil {
		err = r.records.InsertRecord(ctx, booking.RecordRefreshFamily, record)
	}
	if err == nil {
		err = r.endBeyond(ctx, a.ID, mostFamilies)
	}
	if err != nil {
		return "", fmt.Errorf("store a session: %w", err)
	}
	return r.token(record.ID, secret), nil
}

// fill writes the family into its record, which lives on from now.
func (r *RefreshTokens) fill(record *booking.Record, f family) (err error) {
	record.EndsAt = r.now().Add(r.ttl)
	record.Data, err = json.Marshal(f)
	return err
}

// find reads the family of a token; whether the token is the one that is good,
// nobody has looked yet. CodeInvalidRefreshToken, CodeUnavailable.
func (r *RefreshTokens) find(ctx context.Context, token string) (p presented, err error) {
	id, secret, ok := r.parse(token)
	if !ok {
		return p, invalidRefreshToken()
	}
	p.secret = secret
	p.record, err = r.records.Record(ctx, booking.RecordRefreshFamily, id)
	if booking.CodeOf(err) == booking.CodeNotFound {
		return p, invalidRefreshToken()
	}
	if err != nil {
		return p, fmt.Errorf("find a session: %w", err)
	}
	if err := json.Unmarshal(p.record.Data, &p.family); err != nil {
		return p, fmt.Errorf("read a session: %w", err)
	}
	if !r.now().Before(p.record.EndsAt) {
		return p, invalidRefreshToken()
	}
	return p, nil
}

// spend returns the token's successor and makes it the one that is good. For
// the token before it, that is the same one again for a short while. Any other
// token was stolen, or its successor was: the family ends.
// CodeInvalidRefreshToken, CodeUnavailable; ErrConflict: the family was changed
// since it was found.
func (r *RefreshTokens) spend(ctx context.Context, p presented) (string, error) {
	switch hash := hashOf(p.secret); {
	case hmac.Equal(hash, p.family.Current):
		return r.rotate(ctx, p)
	case hmac.Equal(hash, p.family.Previous) && !r.now().After(p.family.RotatedAt.Add(repeatWithin)):
		return r.repeat(p)
	default:
		return "", r.revoke(ctx, p)
	}
}

func (r *RefreshTokens) rotate(ctx context.Context, p presented) (string, error) {
	next := successor(r.keys[0], p)
	err := r.fill(&p.record, family{
		Current: hashOf(next), Previous: p.family.Current, RotatedAt: r.now().UTC(), Epoch: p.family.Epoch,
	})
	if err == nil {
		err = r.records.ReplaceRecord(ctx, booking.RecordRefreshFamily, p.record)
	}
	if err != nil {
		return "", fmt.Errorf("store a session: %w", err)
	}
	return r.token(p.record.ID, next), nil
}

// repeat makes the successor once more. Another instance may sign with the next
// key already, or with the one before.
func (r *RefreshTokens) repeat(p presented) (string, error) {
	for _, key := range r.keys {
		if next := successor(key, p); hmac.Equal(hashOf(next), p.family.Current) {
			return r.token(p.record.ID, next), nil
		}
	}
	return "", invalidRefreshToken() // made with a key that is gone
}

// revoke ends the family, and says so.
func (r *RefreshTokens) revoke(ctx context.Context, p presented) error {
	if err := r.end(ctx, p.record.ID); err != nil {
		return err
	}
	return invalidRefreshToken()
}

func (r *RefreshTokens) end(ctx context.Context, id string) error {
	if err := r.records.DeleteRecord(ctx, booking.RecordRefreshFamily, id); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// endBeyond ends what the account has beyond so many families, the oldest: the
// newest are first, for ids sort by time.
func (r *RefreshTokens) endBeyond(ctx context.Context, accountID string, most int) error {
	page := booking.Page{Limit: most + 100}
	for {
		list, err := r.records.RecordsOf(ctx, booking.RecordRefreshFamily, accountID, page)
		if err != nil || len(list) <= most {
			return err
		}
		for _, record := range list[most:] {
			if err := r.end(ctx, record.ID); err != nil {
				return err
			}
		}
	}
}

// successor is the secret that follows another. It is calculated, so that the
// same token gives the same one without its being stored.
func successor(key []byte, p presented) []byte {
	mac := hmac.New(sha256.New, key)
	// The secret's length is fixed, so no other pair makes the same message.
	mac.Write(p.secret)
	mac.Write([]byte(p.record.ID))
	return mac.Sum(nil)
}

func hashOf(secret []byte) []byte {
	sum := sha256.Sum256(secret)
	return sum[:]
}

func invalidRefreshToken() error {
	return booking.Errorf(booking.CodeInvalidRefreshToken,
		"the refresh token is unknown, was used before or has ended; log in again")
}
