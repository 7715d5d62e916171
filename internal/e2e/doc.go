// Package e2e holds tests only: they build the real binary, start it as a
// process of its own and walk it over HTTP, as customers, organizers and
// payment providers do.
//
// Most run in two worlds: "embedded", where nothing is configured, and "real",
// on a Redis server and a server that speaks MongoDB's protocol. What a test
// measures it logs as a line "figure: …" (go test -v); only what is promised
// to customers gates a test, with ten times the slack.
package e2e
