package httpapi

import "seathold/internal/booking"

// advice is what the page about a code says to whoever meets it.
type advice struct {
	happened string // what happened
	todo     string // what to do now
}

// advices has every code, as meanings has. They are for people who write
// clients, and for customers whom one of those sent here.
var advices = map[booking.Code]advice{
	codeInvalidBody: {
		"The body of the request could not be understood: it is not JSON, breaks off, has something behind its end, " +
			"names a field twice, has a field that this call does not know, has a value of the wrong type, or is nested too deep.",
		"Look at detail: it names the place. Compare the body with the call's description at /docs. Sending the same again does not help.",
	},
	codeBodyTooLarge: {
		"The body is larger than this call takes: 64 KiB, or 16 MiB for an event with its plan.",
		"Send less. A seating plan of this size usually carries pictures or data of another program: export it without them.",
	},
	codeMethodNotAllowed: {
		"The path exists, but does not take this method.",
		"Use one of the methods in the header Allow. A client that follows a redirect may have turned a POST into a GET.",
	},
	codeInternal: {
		"The service made a mistake. Nothing about it is shown, because it could show more than it should.",
		"Try again once. If it happens again, tell whoever runs the service, with the header X-Request-Id of the answer: it finds the cause in the log.",
	},

	booking.CodeNotFound: {
		"There is nothing at this address, or nothing of yours: what belongs to someone else is answered in the same way. " +
			"A hold that ended is forgotten after an hour.",
		"Check the address and the id, and that the token is that of the account which made it.",
	},
	booking.CodeForbidden: {
		"The account is known, but its role may not make this call.",
		"Log in with an account that may: organizers run events, operators see the whole service. Whoever runs the service can give an account another role.",
	},
	booking.CodeUnavailable: {
		"Something that the service depends on (its stores, the payment provider, or room to check a password) does not answer at the moment.",
		"Try the same again after the seconds in Retry-After. That is safe, with an Idempotency-Key also where the first call had its effect.",
	},
	booking.CodeEventLoading: {
		"The seats of this event are being read from the orders, after a restart or a fault. It takes a second or two; what was sold stays sold.",
		"Try the same again after the seconds in Retry-After.",
	},
	booking.CodeInvalidValue: {
		"A value of the body or the query is against a rule, or the query has a name that this call does not know.",
		"Look at detail: it names the value and what it should be.",
	},
	booking.CodeInvalidIdempotencyKey: {
		"The header Idempotency-Key is empty, longer than 255 characters, given twice, or has a control character in it.",
		"Send one key of 1 to 255 characters, such as a random UUID, or leave the header out.",
	},
	booking.CodeIdempotencyKeyReused: {
		"The same Idempotency-Key came with another body before. To answer with what that body made would be wrong, so nothing was done.",
		"Use a new key for each thing that the customer wants, and the old one only to repeat the very same call.",
	},

	booking.CodeEmailTaken: {
		"There is an account with this e-mail address already. Upper and lower case make no difference.",
		"Log in with it, or register another address.",
	},
	booking.CodeInvalidEmail: {
		"This does not look like an e-mail address, or it is longer than 254 bytes.",
		"Give the bare address, like ada@example.com, without a name or brackets around it.",
	},
	booking.CodeWeakPassword: {
		"The password has fewer than 10 characters, or more than 72 bytes, which is the most that can be kept safely.",
		"Choose one in between. Several words are easier to remember than signs, and harder to guess.",
	},
	booking.CodeInvalidCredentials: {
		"The e-mail address and the password do not belong together. Which of the two is wrong is not told, so that nobody can find out who has an account.",
		"Check both, and the keyboard's capitals, then try again.",
	},
	booking.CodeUnauthenticated: {
		"The call needs an access token, and the request has none, or one that has ended or is not valid.",
		"Get a new one: by the refresh token at POST /v1/auth/refresh, or by POST /v1/auth/login. Send it as Authorization: Bearer and the token.",
	},
	booking.CodeInvalidRefreshToken: {
		"The refresh token was spent before, has ended, or was revoked by a logout or a new password. " +
			"One that is spent twice is taken for stolen, and then everything that came from the same login ends.",
		"Log in again. If it happens often, see that only one part of the client refreshes, and keeps the new token before it uses it.",
	},

	booking.CodeRateLimited: {
		"More calls came in a short time than the service takes from one account or one address.",
		"Wait for the seconds in Retry-After, then go on more slowly. The header RateLimit of each answer says how much is left.",
	},
	booking.CodeCoolDown: {
		"This customer kept seats of the event from others: several holds ended unpaid, the same seats were held again and again for as long " +
			"as one may, or very many different seats were tried. detail says which.",
		"Wait for the seconds in Retry-After. Where the field seats names some, only those are meant: others can be held at once. " +
			"Holds and orders that are there already go on, and can be paid.",
	},

	booking.CodeInvalidPlan: {
		"The seating plan, or the prices for its categories, are not whole: a seat without a name or with one that is used twice, " +
			"a category that does not exist or has no price, and the like.",
		"Look at detail: it names the place in the plan. The command seathold plan check tries a plan without making an event.",
	},

	booking.CodeNoSeats: {
		"No seat was named.",
		"Name at least one in seats.",
	},
	booking.CodeTooManySeats: {
		"More seats were named than one call may take.",
		"Look at detail for the limit, and take fewer at a time.",
	},
	booking.CodeUnknownSeat: {
		"The event's plan has no seat of this name. Names are those of seat_guid in the plan, letter by letter.",
		"The field seats lists the names that are not known. Read the plan of the event again: it may be another event's.",
	},
	booking.CodeDuplicateSeat: {
		"A seat was named more than once. The field seats says which.",
		"Name each seat once.",
	},
	booking.CodeSeatsTaken: {
		"At least one of the seats is held by someone else, sold, or kept from sale. Because seats are taken all or none, none was taken.",
		"The field seats lists all that are taken. Show the customer the seats as they are now, and let them choose others.",
	},
	booking.CodeCustomerLimit: {
		"With these seats the customer would have more of this event than one customer may. Seats that they hold or have bought count.",
		"Take fewer, or release a hold that is no longer wanted.",
	},
	booking.CodeNotOnSale: {
		"The sale of this event has not begun, or is over.",
		"The event says when: on_sale_at and off_sale_at, by the clock of the service.",
	},
	booking.CodeHoldExpired: {
		"The time of the hold ran out before it was paid. Its seats are free, and may be someone else's by now.",
		"Hold the seats again, with a new Idempotency-Key. Money that arrives all the same buys them if they are still free, and goes back if not.",
	},
	booking.CodeHoldReleased: {
		"The hold was given back, by its customer or because its order was cancelled. Its seats are free.",
		"Hold the seats again, with a new Idempotency-Key.",
	},
	booking.CodeHoldSold: {
		"The seats of this hold are bought, so it can neither be released nor extended.",
		"Look at the customer's orders. The organizer of the event can cancel the order and give the money back.",
	},
	booking.CodeExtensionLimit: {
		"The hold has been extended as far as it may, or an order of it waits for its payment: then the payment's deadline applies.",
		"Order now, or let the hold go.",
	},
	booking.CodeOrderPending: {
		"An order of this hold waits for its payment, so a part of it cannot be released.",
		"Cancel the order, or release the whole hold, which cancels the order too. Then hold the seats that are still wanted.",
	},

	booking.CodeOrderExpired: {
		"The order was not paid in time. Its seats are free already, so there is nothing left to cancel.",
		"Nothing. Hold and order again if the seats are still wanted.",
	},
	booking.CodeAlreadyPaid: {
		"The order is paid. Only the organizer of the event can end it now, and then the money goes back.",
		"Ask the organizer of the event.",
	},

	booking.CodeInvalidSignature: {
		"The webhook is not signed, or not with a secret that this service knows.",
		"For whoever set up the payment provider: compare the signing secret on both sides, and see that nothing in between changes the body.",
	},
	booking.CodeStaleTimestamp: {
		"The webhook says that it was sent more than 5 minutes ago, or in the future. It could be an old one that someone sends again.",
		"For whoever set up the payment provider: set the clocks of both sides. A provider that repeats a webhook must sign it anew.",
	},
}
