package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

const hooksPath = "/v1/webhook-endpoints"

// fakeSender answers with the status that a URL ends in, and sends nothing.
type fakeSender struct{ sent []string }

func (f *fakeSender) CheckURL(url string) error {
	if strings.HasPrefix(url, "https://") {
		return nil
	}
	return booking.Errorf(booking.CodeInvalidValue, "url: must begin with https://")
}

func (f *fakeSender) Send(_ context.Context, url string, _ []string, _ string, body []byte) (booking.SendReport, error) {
	f.sent = append(f.sent, string(body))
	switch url[len(url)-3:] {
	case "204":
		return booking.SendReport{StatusCode: 204}, nil
	case "500":
		return booking.SendReport{StatusCode: 500}, nil
	default:
		return booking.SendReport{}, errors.New("there was no answer in time")
	}
}

// hook registers olga's endpoint.
func (w *world) hook(body string) string {
	w.t.Helper()
	return w.do(olga, post, hooksPath, body).ok(http.StatusCreated).id()
}

func TestWebhookEndpoints(t *testing.T) {
	w := newWorld(t)
	a := w.do(olga, post, hooksPath, `{"url": "https://shop.example/204", "types": ["order.paid"], "description": " till "}`).ok(http.StatusCreated)
	id := a.id()
	path := hooksPath + "/" + id
	require.Equal(t, path, a.Header().Get("Location"))
	made := a.object()
	secret, _ := made["secret"].(string)
	require.Regexp(t, `^whsec_[A-Za-z0-9+/]{43}=$`, secret)
	require.Regexp(t, `^20\d\d-\d\d-\d\dT.*Z$`, made["created_at"])
	require.Equal(t, made, w.do(olga, get, path, "").ok(http.StatusOK).object())
	created := made["created_at"]
	delete(made, "secret")
	delete(made, "created_at")
	require.Equal(t, map[string]any{
		"id": id, "url": "https://shop.example/204", "types": []any{"order.paid"}, "description": "till", "status": "enabled",
	}, made)

	// The operator sees it, but not its secret; no list shows a secret.
	made["created_at"] = created
	require.Equal(t, made, w.do(operator, get, path, "").ok(http.StatusOK).object())
	for _, c := range []struct {
		by    booking.Actor
		query string
		items []any
	}{
		{olga, "", []any{made}},
		{olga, "?organizer=olga", []any{made}},
		{operator, "?organizer=olga", []any{made}},
		{operator, "", []any{}},
		{oscar, "", []any{}},
	} {
		require.Equal(t, c.items, w.do(c.by, get, hooksPath+c.query, "").ok(http.StatusOK).object()["items"])
	}

	changed := w.do(olga, patch, path, `{"url": "https://shop.example/500", "types": null, "description": null, "status": "disabled", "rotate_secret": true}`).
		ok(http.StatusOK).object()
	require.NotEqual(t, secret, changed["secret"])
	delete(changed, "secret")
	require.Equal(t, map[string]any{
		"id": id, "url": "https://shop.example/500", "types": nil, "description": "", "status": "disabled",
		"disabled_reason": "owner", "created_at": created,
	}, changed)
	require.Equal(t, "enabled", w.do(operator, patch, path, `{"status": "enabled"}`).ok(http.StatusOK).object()["status"])

	require.Empty(t, w.do(olga, del, path, "").ok(http.StatusNoContent).Body.String())
	w.do(olga, get, path, "").problem(http.StatusNotFound, booking.CodeNotFound)
	w.do(olga, del, path, "").problem(http.StatusNotFound, booking.CodeNotFound)
}

func TestTheListOfEndpointsHasPages(t *testing.T) {
	w := newWorld(t)
	first, second := w.hook(`{"url": "https://shop.example/1"}`), w.hook(`{"url": "https://shop.example/2"}`)
	a := w.do(operator, get, hooksPath+"?organizer=olga&limit=1", "").ok(http.StatusOK)
	require.Equal(t, second, a.object()["next_cursor"])
	require.Contains(t, a.Header().Get("Link"), "organizer=olga")
	next := w.do(operator, get, hooksPath+"?organizer=olga&limit=1&cursor="+second, "").ok(http.StatusOK).object()
	require.Nil(t, next["next_cursor"])
	require.Equal(t, first, next["items"].([]any)[0].(map[string]any)["id"])
}

