package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"seathold/internal/config"
	"seathold/internal/payment/standardwebhook"
)

// secrets are what the configuration gives or, with the embedded store, what
// was made at the first start and is kept in the data folder.
type secrets struct {
	jwt     string
	webhook []string
	demo    string // the demo accounts' password; "" where there is none to know
}

func openSecrets(c config.Config) (secrets, error) {
	s := secrets{jwt: c.JWTSecret.Reveal(), demo: c.DemoPassword.Reveal()}
	for _, secret := range c.SandboxWebhookSecrets {
		s.webhook = append(s.webhook, secret.Reveal())
	}
	if !c.Embedded() {
		return s, nil
	}
	var err error
	if s.jwt == "" && !c.JWTKey.IsSet() {
		if s.jwt, err = keptSecret(c.DataDir, "jwt-secret", rand.Text()+rand.Text()); err != nil {
			return s, err
		}
	}
	if len(s.webhook) == 0 && c.PaymentProvider == config.ProviderSandbox {
		kept, err := keptSecret(c.DataDir, "sandbox-webhook-secret", standardwebhook.NewSecret())
		if err != nil {
			return s, err
		}
		s.webhook = []string{kept}
	}
	if s.demo == "" && c.Demo {
		s.demo, err = keptSecret(c.DataDir, "demo-password", strings.ToLower(rand.Text()[:12]))
	}
	return s, err
}

// keptSecret returns the secret of this name in the data folder, made now
// where there is none. Only the owner may read it.
func keptSecret(dataDir, name, fresh string) (string, error) {
	path := filepath.Join(dataDir, name)
	text, err := os.ReadFile(path)
	if err == nil {
		if kept := strings.TrimSpace(string(text)); kept != "" {
			return kept, nil
		}
		return "", fmt.Errorf("%s is empty; remove it to have a new secret made", path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read a kept secret: %w", err)
	}
	if err := writeWhole(path, fresh+"\n"); err != nil {
		return "", fmt.Errorf("keep a new secret: %w", err)
	}
	return fresh, nil
}

// writeWhole writes a file so that a crash leaves all of it or nothing.
func writeWhole(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
