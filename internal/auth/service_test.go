package auth

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"seathold/internal/booking"
)

// fakeAccounts keeps accounts in memory, by e-mail address.
type fakeAccounts struct {
	byEmail map[string]booking.Account
	lookups []string
	err     error // answers every call, where set
}

func (f *fakeAccounts) InsertAccount(_ context.Context, a booking.Account) error {
	if f.err != nil {
		return f.err
	}
	if _, taken := f.byEmail[a.Email]; taken {
		return booking.Errorf(booking.CodeEmailTaken, "taken")
	}
	f.byEmail[a.Email] = a
	return nil
}

func (f *fakeAccounts) Account(_ context.Context, id string) (booking.Account, error) {
	for _, a := range f.byEmail {
		if a.ID == id && f.err == nil {
			return a, nil
		}
	}
	return booking.Account{}, f.missing()
}

func (f *fakeAccounts) AccountByEmail(_ context.Context, email string) (booking.Account, error) {
	f.lookups = append(f.lookups, email)
	if a, ok := f.byEmail[email]; ok && f.err == nil {
		return a, nil
	}
	return booking.Account{}, f.missing()
}

func (f *fakeAccounts) ChangePassword(_ context.Context, id string, epoch int64, hash []byte) error {
	for email, a := range f.byEmail {
		if a.ID == id && a.SessionEpoch == epoch && f.err == nil {
			a.PasswordHash, a.SessionEpoch = hash, epoch+1
			f.byEmail[email] = a
			return nil
		}
	}
	if f.err != nil {
		return f.err
	}
	return booking.ErrConflict
}

func (f *fakeAccounts) missing() error {
	if f.err != nil {
		return f.err
	}
	return booking.Errorf(booking.CodeNotFound, "no such account")
}

// testService counts hashes and comparisons; the real bcrypt runs behind them.
type testService struct {
	*Service
	accounts              *fakeAccounts
	generated, comparison int
	compared              []string // the hashes
}

func newTestService(t *testing.T) *testService {
	t.Helper()
	ts := &testService{accounts: &fakeAccounts{byEmail: map[string]booking.Account{}}}
	h := testHasher(t, 1)
	h.generate = func(password []byte, cost int) ([]byte, error) {
		ts.generated++
		return bcrypt.GenerateFromPassword(password, cost)
	}
	h.compare = func(hash, password []byte) error {
		ts.comparison++
		ts.compared = append(ts.compared, string(hash))
		return bcrypt.CompareHashAndPassword(hash, password)
	}
	ids := 0
	ts.Service = &Service{
		Accounts: ts.accounts, Hasher: h, Tokens: testTokens(t, &clock{start}),
		RefreshTokens: testRefreshTokens(t, openStore(t), &clock{start}),
		NewID:         func() string { ids++; return "acc-" + strconv.Itoa(ids) },
		Now:           func() time.Time { return start.Add(123_456 * time.Nanosecond).Local() },
	}
	return ts
}

func (ts *testService) register(t *testing.T, email, password string) booking.Account {
	t.Helper()
	a, err := ts.Register(t.Context(), email, password, "Anna")
	require.NoError(t, err)
	return a
}

func TestRegister(t *testing.T) {
	s := newTestService(t)
	a, err := s.Register(t.Context(), "  Anna@Example.COM ", "correct horse", " Anna B. ")
	require.NoError(t, err)
	require.Equal(t, a, s.accounts.byEmail["anna@example.com"])

	require.NoError(t, bcrypt.CompareHashAndPassword(a.PasswordHash, []byte("correct horse")))
	a.PasswordHash = nil
	require.Equal(t, booking.Account{
		ID: "acc-1", Email: "anna@example.com", Name: "Anna B.", Role: booking.RoleCustomer, CreatedAt: start,
	}, a)
}

func TestRegisterATakenAddress(t *testing.T) {
	s := newTestService(t)
	first := s.register(t, "anna@example.com", "correct horse")
	_, err := s.Register(t.Context(), "ANNA@example.com", "another horse", "Eve")
	require.Equal(t, booking.CodeEmailTaken, booking.CodeOf(err))
	require.Equal(t, map[string]booking.Account{"anna@example.com": first}, s.accounts.byEmail)
}

func TestCreateWithARole(t *testing.T) {
	s := newTestService(t)
	for _, role := range []booking.Role{booking.RoleCustomer, booking.RoleOrganizer, booking.RoleOperator} {
		a, err := s.Create(t.Context(), string(role)+"@example.com", "correct horse", "Anna", role)
		require.NoError(t, err)
		require.Equal(t, role, s.accounts.byEmail[a.Email].Role)
	}
	for _, role := range []booking.Role{"", "admin", "Operator"} {
		_, err := s.Create(t.Context(), "x@example.com", "correct horse", "Anna", role)
		require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err))
	}
	require.Len(t, s.accounts.byEmail, 3)
}

