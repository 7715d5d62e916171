package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
)

func openStore(t testing.TB) *boltstore.Store {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "test.db"), boltstore.NoSync())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close(context.Background())) })
	return store
}

const refreshTTL = 30 * 24 * time.Hour

func testRefreshTokens(t testing.TB, records booking.Records, c *clock) *RefreshTokens {
	return refreshTokensWith(t, secretKeys(t), records, c)
}

func refreshTokensWith(t testing.TB, keys *Keys, records booking.Records, c *clock) *RefreshTokens {
	t.Helper()
	var ids atomic.Int64
	r, err := NewRefreshTokens(RefreshConfig{
		Records: records, Keys: keys, TTL: refreshTTL, Now: c.Now,
		NewID: func() string { return fmt.Sprintf("family-%05d", ids.Add(1)) },
	})
	require.NoError(t, err)
	return r
}

// sessions are the accounts' steps on a real store, by a clock of the test.
type sessions struct {
	*Service
	t     *testing.T
	clock *clock
	store *boltstore.Store
	anna  booking.Account
}

const annasPassword = "correct horse"

func newSessions(t *testing.T) *sessions {
	t.Helper()
	s := &sessions{t: t, clock: &clock{start}, store: openStore(t)}
	var ids atomic.Int64
	s.Service = &Service{
		Accounts: s.store, Hasher: testHasher(t, 1), Tokens: testTokens(t, s.clock),
		RefreshTokens: testRefreshTokens(t, s.store, s.clock),
		NewID:         func() string { return "acc-" + strconv.FormatInt(ids.Add(1), 10) }, Now: s.clock.Now,
	}
	var err error
	s.anna, err = s.Register(t.Context(), "anna@example.com", annasPassword, "Anna")
	require.NoError(t, err)
	return s
}

func (s *sessions) login() Session {
	s.t.Helper()
	session, err := s.Login(s.t.Context(), "anna@example.com", annasPassword)
	require.NoError(s.t, err)
	return session
}

func (s *sessions) refreshed(token string) Session {
	s.t.Helper()
	session, err := s.Refresh(s.t.Context(), token)
	require.NoError(s.t, err)
	return session
}

// Logins are no way to fill the store.
func TestAnAccountHasABoundOfSessions(t *testing.T) {
	s := newSessions(t)
	first := s.login()
	second := s.login()
	for range mostFamilies - 1 {
		s.login()
	}
	require.Len(t, s.families(), mostFamilies)
	s.refuses(first.RefreshToken)
	s.refreshed(second.RefreshToken)
}

func (s *sessions) refuses(token string) {
	s.t.Helper()
	session, err := s.Refresh(s.t.Context(), token)
	require.Equal(s.t, booking.CodeInvalidRefreshToken, booking.CodeOf(err), "%v", err)
	require.Zero(s.t, session)
	requireNothingOf(s.t, token, err)
}

// requireNothingOf asserts that an error shows no part of a credential.
func requireNothingOf(t *testing.T, token string, err error) {
	t.Helper()
	for part := range strings.SplitSeq(token, ".") {
		if len(part) > 3 {
			require.NotContains(t, err.Error(), part)
		}
	}
}

func (s *sessions) families() []booking.Record {
	s.t.Helper()
	list, err := s.store.RecordsOf(s.t.Context(), booking.RecordRefreshFamily, s.anna.ID, booking.Page{Limit: 1000})
	require.NoError(s.t, err)
	return list
}

func (s *sessions) wait(d time.Duration) { s.clock.now = s.clock.now.Add(d) }

func TestASessionGoesOn(t *testing.T) {
	s := newSessions(t)
	session := s.login()
	require.Equal(t, s.anna, session.Account)
	seen := map[string]bool{session.RefreshToken: true}
	for range 5 {
		s.wait(time.Hour)
		session = s.refreshed(session.RefreshToken)
		require.Equal(t, s.anna, session.Account)
		require.Equal(t, 15*time.Minute, session.ExpiresIn)
		actor, err := s.Tokens.Verify(session.AccessToken)
		require.NoError(t, err)
		require.Equal(t, booking.Actor{ID: s.anna.ID, Role: booking.RoleCustomer}, actor)
		require.False(t, seen[session.RefreshToken])
		seen[session.RefreshToken] = true
	}
	require.Len(t, s.families(), 1, "one record a family")
}

