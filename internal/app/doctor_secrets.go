package app

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"seathold/internal/config"
	"seathold/internal/doctor"
)

const makeSecret = "give it one of its own: openssl rand -hex 32"

// usedSecret is a secret and what it is for.
type usedSecret struct{ variable, value string }

// allSecrets are those that are set and that somebody here chose; Stripe's are
// Stripe's.
func (e examined) allSecrets() []usedSecret {
	c := e.config
	all := []usedSecret{
		{"SEATHOLD_JWT_SECRET", c.JWTSecret.Reveal()},
		{"SEATHOLD_DEMO_PASSWORD", c.DemoPassword.Reveal()},
		{"the password of SEATHOLD_REDIS_URL", c.Redis.Password.Reveal()},
		{"the password of SEATHOLD_MONGODB_URI", passwordOf(c.MongoDB.URI.Reveal())},
	}
	for _, list := range []struct {
		variable string
		secrets  []config.Secret
	}{
		{"SEATHOLD_SANDBOX_WEBHOOK_SECRET", c.SandboxWebhookSecrets},
		{"SEATHOLD_STANDARD_WEBHOOK_SECRET", c.StandardWebhookSecrets},
	} {
		for _, secret := range list.secrets {
			all = append(all, usedSecret{list.variable, secret.Reveal()})
		}
	}
	return slices.DeleteFunc(all, func(s usedSecret) bool { return s.value == "" })
}

// passwordOf is the password in a URI, "" where there is none.
func passwordOf(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	authority, _, _ := strings.Cut(rest, "/")
	at := strings.LastIndex(authority, "@")
	if at < 0 {
		return ""
	}
	_, password, _ := strings.Cut(authority[:at], ":")
	plain, err := url.PathUnescape(password)
	if err != nil {
		return password
	}
	return plain
}

func (e examined) secrets() []doctor.Finding {
	const check = "secrets"
	var found []doctor.Finding
	all := e.allSecrets()
	for i, s := range all {
		switch {
		case isPlaceholder(s.value):
			found = append(found, doctor.Wrong(check, makeSecret, "%s is a placeholder, or what everybody tries first", s.variable))
		case len(s.value) < shortestPassword:
			found = append(found, doctor.Advise(check, makeSecret, "%s has fewer than %d characters", s.variable, shortestPassword))
		}
		same := slices.IndexFunc(all[:i], func(other usedSecret) bool { return other.value == s.value })
		if same >= 0 && all[same].variable != s.variable {
			found = append(found, doctor.Wrong(check, makeSecret,
				"%s is the same as %s: whoever has one has both", s.variable, all[same].variable))
		}
	}
	for _, file := range e.config.SecretFiles() {
		if isOpenToAll(file.Path) {
			found = append(found, doctor.Advise(check, "chmod o-rwx "+file.Path+", unless it is in a container that has one user",
				"%s: everybody on this machine can read %s", file.Variable, file.Path))
		}
	}
	if len(all) == 0 {
		saw := "none is set that people choose"
		if e.config.Embedded() {
			saw += ": what is needed of them was made at the first start, in the data folder"
		}
		return otherwise(found, doctor.Fine(check, "%s", saw))
	}
	return otherwise(found, doctor.Fine(check, "%s of one's own, none of them shared, short or a placeholder", plural(len(all), "secret")))
}

const shortestPassword = 12

// isPlaceholder knows what stands in examples and what is tried first.
func isPlaceholder(secret string) bool {
	plain := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(secret))
	if slices.Contains([]string{"secret", "password", "seathold", "redis", "mongo", "mongodb", "admin", "root", "test", "default"}, plain) {
		return true
	}
	for _, part := range []string{"changeme", "replaceme", "yoursecret", "yourpassword", "password123", "12345678"} {
		if strings.Contains(plain, part) {
			return true
		}
	}
	return false
}

// isOpenToAll reports whether anybody may read the file: it and each folder above
// lets everybody through.
func isOpenToAll(path string) bool {
	path, err := filepath.Abs(path)
	if err != nil || !has(path, 0o004) {
		return false
	}
	for folder := filepath.Dir(path); ; folder = filepath.Dir(folder) {
		if !has(folder, 0o001) {
			return false
		}
		if folder == filepath.Dir(folder) {
			return true
		}
	}
}

// has reports whether the file's mode has all of these bits.
func has(path string, bits fs.FileMode) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&bits == bits
}
