package standardwebhook

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	library "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"seathold/internal/booking"
)

// Tolerance is how far a message's timestamp may be from now, either way.
const Tolerance = 5 * time.Minute

// idMaxBytes bounds a webhook id: it is stored with the order.
const idMaxBytes = 255

// Request makes the POST that delivers body to url, signed now. A repeat of
// the delivery is a new request with the same id.
func (k *Keys) Request(ctx context.Context, url, id string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("webhook request: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if err := k.Sign(r.Header, id, body); err != nil {
		return nil, err
	}
	return r, nil
}

// Sign sets the three headers of the specification for a message sent now. It
// signs with every secret: while secrets are being replaced, the receiver may
// know only the old one or only the new one.
func (k *Keys) Sign(header http.Header, id string, body []byte) error {
	if !validID(id) {
		return fmt.Errorf("webhook id %q is not 1 to %d visible ASCII characters", id, idMaxBytes)
	}
	now := k.now()
	signatures := make([]string, len(k.hooks))
	for i, hook := range k.hooks {
		signature, err := hook.Sign(id, now, body)
		if err != nil {
			return fmt.Errorf("sign webhook: %w", err)
		}
		signatures[i] = signature
	}
	header.Set(library.HeaderWebhookID, id)
	header.Set(library.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	header.Set(library.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}

// Verify returns the id of an authentic and timely message.
// CodeInvalidSignature: a header is missing or malformed, or no signature fits
// any secret. CodeStaleTimestamp: it is authentic, but more than Tolerance old
// or ahead.
func (k *Keys) Verify(body []byte, header booking.Header) (id string, err error) {
	id = header.Get(library.HeaderWebhookID)
	if !validID(id) {
		return "", invalidSignature("the webhook-id header must be 1 to 255 visible ASCII characters")
	}
	sent, ok := parseTimestamp(header.Get(library.HeaderWebhookTimestamp))
	if !ok {
		return "", invalidSignature("the webhook-timestamp header must be seconds since 1970")
	}
	if !k.authentic(body, copyHeader(header)) {
		return "", invalidSignature("no signature in the webhook-signature header fits the message and a secret")
	}
	if k.now().Sub(sent).Abs() > Tolerance {
		return "", booking.Errorf(booking.CodeStaleTimestamp,
			"the webhook-timestamp is more than %s away from now; send the message again with a new timestamp, or check the clocks",
			Tolerance)
	}
	return id, nil
}

// ReadWebhook verifies a webhook and reads the payment message in it. Errors
// are those of Verify and ReadEvent.
func (k *Keys) ReadWebhook(body []byte, header booking.Header) (booking.PaymentEvent, error) {
	id, err := k.Verify(body, header)
	if err != nil {
		return booking.PaymentEvent{}, err
	}
	return ReadEvent(id, body)
}

// authentic tries every secret, so that old and new ones hold side by side.
func (k *Keys) authentic(body []byte, header http.Header) bool {
	for _, hook := range k.hooks {
		if hook.VerifyIgnoringTimestamp(body, header) == nil {
			return true
		}
	}
	return false
}

// copyHeader takes over what the library reads: it wants an http.Header.
func copyHeader(from booking.Header) http.Header {
	to := http.Header{}
	for _, name := range []string{library.HeaderWebhookID, library.HeaderWebhookTimestamp, library.HeaderWebhookSignature} {
		to.Set(name, from.Get(name))
	}
	return to
}

// parseTimestamp reads whole seconds, as digits alone: the library would also
// take a sign and leading zeros, which no sender has signed.
func parseTimestamp(s string) (time.Time, bool) {
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil || seconds < 0 || strconv.FormatInt(seconds, 10) != s {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0), true
}

func validID(id string) bool {
	if id == "" || len(id) > idMaxBytes {
		return false
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return true
}

func invalidSignature(detail string) error {
	return booking.Errorf(booking.CodeInvalidSignature, "%s", detail)
}