func TestATokenIsItsFamilyAndASecret(t *testing.T) {
	s := newSessions(t)
	for _, token := range []string{s.login().RefreshToken, s.refreshed(s.login().RefreshToken).RefreshToken} {
		id, encoded, found := strings.Cut(token, ".")
		require.True(t, found)
		require.True(t, strings.HasPrefix(id, "family-"))
		secret, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
		require.NoError(t, err)
		require.Len(t, secret, 256/8)
	}
}

// What is stored is no credential, not even with the server's other data.
func TestOnlyHashesAreStored(t *testing.T) {
	s := newSessions(t)
	first := s.login().RefreshToken
	second := s.refreshed(first).RefreshToken
	record := s.families()[0]
	var stored map[string]any
	require.NoError(t, json.Unmarshal(record.Data, &stored))
	require.Len(t, stored, 4)
	for name, token := range map[string]string{"current": second, "previous": first} {
		_, secret, ok := s.RefreshTokens.parse(token)
		require.True(t, ok)
		require.Equal(t, base64.StdEncoding.EncodeToString(hashOf(secret)), stored[name])
		for _, form := range []string{
			base64.RawURLEncoding.EncodeToString(secret), base64.StdEncoding.EncodeToString(secret), string(secret),
		} {
			require.NotContains(t, string(record.Data), form)
		}
	}
	require.Equal(t, s.anna.ID, record.Owner)
	require.Equal(t, start.Add(refreshTTL), record.EndsAt)
}

func TestASpentTokenGivesItsSuccessorAgainForTenSeconds(t *testing.T) {
	s := newSessions(t)
	first := s.login().RefreshToken
	s.wait(time.Minute)
	second := s.refreshed(first).RefreshToken
	for _, after := range []time.Duration{0, 5 * time.Second, 5 * time.Second} { // to the very tenth
		s.wait(after)
		again := s.refreshed(first)
		require.Equal(t, second, again.RefreshToken)
		_, err := s.Tokens.Verify(again.AccessToken)
		require.NoError(t, err)
	}
	require.Len(t, s.families(), 1)
	s.wait(time.Hour)
	s.refreshed(second) // the repeats did the successor no harm
}

func TestASpentTokenEndsItsFamilyLater(t *testing.T) {
	s := newSessions(t)
	first, other := s.login().RefreshToken, s.login().RefreshToken
	second := s.refreshed(first).RefreshToken
	s.wait(10*time.Second + time.Nanosecond)
	s.refuses(first)
	s.refuses(second)
	s.refuses(first)
	require.Len(t, s.families(), 1)
	s.refreshed(other) // of another login: goes on
}

func TestATokenTwoGenerationsOldEndsItsFamily(t *testing.T) {
	s := newSessions(t)
	first := s.login().RefreshToken
	second := s.refreshed(first).RefreshToken
	third := s.refreshed(second).RefreshToken // all within ten seconds
	s.refuses(first)
	s.refuses(second)
	s.refuses(third)
	require.Empty(t, s.families())
}

func TestAGuessedSecretEndsItsFamily(t *testing.T) {
	s := newSessions(t)
	token := s.login().RefreshToken
	id, _, _ := strings.Cut(token, ".")
	s.refuses(s.RefreshTokens.token(id, make([]byte, secretBytes)))
	s.refuses(token)
}

