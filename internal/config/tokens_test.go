package config

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// keyPEM returns an Ed25519 key of the tests in PEM, private and public.
func keyPEM(t *testing.T, seed byte) (key ed25519.PrivateKey, private, public string) {
	t.Helper()
	key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	return key, pkcs8(t, key), pkix(t, key.Public())
}

func pkcs8(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func pkix(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func TestTokenKeys(t *testing.T) {
	current, currentPEM, _ := keyPEM(t, 1)
	next, nextPEM, _ := keyPEM(t, 2)
	previous, _, previousPEM := keyPEM(t, 3)
	for name, environ := range map[string][]string{
		"direct": {
			"SEATHOLD_JWT_KEY=" + currentPEM, "SEATHOLD_JWT_KEY_NEXT=" + nextPEM, "SEATHOLD_JWT_KEY_PREVIOUS=" + previousPEM,
		},
		"from files": {
			"SEATHOLD_JWT_KEY_FILE=" + writeFile(t, "a", currentPEM), "SEATHOLD_JWT_KEY_NEXT_FILE=" + writeFile(t, "b", nextPEM),
			"SEATHOLD_JWT_KEY_PREVIOUS_FILE=" + writeFile(t, "c", strings.ReplaceAll(previousPEM, "\n", "\r\n")),
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := mustLoad(t, realServers(append(environ, "SEATHOLD_JWT_SECRET=")...)...)
			require.Equal(t, current, c.JWTKey.Key())
			require.Equal(t, next, c.JWTKeyNext.Key())
			require.Equal(t, previous.Public(), c.JWTKeyPrevious.Key())
			got := rows(c)
			require.Equal(t, "(set)", got["SEATHOLD_JWT_KEY"].Value)
			require.Equal(t, "(set)", got["SEATHOLD_JWT_KEY_PREVIOUS"].Value)
			require.Empty(t, got["SEATHOLD_JWT_SECRET"].Value, "none is made")
		})
	}
	c := mustLoad(t)
	require.Nil(t, c.JWTKey.Key())
	require.False(t, c.JWTKey.IsSet())
}

func TestTokenKeysThatAreNone(t *testing.T) {
	_, private, public := keyPEM(t, 1)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	const hidden = "its value (not shown) is not accepted; want "
	for name, c := range map[string]struct {
		variable, value, want string
	}{
		"public, to sign with":     {"SEATHOLD_JWT_KEY", public, hidden + wantPrivate},
		"no PEM":                   {"SEATHOLD_JWT_KEY", jwtSecret, hidden + wantEd25519},
		"two keys":                 {"SEATHOLD_JWT_KEY", private + private, hidden + wantEd25519},
		"text behind":              {"SEATHOLD_JWT_KEY", private + "x", hidden + wantEd25519},
		"damaged":                  {"SEATHOLD_JWT_KEY", strings.Replace(private, "MC4C", "MC4D", 1), hidden + wantEd25519},
		"another kind of key":      {"SEATHOLD_JWT_KEY", pkcs8(t, ec), hidden + wantEd25519},
		"another kind, public":     {"SEATHOLD_JWT_KEY_PREVIOUS", pkix(t, ec.Public()), hidden + wantEd25519},
		"a private key as public":  {"SEATHOLD_JWT_KEY_NEXT", strings.ReplaceAll(private, "PRIVATE", "PUBLIC"), hidden + wantEd25519},
		"a certificate":            {"SEATHOLD_JWT_KEY_NEXT", strings.ReplaceAll(public, "PUBLIC KEY", "CERTIFICATE"), hidden + wantEd25519},
		"next without current":     {"SEATHOLD_JWT_KEY_NEXT", private, ""},
		"previous without current": {"SEATHOLD_JWT_KEY_PREVIOUS", public, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Load([]string{c.variable + "=" + c.value}, "")
			require.Error(t, err)
			require.Regexp(t, oneLine, err.Error())
			if c.want == "" {
				require.True(t, strings.HasPrefix(err.Error(), "SEATHOLD_JWT_KEY: not set; want "), err.Error())
				require.Contains(t, err.Error(), c.variable)
				return
			}
			require.EqualError(t, err, c.variable+": "+c.want)
			requireNoKey(t, err.Error(), private)
		})
	}
}

