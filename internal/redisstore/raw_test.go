package redisstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// raw is everything that stands in Redis for an event.
type raw struct {
	Seats string
	Holds map[string]string // the customers' lists and the event's own fields too
	Due   map[string]int64
	Log   []string // "0-7 h17,18"
	Load  map[string]string
	Dirty []string
}

func (s *show) raw() raw {
	s.T.Helper()
	client := s.store.client
	get := func(v any, err error) any {
		require.NoError(s.T, err)
		return v
	}
	r := raw{
		Holds: get(client.HGetAll(s.Ctx, s.key(keyHolds)).Result()).(map[string]string),
		Load:  get(client.HGetAll(s.Ctx, s.key(keyLoad)).Result()).(map[string]string),
		Dirty: slices.Sorted(slices.Values(get(client.SMembers(s.Ctx, s.key(keyDirty)).Result()).([]string))),
		Due:   map[string]int64{},
	}
	if get(client.Exists(s.Ctx, s.key(keySeats)).Result()).(int64) == 1 {
		r.Seats = get(client.Get(s.Ctx, s.key(keySeats)).Result()).(string)
	}
	due, err := client.ZRangeWithScores(s.Ctx, s.key(keyDue), 0, -1).Result()
	require.NoError(s.T, err)
	for _, z := range due {
		r.Due[z.Member.(string)] = int64(z.Score)
	}
	log, err := client.XRange(s.Ctx, s.key(keyLog), "-", "+").Result()
	require.NoError(s.T, err)
	for _, entry := range log {
		require.Len(s.T, entry.Values, 1)
		r.Log = append(r.Log, fmt.Sprint(entry.ID, " ", entry.Values["c"]))
	}
	return r
}

// requireRaw asserts the whole state.
func (s *show) requireRaw(want raw) {
	s.T.Helper()
	require.Equal(s.T, want, s.raw())
}

// requireNoTrace asserts that do leaves every byte as it was.
func (s *show) requireNoTrace(do func()) {
	s.T.Helper()
	before := s.raw()
	do()
	s.requireRaw(before)
}

// then copies the state so that a test can write down what comes next.
func (r raw) then() raw {
	r.Holds, r.Due, r.Load = maps.Clone(r.Holds), maps.Clone(r.Due), maps.Clone(r.Load)
	r.Log, r.Dirty = slices.Clone(r.Log), slices.Clone(r.Dirty)
	return r
}

// version is the number of the newest entry of the log.
func (r *raw) version() (n int64) {
	if _, err := fmt.Sscanf(r.Log[len(r.Log)-1], "0-%d", &n); err != nil {
		panic(err)
	}
	return n
}

// change writes down a change of the map, and returns its version.
func (r *raw) change(what string, seats ...int) int64 {
	n := r.version() + 1
	r.Log = append(r.Log, fmt.Sprint("0-", n, " ", what, seatList(seats)))
	return n
}

func (r *raw) put(bytes string, seats ...int) {
	for _, i := range seats {
		r.Seats = r.Seats[:i*seatWidth] + bytes + r.Seats[(i+1)*seatWidth:]
	}
}

const (
	soldMS    = 1<<48 - 1
	blockedMS = 1<<48 - 2
)

var freeSeat = strings.Repeat("\x00", seatWidth)

// packed is a seat's bytes: 6 of deadline, 5 of number.
func packed(deadlineMS, number int64) string {
	d := binary.BigEndian.AppendUint64(nil, uint64(deadlineMS))
	n := binary.BigEndian.AppendUint64(nil, uint64(number))
	return string(d[2:]) + string(n[3:])
}

// record is a hold's text. The hold gives what the caller was told of it;
// taken is the seconds and microseconds of the server's clock.
func record(state string, number int64, taken string, h booking.Hold, asked string) string {
	deadline, order := int64(0), "-"
	if !h.ExpiresAt.IsZero() {
		deadline = h.ExpiresAt.UnixMilli()
	}
	if h.OrderID != "" {
		order = h.OrderID
	}
	return fmt.Sprint(state, " ", number, " ", deadline, " ", taken, " ", order, " c:", h.CustomerID, " ", seatList(h.Seats), " ", asked)
}