func TestWhatIsNoRefreshToken(t *testing.T) {
	s := newSessions(t)
	session := s.login()
	token := session.RefreshToken
	id, secret, _ := strings.Cut(token, ".")
	for name, garbled := range map[string]string{
		"empty": "", "a dot": ".", "no dot": "abc", "no secret": id + ".", "no family": "." + secret,
		"another family": "family-99." + secret, "family of another case": strings.ToUpper(id) + "." + secret,
		"a short secret": token[:len(token)-1], "a long secret": token + "A", "padded": token + "=",
		"a line end": token + "\n", "a line end within": id + ".\n" + secret[1:], "three parts": token + "." + secret,
		"the last bits set":      id + "." + secret[:42] + string(rune(nextDigit(secret[42]))),
		"a very long family":     strings.Repeat("x", 1<<20) + "." + secret,
		"an access token":        session.AccessToken,
		"the secret alone":       secret,
		"with the scheme":        "Bearer " + token,
		"of the other alphabet":  id + "." + strings.Repeat("+", 43),
		"a family of path parts": "../leases." + secret,
		"NUL":                    id + "\x00." + secret,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Refresh(t.Context(), garbled)
			require.Equal(t, booking.CodeInvalidRefreshToken, booking.CodeOf(err))
			require.NoError(t, s.Logout(t.Context(), garbled))
		})
	}
	s.refreshed(token) // control: what was garbled is good, and none of these ended it
}

// nextDigit is a base64 digit that decodes to the same bytes at the end of 43:
// its two unused bits differ.
func nextDigit(digit byte) byte {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return digits[strings.IndexByte(digits, digit)+1]
}

func TestASessionLapsesWhereNobodyUsesIt(t *testing.T) {
	s := newSessions(t)
	used, idle := s.login().RefreshToken, s.login().RefreshToken
	s.wait(refreshTTL - time.Millisecond)
	used = s.refreshed(used).RefreshToken // and so the end moves on
	s.wait(time.Millisecond)
	s.refuses(idle)
	s.wait(refreshTTL - 2*time.Millisecond)
	used = s.refreshed(used).RefreshToken
	s.wait(refreshTTL)
	s.refuses(used)
	n, err := s.store.DeleteRecordsEnded(t.Context(), booking.RecordRefreshFamily, s.clock.now, 10)
	require.NoError(t, err)
	require.Equal(t, 2, n, "what has lapsed is there to be purged")
}

// raceRecords lets two refreshes read the same family before either writes.
type raceRecords struct {
	booking.Records
	readers sync.WaitGroup
}

func (r *raceRecords) Record(ctx context.Context, kind booking.RecordKind, id string) (booking.Record, error) {
	record, err := r.Records.Record(ctx, kind, id)
	r.readers.Done()
	r.readers.Wait()
	return record, err
}

func TestTwoRefreshesAtOnceGetTheSameSuccessor(t *testing.T) {
	s := newSessions(t)
	token := s.login().RefreshToken
	race := &raceRecords{Records: s.store}
	race.readers.Add(2)
	s.RefreshTokens.records = &onceRecords{Records: s.store, once: race}
	results := make(chan Session, 2)
	for range 2 {
		go func() {
			session, err := s.Refresh(context.Background(), token)
			if err != nil {
				t.Error(err)
			}
			results <- session
		}()
	}
	first, second := <-results, <-results
	require.NotEmpty(t, first.RefreshToken)
	require.Equal(t, first.RefreshToken, second.RefreshToken)
	require.EqualValues(t, 2, s.families()[0].Revision, "one of them rotated")
	s.refreshed(first.RefreshToken)
}

// onceRecords sends the first two reads through once and all later ones around.
type onceRecords struct {
	booking.Records
	once  *raceRecords
	reads atomic.Int64
}

func (r *onceRecords) Record(ctx context.Context, kind booking.RecordKind, id string) (booking.Record, error) {
	if r.reads.Add(1) <= 2 {
		return r.once.Record(ctx, kind, id)
	}
	return r.Records.Record(ctx, kind, id)
}

func TestManyRefreshesAtOnceGetTheSameSuccessor(t *testing.T) {
	s := newSessions(t)
	token := s.login().RefreshToken
	results := make(chan string, 50)
	for range cap(results) {
		go func() {
			session, err := s.Refresh(context.Background(), token)
			if err != nil {
				t.Error(err)
			}
			results <- session.RefreshToken
		}()
	}
	want := <-results
	require.NotEmpty(t, want)
	for range cap(results) - 1 {
		require.Equal(t, want, <-results)
	}
}