func TestAWebhookIsTested(t *testing.T) {
	w := newWorld(t)
	for url, want := range map[string]map[string]any{
		"https://shop.example/204": {"delivered": true, "status_code": 204.0},
		"https://shop.example/500": {"delivered": false, "status_code": 500.0},
		"https://shop.example/":    {"delivered": false, "error": "there was no answer in time"},
	} {
		id := w.hook(`{"url": "` + url + `"}`)
		got := w.do(olga, post, hooksPath+"/"+id+"/test", "").ok(http.StatusOK).object()
		require.Contains(t, got, "took_ms")
		delete(got, "took_ms")
		require.Equal(t, want, got)
		require.Contains(t, w.sender.sent[len(w.sender.sent)-1], `"type":"webhook.test"`)
	}
}

// delivered has olga's paid order told to her endpoint, once.
func (w *world) delivered(endpoint, id string) {
	w.t.Helper()
	ctx := context.Background()
	require.NoError(w.t, w.store.InsertRecord(ctx, booking.RecordDelivery, booking.Record{
		ID: id + "." + endpoint, Owner: endpoint, DueAt: time.Now(), EndsAt: evening,
		Data: []byte(`{"id": "` + id + `", "type": "order.paid", "status": "pending", "created_at": "` + startsAt + `", "body": {}}`),
	}))
	_, err := w.service.DeliverDue(ctx)
	require.NoError(w.t, err)
}

func TestTheLogOfDeliveries(t *testing.T) {
	w := newWorld(t)
	endpoint := w.hook(`{"url": "https://shop.example/500"}`)
	path := hooksPath + "/" + endpoint + "/deliveries"
	require.Empty(t, w.do(olga, get, path, "").ok(http.StatusOK).object()["items"])
	w.delivered(endpoint, "n1")
	w.do(olga, patch, hooksPath+"/"+endpoint, `{"url": "https://shop.example/204"}`).ok(http.StatusOK)
	w.delivered(endpoint, "n2")

	a := w.do(operator, get, path+"?limit=1", "").ok(http.StatusOK).object()
	require.Equal(t, "n2", a["next_cursor"])
	d := a["items"].([]any)[0].(map[string]any)
	attempt := d["attempts"].([]any)[0].(map[string]any)
	require.Contains(t, attempt, "took_ms")
	require.Regexp(t, `Z$`, attempt["at"])
	require.EqualValues(t, 204, attempt["status_code"])
	require.NotContains(t, attempt, "error")
	delete(d, "attempts")
	require.Equal(t, map[string]any{"id": "n2", "type": "order.paid", "created_at": startsAt, "status": "delivered"}, d)

	d = w.do(olga, get, path+"?limit=1&cursor=n2", "").ok(http.StatusOK).object()["items"].([]any)[0].(map[string]any)
	require.Equal(t, "n1", d["id"])
	require.Equal(t, "pending", d["status"])
	require.Regexp(t, `Z$`, d["next_attempt_at"])

	retried := w.do(olga, post, path+"/n1/retry", "").ok(http.StatusAccepted).object()
	require.Equal(t, "pending", retried["status"])
	_, err := w.service.DeliverDue(context.Background())
	require.NoError(t, err)
	items := w.do(olga, get, path, "").ok(http.StatusOK).object()["items"].([]any)
	require.Equal(t, "delivered", items[1].(map[string]any)["status"])
	require.Len(t, items[1].(map[string]any)["attempts"], 2)
}