func TestRegisterRules(t *testing.T) {
	const okMail, okPass, okName = "anna@example.com", "correct horse", "Anna"
	longMail := strings.Repeat("a", 254-len("@example.com")) + "@example.com"
	none := booking.Code("")
	cases := map[string]struct {
		email, password, name string
		want                  booking.Code
	}{
		"10 characters":                {okMail, "0123456789", okName, none},
		"9 characters":                 {okMail, "012345678", okName, booking.CodeWeakPassword},
		"10 characters of 2 bytes":     {okMail, strings.Repeat("é", 10), okName, none},
		"9 characters of 2 bytes":      {okMail, strings.Repeat("é", 9), okName, booking.CodeWeakPassword},
		"72 bytes":                     {okMail, strings.Repeat("x", 72), okName, none},
		"73 bytes":                     {okMail, strings.Repeat("x", 73), okName, booking.CodeWeakPassword},
		"72 bytes, 36 characters":      {okMail, strings.Repeat("é", 36), okName, none},
		"72 bytes, 24 characters":      {okMail, strings.Repeat("座", 24), okName, none},
		"73 bytes, 37 characters":      {okMail, strings.Repeat("é", 36) + "x", okName, booking.CodeWeakPassword},
		"75 bytes, 25 characters":      {okMail, strings.Repeat("座", 25), okName, booking.CodeWeakPassword},
		"spaces count":                 {okMail, "          ", okName, none},
		"no password":                  {okMail, "", okName, booking.CodeWeakPassword},
		"longest address":              {longMail, okPass, okName, none},
		"address too long":             {"a" + longMail, okPass, okName, booking.CodeInvalidEmail},
		"no address":                   {"", okPass, okName, booking.CodeInvalidEmail},
		"no @":                         {"anna.example.com", okPass, okName, booking.CodeInvalidEmail},
		"no domain":                    {"anna@", okPass, okName, booking.CodeInvalidEmail},
		"nobody":                       {"@example.com", okPass, okName, booking.CodeInvalidEmail},
		"two @":                        {"anna@b@example.com", okPass, okName, booking.CodeInvalidEmail},
		"a space":                      {"an na@example.com", okPass, okName, booking.CodeInvalidEmail},
		"a display name":               {"Anna <anna@example.com>", okPass, okName, booking.CodeInvalidEmail},
		"angle brackets":               {"<anna@example.com>", okPass, okName, booking.CodeInvalidEmail},
		"a comment":                    {"anna@example.com (me)", okPass, okName, booking.CodeInvalidEmail},
		"quotes":                       {`"an na"@example.com`, okPass, okName, booking.CodeInvalidEmail},
		"a list":                       {"a@example.com, b@example.com", okPass, okName, booking.CodeInvalidEmail},
		"a number for a domain":        {"anna@[192.0.2.1]", okPass, okName, booking.CodeInvalidEmail},
		"a second header":              {"anna@example.com\r\nBcc: x@y.z", okPass, okName, booking.CodeInvalidEmail},
		"a tag":                        {"anna+tag@example.com", okPass, okName, none},
		"letters beyond ASCII":         {"Ünal@bücher.example", okPass, okName, none},
		"no name":                      {okMail, okPass, "", booking.CodeInvalidValue},
		"a name of spaces":             {okMail, okPass, " \t ", booking.CodeInvalidValue},
		"a name of 1":                  {okMail, okPass, "A", none},
		"a name of 200 and spaces":     {okMail, okPass, " " + strings.Repeat("é", 200) + " ", none},
		"a name of 201":                {okMail, okPass, strings.Repeat("é", 201), booking.CodeInvalidValue},
		"a name of two lines":          {okMail, okPass, "Ada\nBcc: all", booking.CodeInvalidValue},
		"the address is checked first": {"x", "x", "", booking.CodeInvalidEmail},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := newTestService(t)
			_, err := s.Register(t.Context(), tc.email, tc.password, tc.name)
			require.Equal(t, tc.want, booking.CodeOf(err), "%v", err)
			if tc.want == none {
				require.NoError(t, err)
				require.Len(t, s.accounts.byEmail, 1)
				return
			}
			require.Empty(t, s.accounts.byEmail)
			require.Zero(t, s.generated, "a refusal costs no hash")
			if tc.password != "" && len(tc.password) > 1 {
				require.NotContains(t, err.Error(), tc.password)
			}
		})
	}
}

