package booking_test

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

const hookURL = "https://shop.example/hooks"

func TestAnEndpointIsItsOwners(t *testing.T) {
	h := newHooks(t)
	e, err := h.service.CreateEndpoint(h.ctx, olga, booking.NewEndpoint{
		URL: hookURL, Types: []string{"order.paid", "hold.expired"}, Description: " the till ",
	})
	require.NoError(t, err)
	require.Equal(t, olga.ID, e.OwnerID)
	require.Equal(t, "the till", e.Description)
	require.Equal(t, h.clock.now(), e.CreatedAt)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(e.Secret, "whsec_"))
	require.NoError(t, err)
	require.Len(t, raw, 32)

	read, err := h.service.Endpoint(h.ctx, olga, e.ID)
	require.NoError(t, err)
	require.Equal(t, e, read)
	_, err = h.service.Endpoint(h.ctx, operator, e.ID)
	require.NoError(t, err)

	for _, call := range []func(by booking.Actor) error{
		func(by booking.Actor) error { _, err := h.service.Endpoint(h.ctx, by, e.ID); return err },
		func(by booking.Actor) error {
			_, err := h.service.Endpoints(h.ctx, by, olga.ID, booking.Page{Limit: 10})
			return err
		},
		func(by booking.Actor) error {
			_, err := h.service.ChangeEndpoint(h.ctx, by, e.ID, booking.EndpointChange{RotateSecret: true})
			return err
		},
		func(by booking.Actor) error { return h.service.DeleteEndpoint(h.ctx, by, e.ID) },
		func(by booking.Actor) error { _, err := h.service.TestEndpoint(h.ctx, by, e.ID); return err },
		func(by booking.Actor) error {
			_, err := h.service.Deliveries(h.ctx, by, e.ID, booking.Page{Limit: 10})
			return err
		},
		func(by booking.Actor) error { _, err := h.service.RetryDelivery(h.ctx, by, e.ID, "x"); return err },
	} {
		requireCode(t, booking.CodeNotFound, call(oscar))
		requireCode(t, booking.CodeForbidden, call(alice))
	}
	_, err = h.service.CreateEndpoint(h.ctx, alice, booking.NewEndpoint{URL: hookURL})
	requireCode(t, booking.CodeForbidden, err)
	unchanged, err := h.service.Endpoint(h.ctx, olga, e.ID)
	require.NoError(t, err)
	require.Equal(t, e, unchanged)
	require.Empty(t, h.sender.all())
}

func TestEndpointsAreListedByTheirOwner(t *testing.T) {
	h := newHooks(t)
	first, second := h.endpoint(hookURL+"/1"), h.endpoint(hookURL+"/2")
	list := func(by booking.Actor, owner string) []string {
		endpoints, err := h.service.Endpoints(h.ctx, by, owner, booking.Page{Limit: 10})
		require.NoError(t, err)
		var ids []string
		for _, e := range endpoints {
			ids = append(ids, e.ID)
		}
		return ids
	}
	require.Equal(t, []string{second.ID, first.ID}, list(olga, olga.ID))
	require.Equal(t, []string{second.ID, first.ID}, list(operator, olga.ID))
	require.Empty(t, list(operator, operator.ID))
	require.Empty(t, list(oscar, oscar.ID))

	require.NoError(t, h.service.DeleteEndpoint(h.ctx, olga, first.ID))
	require.Equal(t, []string{second.ID}, list(olga, olga.ID))
	requireCode(t, booking.CodeNotFound, h.service.DeleteEndpoint(h.ctx, olga, first.ID))
}

func TestBadEndpoints(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	for name, n := range map[string]booking.NewEndpoint{
		"an address that nothing is sent to": {URL: "http://shop.example"},
		"an unknown type":                    {URL: hookURL, Types: []string{"order.paid", "order.lost"}},
		"a type twice":                       {URL: hookURL, Types: []string{"order.paid", "order.paid"}},
		"no type":                            {URL: hookURL, Types: []string{}},
		"a test is no type":                  {URL: hookURL, Types: []string{"webhook.test"}},
		"a long description":                 {URL: hookURL, Description: strings.Repeat("ü", 201)},
		"a line break":                       {URL: hookURL, Description: "a\nb"},
	} {
		_, err := h.service.CreateEndpoint(h.ctx, olga, n)
		require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err), name)
		_, err = h.service.ChangeEndpoint(h.ctx, olga, e.ID, booking.EndpointChange{
			URL: &n.URL, Types: &n.Types, Description: &n.Description,
		})
		require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err), name)
	}
	unchanged, err := h.service.Endpoint(h.ctx, olga, e.ID)
	require.NoError(t, err)
	require.Equal(t, e, unchanged)
}

