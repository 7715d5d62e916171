package stripe

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85/webhook"

	"seathold/internal/booking"
)

// Tolerance is how far a webhook's timestamp may be from now, either way.
const Tolerance = 5 * time.Minute

const (
	signatureHeader     = "Stripe-Signature"
	webhookSecretPrefix = "whsec_"
	// An empty or short secret would let anybody sign.
	webhookSecretMinBytes = len(webhookSecretPrefix) + 16
	signatureHexDigits    = 64 // HMAC-SHA256
)

// checkSecrets never quotes a secret.
func checkSecrets(secrets []string) error {
	if len(secrets) == 0 {
		return errors.New("no webhook secret is given")
	}
	for i, secret := range secrets {
		if !strings.HasPrefix(secret, webhookSecretPrefix) || len(secret) < webhookSecretMinBytes || !visible(secret) {
			return fmt.Errorf("webhook secret %d of %d is not %s and at least %d characters, as Stripe shows it",
				i+1, len(secrets), webhookSecretPrefix, webhookSecretMinBytes-len(webhookSecretPrefix))
		}
	}
	return nil
}

// verify accepts an authentic and timely webhook.
// CodeInvalidSignature: the header is missing or malformed, or no signature in
// it fits any secret. CodeStaleTimestamp: it is authentic, but more than
// Tolerance old or ahead. The signature is judged before the time, because a
// forger must not learn from the answer whether their clock is right.
func (p *Provider) verify(body []byte, header booking.Header) error {
	h, ok := parseSignature(header.Get(signatureHeader))
	if !ok {
		return booking.Errorf(booking.CodeInvalidSignature,
			"the %s header must be t=SECONDS,v1=SIGNATURE, as Stripe sends it", signatureHeader)
	}
	if !p.authentic(body, h) {
		return booking.Errorf(booking.CodeInvalidSignature,
			"no signature in the %s header fits the message and a secret", signatureHeader)
	}
	if p.now().Sub(time.Unix(h.seconds, 0)).Abs() > Tolerance {
		return booking.Errorf(booking.CodeStaleTimestamp,
			"the timestamp in the %s header is more than %s away from now; send the message again, or check the clocks",
			signatureHeader, Tolerance)
	}
	return nil
}

// authentic tries every secret, so that old and new ones hold side by side.
func (p *Provider) authentic(body []byte, h signed) bool {
	for _, secret := range p.secrets {
		if webhook.ValidatePayloadIgnoringTolerance(body, h.String(), secret) == nil {
			return true
		}
	}
	return false
}

// signed is what stands in the signature header: when, and signatures of it,
// more than one while Stripe signs with an old secret and a new one.
type signed struct {
	seconds    int64 // since 1970
	signatures []string
}

// String is the header again. The SDK gets it in this one form, so that it
// cannot read another time in it than is judged here.
func (h signed) String() string {
	return "t=" + strconv.FormatInt(h.seconds, 10) + ",v1=" + strings.Join(h.signatures, ",v1=")
}

// parseSignature reads exactly what Stripe writes; the SDK would also take a
// sign, leading zeros, capital digits and two times. Other schemes than v1 are
// skipped: Stripe adds one in test mode.
func parseSignature(header string) (h signed, ok bool) {
	timed := false
	for part := range strings.SplitSeq(header, ",") {
		scheme, value, found := strings.Cut(part, "=")
		if !found {
			return signed{}, false
		}
		switch scheme {
		case "t":
			seconds, err := strconv.ParseInt(value, 10, 64)
			if timed || err != nil || seconds < 0 || strconv.FormatInt(seconds, 10) != value {
				return signed{}, false
			}
			h.seconds, timed = seconds, true
		case "v1":
			digits, err := hex.DecodeString(value)
			if err != nil || len(value) != signatureHexDigits || hex.EncodeToString(digits) != value {
				return signed{}, false
			}
			h.signatures = append(h.signatures, value)
		}
	}
	return h, timed && len(h.signatures) > 0
}
