// Package httpapi is the HTTP API: it reads requests, calls booking.Service and
// the accounts, and writes answers. It decides nothing about seats or money.
//
// All calls stand in one table, routes.go. A handler returns an error instead
// of answering it; problem.go turns every error into a problem document
// (RFC 9457) by one table, and an error that is not in it shows nothing of its
// cause. openapi.yaml describes every call; requests are checked against it
// (contract.go) after strict decoding (body.go), the pages are made from it
// (docs.go), and tests hold every answer against it.
//
// The middleware stands outside the router, so that also what no route answers
// gets a request id, a log line and the same headers.
package httpapi