// lostRecords loses every race.
type lostRecords struct{ booking.Records }

func (lostRecords) ReplaceRecord(context.Context, booking.RecordKind, booking.Record) error {
	return booking.ErrConflict
}

func TestARefreshThatAlwaysLosesMayBeTriedAgain(t *testing.T) {
	s := newSessions(t)
	token := s.login().RefreshToken
	s.RefreshTokens.records = lostRecords{s.store}
	_, err := s.Refresh(t.Context(), token)
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	s.RefreshTokens.records = s.store
	s.refreshed(token)
}

// While the keys are rotated one instance has the new key first and the other
// second; a lost answer is repeated by whichever is asked.
func TestASuccessorIsRepeatedWhileKeysRotate(t *testing.T) {
	s := newSessions(t)
	before := refreshTokensWith(t, edKeys(t, edKey(1), edKey(2)), s.store, s.clock)
	after := refreshTokensWith(t, edKeys(t, edKey(2), edKey(1)), s.store, s.clock)
	alone := refreshTokensWith(t, edKeys(t, edKey(2)), s.store, s.clock)

	s.RefreshTokens = before
	first := s.login().RefreshToken
	second := s.refreshed(first).RefreshToken
	s.RefreshTokens = after
	require.Equal(t, second, s.refreshed(first).RefreshToken)

	s.RefreshTokens = alone // whoever lost the answer is without; nobody stole anything
	s.refuses(first)
	s.refreshed(second)
}

func TestLogout(t *testing.T) {
	s := newSessions(t)
	first, other := s.login().RefreshToken, s.login().RefreshToken
	second := s.refreshed(first).RefreshToken
	for range 2 {
		require.NoError(t, s.Logout(t.Context(), second))
		s.refuses(second)
	}
	s.refreshed(other)

	// A token that was spent is the session's all the same.
	first = s.login().RefreshToken
	second = s.refreshed(first).RefreshToken
	require.NoError(t, s.Logout(t.Context(), first))
	s.refuses(second)
}

// brokenRecords is a store that does not answer.
type brokenRecords struct {
	booking.Records
	err error
}

func (b brokenRecords) Record(context.Context, booking.RecordKind, string) (booking.Record, error) {
	return booking.Record{}, b.err
}

func (b brokenRecords) InsertRecord(context.Context, booking.RecordKind, booking.Record) error {
	return b.err
}

func (b brokenRecords) DeleteRecord(context.Context, booking.RecordKind, string) error { return b.err }

func TestSessionsOnAStoreThatDoesNotAnswer(t *testing.T) {
	s := newSessions(t)
	token := s.login().RefreshToken
	down := errors.New("connection refused")
	s.RefreshTokens.records = brokenRecords{s.store, booking.Unavailable("the order store", down)}
	_, err := s.Login(t.Context(), "anna@example.com", annasPassword)
	requireUnavailable(t, err, down)
	_, err = s.Refresh(t.Context(), token)
	requireUnavailable(t, err, down)
	requireNothingOf(t, token, err)
	requireUnavailable(t, s.Logout(t.Context(), token), down)
	s.RefreshTokens.records = s.store
	s.refreshed(token)
}

func TestNewRefreshTokensChecksItsConfig(t *testing.T) {
	good := RefreshConfig{
		Records: openStore(t), Keys: secretKeys(t), TTL: time.Hour, Now: time.Now, NewID: func() string { return "" },
	}
	_, err := NewRefreshTokens(good)
	require.NoError(t, err)
	for name, spoil := range map[string]func(c *RefreshConfig){
		"no records": func(c *RefreshConfig) { c.Records = nil },
		"no keys":    func(c *RefreshConfig) { c.Keys = nil },
		"no TTL":     func(c *RefreshConfig) { c.TTL = 0 },
		"no clock":   func(c *RefreshConfig) { c.Now = nil },
		"no ids":     func(c *RefreshConfig) { c.NewID = nil },
	} {
		c := good
		spoil(&c)
		_, err := NewRefreshTokens(c)
		require.Error(t, err, name)
	}
}
