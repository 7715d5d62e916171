package httpapi

import "seathold/internal/booking"

// routes is every call of the API: its pattern, who may call it, how large a
// body it takes where that is not smallBody, and how many may come from one
// address. How many may come of one customer goes without saying: see limit.
func (a *API) routes() []route {
	return []route{
		{"/v1/events/{event}/seats", methods{get: public(a.getSeats)}},
		{"/v1/events/{event}/holds", methods{get: signedIn(a.listHolds), post: signedIn(a.createHold).perAddress(booking.AddressHolds)}},
		{"/v1/events/{event}/holds/{hold}", methods{get: signedIn(a.getHold), del: signedIn(a.releaseHold)}},
		{"/v1/events/{event}/holds/{hold}/extend", methods{post: signedIn(a.extendHold)}},

		{"/v1/orders", methods{get: signedIn(a.listOrders), post: signedIn(a.createOrder).perAddress(booking.AddressHolds)}},
		{"/v1/orders/{order}", methods{get: signedIn(a.getOrder)}},
		{"/v1/orders/{order}/cancel", methods{post: signedIn(a.cancelOrder)}},
		{"/v1/webhooks/{provider}", methods{post: public(a.webhook)}},

		{"/v1/auth/register", methods{post: public(a.register).perAddress(booking.AddressRegistrations)}},
		{"/v1/auth/login", methods{post: public(a.login).perAddress(booking.AddressLogins)}},
		{"/v1/auth/refresh", methods{post: public(a.refresh).perAddress(booking.AddressSessions)}},
		{"/v1/auth/logout", methods{post: public(a.logout).perAddress(booking.AddressSessions)}},
		{"/v1/me", methods{get: signedIn(a.me)}},
		{"/v1/me/events", methods{get: organizers(a.listMyEvents)}},
		{"/v1/me/password", methods{post: signedIn(a.changePassword).perAddress(booking.AddressPasswords)}},
		{"/.well-known/jwks.json", methods{get: public(a.getKeys)}},

		{"/v1/events", methods{get: public(a.listEvents), post: organizers(a.createEvent).taking(planBody)}},
		{"/v1/events/{event}", methods{get: public(a.getEvent), patch: organizers(a.changeEvent)}},
		{"/v1/events/{event}/plan", methods{get: public(a.getPlan)}},
		{"/v1/events/{event}/seats/{seat}", methods{get: public(a.getSeat)}},
		{"/v1/events/{event}/stream", methods{get: public(a.streamSeats).streaming()}},
		{"/v1/events/{event}/blocks", methods{get: organizers(a.listBlocks), post: organizers(a.createBlock)}},
		{"/v1/events/{event}/blocks/{block}", methods{del: organizers(a.endBlock)}},
		{"/v1/events/{event}/orders", methods{get: organizers(a.listEventOrders)}},
		{"/v1/events/{event}/orders.csv", methods{get: organizers(a.exportEventOrders).streaming()}},

		{"/v1/webhook-endpoints", methods{get: organizers(a.listEndpoints), post: organizers(a.createEndpoint)}},
		{"/v1/webhook-endpoints/{endpoint}", methods{
			get: organizers(a.getEndpoint), patch: organizers(a.changeEndpoint), del: organizers(a.deleteEndpoint),
		}},
		{"/v1/webhook-endpoints/{endpoint}/test", methods{post: organizers(a.testEndpoint)}},
		{"/v1/webhook-endpoints/{endpoint}/deliveries", methods{get: organizers(a.listDeliveries)}},
		{"/v1/webhook-endpoints/{endpoint}/deliveries/{delivery}/retry", methods{post: organizers(a.retryDelivery)}},

		{"/v1/ops/refunds", methods{get: operators(a.listRefunds)}},

		{"/livez", methods{get: public(a.livez)}},
		{"/readyz", methods{get: public(a.readyz)}},

		{"/openapi.yaml", methods{get: public(a.getOpenAPI)}},
		{"/docs", methods{get: public(a.getDocs)}},
		{"/docs/style.css", methods{get: public(a.getStyle)}},
		{"/problems", methods{get: public(a.listProblems)}},
		{"/problems/{code}", methods{get: public(a.getProblem)}},
	}
}
