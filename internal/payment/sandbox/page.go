package sandbox

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"seathold/internal/booking"
)

const (
	pagePath     = "/sandbox/pay/"
	formMaxBytes = 4 << 10
	// lookEvery is how often a page that waits looks into the records: another
	// instance may be the one that tells the shop.
	lookEvery = 100 * time.Millisecond
)

// Handler serves the payment pages under /sandbox/pay/, by their full path. It
// needs no JavaScript and no cookies: whoever has the URL may choose.
func (p *Provider) Handler() http.Handler { return http.HandlerFunc(p.serve) }

func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.URL.Path, pagePath)
	if !ok {
		p.render(w, notFound)
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.render(w, methodNotAllowed)
		return
	}
	id, ok := p.seal.open(token)
	if !ok {
		p.render(w, notFound)
		return
	}
	if r.Method == http.MethodPost {
		p.render(w, p.choose(w, r, id))
		return
	}
	p.render(w, p.show(r.Context(), id))
}

// show is the page as it is. What is under way is no fault of whoever looks.
func (p *Provider) show(ctx context.Context, id string) view {
	c, err := p.read(ctx, id)
	if err != nil {
		return p.failure(id, err)
	}
	v := c.view(p.clock())
	v.status = http.StatusOK
	return v
}

// choose takes the customer's choice, tells the shop, and says what came of it.
func (p *Provider) choose(w http.ResponseWriter, r *http.Request, id string) view {
	r.Body = http.MaxBytesReader(w, r.Body, formMaxBytes)
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	action := r.PostForm.Get("action")
	carryOut, ok := choices[action]
	if !ok {
		return unknownChoice
	}
	if p.sending.isClosing() {
		return p.failure(id, errClosing)
	}
	var said *view
	// A customer who leaves has chosen all the same.
	ctx := context.WithoutCancel(r.Context())
	c, sent, err := p.changeAndSend(ctx, id, func(c *checkout) (err error) {
		said, err = carryOut(c, form{Values: r.PostForm, now: p.clock(), instance: p.instance})
		return err
	})
	if err != nil {
		return p.failureOf(c, id, err)
	}
	c = p.await(r.Context(), c, sent)
	v := c.view(p.clock())
	if said != nil {
		v = said.of(&c, p.clock())
	}
	if v.Tests != nil && len(action) > len("cancel") {
		v.Tests.Open = true // one of the choices that stand there
	}
	return v
}

// await gives the shop a moment to confirm what is under way, and returns the
// checkout as it is then. It ends early where nothing comes within that moment.
func (p *Provider) await(ctx context.Context, c checkout, sent <-chan struct{}) checkout {
	until := p.clock().Add(p.pageWait)
	timer := time.NewTimer(p.pageWait)
	defer timer.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for p.hasUnderWay(c, until) {
		select {
		case <-sent:
			sent = nil
		case <-look.C:
		case <-timer.C:
			return c
		case <-ctx.Done():
			return c
		}
		next, more, err := p.changeAndSend(context.WithoutCancel(ctx), c.ID, func(*checkout) error { return nil })
		if err != nil {
			p.log.Warn("sandbox cannot say what became of a choice", "checkout", c.ID, "err", err)
			return c
		}
		c = next
		if sent == nil {
			sent = more
		}
	}
	return c
}

// hasUnderWay reports whether a message is being sent, or is to be until then.
// Nothing is sent any more by an instance that is closing.
func (p *Provider) hasUnderWay(c checkout, until time.Time) bool {
	closing := p.sending.isClosing()
	for _, m := range c.Messages {
		switch {
		case m.State != messageWaiting:
		case m.ClaimedBy != "", !closing && !until.Before(m.DueAt):
			return true
		}
	}
	return false
}

// failureOf is the page of a choice that was not carried out.
func (p *Provider) failureOf(c checkout, id string, err error) view {
	var no *refusal
	if errors.As(err, &no) {
		return no.of(&c, p.clock())
	}
	return p.failure(id, err)
}

// failure is the page where there is none to show.
func (p *Provider) failure(id string, err error) view {
	if booking.CodeOf(err) == booking.CodeNotFound {
		return notFound
	}
	p.log.Warn("sandbox payment page", "checkout", id, "err", err)
	return notTaken
}

func badForm(err error) view {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return formTooLarge
	}
	return unknownChoice
}
