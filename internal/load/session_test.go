package load_test

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"seathold/internal/client"
	"seathold/internal/load"
	"seathold/internal/load/loadtest"
)

// tokenLife leaves a call two seconds from when its token is given to it.
const tokenLife = 4 * time.Second

// lasting is a sale that outlives access tokens.
func lasting(t *testing.T, url string) load.Config {
	t.Helper()
	c := short(t, url, 300)
	c.Schedule = load.Schedule{Rate: 10, Duration: tokenLife + time.Second}
	return c
}

// TestTokensAreReplacedBeforeTheyEnd: no call is made with one that has ended,
// neither by customers nor, where it has logged in itself, by whose event it is.
func TestTokensAreReplacedBeforeTheyEnd(t *testing.T) {
	t.Parallel()
	server := loadtest.New(t, loadtest.Options{AccessTTL: tokenLife})
	c := lasting(t, server.URL)
	c.Token, c.Account = "", client.Credentials{Email: "operator@shop.example", Password: "a password"}
	r := sold(t, c)
	require.NoError(t, r.Judge(0), r.Examples)
	require.NotNil(t, r.Audit.Audit)
	require.Empty(t, r.Notes)
	require.GreaterOrEqual(t, server.Refreshed(), 2)
	require.Equal(t, c.Customers+1, server.LoggedIn())
	require.Equal(t, client.EventStatusClosed, server.Event().Status)
}

// TestWhoseSessionIsGoneLogsInAgain, as a person does; the test above is the control.
func TestWhoseSessionIsGoneLogsInAgain(t *testing.T) {
	t.Parallel()
	server := loadtest.New(t, loadtest.Options{AccessTTL: tokenLife, LosesLogin: true})
	c := lasting(t, server.URL)
	r := sold(t, c)
	require.NoError(t, r.Judge(0), r.Examples)
	require.Greater(t, server.LoggedIn(), c.Customers)
	require.Equal(t, stepOf(t, r, "refresh").Count, stepOf(t, r, "refresh").OK)
}

// TestATokenThatEndsBeforeTheLoadIsNotBegunWith: its event would stay on sale.
func TestATokenThatEndsBeforeTheLoadIsNotBegunWith(t *testing.T) {
	t.Parallel()
	server := loadtest.New(t, loadtest.Options{})
	c := short(t, server.URL, 20)
	c.Schedule.Duration, c.Customers = 10*time.Minute, 20
	lasts := func(d time.Duration) string {
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(time.Now().Add(d))})
		text, err := token.SignedString([]byte("any key"))
		require.NoError(t, err)
		return text
	}
	c.Token = lasts(11 * time.Minute)
	_, err := load.Open(t.Context(), c)
	require.ErrorIs(t, err, load.ErrTokenEnds)
	require.ErrorContains(t, err, ", and the load for about 11m2s")
	require.Empty(t, server.Event().ID, "nothing is made")

	c.Token = lasts(12 * time.Minute)
	_, err = load.Open(t.Context(), c)
	require.NoError(t, err, "the control")
}
