package redisstore

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"seathold/internal/booking"
	"seathold/internal/testserver"
)

// tight are limits that short games reach.
var tight = booking.Hoarding{
	UnpaidHolds: 2, Window: 15 * minute, CoolDown: 10 * minute, ChangeOfMind: 2 * minute,
	Life: 12 * minute, Pause: 10 * minute, MostSeats: 3,
}

const tightTTL = 8 * minute

// move is one thing that happens in a game.
type move struct {
	what     string
	customer int
	seats    []int
	which    int // of the customer's holds, from the newest
	pass     time.Duration
}

func moves() *rapid.Generator[[]move] {
	one := rapid.Custom(func(t *rapid.T) move {
		return move{
			what: rapid.SampledFrom([]string{
				"hold", "hold", "hold", "wait", "wait", "release", "part", "extend", "sweep", "repeat", "cancel", "buy", "refund",
			}).Draw(t, "what"),
			customer: rapid.IntRange(0, 1).Draw(t, "customer"),
			seats:    rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 1, 3, rapid.ID[int]).Draw(t, "seats"),
			which:    rapid.IntRange(0, 2).Draw(t, "which"),
			pass:     time.Duration(rapid.SampledFrom([]int{1, 30_000, 120_000, 120_001, 300_000, 480_000, 600_000, 900_000}).Draw(t, "ms")) * time.Millisecond,
		}
	})
	return rapid.SliceOfN(one, 5, 60)
}

// ledger is what should be, written down the plain way: every hold that ever was.
type ledger struct {
	holds  []*entry
	had    map[[2]int]span // by customer and seat
	unpaid [2][]time.Time
}

type span struct{ first, last time.Time }

type entry struct {
	request  booking.HoldRequest
	customer int
	since    map[int]time.Time // the seats that it has
	taken    time.Time
	deadline time.Time
	order    string
	state    string // held, sold, over
}

// lapse ends what ran out.
func (l *ledger) lapse(now time.Time) {
	for _, h := range l.holds {
		if h.state == "held" && !now.Before(h.deadline) {
			l.end(h, h.deadline, true)
		}
	}
}

func (l *ledger) end(h *entry, at time.Time, ranOut bool) {
	h.state = "over"
	for seat := range h.since {
		l.drop(h, seat, at)
	}
	if ranOut || at.Sub(h.taken) > tight.ChangeOfMind {
		l.unpaid[h.customer] = append(l.unpaid[h.customer], at)
	}
}

func (l *ledger) drop(h *entry, seat int, at time.Time) {
	l.had[[2]int{h.customer, seat}] = span{h.since[seat], at}
	delete(h.since, seat)
}

// outcome is what a hold call should come to: the refusal, or the deadline.
func (l *ledger) outcome(c int, seats []int, now time.Time) (refusal string, since map[int]time.Time, deadline time.Time) {
	for _, h := range l.holds {
		for _, seat := range seats {
			if _, has := h.since[seat]; has {
				return string(booking.CodeSeatsTaken), nil, now
			}
		}
	}
	slices.SortFunc(l.unpaid[c], func(a, b time.Time) int { return b.Compare(a) })
	if u := l.unpaid[c]; len(u) >= tight.UnpaidHolds {
		until := u[tight.UnpaidHolds-1].Add(tight.Window)
		if cool := u[0].Add(tight.CoolDown); cool.Before(until) {
			until = cool
		}
		if now.Before(until) {
			return fmt.Sprint(booking.CoolDownUnpaid, until.Sub(now)), nil, now
		}
	}
	since, deadline = map[int]time.Time{}, now.Add(tightTTL)
	var spent []string
	wait := time.Duration(0)
	for _, seat := range seats {
		since[seat] = now
		had, known := l.had[[2]int{c, seat}]
		if !known || !now.Before(had.last.Add(tight.Pause)) {
			continue
		}
		since[seat] = had.first
		end := had.first.Add(tight.Life)
		if !now.Before(end) {
			spent = append(spent, fmt.Sprint("S", seat))
			wait = max(wait, had.last.Add(tight.Pause).Sub(now))
		} else if end.Before(deadline) {
			deadline = end
		}
	}
	if spent != nil {
		return fmt.Sprint(booking.CoolDownLife, wait, spent), nil, now
	}
	others, soonest := 0, now.Add(time.Hour)
	for key, had := range l.had {
		if _, wanted := since[key[1]]; key[0] == c && !wanted && now.Before(had.last.Add(tight.Pause)) && !l.holdsNow(c, key[1]) {
			others++
			if had.last.Before(soonest) {
				soonest = had.last
			}
		}
	}
	if others > tight.MostSeats {
		return fmt.Sprint(booking.CoolDownSeats, soonest.Add(tight.Pause).Sub(now)), nil, now
	}
	return "", since, deadline
}

