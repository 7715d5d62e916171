// Package bookingtest holds the contract suites of the domain's ports. Each
// takes a function that opens an empty adapter for one test, and asserts what
// the port's comments promise; every adapter runs them.
package bookingtest

import (
	"context"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// patience bounds one test's calls, so that a hanging store fails the test.
const patience = 60 * time.Second

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func cancelledContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

var idsMade atomic.Int64

// newID makes ids that sort in the order they were made, as the service's do.
func newID() string { return fmt.Sprintf("id-%08d", idsMade.Add(1)) }

// t0 is a time with milliseconds that is nobody's default.
var t0 = time.Date(2031, 5, 17, 19, 30, 0, int(123*time.Millisecond), time.UTC)

// requireComplete fails where a struct, or a struct in it, has a zero field: a
// sample for a round trip must not miss a field that is added later.
func requireComplete(t *testing.T, v any, except ...string) {
	t.Helper()
	missing := map[string]bool{}
	for _, name := range zeroFields("", reflect.ValueOf(v)) {
		missing[name] = true
	}
	for _, name := range except {
		delete(missing, name)
	}
	require.Empty(t, missing, "the sample leaves fields at zero")
}

func zeroFields(path string, v reflect.Value) []string {
	switch {
	case v.IsZero():
		return []string{path}
	case v.Type() == reflect.TypeFor[time.Time]():
		return nil
	case v.Kind() == reflect.Slice:
		return zeroFields(path, v.Index(0))
	case v.Kind() != reflect.Struct:
		return nil
	}
	var zero []string
	for i := range v.NumField() {
		zero = append(zero, zeroFields(path+"."+v.Type().Field(i).Name, v.Field(i))...)
	}
	return zero
}

// requireCode asserts a refusal with a code and a text for its reader.
func requireCode(t *testing.T, code booking.Code, err error) {
	t.Helper()
	require.Equal(t, code, booking.CodeOf(err), "%v", err)
	var e *booking.Error
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Detail)
}

// requireCancelled asserts how a store answers a caller that has left.
func requireCancelled(t *testing.T, err error) {
	t.Helper()
	requireCode(t, booking.CodeUnavailable, err)
	require.ErrorIs(t, err, context.Canceled)
}
