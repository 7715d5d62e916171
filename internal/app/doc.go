// Package app is the wiring: the only package that knows every adapter. Open
// joins stores and service, which is all that a command needs; New adds the
// listeners and the workers. Diagnose looks at what all that stands on, and opens
// none of it.
package app
