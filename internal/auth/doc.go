// Package auth knows who someone is: it hashes and compares passwords without
// starving the rest of the process, signs and verifies access tokens, and runs
// the accounts' steps (register, login, me) on the booking.Accounts port.
package auth