func TestEndpointsAreBounded(t *testing.T) {
	h := newHooks(t)
	for range booking.MaxEndpoints {
		h.endpoint(hookURL)
	}
	_, err := h.service.CreateEndpoint(h.ctx, olga, booking.NewEndpoint{URL: hookURL})
	requireCode(t, booking.CodeInvalidValue, err)
	require.ErrorContains(t, err, "20")
	_, err = h.service.CreateEndpoint(h.ctx, oscar, booking.NewEndpoint{URL: hookURL})
	require.NoError(t, err)
}

func TestAnEndpointIsChanged(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL, "order.paid")
	url, text, yes := hookURL+"/new", "new", true
	changed, err := h.service.ChangeEndpoint(h.ctx, operator, e.ID, booking.EndpointChange{
		URL: &url, Types: new([]string), Description: &text, Disabled: &yes,
	})
	require.NoError(t, err)
	read, err := h.service.Endpoint(h.ctx, olga, e.ID)
	require.NoError(t, err)
	require.Equal(t, changed, read)
	require.Equal(t, url, read.URL)
	require.Empty(t, read.Types)
	require.Equal(t, text, read.Description)
	require.True(t, read.Disabled)
	require.Equal(t, booking.EndpointByOwner, read.DisabledReason)
	require.Equal(t, e.Secret, read.Secret)
	require.Equal(t, olga.ID, read.OwnerID)

	no := false
	read, err = h.service.ChangeEndpoint(h.ctx, olga, e.ID, booking.EndpointChange{Disabled: &no})
	require.NoError(t, err)
	require.False(t, read.Disabled)
	require.Empty(t, read.DisabledReason)
}

// An address that is not allowed any more, as the operator's networks changed,
// keeps nobody from disabling its endpoint.
func TestOnlyANewAddressIsJudged(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	r, err := h.store.Record(h.ctx, booking.RecordEndpoint, e.ID)
	require.NoError(t, err)
	r.Data = []byte(strings.Replace(string(r.Data), "https:", "http:", 1))
	require.NoError(t, h.store.ReplaceRecord(h.ctx, booking.RecordEndpoint, r))
	yes := true
	_, err = h.service.ChangeEndpoint(h.ctx, olga, e.ID, booking.EndpointChange{Disabled: &yes})
	require.NoError(t, err)
}

func TestChangesAtOnceAreAllMade(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	text, yes := "new", true
	h.tap.next("Records.ReplaceRecord", before(func() {
		_, err := h.newService().ChangeEndpoint(h.ctx, olga, e.ID, booking.EndpointChange{Description: &text})
		require.NoError(t, err)
	}))
	read, err := h.service.ChangeEndpoint(h.ctx, olga, e.ID, booking.EndpointChange{Disabled: &yes})
	require.NoError(t, err)
	require.True(t, read.Disabled)
	require.Equal(t, text, read.Description)
}

func TestAReplacedSecretSignsForADay(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	rotate := func() (string, error) {
		changed, err := h.service.ChangeEndpoint(h.ctx, olga, e.ID, booking.EndpointChange{RotateSecret: true})
		return changed.Secret, err
	}
	signs := func() []string {
		_, err := h.service.TestEndpoint(h.ctx, olga, e.ID)
		require.NoError(t, err)
		return h.sender.all()[0].secrets
	}
	require.Equal(t, []string{e.Secret}, signs())
	second, err := rotate()
	require.NoError(t, err)
	require.NotEqual(t, e.Secret, second)
	require.Equal(t, []string{second, e.Secret}, signs())

	h.clock.forward(24*time.Hour - time.Millisecond)
	third, err := rotate()
	require.NoError(t, err)
	require.Equal(t, []string{third, e.Secret, second}, signs())
	h.clock.forward(time.Millisecond)
	require.Equal(t, []string{third, second}, signs())

	for range 3 {
		_, err = rotate()
		require.NoError(t, err)
	}
	_, err = rotate()
	requireCode(t, booking.CodeInvalidValue, err)
	require.ErrorContains(t, err, "rotate_secret")
	require.Len(t, signs(), 5)
	h.clock.forward(24 * time.Hour)
	require.Len(t, signs(), 1)
}

