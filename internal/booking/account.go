package booking

import "time"

// Role says what an account may do.
type Role string

// Customers buy; organizers run their own events; operators see everything.
const (
	RoleCustomer  Role = "customer"
	RoleOrganizer Role = "organizer"
	RoleOperator  Role = "operator"
)

// ValidRole reports whether r is one of the three roles.
func ValidRole(r Role) bool {
	return r == RoleCustomer || r == RoleOrganizer || r == RoleOperator
}

// Account is a person who can log in. Email is stored in lower case and is
// unique. PasswordHash is bcrypt's output and never leaves the server; without
// one nobody logs in by password. SessionEpoch counts the password's changes: a
// session that began in an earlier epoch is over.
type Account struct {
	ID           string
	Email        string
	Name         string
	Role         Role
	PasswordHash []byte
	SessionEpoch int64
	CreatedAt    time.Time
}

// Actor is who makes a call: the account id and role of a verified token.
type Actor struct {
	ID   string
	Role Role
}

// MayRun reports whether the actor may run the event: its organizer may, and
// every operator.
func (a Actor) MayRun(e *Event) bool {
	return a.Role == RoleOperator || (a.Role == RoleOrganizer && a.ID == e.OrganizerID)
}