// taken reads when a record says that its seats were taken, which must be at
// this ms.
func (s *show) taken(id string, ms int64) string {
	s.T.Helper()
	var sec, usec int64
	taken := s.takenAt(id)
	_, err := fmt.Sscan(taken, &sec, &usec)
	require.NoError(s.T, err)
	require.Equal(s.T, ms, sec*1000+usec/1000)
	return taken
}

// takenAt is taken where the caller was not told when.
func (s *show) takenAt(id string) string {
	s.T.Helper()
	fields := strings.Fields(s.raw().Holds[id])
	require.Len(s.T, fields, recordFields, "%s", id)
	return strings.Join(fields[3:5], " ")
}

// keeps writes down that an ended record is kept for an hour from now.
func (s *show) keeps(r *raw, id string, before time.Time) {
	s.T.Helper()
	until := s.raw().Due[id]
	require.GreaterOrEqual(s.T, until, before.Add(time.Hour).UnixMilli())
	require.LessOrEqual(s.T, until, s.Clock().Add(time.Hour).UnixMilli())
	r.Due[id] = until
}

func onEachShow(t *testing.T, test func(t *testing.T, s *show)) {
	onEachServer(t, func(t *testing.T, s *Store) { test(t, newShow(t, s, 12)) })
}

// run is the server's, as the scripts know it.
func (s *show) run() string {
	s.T.Helper()
	info, err := s.store.client.Info(s.Ctx, "replication").Result()
	var refused redis.Error
	if errors.As(err, &refused) {
		return "unknown" // the embedded server
	}
	require.NoError(s.T, err)
	require.Regexp(s.T, "^[0-9a-f]{40}$", infoField(info, "master_replid"))
	return infoField(info, "master_replid")
}

func TestRawLoaded(t *testing.T) {
	onEachServer(t, func(t *testing.T, store *Store) {
		s := newShow(t, store, 12)
		epoch := s.raw().Holds["m:epoch"]
		require.Len(t, epoch, 8)
		s.requireRaw(raw{
			Seats: strings.Repeat(freeSeat, 12),
			Holds: map[string]string{"m:last": "131", "m:epoch": epoch, "m:run": s.run()},
			Log:   []string{"0-1 "},
			Due:   map[string]int64{}, Load: map[string]string{},
		})
		require.Equal(t, epoch+"-1", s.Map().Version)
	})
}

func TestRawHoldBindExtend(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		want := s.raw()
		h := s.Take("customer-1", 7, 2, 3)
		deadline := h.ExpiresAt.UnixMilli()
		taken := s.taken(h.ID, deadline-time.Minute.Milliseconds())
		number := want.change("h", 7, 2, 3)
		want.put(packed(deadline, number), 7, 2, 3)
		want.Holds[h.ID], want.Holds["c:customer-1"] = record("h", number, taken, h, "-"), h.ID
		want.Due[h.ID] = deadline
		s.requireRaw(want)

		h, err := s.Extend(s.Ctx, s.Event, h.ID, "customer-1", 5*time.Minute, time.Hour)
		require.NoError(t, err)
		want.put(packed(h.ExpiresAt.UnixMilli(), number), 7, 2, 3)
		want.Holds[h.ID], want.Due[h.ID] = record("h", number, taken, h, "-"), h.ExpiresAt.UnixMilli()
		s.requireRaw(want)

		h, err = s.Bind(s.Ctx, s.Event, h.ID, "customer-1", "order-1", 10*time.Minute)
		require.NoError(t, err)
		require.Equal(t, "order-1", h.OrderID)
		want.put(packed(h.ExpiresAt.UnixMilli(), number), 7, 2, 3)
		want.Holds[h.ID], want.Due[h.ID] = record("h", number, taken, h, "-"), h.ExpiresAt.UnixMilli()
		s.requireRaw(want)

		second := s.Take("customer-1", 0)
		number = want.change("h", 0)
		want.put(packed(second.ExpiresAt.UnixMilli(), number), 0)
		taken = s.taken(second.ID, second.ExpiresAt.UnixMilli()-60_000)
		want.Holds[second.ID] = record("h", number, taken, second, "-")
		want.Holds["c:customer-1"] += " " + second.ID
		want.Due[second.ID] = second.ExpiresAt.UnixMilli()
		s.requireRaw(want)
	})
}

