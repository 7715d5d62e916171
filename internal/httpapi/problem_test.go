package httpapi

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// codesIn reads the Code constants of a source file.
func codesIn(t *testing.T, file string) []booking.Code {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	var codes []booking.Code
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !isCodeType(spec.Type) {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		codes = append(codes, booking.Code(text))
		return true
	})
	return codes
}

func isCodeType(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "Code"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Code"
	default:
		return false
	}
}

func TestEveryCodeHasAMeaning(t *testing.T) {
	domain := codesIn(t, "../booking/errors.go")
	require.GreaterOrEqual(t, len(domain), 25, "the constants were found")
	codes := slices.Concat(domain, codesIn(t, "problem.go"))
	for _, code := range codes {
		m, ok := meanings[code]
		require.True(t, ok, "%s has no status", code)
		require.GreaterOrEqual(t, m.status, 400)
		require.NotEmpty(t, m.title)
	}
	require.Len(t, meanings, len(codes), "no meaning without a code")
}

func TestProblemsOfErrors(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7: password hunter2")
	for _, c := range []struct {
		name   string
		err    error
		status int
		code   booking.Code
		retry  int64
	}{
		{"a coded error", booking.Errorf(booking.CodeNotOnSale, "not yet"), 409, booking.CodeNotOnSale, 0},
		{"wrapped", fmt.Errorf("x: %w", booking.Errorf(booking.CodeNotFound, "none")), 404, booking.CodeNotFound, 0},
		{"a store's fault", booking.Unavailable("the store", secret), 503, booking.CodeUnavailable, 1},
		{"a 503 without a time", booking.Errorf(booking.CodeUnavailable, "away"), 503, booking.CodeUnavailable, 1},
		{
			"seconds round up",
			&booking.Error{Code: booking.CodeEventLoading, Detail: "x", RetryAfter: 1001 * time.Millisecond},
			503, booking.CodeEventLoading, 2,
		},
		{"about the path", atPath{booking.Errorf(booking.CodeUnknownSeat, "none")}, 404, booking.CodeUnknownSeat, 0},
		{"an unknown error", secret, 500, codeInternal, 0},
		{"an unknown code", &booking.Error{Code: "new_code", Detail: "hunter2"}, 500, codeInternal, 0},
		{"a deadline", fmt.Errorf("hunter2: %w", context.DeadlineExceeded), 503, booking.CodeUnavailable, 1},
		{"a fault without a code of the domain", booking.ErrLoadBusy, 500, codeInternal, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			rec.Header().Set("ETag", `"x"`)
			writeProblem(rec, c.err)
			p := answer{rec, t}.problem(c.status, c.code)
			require.NotContains(t, rec.Body.String(), "hunter2")
			require.NotContains(t, rec.Body.String(), "10.0.0.7")
			require.Empty(t, rec.Header().Get("ETag"))
			if c.retry == 0 {
				require.NotContains(t, p, "retry_after")
				require.Empty(t, rec.Header().Get("Retry-After"))
				return
			}
			require.InEpsilon(t, c.retry, p["retry_after"], 0)
			require.Equal(t, strconv.FormatInt(c.retry, 10), rec.Header().Get("Retry-After"))
		})
	}
}

func TestAnUnknownErrorIsLoggedAndNotShown(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.provider.fault = errors.New("the provider said hunter2")
	a := w.do(alice, post, "/v1/orders", `{"event_id": "`+event+`", "seats": ["A1"]}`)
	a.problem(http.StatusInternalServerError, codeInternal)
	require.NotContains(t, a.Body.String(), "hunter2")
	require.Contains(t, w.log.String(), "the provider said hunter2")
	require.Contains(t, w.log.String(), `"level":"ERROR"`)
}

func TestAStoreThatIsAwayIs503(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.redis.SetError("LOADING")
	a := w.do(alice, post, "/v1/events/"+event+"/holds", seatsBody("A1"))
	a.problem(http.StatusServiceUnavailable, booking.CodeUnavailable)
	require.Equal(t, "1", a.Header().Get("Retry-After"))
	require.Contains(t, w.log.String(), `"level":"WARN"`)
}

func TestAnEmptyHoldStoreIsLoading(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.redis.FlushAll()
	for _, path := range []string{"/seats", "/seats/A1", "/holds", "/holds/h"} {
		w.do(alice, get, "/v1/events/"+event+path, "").problem(http.StatusServiceUnavailable, booking.CodeEventLoading)
	}
	a := w.do(alice, post, "/v1/events/"+event+"/holds", seatsBody("A1"))
	p := a.problem(http.StatusServiceUnavailable, booking.CodeEventLoading)
	require.InEpsilon(t, 1, p["retry_after"], 0)
	require.NoError(t, w.service.Load(context.Background(), event))
	w.hold(alice, event, "A1")
}
