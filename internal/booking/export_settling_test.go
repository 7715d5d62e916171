package booking

// Backoff is how long is waited after so many failures.
var Backoff = backoff

const (
	BackoffFirst   = backoffFirst
	BackoffLongest = backoffLongest
)
