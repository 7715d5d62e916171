package auth

import (
	"testing"

	"seathold/internal/booking"
)

// FuzzVerify looks for a token that is taken and was never issued, and for one
// that makes a verifier panic.
func FuzzVerify(f *testing.F) {
	c := &clock{start}
	issued := map[string]bool{}
	var verifiers []*Verifier
	for _, forger := range forgers(f) {
		tokens := forger.tokens(c)
		for _, role := range []booking.Role{booking.RoleCustomer, booking.RoleOrganizer, booking.RoleOperator} {
			token, _, err := tokens.Issue(booking.Account{ID: "acc-1", Role: role})
			if err != nil {
				f.Fatal(err)
			}
			issued[token] = true
			f.Add(token)
		}
		verifiers = append(verifiers, testVerifier(f, tokens, 64), testVerifier(f, tokens, 0))
	}
	f.Fuzz(func(t *testing.T, token string) {
		for _, v := range verifiers {
			actor, err := v.Verify(t.Context(), token)
			switch {
			case err == nil && (!issued[token] || actor.ID != "acc-1"):
				t.Errorf("%q is taken as of %v", token, actor)
			case err != nil && booking.CodeOf(err) != booking.CodeUnauthenticated:
				t.Errorf("%q: %v", token, err)
			case err != nil && actor != booking.Actor{}:
				t.Errorf("%q is refused and is of %v", token, actor)
			}
		}
		issuerOf(token)
	})
}
