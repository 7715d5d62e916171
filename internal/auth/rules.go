package auth

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"seathold/internal/booking"
)

const (
	minPasswordChars = 10
	maxEmailBytes    = 254 // what SMTP can carry in a path (RFC 5321)
	maxNameChars     = 200
)

// cleanEmail trims an address and writes it in lower case, the form in which
// accounts are stored and found. CodeInvalidEmail.
func cleanEmail(text string) (string, error) {
	email := strings.ToLower(strings.TrimSpace(text))
	if len(email) > maxEmailBytes {
		return "", booking.Errorf(booking.CodeInvalidEmail, "the e-mail address is longer than %d bytes", maxEmailBytes)
	}
	parsed, err := mail.ParseAddress(email)
	// A display name, a comment or quotes parse, but are not the bare address;
	// [192.0.2.1] is no domain.
	if err != nil || parsed.Address != email || strings.HasSuffix(email, "]") {
		return "", booking.Errorf(booking.CodeInvalidEmail, "the e-mail address must have the form name@domain")
	}
	return email, nil
}

// checkPassword counts characters below, where people count, and bytes above,
// where bcrypt does. CodeWeakPassword.
func checkPassword(password string) error {
	if utf8.RuneCountInString(password) < minPasswordChars {
		return booking.Errorf(booking.CodeWeakPassword, "the password must have at least %d characters", minPasswordChars)
	}
	if len(password) > maxPasswordBytes {
		return booking.Errorf(booking.CodeWeakPassword,
			"the password must have at most %d bytes; this one has %d", maxPasswordBytes, len(password))
	}
	return nil
}

// cleanName trims a person's name. CodeInvalidValue.
func cleanName(text string) (string, error) {
	name := strings.TrimSpace(text)
	if n := utf8.RuneCountInString(name); n < 1 || n > maxNameChars {
		return "", booking.Errorf(booking.CodeInvalidValue, "the name must have 1 to %d characters", maxNameChars)
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		return "", booking.Errorf(booking.CodeInvalidValue, "the name must not have control characters such as line breaks")
	}
	return name, nil
}
