package httpapi

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFaultsLogNothingOfTheRequest: a panic and an error of ours log where they
// are from, and nothing that the caller sent but the path.
func TestFaultsLogNothingOfTheRequest(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Mounts = map[string]http.Handler{"/page/": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("here") })}
	})
	secrets := []string{"hush-token", "hush-cookie", "hush-body", "hush-query", "hush-path", "hush-signature"}
	send := func(path string) {
		w.do(nobody, post, path+"?q=hush-query", `{"password": "hush-body"}`, "Authorization", "Bearer hush-token",
			"Cookie", "s=hush-cookie", "Webhook-Signature", "v1,hush-signature").ok(http.StatusInternalServerError)
	}
	send("/page/hush-path")
	w.api.handler = w.api.observe(w.api.answering(func(http.ResponseWriter, *http.Request) error { return errors.New("a fault") }))
	send("/v1/orders")
	for _, secret := range secrets {
		require.NotContains(t, w.log.String(), secret)
	}
	require.Contains(t, w.log.String(), "panic: here")
	require.Contains(t, w.log.String(), "a fault")
}