func (l *ledger) holdsNow(c, seat int) bool {
	return slices.ContainsFunc(l.holds, func(h *entry) bool {
		_, has := h.since[seat]
		return has && h.customer == c
	})
}

// game plays moves on a show and in the ledger, and compares.
type game struct {
	*show
	*ledger
	clock *clock
	found string // the first difference
	n     int
}

func newGame(t *testing.T, store *Store, c *clock) *game {
	return &game{show: newShow(t, store, 6), ledger: &ledger{had: map[[2]int]span{}}, clock: c}
}

func (g *game) play(all []move) string {
	for _, m := range all {
		g.lapse(g.clock.now)
		if g.make(m); g.found != "" {
			return fmt.Sprintf("%+v: %s", m, g.found)
		}
	}
	return ""
}

func (g *game) differ(format string, args ...any) {
	if g.found == "" {
		g.found = fmt.Sprintf(format, args...)
	}
}

func (g *game) make(m move) {
	switch m.what {
	case "wait":
		g.clock.advance(m.pass)
	case "sweep":
		g.sweep()
	case "hold":
		g.hold(m)
	default:
		if h := g.pick(m); h != nil {
			g.change(m, h)
		}
	}
}

// pick is the which-th newest hold of the customer.
func (g *game) pick(m move) *entry {
	left := m.which
	for _, h := range slices.Backward(g.holds) {
		if h.customer == m.customer {
			if left == 0 {
				return h
			}
			left--
		}
	}
	return nil
}

func (g *game) hold(m move) {
	r := g.Request(fmt.Sprint("customer-", m.customer), m.seats...)
	r.TTL, r.Hoarding = tightTTL, tight
	want, since, deadline := g.outcome(m.customer, m.seats, g.clock.now)
	h, err := g.ask(r)
	if got := told(err); got != want {
		g.differ("refused with %q, not %q", got, want)
	}
	if err != nil || want != "" {
		return
	}
	if !h.ExpiresAt.Equal(deadline) {
		g.differ("until %s, not %s", h.ExpiresAt, deadline)
	}
	g.holds = append(g.holds, &entry{
		request: r, customer: m.customer, since: since, taken: g.clock.now, deadline: deadline, state: "held",
	})
}

// told is a refusal as the ledger writes it.
func told(err error) string {
	var refusal *booking.Error
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &refusal):
		return err.Error()
	case refusal.Err == nil:
		return string(refusal.Code)
	}
	if refusal.Seats == nil {
		return fmt.Sprint(refusal.Err, refusal.RetryAfter)
	}
	return fmt.Sprint(refusal.Err, refusal.RetryAfter, refusal.Seats)
}

func (g *game) change(m move, h *entry) {
	id, who, now := h.request.HoldID, h.request.CustomerID, g.clock.now
	switch live := h.state == "held"; {
	case m.what == "repeat":
		_, repeated, err := g.Hold(g.Ctx, g.Event, h.request)
		if repeated != (h.state != "over") || (err == nil) != repeated {
			g.differ("a repeat of a hold that is %s: %v", h.state, err)
		}
	case m.what == "refund" && h.state == "sold":
		_, _, err := g.Free(g.Ctx, g.Event, id, h.order)
		g.want("refund", err)
		h.state = "over"
		clear(h.since)
	case !live:
	case m.what == "release" && h.order == "":
		_, _, err := g.Release(g.Ctx, g.Event, id, who, nil)
		g.want("release", err)
		g.end(h, now, false)
	case m.what == "part" && h.order == "":
		g.part(m, h)
	case m.what == "extend" && h.order == "":
		g.extend(h)
	case m.what == "cancel" && h.order == "":
		g.bind(h)
		g.clock.advance(m.pass % (5 * minute))
		_, _, err := g.Free(g.Ctx, g.Event, id, h.order)
		g.want("free", err)
		g.end(h, g.clock.now, false)
	case m.what == "buy" && h.order == "":
		g.bind(h)
		g.Pay(booking.Hold{ID: id, OrderID: h.order, CustomerID: who, Seats: h.seats()})
		_, _, err := g.Sell(g.Ctx, g.Event, id, h.order)
		g.want("sell", err)
		h.state = "sold"
	}
}

func (h *entry) seats() (seats []int) {
	for _, seat := range h.request.Seats {
		if _, has := h.since[seat]; has {
			seats = append(seats, seat)
		}
	}
	return seats
}