// requireNoKey asserts that no line of a key's PEM is in the text.
func requireNoKey(t *testing.T, text, key string) {
	t.Helper()
	for line := range strings.Lines(key) {
		if !strings.HasPrefix(line, "-----") {
			require.NotContains(t, text, strings.TrimSpace(line))
		}
	}
}

func TestASecretAndAKeyTogetherAreAnError(t *testing.T) {
	_, private, _ := keyPEM(t, 1)
	for _, environ := range [][]string{
		realServers("SEATHOLD_JWT_KEY=" + private),
		{"SEATHOLD_JWT_SECRET=" + jwtSecret, "SEATHOLD_JWT_KEY_FILE=" + writeFile(t, "key", private)},
	} {
		_, _, err := Load(environ, "")
		require.EqualError(t, err, "SEATHOLD_JWT_KEY: set together with SEATHOLD_JWT_SECRET; want only one of the two")
	}
}

func TestNoTokenKeyIsEverPrinted(t *testing.T) {
	key, private, _ := keyPEM(t, 1)
	c := mustLoad(t, "SEATHOLD_JWT_KEY="+private)
	asJSON, err := json.Marshal(c)
	require.NoError(t, err)
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "config", c, "key", c.JWTKey)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "config", c, "key", c.JWTKey)
	for _, text := range []string{
		fmt.Sprint(c.Table()), string(asJSON), logged.String(),
		fmt.Sprintf("%v %+v %#v %s %q %x", c, c, c, c.JWTKey, c.JWTKey, c.JWTKey), fmt.Sprintf("%v %+v %#v", &c, &c, &c),
	} {
		requireNoKey(t, text, private)
		require.NotContains(t, text, fmt.Sprintf("%x", key.Seed()))
		require.NotContains(t, text, fmt.Sprintf("%d", key.Seed())[1:60])
		require.NotContains(t, text, base64.StdEncoding.EncodeToString(key.Seed()))
	}
}

func TestOutsideIssuer(t *testing.T) {
	const issuer, audience = "SEATHOLD_OIDC_ISSUER=https://login.example/realms/x", "SEATHOLD_OIDC_AUDIENCE=tickets"
	c := mustLoad(t, issuer, audience)
	require.Equal(t, "https://login.example/realms/x", c.OIDCIssuer)
	require.Equal(t, "seathold_role", c.OIDCRoleClaim)
	c = mustLoad(t, "SEATHOLD_OIDC_ISSUER=https://login.example/", audience,
		"SEATHOLD_OIDC_JWKS_URL=https://keys.example/jwks?x=1", "SEATHOLD_OIDC_ROLE_CLAIM=https://x.example/role")
	require.Equal(t, "https://login.example/", c.OIDCIssuer, "to the letter, as its tokens have it")
	require.Equal(t, "https://x.example/role", c.OIDCRoleClaim)

	for name, wrong := range map[string]struct {
		environ []string
		want    string
	}{
		"no audience":         {[]string{issuer}, "SEATHOLD_OIDC_AUDIENCE: not set; want "},
		"only an audience":    {[]string{audience}, "SEATHOLD_OIDC_ISSUER: not set; want "},
		"only keys":           {[]string{"SEATHOLD_OIDC_JWKS_URL=https://x.example/"}, "SEATHOLD_OIDC_ISSUER: not set; want "},
		"no URL":              {[]string{"SEATHOLD_OIDC_ISSUER=login.example", audience}, `SEATHOLD_OIDC_ISSUER: "login.example" is not accepted`},
		"a user":              {[]string{"SEATHOLD_OIDC_ISSUER=https://u:redispw@login.example", audience}, `SEATHOLD_OIDC_ISSUER: "https://xxxxx@login.example"`},
		"a query":             {[]string{"SEATHOLD_OIDC_ISSUER=https://login.example?x=1", audience}, "SEATHOLD_OIDC_ISSUER: "},
		"this service itself": {[]string{issuer, audience, "SEATHOLD_JWT_ISSUER=https://login.example/realms/x"}, "SEATHOLD_OIDC_ISSUER: "},
		"keys at no URL":      {[]string{issuer, audience, "SEATHOLD_OIDC_JWKS_URL=/jwks"}, `SEATHOLD_OIDC_JWKS_URL: "/jwks" is not accepted`},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Load(wrong.environ, "")
			require.ErrorContains(t, err, wrong.want)
			require.Regexp(t, oneLine, err.Error())
			requireNoSecret(t, err.Error())
		})
	}

	for address, warned := range map[string]bool{
		"https://login.example": false, "http://localhost:1": false, "http://127.0.0.1:1": false, "http://[::1]:1": false,
		"http://login.example": true, "http://10.0.0.1": true,
	} {
		_, warnings, err := Load([]string{"SEATHOLD_OIDC_ISSUER=" + address, audience}, "")
		require.NoError(t, err)
		require.Equal(t, warned, len(warnings) == 1, address)
	}
}

