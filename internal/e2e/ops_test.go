package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// operations is a shop whose commands have an operator's token.
type operations struct {
	*shop
	operator *client
}

func openOperations(t *testing.T, w world) *operations {
	t.Helper()
	s := newService(t, seathold, w.servers(t), quick())
	s.createAccount(t, "operator@shop.example", "operator")
	o := &operations{shop: openShopOn(t, w, s, 20)}
	o.operator = o.login(t, "operator@shop.example", password)
	token, failed, status := o.command(t, password+"\n", "login", "--email", "operator@shop.example", "--password-stdin")
	require.Zero(t, status, failed)
	require.Equal(t, 1, strings.Count(token, "\n"), "the token and nothing else")
	o.set(settings{"SEATHOLD_TOKEN": strings.TrimSpace(token)})
	return o
}

// ops runs one of the commands, which is to end well.
func (o *operations) ops(t *testing.T, args ...string) (said, told string) {
	t.Helper()
	said, told, status := o.command(t, "", append([]string{"ops", "--url", o.url}, args...)...)
	require.Zero(t, status, told)
	return said, told
}

// twin runs it with --json, which prints what the API answers and nothing else.
func (o *operations) twin(t *testing.T, path string, args ...string) {
	t.Helper()
	said, told := o.ops(t, append(args, "--json")...)
	require.Empty(t, told)
	requireJSONTwin(t, o.operator.get(path), said)
}

// requireJSONTwin compares but for the time that has passed between the two.
func requireJSONTwin(t *testing.T, a answer, said string) {
	t.Helper()
	requireStatus(t, a, http.StatusOK)
	var want, got map[string]any
	require.NoError(t, json.Unmarshal(a.body, &want))
	require.NoError(t, json.Unmarshal([]byte(said), &got), said)
	for _, each := range []map[string]any{want, got} {
		items, _ := each["items"].([]any)
		for _, item := range items {
			delete(item.(map[string]any), "expires_in")
		}
	}
	require.Equal(t, want, got)
}

func TestCommandsOfOperators(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		o := openOperations(t, w)
		one := o.customer(t)
		h := o.held(t, one, "A1", "A2")
		pending, bought := o.ordered(t, one, "A3"), o.bought(t, one, "A4")
		event := o.event.ID

		said, _ := o.ops(t, "stats")
		require.Regexp(t, `(?m)^live holds +2$`, said)
		require.Regexp(t, `(?m)^seats sold +1$`, said)
		require.Regexp(t, `(?m)^orders paid +1$`, said)
		o.twin(t, "/v1/ops/stats", "stats")

		said, _ = o.ops(t, "holds", event)
		require.Regexp(t, `(?m)^HOLD +CUSTOMER +SEATS +STATUS +HELD FOR +LEFT +ORDER\n`+
			h.ID+` +customer1@shop.example +A1, A2 +held +\S+ +\S+ +-\n`+
			pending.HoldID+` +customer1@shop.example +A3 +held +\S+ +\S+ +`+pending.ID+` \(pending_payment\)\n$`, said)
		o.twin(t, "/v1/ops/events/"+event+"/holds", "holds", event)

		for _, id := range []string{h.ID, pending.HoldID, pending.HoldID} {
			said, _ = o.ops(t, "release", event, id)
			require.Contains(t, said, "is released")
		}
		o.requireSeats(t, "free", "A1", "A2", "A3")
		require.Equal(t, "organizer", o.requireOrder(t, one, pending.ID, "cancelled").Reason)
		_, failed, status := o.command(t, "", "ops", "release", event, bought.HoldID)
		require.Equal(t, 1, status)
		require.Contains(t, failed, "cancel its order")
		said, _ = o.ops(t, "holds", event)
		require.Equal(t, "This event has no live holds.\n", said)

		said, told := o.ops(t, "audit", "--all")
		require.Regexp(t, `(?m)^EVENT +SEATS +FREE +HELD +SOLD +BLOCKED +DIFFER\n`+event+` +20 +19 +0 +1 +0 +0\n$`, said)
		require.Regexp(t, `^audit: event `+event+"\naudit: took", told, "plain lines where there is no terminal")
		o.twin(t, "/v1/ops/events/"+event+"/audit", "audit", event)

		said, told = o.ops(t, "rebuild", event)
		require.Regexp(t, `(?m)^`+event+` +1 +0 +0 +all was right\n$`, said)
		require.Contains(t, told, "rebuild: event "+event)
		said, told = o.ops(t, "rebuild", event, "--json")
		require.Empty(t, told)
		require.JSONEq(t, `{"event_id": "`+event+`", "anew": false, "orders": 1, "restored": 0, "freed": 0}`, said)
	})
}

