package config

// Secret is a text that is not to be shown. However it is printed, logged or
// marshalled, it gives only whether it is set.
type Secret string

// Reveal returns the secret itself, for the code that uses it.
func (s Secret) Reveal() string { return string(s) }

// String returns "(set)" or "(not set)".
func (s Secret) String() string {
	if s == "" {
		return "(not set)"
	}
	return "(set)"
}

// GoString is String, for %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText is String, for JSON and for slog.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
