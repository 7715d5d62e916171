package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"seathold/internal/booking"
)

// giveBackTimeout bounds what happens after an answer is known.
const giveBackTimeout = time.Second

// Guard slows down those who guess passwords, before anything is hashed.
//
// Each try is taken from its rates first, so that no number of parallel tries
// gets more through, and given back where the password was right or none was
// compared: only failures count. Known and unknown addresses are treated alike.
//
// To lock an account after so many failures would let anyone lock out anyone.
// So the tight rate is of an account from one address: an attacker elsewhere
// uses up only their own. A looser one bounds what many addresses can do
// together; it is not asked where the account has logged in within the last
// thirty days, so that its owner gets in from their usual places even while
// such an attack goes on. From a new place they may have to wait for it to end.
type Guard struct {
	Throttle *booking.Throttle // nil: no limits
}

// Login lets a login be tried from an address. CodeRateLimited, or what try
// returns.
func (g Guard) Login(ctx context.Context, address, email string, try func() error) error {
	account := accountSubject(email)
	here := account + "@" + address
	takes := []booking.Take{booking.LoginFailures.Of(address), booking.AccountFailuresHere.Of(here)}
	known := booking.Take{Rate: booking.KnownPlace, Subject: here}

	standings, err := g.Throttle.Take(ctx, append(takes, known)...)
	taken := granted(takes, standings)
	if err != nil {
		g.giveBack(ctx, taken) // nothing was tried
		return tooManyFailures(err)
	}
	if !isKnown(standings) {
		everywhere := []booking.Take{booking.AccountFailures.Of(account)}
		standings, err := g.Throttle.Take(ctx, everywhere...)
		if err != nil {
			g.giveBack(ctx, taken)
			return tooManyFailures(err)
		}
		taken = append(taken, granted(everywhere, standings)...)
	}
	err = try()
	if booking.CodeOf(err) == booking.CodeInvalidCredentials {
		return err
	}
	if err == nil {
		old, fresh := known, known // the note is as old as the last login
		old.Calls, fresh.Calls = -1, 1
		g.giveBack(ctx, taken, old, fresh)
	} else {
		g.giveBack(ctx, taken)
	}
	return err
}

// granted are those of the takes that were taken: not refused, nor let through
// while the limiter is away. To give back more would let others' failures go.
func granted(takes []booking.Take, standings []booking.Standing) (got []booking.Take) {
	for i, t := range takes {
		if i < len(standings) && !standings[i].Refused {
			got = append(got, t)
		}
	}
	return got
}

// isKnown reads the last of a login's standings: a known place has used up its
// note.
func isKnown(standings []booking.Standing) bool {
	return len(standings) > 0 && standings[len(standings)-1].Left == 0
}

// Password lets a signed-in account's old password be tried. CodeRateLimited,
// or what try returns.
func (g Guard) Password(ctx context.Context, accountID string, try func() error) error {
	takes := []booking.Take{booking.PasswordFailures.Of(accountID)}
	standings, err := g.Throttle.Take(ctx, takes...)
	if err != nil {
		return tooManyFailures(err)
	}
	err = try()
	if booking.CodeOf(err) != booking.CodeInvalidCredentials {
		g.giveBack(ctx, granted(takes, standings))
	}
	return err
}

// giveBack does so, and takes what else there is, although the caller may have
// left. Where it fails the quota comes back by itself.
func (g Guard) giveBack(ctx context.Context, takes []booking.Take, also ...booking.Take) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackTimeout)
	defer cancel()
	for _, t := range takes {
		t.Calls = -1
		also = append(also, t)
	}
	g.Throttle.Adjust(ctx, also...)
}

// tooManyFailures says in words what the name of a rate does not.
func tooManyFailures(err error) error {
	var e *booking.Error
	if !errors.As(err, &e) || e.Code != booking.CodeRateLimited {
		return err
	}
	said := *e
	said.Detail = "too many wrong passwords of late for this account, or from here; wait, then try again"
	return &said
}

// accountSubject names an account by a digest of its address, in whatever way
// that is written: the store of the limits learns no addresses.
func accountSubject(email string) string {
	clean, err := cleanEmail(email)
	if err != nil {
		clean = strings.ToLower(strings.TrimSpace(email))
	}
	sum := sha256.Sum256([]byte(clean))
	return hex.EncodeToString(sum[:16])
}