// TestAuditAndRebuildByCommand takes a sold seat away in Redis.
func TestAuditAndRebuildByCommand(t *testing.T) {
	t.Parallel()
	o := openOperations(t, realWorld)
	one := o.customer(t)
	bought := o.bought(t, one, "A1")
	live := o.held(t, one, "A2")
	event := o.event.ID
	o.whileSpoiled(t, "A1", func() bool {
		said, failed, status := o.command(t, "", "ops", "audit", event)
		if status == 0 {
			return false
		}
		require.Equal(t, 1, status)
		require.Regexp(t, `(?m)^`+event+` +A1 +free +sold for `+bought.ID+`\n$`, said)
		require.Contains(t, failed, "seathold ops rebuild EVENT puts them right")
		return true
	})
	o.whileSpoiled(t, "A1", func() bool {
		said, failed, status := o.command(t, "", "ops", "audit", "--url", o.url, "--all", "--json")
		if status == 0 {
			return false
		}
		require.Contains(t, said, `"mismatches":[{"seat":"A1","redis":"free","orders":"sold","order_id":"`+bought.ID+`"}]`)
		require.Equal(t, 1, strings.Count(failed, "\n"), failed)
		return true
	})
	o.whileSpoiled(t, "A1", func() bool {
		said, _ := o.ops(t, "rebuild", event)
		return strings.Contains(said, "repaired")
	})
	o.requireSeats(t, "sold", "A1")
	o.requireSeats(t, "held", "A2")
	require.Equal(t, live.ID, read[list[hold]](t, one.get(eventPath(event)+"/holds"), http.StatusOK).Items[0].ID)
	o.ops(t, "audit", "--all")
}

// whileSpoiled makes a seat free in Redis, behind the service's back, and then
// does something, again where one of the service's own repairs, twice a minute,
// came in between.
func (o *operations) whileSpoiled(t *testing.T, guid string, do func() bool) {
	t.Helper()
	address, err := url.Parse(o.settings["SEATHOLD_REDIS_URL"])
	require.NoError(t, err)
	c := redis.NewClient(&redis.Options{Addr: address.Host})
	defer func() { require.NoError(t, c.Close()) }()
	const width = 11
	key, at := "seathold:{"+o.event.ID+"}:seats", int64(o.index(t, guid)*width)
	for range 5 {
		require.NoError(t, c.SetRange(context.Background(), key, at, strings.Repeat("\x00", width)).Err())
		if do() {
			return
		}
	}
	require.FailNow(t, "it is always repaired before anybody looks")
}

func TestCommandsOfOperatorsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	o := openOperations(t, embeddedWorld)
	fails := func(want string, args ...string) {
		t.Helper()
		said, failed, status := o.command(t, "", args...)
		require.Equal(t, 1, status)
		require.Empty(t, said)
		require.Contains(t, failed, want)
		lines := strings.Split(strings.TrimSpace(failed), "\n")
		require.Contains(t, lines[len(lines)-1], "seathold: ", failed)
	}
	fails("name an event by its id, or give --all", "ops", "audit")
	fails("not both", "ops", "rebuild", "--all", o.event.ID)
	fails("not_found", "ops", "audit", "none")
	fails("not_found", "ops", "holds", "none")
	fails("no hold none", "ops", "release", o.event.ID, "none")
	fails("--url", "ops", "stats", "--url", "http://127.0.0.1:1")
	fails("no terminal", "login", "--email", "operator@shop.example")
	said, failed, status := o.command(t, "wrong password\n", "login", "--email", "operator@shop.example", "--password-stdin")
	require.Equal(t, 1, status)
	require.Empty(t, said)
	require.Contains(t, failed, "invalid_credentials")

	o.set(settings{"SEATHOLD_TOKEN": o.organizer.headers["Authorization"][len("Bearer "):]})
	fails("this call takes the role operator", "ops", "stats")
	o.set(settings{"SEATHOLD_TOKEN": ""})
	fails("SEATHOLD_TOKEN is not set", "ops", "stats")
}
