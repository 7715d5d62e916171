package auth

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckIssuer(t *testing.T) {
	i := newIssuer(t)
	cfg := OutsideConfig{Issuer: i.server.URL, Client: &http.Client{}, Log: discard()}
	_, err := CheckIssuer(t.Context(), cfg)
	require.ErrorContains(t, err, "no keys")

	i.publish("one", edKey(1), edMetadata())
	i.publish("two", edKey(2), edMetadata())
	keys, err := CheckIssuer(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, 2, keys)
	asked := i.fetches("/.well-known/openid-configuration")
	cfg.JWKSURL = i.server.URL + "/keys"
	_, err = CheckIssuer(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, asked, i.fetches("/.well-known/openid-configuration"), "the address of the keys is known")

	cfg.JWKSURL = ""
	i.change(func() { i.says = "https://someone.else" })
	_, err = CheckIssuer(t.Context(), cfg)
	require.ErrorContains(t, err, "someone.else")
	i.change(func() { i.away = true })
	_, err = CheckIssuer(t.Context(), cfg)
	require.ErrorContains(t, err, "503")
}