func TestLogin(t *testing.T) {
	s := newTestService(t)
	a := s.register(t, "anna@example.com", "correct horse")
	session, err := s.Login(t.Context(), " ANNA@example.com", "correct horse")
	require.NoError(t, err)
	require.Equal(t, a, session.Account)
	require.Equal(t, 15*time.Minute, session.ExpiresIn)
	actor, err := s.Tokens.Verify(session.AccessToken)
	require.NoError(t, err)
	require.Equal(t, booking.Actor{ID: a.ID, Role: booking.RoleCustomer}, actor)
}

// Every failed login is the same to its caller: the same error after exactly
// one comparison at the same cost.
func TestFailedLoginsAreAlike(t *testing.T) {
	longest := strings.Repeat("é", 36)
	cases := map[string]struct{ email, password string }{
		"an account without a password": {"guest@example.com", longest},
		"the same, no password given":   {"guest@example.com", ""},
		"wrong password":                {"anna@example.com", "wrong horse!"},
		"no password":                   {"anna@example.com", ""},
		"longer than bcrypt reads":      {"anna@example.com", longest + "x"},
		"very long":                     {"anna@example.com", strings.Repeat("x", 60_000)},
		"unknown address":               {"eve@example.com", longest},
		"unknown, long password":        {"eve@example.com", longest + "x"},
		"no address":                    {"", longest},
		"not an address":                {"anna", longest},
		"an address that is too long":   {strings.Repeat("a", 300) + "@example.com", longest},
		"the address with its own name": {"Anna <anna@example.com>", longest},
	}
	var refusals []booking.Error
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := newTestService(t)
			s.register(t, "anna@example.com", longest)
			s.accounts.byEmail["guest@example.com"] = booking.Account{ID: "oidc-1", Email: "guest@example.com"}
			session, err := s.Login(t.Context(), tc.email, tc.password)
			require.Zero(t, session)
			var refusal *booking.Error
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, booking.CodeInvalidCredentials, refusal.Code)
			refusals = append(refusals, *refusal)

			require.Equal(t, 1, s.comparison)
			cost, err := bcrypt.Cost([]byte(s.compared[0]))
			require.NoError(t, err)
			require.Equal(t, bcrypt.MinCost, cost)
			require.Equal(t, 1, s.generated, "only the registration hashed")
		})
	}
	for _, r := range refusals {
		require.Equal(t, refusals[0], r)
	}
	s := newTestService(t)
	s.register(t, "anna@example.com", longest)
	_, err := s.Login(t.Context(), "anna@example.com", longest)
	require.NoError(t, err, "control: the right pair of the cases above logs in")
}

func TestOnlyAddressesReachTheStore(t *testing.T) {
	s := newTestService(t)
	for _, email := range []string{"", "anna", "a\x00@x.example", strings.Repeat("a", 300) + "@x.example", " Eve@X.example "} {
		_, err := s.Login(t.Context(), email, "correct horse")
		require.Equal(t, booking.CodeInvalidCredentials, booking.CodeOf(err))
	}
	require.Equal(t, []string{"eve@x.example"}, s.accounts.lookups)
}

func TestMe(t *testing.T) {
	s := newTestService(t)
	a := s.register(t, "anna@example.com", "correct horse")
	got, err := s.Me(t.Context(), a.ID)
	require.NoError(t, err)
	require.Equal(t, a, got)
	_, err = s.Me(t.Context(), "acc-99")
	require.Equal(t, booking.CodeUnauthenticated, booking.CodeOf(err))
}

func TestAStoreThatDoesNotAnswer(t *testing.T) {
	s := newTestService(t)
	a := s.register(t, "anna@example.com", "correct horse")
	down := errors.New("connection refused")
	s.accounts.err = booking.Unavailable("the order store", down)

	_, err := s.Login(t.Context(), "anna@example.com", "correct horse")
	requireUnavailable(t, err, down)
	_, err = s.Register(t.Context(), "bob@example.com", "correct horse", "Bob")
	requireUnavailable(t, err, down)
	_, err = s.Me(t.Context(), a.ID)
	requireUnavailable(t, err, down)
}

func requireUnavailable(t *testing.T, err, cause error) {
	t.Helper()
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.ErrorIs(t, err, cause)
}

func TestABusyHasherRefusesRegistrationAndLogin(t *testing.T) {
	s := newTestService(t)
	s.register(t, "anna@example.com", "correct horse")
	for range cap(s.Hasher.turns) {
		s.Hasher.turns <- struct{}{}
	}
	for range cap(s.Hasher.waiting) {
		s.Hasher.waiting <- struct{}{}
	}
	for _, email := range []string{"anna@example.com", "eve@example.com"} {
		_, err := s.Login(t.Context(), email, "correct horse")
		requireBusy(t, err)
	}
	_, err := s.Register(t.Context(), "bob@example.com", "correct horse", "Bob")
	requireBusy(t, err)
	require.Len(t, s.accounts.byEmail, 1)
}