func TestBadWebhookEndpoints(t *testing.T) {
	w := newWorld(t)
	id := w.hook(`{"url": "https://shop.example/204"}`)
	off := w.hook(`{"url": "https://shop.example/204"}`)
	w.do(olga, patch, hooksPath+"/"+off, `{"status": "disabled"}`).ok(http.StatusOK)
	w.delivered(off, "n1")
	path := hooksPath + "/" + id
	before := w.do(olga, get, path, "").object()
	bad := func(name, method, path, body string, status int, code booking.Code, detail string) refusal {
		return refusal{name, olga, method, path, body, nil, status, code, detail}
	}
	refusals := []refusal{
		bad("no body", post, hooksPath, "", 400, codeInvalidBody, "not JSON"),
		bad("unknown field", post, hooksPath, `{"url": "https://a.example", "secret": "x"}`, 400, codeInvalidBody, "secret"),
		bad("text for types", post, hooksPath, `{"url": "https://a.example", "types": "order.paid"}`, 400, codeInvalidBody, "types: must be an array"),
		bad("no url", post, hooksPath, `{}`, 422, booking.CodeInvalidValue, "url: give"),
		bad("a bad url", post, hooksPath, `{"url": "http://a.example"}`, 422, booking.CodeInvalidValue, "https"),
		bad("an unknown type", post, hooksPath, `{"url": "https://a.example", "types": ["x"]}`, 422, booking.CodeInvalidValue, "order.paid"),
		bad("no types", post, hooksPath, `{"url": "https://a.example", "types": []}`, 422, booking.CodeInvalidValue, "types"),
		bad("change: no url", patch, path, `{"url": null}`, 400, codeInvalidBody, "url"),
		bad("change: a bad url", patch, path, `{"url": "https:/"}`, 422, booking.CodeInvalidValue, "url"),
		bad("change: a bad status", patch, path, `{"status": "off"}`, 422, booking.CodeInvalidValue, "enabled"),
		bad("change: no status", patch, path, `{"status": null}`, 422, booking.CodeInvalidValue, "enabled"),
		bad("change: text for a switch", patch, path, `{"rotate_secret": "yes"}`, 400, codeInvalidBody, "rotate_secret: must be true or false"),
		bad("change: the id", patch, path, `{"id": "x"}`, 400, codeInvalidBody, "id"),
		bad("list: another's", get, hooksPath+"?organizer=oscar", "", 404, booking.CodeNotFound, ""),
		bad("list: an organizer too long", get, hooksPath+"?organizer="+strings.Repeat("o", 256), "", 422, booking.CodeInvalidValue, "organizer"),
		bad("list: no organizer", get, hooksPath+"?organizer=", "", 422, booking.CodeInvalidValue, "organizer"),
		bad("list: a bad limit", get, hooksPath+"?limit=0", "", 422, booking.CodeInvalidValue, "limit"),
		bad("test: a body", post, path+"/test", `{"url": "https://a.example"}`, 400, codeInvalidBody, "url"),
		bad("retry: unknown", post, path+"/deliveries/none/retry", "", 404, booking.CodeNotFound, "30 days"),
		bad("retry: of another endpoint", post, path+"/deliveries/n1/retry", "", 404, booking.CodeNotFound, "30 days"),
		bad("retry: disabled", post, hooksPath+"/"+off+"/deliveries/n1/retry", "", 422, booking.CodeInvalidValue, "enable it"),
		bad("retry: a body", post, path+"/deliveries/n1/retry", `{"x": 1}`, 400, codeInvalidBody, "x"),
	}
	for _, c := range []struct{ method, path, body string }{
		{get, "", ""},
		{patch, "", `{"status": "disabled"}`},
		{del, "", ""},
		{post, "/test", ""},
		{get, "/deliveries", ""},
		{post, "/deliveries/n1/retry", ""},
	} {
		refusals = append(refusals,
			refusal{c.method + c.path + " of someone else", oscar, c.method, path + c.path, c.body, nil, 404, booking.CodeNotFound, ""},
			refusal{c.method + c.path + " of none", olga, c.method, hooksPath + "/none" + c.path, c.body, nil, 404, booking.CodeNotFound, ""})
	}
	w.refuses(refusals)
	require.Equal(t, before, w.do(olga, get, path, "").object())
	require.Len(t, w.do(olga, get, hooksPath, "").object()["items"], 2)
	require.Empty(t, w.sender.sent)
}
