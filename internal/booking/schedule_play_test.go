package booking_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"seathold/internal/booking"
)

// play is one schedule being played on an event of its own.
type play struct {
	*stage
	event    *booking.Event
	instance *instance
	asked    []asked
	letters  []booking.PaymentEvent // webhooks under way
	paid     []booking.PaymentEvent // all money that the provider took
	failed   map[string]bool        // orders whose payment the provider gave up
	lost     map[string]bool        // orders whose payment's webhook never comes
	left     map[string]bool        // orders that a person has cancelled, and was told so
	findings []string
}

// asked is a call that a client made, and may repeat.
type asked struct {
	by    booking.Actor
	order booking.NewOrder
	got   booking.Order // zero where it got none yet
}

// instance is one life of the service.
type instance struct {
	*booking.Service
	tap *tap
}

// run plays all moves, brings everything to its end, and returns what is wrong
// by then.
func (s *stage) run(moves schedule) []string {
	p := &play{stage: s, failed: map[string]bool{}, lost: map[string]bool{}, left: map[string]bool{}}
	p.event = s.newEvent()
	p.instance = s.newInstance()
	for _, m := range moves {
		p.move(m)
	}
	p.end()
	found := p.check()
	for range s.disturbed { // others on the same servers may just have lost everything
		if len(found) == 0 {
			break
		}
		p.end()
		found = p.check()
	}
	return append(p.findings, found...)
}

func (p *play) move(m move) {
	tap := p.instance.tap
	var misfortune *rule
	if f := p.fate(m); f != nil {
		misfortune = tap.add(&rule{prefix: m.port, skip: m.at, left: 1, fate: f})
	}
	p.do(p.instance, m)
	if misfortune != nil {
		tap.drop(misfortune)
	}
	if tap.isDead() {
		p.instance = p.newInstance()
		p.repair(p.instance) // as every start of the service does
	}
}

func (p *play) fate(m move) fate {
	switch m.mishap {
	case callAway:
		return away
	case callReplyLost:
		return replyLost
	case crashBefore, crashAfter:
		return p.instance.tap.crash(m.mishap == crashAfter)
	case somethingElse:
		return before(func() { p.do(p.newInstance(), *m.meanwhile) })
	default:
		return nil
	}
}

var cast = []booking.Actor{alice, bob, {ID: "carol", Role: booking.RoleCustomer}}

// do makes one move through an instance.
func (p *play) do(in *instance, m move) {
	switch m.does {
	case orders:
		first := m.which % (len(p.event.Plan.Seats) - 1)
		seats := p.event.Plan.GUIDs(seatsFrom(first, 1+m.how%2))
		p.asked = append(p.asked, asked{
			by: cast[m.how%len(cast)], order: booking.NewOrder{EventID: p.event.ID, Seats: seats, Key: newID()},
		})
		p.ask(in, len(p.asked)-1)
	case ordersAgain:
		if len(p.asked) > 0 {
			p.ask(in, m.which%len(p.asked))
		}
	case timePasses:
		p.clock.pass(time.Duration(10*(1+m.how)) * time.Millisecond)
	case letterComes, letterLost:
		p.post(in, m)
	case workerSettles, workerSweeps, workerRepairs:
		p.work(in, m.does)
	case redisIsLost:
		p.losesRedis()
	case storeIsAway:
		in.tap.add(&rule{prefix: []string{"Orders.", "Holds.", "Provider."}[m.which%3], left: 1 + m.how%6, fate: away})
	case refundsRefused, refundsSlow, refundsArrive, askingIsStale:
		p.provider.misbehave(m)
	default:
		if o, ok := p.pick(m.which); ok {
			p.doTo(in, o, m)
		}
	}
}

// pick chooses one of the orders that a customer knows of.
func (p *play) pick(which int) (asked, bool) {
	known := slices.DeleteFunc(slices.Clone(p.asked), func(a asked) bool { return a.got.ID == "" })
	if len(known) == 0 {
		return asked{}, false
	}
	return known[which%len(known)], true
}

func (p *play) ask(in *instance, i int) {
	a := &p.asked[i]
	o, _, err := in.PlaceOrder(p.ctx, a.by, a.order)
	p.expect("order", err)
	if err == nil && !in.tap.isDead() {
		p.asked[i].got = o
	}
}

// doTo makes a move about an order.
func (p *play) doTo(in *instance, a asked, m move) {
	o := a.got
	switch m.does {
	case pays:
		p.takes(o, o.Total)
	case paysWrong:
		p.takes(o, booking.Money{Amount: 1 + int64(m.how), Currency: "EUR"})
	case fails:
		if ev, ok := p.provider.fail(o, m.how%2 == 0); ok && !p.lost[o.ID] {
			p.failed[o.ID] = true
			p.letters = append(p.letters, ev)
		}
	case customerLeaves, organizerEnds:
		by := a.by
		if m.does == organizerEnds {
			by = olga
		}
		ended, err := in.Cancel(p.ctx, by, o.ID)
		p.expect("cancel", err)
		if err == nil && !in.tap.isDead() && ended.Status != booking.OrderExpired {
			p.left[o.ID] = true
		}
	case holdReleased:
		p.expect("release", in.Release(p.ctx, a.by, o.EventID, o.HoldID, nil))
	case refundOutside:
		p.refundsOutside(o, m.how)
	}
}

