package auth

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"

	"seathold/internal/booking"
)

const (
	// maxPasswordBytes is what bcrypt reads of a password; the rest it would
	// silently ignore.
	maxPasswordBytes = 72

	// maxWaiting and maxWait bound the queue for a turn. A hash takes tens of
	// milliseconds of a whole core, so whoever would wait longer is better
	// told at once to come again.
	maxWaiting = 16
	maxWait    = 2 * time.Second
)

var errBusy = errors.New("too many passwords wait to be hashed")

// Hasher hashes and compares passwords by bcrypt, on half the cores at most:
// the other half stays free for holds, whose latency would otherwise go from
// milliseconds to seconds under a wave of logins. Safe for concurrent use.
type Hasher struct {
	cost    int
	absent  []byte        // the hash that stands for an account that does not exist
	turns   chan struct{} // one entry a running hash
	waiting chan struct{} // one entry a waiting call

	generate func(password []byte, cost int) ([]byte, error)
	compare  func(hash, password []byte) error
}

// halfTheCores is the usual number of turns: the other half stays free for holds.
func halfTheCores() int { return max(1, runtime.GOMAXPROCS(0)/2) }

// NewHasher returns a Hasher of the given bcrypt cost, 4 to 31.
func NewHasher(cost int) (*Hasher, error) {
	return newHasher(cost, turns())
}

func newHasher(cost, turns int) (*Hasher, error) {
	if cost < bcrypt.MinCost || cost > bcrypt.MaxCost {
		return nil, fmt.Errorf("bcrypt cost %d is not between %d and %d", cost, bcrypt.MinCost, bcrypt.MaxCost)
	}
	return &Hasher{
		cost:     cost,
		absent:   absentHash(cost),
		turns:    make(chan struct{}, turns),
		waiting:  make(chan struct{}, maxWaiting),
		generate: bcrypt.GenerateFromPassword,
		compare:  bcrypt.CompareHashAndPassword,
	}, nil
}

// absentHash is a well-formed hash of this cost that no known password has.
// Comparing with it costs exactly what comparing with a real one does, and
// writing it down costs nothing, where hashing would delay the start.
func absentHash(cost int) []byte {
	return fmt.Appendf(nil, "$2a$%02d$%s", cost, strings.Repeat(".", 53))
}

// Hash returns the bcrypt hash of a password of at most 72 bytes.
// CodeUnavailable: too many wait already, or ctx ended while waiting.
func (h *Hasher) Hash(ctx context.Context, password string) ([]byte, error) {
	done, err := h.takeTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	hash, err := h.generate([]byte(password), h.cost)
	if err != nil {
		return nil, fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// Matches reports whether hash is that of password. An empty hash stands for an
// account that does not exist: the answer is false and takes as long.
// CodeUnavailable as for Hash.
func (h *Hasher) Matches(ctx context.Context, hash []byte, password string) (bool, error) {
	if len(hash) == 0 || len(password) > maxPasswordBytes {
		// bcrypt would compare only the first 72 bytes of a longer one.
		hash = h.absent
	}
	done, err := h.takeTurn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	err = h.compare(hash, []byte(password))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return true, nil
}

// takeTurn waits for one of the turns; done gives it back.
func (h *Hasher) takeTurn(ctx context.Context) (done func(), err error) {
	done = func() { <-h.turns }
	select {
	case h.turns <- struct{}{}:
		return done, nil
	default:
	}
	select {
	case h.waiting <- struct{}{}:
		defer func() { <-h.waiting }()
	default:
		return nil, busy(errBusy)
	}
	timeout := time.NewTimer(maxWait)
	defer timeout.Stop()
	select {
	case h.turns <- struct{}{}:
		return done, nil
	case <-timeout.C:
		return nil, busy(errBusy)
	case <-ctx.Done():
		return nil, busy(context.Cause(ctx))
	}
}

func busy(err error) error {
	return &booking.Error{
		Code: booking.CodeUnavailable, Detail: "too many people log in at the moment; try again",
		RetryAfter: time.Second, Err: err,
	}
}
