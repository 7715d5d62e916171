package observed

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

type ctxKey struct{}

var errStage = errors.New("stage")

// notes is an observer that notes the calls and with what they end.
type notes struct {
	begun []string
	ended []error
}

func (n *notes) observe(ctx context.Context, call string) (context.Context, func(error)) {
	n.begun = append(n.begun, call)
	return context.WithValue(ctx, ctxKey{}, call), func(err error) { n.ended = append(n.ended, err) }
}

// A call that nobody is told of is a gap in what operators see: each method of
// each port is, with its own error and its own context.
func TestEveryCallIsTold(t *testing.T) {
	quiet := map[string]bool{"Ping": true, "Close": true, "Name": true, "ReadWebhook": true, "CheckURL": true}
	for _, port := range []struct {
		name string
		of   reflect.Type
		make func(Observe) any
	}{
		{"stores", reflect.TypeFor[Stores](), func(o Observe) any { return NewStores(nil, o) }},
		{"provider", reflect.TypeFor[booking.Provider](), func(o Observe) any { return NewProvider(nil, o) }},
		{"sender", reflect.TypeFor[booking.Sender](), func(o Observe) any { return NewSender(nil, o) }},
	} {
		told := map[string]bool{}
		for i := range port.of.NumMethod() {
			method := port.of.Method(i).Name
			if quiet[method] {
				continue
			}
			n := &notes{}
			call := reflect.ValueOf(port.make(n.observe)).MethodByName(method)
			args := make([]reflect.Value, call.Type().NumIn())
			for at := range args {
				args[at] = reflect.Zero(call.Type().In(at))
			}
			args[0] = reflect.ValueOf(t.Context())
			// There is nothing behind it: the observer is told, and the call then fails.
			require.Panics(t, func() { call.Call(args) }, method)
			require.Len(t, n.begun, 1, "%s: %s is not told", port.name, method)
			require.False(t, told[n.begun[0]], "two calls have the name %s", n.begun[0])
			told[n.begun[0]] = true
		}
	}
}

// stage is an order store of which one call is made.
type stage struct {
	Stores
	got string
}

func (s *stage) Order(ctx context.Context, _ string) (booking.Order, error) {
	s.got, _ = ctx.Value(ctxKey{}).(string)
	return booking.Order{ID: "o"}, errStage
}

func TestTheCallIsUntouched(t *testing.T) {
	n, inner := &notes{}, &stage{}
	o, err := NewStores(inner, n.observe).Order(t.Context(), "o")
	require.Equal(t, "o", o.ID)
	require.ErrorIs(t, err, errStage)
	require.Equal(t, "order", inner.got, "by the observer's context")
	require.Equal(t, []error{errStage}, n.ended)
}

func TestAllTellsEach(t *testing.T) {
	outer, inner := &notes{}, &notes{}
	ctx, end := All(outer.observe, nil, inner.observe)(t.Context(), "call")
	end(errStage)
	require.Equal(t, "call", ctx.Value(ctxKey{}))
	for _, n := range []*notes{outer, inner} {
		require.Equal(t, []string{"call"}, n.begun)
		require.Equal(t, []error{errStage}, n.ended)
	}
	_, end = All()(t.Context(), "call")
	end(nil)
}