func TestRawRelease(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		s.Take("customer-2", 0)
		taken := s.Take("customer-1", 4, 1, 2)
		want := s.raw().then()
		number, at := want.version(), s.taken(taken.ID, taken.ExpiresAt.UnixMilli()-60_000)
		h, _, err := s.Release(s.Ctx, s.Event, taken.ID, "customer-1", []int{1, 9})
		require.NoError(t, err)
		want.change(".", 1)
		want.put(freeSeat, 1)
		want.Holds[h.ID] = record("h", number, at, h, "4,1,2")
		// The part is remembered, for as long as an ended hold would be.
		had, until := taken.ExpiresAt.UnixMilli()-60_000, s.raw().Due["c:customer-1"]
		want.Holds["c:customer-1"] += fmt.Sprintf(";1@%d@%d", had, until-time.Hour.Milliseconds())
		want.Due["c:customer-1"] = until
		s.requireRaw(want)

		before := s.Clock()
		h, _, err = s.Release(s.Ctx, s.Event, taken.ID, "customer-1", nil)
		require.NoError(t, err)
		want.change(".", 4, 2)
		want.put(freeSeat, 4, 2)
		want.Holds[h.ID] = record("r", number, at, h, "4,1,2")
		s.keeps(&want, h.ID, before)
		s.requireRaw(want)
	})
}

func TestRawPay(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		h := s.TakeBound("customer-1", time.Minute, 4, 1)
		want := s.raw().then()
		number := want.version()
		taken := s.taken(h.ID, h.ExpiresAt.UnixMilli()-(h.Age+h.Left).Milliseconds())
		s.Pay(h) // no change of the map
		want.Holds[h.ID] = record("p", number, taken, h, "-")
		s.requireRaw(want)

		sold, _, err := s.Sell(s.Ctx, s.Event, h.ID, h.OrderID)
		require.NoError(t, err)
		want.change("s", 4, 1)
		want.put(packed(soldMS, number), 4, 1) // the seller's number stays
		want.Holds[h.ID] = record("s", number, taken, sold, "-")
		delete(want.Due, h.ID)
		s.requireRaw(want)

		before := s.Clock()
		freed, _, err := s.Free(s.Ctx, s.Event, h.ID, h.OrderID)
		require.NoError(t, err)
		want.change(".", 4, 1)
		want.put(freeSeat, 4, 1)
		want.Holds[h.ID] = record("r", number, taken, freed, "-")
		s.keeps(&want, h.ID, before)
		s.requireRaw(want)
	})
}

func TestRawTakenAgain(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		h := s.TakeBoundLapsed("customer-1", 4, 1)
		want := s.raw().then()
		s.Pay(h)
		got := s.raw().Due[h.ID]
		number := want.change("h", 4, 1) // a new number: what comes late for the old one finds nothing
		want.put(packed(got, number), 4, 1)
		h.ExpiresAt = time.UnixMilli(got)
		taken := s.taken(h.ID, got-40) // again from now, for the grace
		want.Holds[h.ID], want.Due[h.ID] = record("p", number, taken, h, "-"), got
		s.requireRaw(want)
	})
}

func TestRawBlock(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		want := s.raw()
		before := s.Clock()
		require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{5, 6}))
		number := want.change("x", 5, 6)
		want.put(packed(blockedMS, number), 5, 6) // a marker and a number of its own
		taken := s.takenAt("block-1")
		h := booking.Hold{CustomerID: "organizer-1", OrderID: "block-1", Seats: []int{5, 6}}
		want.Holds["block-1"] = record("b", number, taken, h, "-")
		s.requireRaw(want)

		_, _, err := s.Free(s.Ctx, s.Event, "block-1", "block-1")
		require.NoError(t, err)
		want.change(".", 5, 6)
		want.put(freeSeat, 5, 6)
		want.Holds["block-1"] = record("r", number, taken, h, "-")
		s.keeps(&want, "block-1", before)
		s.requireRaw(want)
	})
}