// publicSecrets are all that looks like a secret in what we publish.
func publicSecrets(t *testing.T) []string {
	t.Helper()
	secret := regexp.MustCompile(`whsec_[A-Za-z0-9+/=]{20,}|SEATHOLD_[A-Z_]*(?:SECRET|PASSWORD)[=:] *"?([A-Za-z0-9][^\s"$]{7,})`)
	var found []string
	for _, file := range []string{"README.md", ".env.example", "docker/compose.yaml"} {
		text, err := os.ReadFile("../../" + file)
		require.NoError(t, err)
		for _, match := range secret.FindAllStringSubmatch(string(text), -1) {
			if match[1] == "" { // a webhook's, which shows what it is by itself
				match[1] = match[0]
			}
			found = append(found, match[1])
		}
	}
	return found
}

func TestNoPublishedSecretIsAccepted(t *testing.T) {
	for _, s := range publicSecrets(t) {
		require.True(t, isPublished(Secret(s)), "%s stands in what we publish: make it one that is refused", s)
	}
}

func TestGuessedSecretsAreRefusedOnRealServers(t *testing.T) {
	const ofOwn = "; want a secret of your own, such as openssl rand -hex 32 makes"
	const repeated, example = "its value (not shown) is one character repeated", "its value (not shown) is from an example, so everybody has it"
	whsec := published[1].Reveal()
	for name, c := range map[string]struct{ variable, value, problem string }{
		"one character":       {"SEATHOLD_JWT_SECRET", strings.Repeat("x", 32), repeated},
		"many of it":          {"SEATHOLD_JWT_SECRET", strings.Repeat("0", 500), repeated},
		"of the compose file": {"SEATHOLD_JWT_SECRET", published[0].Reveal(), example},
		"in capitals":         {"SEATHOLD_JWT_SECRET", strings.ToUpper(published[0].Reveal()), example},
		"a webhook's":         {"SEATHOLD_SANDBOX_WEBHOOK_SECRET", whsec, example},
		"one of several":      {"SEATHOLD_SANDBOX_WEBHOOK_SECRET", webhookSecret + "," + whsec, example},
		"a demo password":     {"SEATHOLD_DEMO_PASSWORD", "for-trying-only", example},
		"the readme's":        {"SEATHOLD_DEMO_PASSWORD", "vm3kq7wzt2ea", example},
		"ten times a letter":  {"SEATHOLD_DEMO_PASSWORD", strings.Repeat("a", 10), repeated},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Load(realServers(c.variable+"="+c.value), "")
			require.EqualError(t, err, c.variable+": "+c.problem+ofOwn)
			require.Regexp(t, oneLine, err.Error())
			require.NotContains(t, err.Error(), c.value)
			_, _, err = Load([]string{c.variable + "=" + c.value}, "")
			require.NoError(t, err, "embedded, it is nobody's risk")
		})
	}
	_, _, err := Load([]string{
		"SEATHOLD_REDIS_URL=" + redisURL, "SEATHOLD_PUBLIC_URL=https://x.example", "SEATHOLD_JWT_SECRET=" + jwtSecret,
		"SEATHOLD_PAYMENT_PROVIDER=standard", "SEATHOLD_STANDARD_WEBHOOK_SECRET=" + whsec,
	}, "")
	require.EqualError(t, err, "SEATHOLD_STANDARD_WEBHOOK_SECRET: "+example+ofOwn)
	mustLoad(t, realServers("SEATHOLD_JWT_SECRET="+strings.Repeat("x", 31)+"y")...) // control: it is the guessing that counts
}