func (g *game) want(what string, err error) {
	if err != nil {
		g.differ("%s: %v", what, err)
	}
}

func (g *game) bind(h *entry) {
	g.n++
	bound, err := g.Bind(g.Ctx, g.Event, h.request.HoldID, h.request.CustomerID, fmt.Sprint("order-", g.n), 10*minute)
	g.want("bind", err)
	h.order, h.deadline = bound.OrderID, bound.ExpiresAt
}

func (g *game) part(m move, h *entry) {
	_, _, err := g.Release(g.Ctx, g.Event, h.request.HoldID, h.request.CustomerID, m.seats)
	g.want("release of a part", err)
	var gone []int
	for _, seat := range m.seats {
		if _, has := h.since[seat]; has {
			gone = append(gone, seat)
		}
	}
	if len(gone) == len(h.since) {
		g.end(h, g.clock.now, false)
		return
	}
	for _, seat := range gone {
		g.drop(h, seat, g.clock.now)
	}
}

func (g *game) extend(h *entry) {
	longest := g.clock.now.Add(time.Hour)
	for _, first := range h.since {
		if end := first.Add(tight.Life); end.Before(longest) {
			longest = end
		}
	}
	want := string(booking.CodeExtensionLimit)
	if h.deadline.Before(longest) {
		want = ""
		h.deadline = slices.MaxFunc([]time.Time{h.deadline, slices.MinFunc([]time.Time{longest, g.clock.now.Add(tightTTL)}, time.Time.Compare)}, time.Time.Compare)
	}
	got, err := g.Extend(g.Ctx, g.Event, h.request.HoldID, h.request.CustomerID, tightTTL, tight.Life)
	if told(err) != want || (err == nil && !got.ExpiresAt.Equal(h.deadline)) {
		g.differ("extended until %s (%v), not %s (%s)", got.ExpiresAt, err, h.deadline, want)
	}
}

// Whatever customers do, and whether or not anybody swept: each call is granted,
// limited and refused as the plain ledger says, to the millisecond.
func TestHoardingIsJudgedAsTheLedgerSays(t *testing.T) {
	for name, addr := range map[string]func() string{
		"miniredis": func() string { return miniredis.RunT(t).Addr() },
		"redis":     func() string { return testserver.RedisOwn(t).Addr },
	} {
		t.Run(name, func(t *testing.T) {
			store, c := clockedStore(t, addr())
			draw := moves()
			rapid.Check(t, func(rt *rapid.T) {
				if found := newGame(t, store, c).play(draw.Draw(rt, "moves")); found != "" {
					rt.Fatal(found)
				}
			})
		})
	}
}

// With any of its guards off the same games find it out.
func TestGamesFindEveryGuardOfHoardingThatIsOff(t *testing.T) {
	for name, off := range map[string][3]string{
		"unpaid holds are not counted":    {"hold", "if nth then", "if false then"},
		"the window is not looked at":     {"hold", "math.min(nth + window, ends[1] + cooldown)", "ends[1] + cooldown"},
		"changes of mind count":           {"hold", "till - from > tonumber(quick)", "true"},
		"what was paid for counts":        {"hold", "till = tonumber(till)", "till = math.max(tonumber(till), from + 130000)"},
		"only what was swept counts":      {"hold", "      else\n        ended", "      elseif state == 'e' or state == 'r' then\n        ended"},
		"lives do not end":                {"hold", "if from and from + life <= now then", "if false then"},
		"deadlines pass the life's end":   {"hold", "if stop and stop < deadline then", "if false then"},
		"clocks never begin anew":         {"hold", "if till + pause <= now then", "if false then"},
		"the memory has no bound":         {"hold", "if #kept > tonumber(most) then", "if false then"},
		"the memory is not kept":          {"hold", "elseif memory ~= '' then", "elseif false then"},
		"parts given back are forgotten":  {"release", "write_list(r.customer, ids, memory)", ""},
		"extensions forget earlier holds": {"extend", "had_since(r, i) + ARGV[4]", "r.sec * 1000 + math.floor(r.usec / 1000) + ARGV[4]"},
		"an end is when it was to be":     {"release", "math.min(r.deadline, now)", "r.deadline"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, c := clockedStore(t, miniredis.RunT(t).Addr())
			c.spoil(t, off[0], off[1], off[2])
			draw := moves()
			for seed := range 2000 {
				if found := newGame(t, store, c).play(draw.Example(seed)); found != "" {
					t.Logf("game %d: %s", seed, found)
					return
				}
			}
			require.Fail(t, "2,000 games found nothing")
		})
	}
}
