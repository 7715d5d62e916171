package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func nested(levels int) string {
	return strings.Repeat(`{"a":[`, levels/2) + strings.Repeat("]}", levels/2)
}

func TestDepthIsCountedOutsideOfStrings(t *testing.T) {
	require.NoError(t, checkDepth([]byte(nested(32)), 32))
	require.Error(t, checkDepth([]byte(nested(34)), 32))
	require.NoError(t, checkDepth([]byte(`{"a": "`+strings.Repeat("[", 99)+`"}`), 32))
	require.NoError(t, checkDepth([]byte(`{"a\"": "\\", "b": "`+strings.Repeat("{", 99)+`"}`), 32))
	require.Error(t, checkDepth([]byte(`{"a": "\\", "b": `+strings.Repeat("[", 32)), 32), "a backslash before the quote ends nothing")
	require.NoError(t, checkDepth([]byte(strings.Repeat("[]", 99)), 32), "beside one another")
	require.NoError(t, checkDepth([]byte(`"\`), 32))
}

func TestDeepBodiesAreRefused(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	before := w.state()
	deep := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	plan := func(levels int) string { return strings.Replace(eventBody(""), `{"x": 1}`, deep(levels), 1) }
	for _, c := range []struct {
		by           booking.Actor
		method, path string
		body, says   string
	}{
		{alice, post, "/v1/events/" + event + "/holds", `{"seats": ` + deep(32) + `}`, "deeper than 32 levels at line 1, column 42"},
		{alice, post, "/v1/orders", `{"seats": ` + deep(9999) + `}`, "deeper than 32 levels"},
		{nobody, post, "/v1/auth/login", deep(20_000), "deeper than 32 levels"},
		{olga, post, "/v1/events", plan(63), "deeper than 64 levels"},
	} {
		p := w.do(c.by, c.method, c.path, c.body).problem(http.StatusBadRequest, codeInvalidBody)
		require.Contains(t, p["detail"], c.says)
	}
	require.Equal(t, before, w.state())
	w.do(olga, post, "/v1/events", plan(62)).ok(http.StatusCreated)
}
