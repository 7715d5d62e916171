package httpapi

import "net/http"

// door is a call, and what it promises each kind of visitor. The statuses are
// those of stranger, alice, bob, oscar, olga and the operator, in that order: of
// what stands behind the doors alice's are the hold, the order and the session,
// and olga's the event, the block, the webhook endpoint and its delivery. A
// stranger is whoever has no token that holds, in whatever way it does not.
type door struct {
	method, pattern string
	body            string // {event}, {hold} and so on as in a path
	answers         [6]int
}

// What the answers of many doors have in common.
var (
	everyone      = func(status int) [6]int { return [6]int{status, status, status, status, status, status} }
	everyAccount  = func(status int) [6]int { return [6]int{401, status, status, status, status, status} }
	everyOrgan    = func(status int) [6]int { return [6]int{401, 403, 403, status, status, status} }
	itsOrganizer  = func(status int) [6]int { return [6]int{401, 403, 403, 404, status, status} }
	itsCustomer   = func(status int) [6]int { return [6]int{401, status, 404, 404, 404, 404} }
	orItsCustomer = func(status int) [6]int { return [6]int{401, status, 404, 404, status, status} }
	operatorsOnly = func(status int) [6]int { return [6]int{401, 403, 403, 403, 403, status} }
)

// doors is every call. Where a route is missing here a test fails.
var doors = []door{
	{get, "/v1/events/{event}/seats", "", everyone(http.StatusOK)},
	{get, "/v1/events/{event}/holds", "", everyAccount(http.StatusOK)},
	{post, "/v1/events/{event}/holds", `{"seats": ["A4"]}`, everyAccount(http.StatusCreated)},
	{get, "/v1/events/{event}/holds/{hold}", "", itsCustomer(http.StatusOK)},
	{del, "/v1/events/{event}/holds/{hold}", "", itsCustomer(http.StatusNoContent)},
	{post, "/v1/events/{event}/holds/{hold}/extend", "", itsCustomer(http.StatusOK)},

	{get, "/v1/orders", "", everyAccount(http.StatusOK)},
	{post, "/v1/orders", `{"event_id": "{event}", "seats": ["A4"]}`, everyAccount(http.StatusCreated)},
	{post, "/v1/orders", `{"event_id": "{event}", "hold_id": "{hold}"}`, itsCustomer(http.StatusCreated)},
	{get, "/v1/orders/{order}", "", orItsCustomer(http.StatusOK)},
	{post, "/v1/orders/{order}/cancel", "", orItsCustomer(http.StatusOK)},
	// Its caller shows a signature, which none of these has.
	{post, "/v1/webhooks/{provider}", `{"type": "succeeded"}`, everyone(http.StatusBadRequest)},

	{post, "/v1/auth/register", `{"email": "new@example.com", "password": "a new password", "name": "N"}`, everyone(http.StatusCreated)},
	{post, "/v1/auth/login", `{"email": "alice@example.com", "password": "` + doorPassword + `"}`, everyone(http.StatusOK)},
	{post, "/v1/auth/refresh", `{"refresh_token": "{session}"}`, everyone(http.StatusOK)},
	{post, "/v1/auth/logout", `{"refresh_token": "{session}"}`, everyone(http.StatusNoContent)},
	{get, "/v1/me", "", everyAccount(http.StatusOK)},
	{get, "/v1/me/events", "", everyOrgan(http.StatusOK)},
	{post, "/v1/me/password", `{"old_password": "` + doorPassword + `", "new_password": "a new password"}`, everyAccount(http.StatusNoContent)},
	{get, "/.well-known/jwks.json", "", everyone(http.StatusOK)},

	{get, "/v1/events", "", everyone(http.StatusOK)},
	{post, "/v1/events", eventBody(""), everyOrgan(http.StatusCreated)},
	{get, "/v1/events/{event}", "", everyone(http.StatusOK)},
	{patch, "/v1/events/{event}", `{"name": "Changed"}`, itsOrganizer(http.StatusOK)},
	{get, "/v1/events/{event}/plan", "", everyone(http.StatusOK)},
	{get, "/v1/events/{event}/seats/{seat}", "", everyone(http.StatusOK)},
	{get, "/v1/events/{event}/stream", "", everyone(http.StatusOK)},
	{get, "/v1/events/{event}/blocks", "", itsOrganizer(http.StatusOK)},
	{post, "/v1/events/{event}/blocks", `{"seats": ["A4"], "reason": "press"}`, itsOrganizer(http.StatusCreated)},
	{del, "/v1/events/{event}/blocks/{block}", "", itsOrganizer(http.StatusNoContent)},
	{get, "/v1/events/{event}/orders", "", itsOrganizer(http.StatusOK)},
	{get, "/v1/events/{event}/orders.csv", "", itsOrganizer(http.StatusOK)},

	{get, "/v1/webhook-endpoints", "", everyOrgan(http.StatusOK)},
	{post, "/v1/webhook-endpoints", `{"url": "https://shop.example/204"}`, everyOrgan(http.StatusCreated)},
	{get, "/v1/webhook-endpoints/{endpoint}", "", itsOrganizer(http.StatusOK)},
	{patch, "/v1/webhook-endpoints/{endpoint}", `{"rotate_secret": true}`, itsOrganizer(http.StatusOK)},
	{del, "/v1/webhook-endpoints/{endpoint}", "", itsOrganizer(http.StatusNoContent)},
	{post, "/v1/webhook-endpoints/{endpoint}/test", "", itsOrganizer(http.StatusOK)},
	{get, "/v1/webhook-endpoints/{endpoint}/deliveries", "", itsOrganizer(http.StatusOK)},
	{post, "/v1/webhook-endpoints/{endpoint}/deliveries/{delivery}/retry", "", itsOrganizer(http.StatusAccepted)},

	{get, "/v1/ops/refunds", "", operatorsOnly(http.StatusOK)},

	{get, "/livez", "", everyone(http.StatusOK)},
	{get, "/readyz", "", everyone(http.StatusOK)},
	{get, "/openapi.yaml", "", everyone(http.StatusOK)},
	{get, "/docs", "", everyone(http.StatusOK)},
	{get, "/docs/style.css", "", everyone(http.StatusOK)},
	{get, "/problems", "", everyone(http.StatusOK)},
	{get, "/problems/{code}", "", everyone(http.StatusOK)},
}