func TestATestSaysWhatCameOfIt(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL, "order.paid")
	a, err := h.service.TestEndpoint(h.ctx, olga, e.ID)
	require.NoError(t, err)
	require.True(t, a.Delivered())
	require.Equal(t, 204, a.StatusCode)
	s := h.sender.all()[0]
	require.Equal(t, hookURL, s.url)
	require.NotEmpty(t, s.id)
	require.Equal(t, map[string]any{
		"type": "webhook.test", "timestamp": "2030-05-01T12:00:00.000Z", "data": map[string]any{"endpoint_id": e.ID},
	}, object(t, s.body))

	h.sender.answer(hookURL, 410, 0)
	a, err = h.service.TestEndpoint(h.ctx, olga, e.ID)
	require.NoError(t, err)
	require.False(t, a.Delivered())
	require.Equal(t, 410, a.StatusCode)
	read, err := h.service.Endpoint(h.ctx, olga, e.ID)
	require.NoError(t, err)
	require.False(t, read.Disabled, "a test disables nothing")

	h.sender.answerBy(hookURL, func(context.Context) (booking.SendReport, error) {
		return booking.SendReport{}, errors.New("there was no answer\xff " + strings.Repeat("ü", 300))
	})
	a, err = h.service.TestEndpoint(h.ctx, olga, e.ID)
	require.NoError(t, err)
	require.False(t, a.Delivered())
	require.Zero(t, a.StatusCode)
	require.LessOrEqual(t, len(a.Error), 300)
	require.True(t, strings.HasPrefix(a.Error, "there was no answer\uFFFD ü"), a.Error)
	require.True(t, strings.HasSuffix(a.Error, "ü…"), a.Error)
	require.Empty(t, h.deliveries(e.ID), "a test is no delivery")
}

func TestNoticesAreWanted(t *testing.T) {
	h := newHooks(t)
	wants := func(s *booking.Service) bool { return s.WantsNotices(h.ctx, olga.ID) }
	require.False(t, wants(h.service))
	h.endpoint(hookURL, "hold.expired")
	require.False(t, wants(h.service), "of orders it wants nothing")
	e := h.endpoint(hookURL, "order.refunded")
	require.True(t, wants(h.service), "a change made here shows at once")
	require.False(t, h.service.WantsNotices(h.ctx, oscar.ID))

	// Through another instance it shows within a second.
	other := h.newService()
	require.True(t, wants(other))
	yes := true
	_, err := h.service.ChangeEndpoint(h.ctx, olga, e.ID, booking.EndpointChange{Disabled: &yes})
	require.NoError(t, err)
	require.False(t, wants(h.service))
	h.clock.forward(999 * time.Millisecond)
	require.True(t, wants(other))
	h.clock.forward(time.Millisecond)
	require.True(t, wants(other), "what is out of date is good enough for one more")
	other.AwaitEndpoints(olga.ID)
	require.False(t, wants(other))

	h.endpoint(hookURL)
	h.clock.forward(time.Second)
	require.True(t, wants(other), "a no is never out of date: a notice would be lost")
}

func TestWhatIsNotKnownIsWanted(t *testing.T) {
	h := newHooks(t)
	r := h.tap.all("Records.RecordsOf", away)
	require.True(t, h.service.WantsNotices(h.ctx, olga.ID))
	r.skip, r.hit = 1000, false
	require.True(t, h.service.WantsNotices(h.ctx, olga.ID), "asked once a second while it is away")
	require.Equal(t, 1000, r.skip)
	h.tap.clear()
	h.clock.forward(time.Second)
	require.True(t, h.service.WantsNotices(h.ctx, olga.ID))
	h.service.AwaitEndpoints(olga.ID)
	require.False(t, h.service.WantsNotices(h.ctx, olga.ID))
}

func TestEveryTypeCanBeWanted(t *testing.T) {
	require.True(t, slices.Equal([]string{
		"order.paid", "order.cancelled", "order.expired", "order.refunding", "order.refunded", "hold.expired",
	}, booking.NoticeTypes))
}
