// Package auth knows who someone is: it hashes and compares passwords without
// starving the rest of the process, signs and verifies access tokens, keeps the
// sessions that renew them, and runs the accounts' steps (register, login,
// refresh, logout, a new password) on the ports booking.Accounts and
// booking.Records.
//
// An access token is a JWT that nothing is looked up for, so it cannot be taken
// back: after a logout or a new password it lives on to its end, 15 minutes by
// default. What ends at once is the session, without which there is no next one.
//
// A session is a family of refresh tokens. Each use of one spends it and gives
// its successor; a token that was spent before ends the family, since a thief and
// the owner cannot be told apart. The successor is calculated from the token, so
// that a client which lost the answer, or asked twice, gets the same one again for
// ten seconds, while only hashes are stored.
//
// Beside our own tokens those of one outside issuer (OpenID Connect) may be
// accepted. The issuer that a token names decides who verifies it, and the kind
// of the key which algorithm counts.
package auth