// takes is a customer who pays. The webhook that says so is under way.
func (p *play) takes(o booking.Order, amount booking.Money) {
	if o.Checkout.ID == "" || p.lost[o.ID] {
		return
	}
	if ev, ok := p.provider.take(o, amount); ok {
		p.paid = append(p.paid, ev)
		p.letters = append(p.letters, ev)
	}
}

// refundsOutside is somebody who gives money back at the provider. Nobody does
// that to money that this service is giving back at the same time: providers
// refuse that, this one could not.
func (p *play) refundsOutside(o booking.Order, how int) {
	now, err := p.store.Order(p.ctx, o.ID)
	if err != nil || now.Status != booking.OrderPaid {
		return
	}
	for _, pay := range now.Payments {
		left := pay.Received.Amount - p.provider.goneBack(pay.ID)
		if pay.State != booking.PaymentApplied || left <= 0 {
			continue
		}
		if how%2 == 0 {
			left = (left + 1) / 2
		}
		p.letters = append(p.letters, p.provider.giveBack(now, pay.ID, left))
	}
}

// post delivers one of the letters, or loses it for good.
func (p *play) post(in *instance, m move) {
	if len(p.letters) == 0 {
		return
	}
	i := m.which % len(p.letters)
	ev := p.letters[i]
	if m.does == letterLost {
		if p.mayBeLost(ev) {
			p.lost[ev.OrderID] = true
			p.letters = slices.Delete(p.letters, i, i+1)
		}
		return
	}
	err := callWebhook(p.ctx, in.Service, ev)
	p.expect("webhook", err)
	taken := err == nil && !in.tap.isDead() || p.guards.hastyAnswers
	// Another move may have delivered it meanwhile.
	i = slices.IndexFunc(p.letters, func(l booking.PaymentEvent) bool { return l == ev })
	if taken && i >= 0 && m.how%3 != 0 { // else it comes once more
		p.letters = slices.Delete(p.letters, i, i+1)
	}
}

// mayBeLost: asking about its checkout finds the payment, since it is the only
// one by it, and nothing else was told of it.
func (p *play) mayBeLost(ev booking.PaymentEvent) bool {
	others := slices.ContainsFunc(p.paid, func(other booking.PaymentEvent) bool {
		return other.OrderID == ev.OrderID && other.PaymentID != ev.PaymentID
	})
	return ev.Kind == booking.PaymentSucceeded && !others && !p.failed[ev.OrderID]
}

func (p *play) work(in *instance, what deed) {
	switch what {
	case workerSettles:
		_, err := in.Settle(p.ctx)
		p.expect("settle", err)
	case workerSweeps:
		p.expect("sweep", in.Sweep(p.ctx, p.event))
		p.serveLoads(in)
	case workerRepairs:
		p.repair(in)
	}
}

func (p *play) repair(in *instance) {
	if p.guards.noRepair && p.isLoaded() {
		return
	}
	p.expect("load", in.Load(p.ctx, p.event.ID))
}

func (p *play) serveLoads(in *instance) {
	for {
		select {
		case <-in.LoadRequests():
			p.repair(in)
		default:
			return
		}
	}
}

func (p *play) isLoaded() bool {
	_, err := p.holds.SeatMap(p.ctx, p.event, "")
	return !errors.Is(err, booking.ErrNotLoaded)
}

// expect notes errors that nobody should ever see.
func (p *play) expect(what string, err error) {
	known := err == nil || booking.CodeOf(err) != ""
	for _, e := range []error{errCut, errCrashed, booking.ErrLoadBusy, booking.ErrRefused, booking.ErrConflict} {
		known = known || errors.Is(err, e)
	}
	if !known {
		p.findings = append(p.findings, fmt.Sprintf("%s: %v", what, err))
	}
}

// rounds bounds how often everything is tried until it has come to its end.
const rounds = 30

// end ends all misfortune and lets providers and workers go on until nothing is
// left to do.
func (p *play) end() {
	p.instance = p.newInstance()
	for round := range rounds {
		p.provider.behave()
		for range len(p.letters) {
			p.post(p.instance, move{does: letterComes, how: 1})
		}
		p.work(p.instance, workerSweeps)
		p.work(p.instance, workerRepairs)
		if !p.guards.noSettling {
			p.work(p.instance, workerSettles)
		}
		if round > 0 && len(p.letters) == 0 && len(p.unfinished()) == 0 {
			break
		}
		p.clock.skip(p)
	}
	p.work(p.instance, workerRepairs)
}

// unfinished are the orders that wait for something.
func (p *play) unfinished() (list []string) {
	for _, o := range ordersOf(p.ctx, p.t, p.orderStore(), p.event.ID) {
		if !o.DueAt().IsZero() {
			list = append(list, fmt.Sprintf("order %s is %s and still due", o.ID, o.Status))
		}
	}
	return list
}
