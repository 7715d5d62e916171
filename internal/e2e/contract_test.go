package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	api "seathold/internal/client"
	"seathold/internal/httpapi/openapitest"
)

// contract is the API's document, which every answer is held against.
var contract = sync.OnceValues(func() (*openapitest.Document, error) {
	source, err := os.ReadFile(filepath.Join(projectRoot, "internal/httpapi/openapi.yaml"))
	if err != nil {
		return nil, err
	}
	return openapitest.Load(source)
})

// outsideTheContract are the paths of pages, of their files, and of the
// operators' listener.
func outsideTheContract(path string) bool {
	if path == "/" {
		return true
	}
	for _, prefix := range []string{
		"/events/", "/orders", "/organizer", "/assets/", "/sandbox/", "/metrics", "/debug/pprof/",
	} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// breaches are answers that differ from the document. Goroutines may add to
// them; the test fails at its end.
type breaches struct {
	mu    sync.Mutex
	found []error
}

func (b *breaches) add(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.found = append(b.found, err)
}

// require prints the first few: one mistake is found by many calls.
func (b *breaches) require(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, err := range b.found {
		if i == 3 {
			t.Errorf("and %d more", len(b.found)-i)
			return
		}
		t.Error(err)
	}
}

// newHTTPClient returns a client whose answers are held against the document.
func (s *service) newHTTPClient() *http.Client {
	return &http.Client{
		Transport: &openapitest.Transport{
			Base:     &http.Transport{MaxIdleConnsPerHost: 200},
			Document: s.contract, Except: outsideTheContract, Report: s.breaches.add,
		},
		Timeout: callPatience,
	}
}

// typed returns the generated client, for the same person.
func (c *client) typed(t *testing.T) *api.ClientWithResponses {
	t.Helper()
	typed, err := api.New(api.Config{URL: c.url, Token: c.token(), Transport: c.http.Transport, Timeout: c.http.Timeout})
	require.NoError(t, err)
	return typed
}

// token returns the access token that the client sends.
func (c *client) token() string {
	const scheme = "Bearer "
	if header := c.headers["Authorization"]; len(header) > len(scheme) {
		return header[len(scheme):]
	}
	return ""
}

// TestAnswersAreHeldAgainstTheDocument is the control of all these tests: where
// the document says less than the service answers, that is found.
func TestAnswersAreHeldAgainstTheDocument(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 20)
	narrow, err := openapitest.Load([]byte(`
openapi: 3.1.0
info: {title: Less, version: "1"}
paths:
  /livez:
    get:
      responses:
        '200':
          description: It runs.
          headers: {X-Request-Id: {schema: {type: string}}}
          content:
            application/json:
              schema: {type: object, additionalProperties: false, properties: {state: {type: string}}}
`))
	require.NoError(t, err)
	c := s.nobody()
	var found breaches
	c.http.Transport.(*openapitest.Transport).Document = narrow
	c.http.Transport.(*openapitest.Transport).Report = found.add
	requireStatus(t, c.get("/livez"), http.StatusOK)
	require.Len(t, found.found, 1)
	require.ErrorContains(t, found.found[0], "additional properties 'status' not allowed")
	requireStatus(t, c.get("/v1/events"), http.StatusOK)
	require.Len(t, found.found, 2)
	require.ErrorContains(t, found.found[1], "no such path")
}
