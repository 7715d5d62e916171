// Package app is the wiring: the only package that knows every adapter. Open
// joins stores and service, which is all that a command needs; New adds the
// listeners and the workers.
package app
