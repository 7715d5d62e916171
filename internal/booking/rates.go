package booking

import "time"

// The rates of the API, all of them. A customer's are per account; an address's
// are generous, for a whole office, or a mobile carrier's network, may stand
// behind one when a sale opens.
var (
	// A person presses a few buttons; a page that holds seat by seat sends
	// bursts. Five changes a second are beyond anybody's fingers.
	CustomerWrites = Rate{Name: "customer", Burst: 60, Every: 200 * time.Millisecond}
	// Pages poll: several tabs, each every second, stay far below it.
	CustomerReads = Rate{Name: "customer_reads", Burst: 300, Every: 50 * time.Millisecond}

	// Holds and orders: fifty a second from one address is a thousand people
	// behind it, each of whom takes seats every twenty seconds.
	AddressHolds = Rate{Name: "address_holds", Burst: 600, Every: 20 * time.Millisecond}
	// Accounts are what multiplies the limits of one customer, so new ones are
	// the scarcest: an office's rush at once, then twenty a minute.
	AddressRegistrations = Rate{Name: "address_registrations", Burst: 60, Every: 3 * time.Second}
	// Logins of any outcome; the queue for hashing is shorter than this.
	AddressLogins = Rate{Name: "address_logins", Burst: 300, Every: 100 * time.Millisecond}
	// Refresh and logout: each page does so by itself, four times an hour.
	AddressSessions = Rate{Name: "address_sessions", Burst: 600, Every: 50 * time.Millisecond}
	// Changes of a password: they hash twice, and nobody does it often.
	AddressPasswords = Rate{Name: "address_passwords", Burst: 30, Every: 2 * time.Second}

	// Operators' calls that read whole events: who goes through all events of a
	// service by a script has two a second.
	AddressWholeEvents = Rate{Name: "address_whole_events", Burst: 120, Every: 500 * time.Millisecond}

	// Failed logins from one address, whoever's: somebody tries one password on
	// many accounts. An office's typing errors stay below it.
	LoginFailures = Rate{Name: "login_failures", Burst: 60, Every: 10 * time.Second}
	// Failed logins to one account from one address: somebody guesses.
	AccountFailuresHere = Rate{Name: "account_failures_here", Burst: 5, Every: time.Minute}
	// Failed logins to one account from everywhere but its known places: 7,200
	// guesses a day, however many addresses take part, at passwords of ten
	// characters and more.
	AccountFailures = Rate{Name: "account_failures", Burst: 50, Every: 12 * time.Second}
	// A successful login makes an address a known place of the account for
	// thirty days: not a limit, but a note that forgets itself, used up at once.
	KnownPlace = Rate{Name: "known_place", Burst: 1, Every: 30 * 24 * time.Hour}
	// Wrong old passwords of a signed-in account: whoever found an open page.
	PasswordFailures = Rate{Name: "password_failures", Burst: 5, Every: time.Minute}
)
