package booking_test

import (
	"context"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// unasked is a provider that cannot be asked, as standard is.
type unasked struct {
	*fakeProvider
	commands *[]booking.RefundRequest
}

func (unasked) LookUpCheckout(context.Context, string, string) (booking.CheckoutReport, error) {
	return booking.CheckoutReport{State: booking.CheckoutUnknown}, nil
}

func (unasked) LookUpRefund(context.Context, string, string) (booking.RefundReport, error) {
	return booking.RefundReport{Unknown: true}, nil
}

func (u unasked) Refund(_ context.Context, r booking.RefundRequest) (booking.RefundReport, error) {
	*u.commands = append(*u.commands, r)
	return booking.RefundReport{Pending: r.Amount.Amount, Unknown: true}, nil
}

func (w *world) unasked() *[]booking.RefundRequest {
	p := w.ports()
	commands := &[]booking.RefundRequest{}
	p.Provider = unasked{w.provider, commands}
	w.service = booking.NewService(p, w.setup.limits)
	return commands
}

// A refund that had succeeded comes back: nobody can be asked, the provider's
// word is believed and the money asked for again.
func TestRefundThatComesBackWhereNobodyCanBeAsked(t *testing.T) {
	w := newWorld(t, miniredis.RunT(t).Addr(), withoutAudit)
	commands := w.unasked()
	o := w.cancelled(0)
	w.settle()
	require.Len(t, *commands, 1)
	ev := success(o)
	ev.Kind, ev.Refunded, ev.Received.Amount = booking.RefundSucceeded, 4500, 0
	w.deliver(ev)
	w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonOrganizer)
	ev.Kind, ev.WebhookID, ev.Refunded = booking.RefundFailed, "it came back", 0
	w.deliver(ev)
	w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonOrganizer)
	w.settle()
	require.Len(t, *commands, 2, "the money did not reach the customer: it is asked for again")
}

// The first attempt was refused when it was repeated, and a second is under
// way: a message that the first has failed comes late and changes nothing.
func TestLateFailureOfAnEarlierRefund(t *testing.T) {
	w := newWorld(t, miniredis.RunT(t).Addr(), withoutAudit)
	commands := w.unasked()
	o := w.cancelled(0)
	w.settle()
	c := w.stored(o.ID) // the repeat of attempt 0 was refused: it has failed there
	c.Payments[0].Answered, c.Payments[0].NextAt = true, time.Time{}
	require.NoError(t, w.store.ReplaceOrder(w.ctx, c))
	w.settle() // attempt 1 is taken on
	ev := success(o)
	ev.Kind, ev.WebhookID, ev.RefundKey = booking.RefundFailed, "of attempt 0, late", (*commands)[0].Key
	w.deliver(ev)
	w.settle()
	keys := map[string]bool{}
	for _, r := range *commands {
		keys[r.Key] = true
	}
	require.Len(t, keys, 2, "attempt 1 is still under way")
}
