package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"seathold/internal/booking"
)

// What a body may have, in bytes.
const (
	smallBody int64 = 64 << 10
	planBody  int64 = 16 << 20 // an event with its plan
)

// Short names for the methods of the table.
const (
	get   = http.MethodGet
	post  = http.MethodPost
	patch = http.MethodPatch
	del   = http.MethodDelete
)

// route is one pattern with the calls that it answers.
type route struct {
	pattern string
	methods methods
}

type methods map[string]endpoint

// handler answers a call, or returns the error to answer.
type handler func(w http.ResponseWriter, r *request) error

// access says who may make a call.
type access int

const (
	accessPublic access = iota
	accessSignedIn
	accessOrganizers // and operators; whose event it is, the service judges
	accessOperators
)

// endpoint is one call.
type endpoint struct {
	handle  handler
	access  access
	maxBody int64
	streams bool         // answers as long as it takes
	long    bool         // may take a minute
	address booking.Rate // for calls from one address; zero: no limit
}

func public(h handler) endpoint {
	return endpoint{handle: h, access: accessPublic, maxBody: smallBody}
}

func signedIn(h handler) endpoint {
	return endpoint{handle: h, access: accessSignedIn, maxBody: smallBody}
}

func organizers(h handler) endpoint {
	return endpoint{handle: h, access: accessOrganizers, maxBody: smallBody}
}

func operators(h handler) endpoint {
	return endpoint{handle: h, access: accessOperators, maxBody: smallBody}
}

func (e endpoint) taking(maxBody int64) endpoint { e.maxBody = maxBody; return e }

func (e endpoint) streaming() endpoint { e.streams = true; return e }

func (e endpoint) slow() endpoint { e.long = true; return e }

func (e endpoint) perAddress(r booking.Rate) endpoint { e.address = r; return e }

// admits refuses a role that never may make the call, before anything of the
// request is read.
func (e endpoint) admits(by booking.Actor) error {
	if e.access == accessOrganizers && by.Role == booking.RoleCustomer {
		return booking.Errorf(booking.CodeForbidden, "this call takes the role organizer; yours is customer")
	}
	if e.access == accessOperators && by.Role != booking.RoleOperator {
		return booking.Errorf(booking.CodeForbidden, "this call takes the role operator; yours is %s", by.Role)
	}
	return nil
}

// endpoint returns the call for a method; HEAD is answered wherever GET is.
func (rt route) endpoint(method string) (endpoint, bool) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	e, ok := rt.methods[method]
	return e, ok
}

// allow lists the methods for the Allow header.
func (rt route) allow() string {
	list := []string{http.MethodOptions}
	for m := range rt.methods {
		list = append(list, m)
		if m == http.MethodGet {
			list = append(list, http.MethodHead)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
