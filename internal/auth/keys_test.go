package auth

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// edKey is an Ed25519 key of the tests.
func edKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func edKeys(t testing.TB, current ed25519.PrivateKey, others ...any) *Keys {
	t.Helper()
	keys, err := NewEdKeys(current, others...)
	require.NoError(t, err)
	return keys
}

// The key and its thumbprint are those of RFC 8037, appendix A.
func TestAKeysIDIsItsThumbprint(t *testing.T) {
	const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
	const id = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
	seed, err := base64.RawURLEncoding.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
	require.NoError(t, err)
	keys := edKeys(t, ed25519.NewKeyFromSeed(seed))
	require.Equal(t, id, keys.kid)
	set, err := keys.JWKS()
	require.NoError(t, err)
	require.JSONEq(t, `{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "`+x+`", "kid": "`+id+`", "use": "sig", "alg": "EdDSA"}]}`, string(set))
}

func TestASecretIsNotPublished(t *testing.T) {
	set, err := secretKeys(t).JWKS()
	require.NoError(t, err)
	require.Equal(t, `{"keys":[]}`, string(set))
}

func TestNoPrivateKeyIsPublished(t *testing.T) {
	keys := edKeys(t, edKey(1), edKey(2), edKey(3).Public(), edKey(2).Public())
	text, err := keys.JWKS()
	require.NoError(t, err)
	var set struct{ Keys []map[string]string }
	require.NoError(t, json.Unmarshal(text, &set))
	require.Len(t, set.Keys, 3, "a key given twice is published once")
	for _, key := range set.Keys {
		require.NotContains(t, key, "d")
		require.Len(t, key, 6)
	}
	for seed := range byte(4) {
		require.NotContains(t, string(text), base64.RawURLEncoding.EncodeToString(edKey(seed).Seed()))
	}
}

// A rotation: the next key is accepted before it signs, and the one before it
// for as long as its tokens live.
func TestKeysAreRotatedWithoutATokenLost(t *testing.T) {
	c := &clock{start}
	rounds := []*Keys{
		edKeys(t, edKey(1), edKey(2).Public()),           // the next is announced
		edKeys(t, edKey(2), edKey(1).Public()),           // it signs
		edKeys(t, edKey(2), edKey(3), edKey(1).Public()), // the one after it is announced
	}
	var issued []string
	for _, keys := range rounds {
		token, _, err := tokensWith(t, keys, c).Issue(anna)
		require.NoError(t, err)
		issued = append(issued, token)
	}
	for i, keys := range rounds {
		for _, token := range issued {
			actor, err := tokensWith(t, keys, c).Verify(token)
			require.NoError(t, err, "round %d", i)
			require.Equal(t, booking.Actor{ID: anna.ID, Role: anna.Role}, actor)
		}
	}
	_, err := tokensWith(t, edKeys(t, edKey(2)), c).Verify(issued[0])
	requireRefused(t, err, "the access token is not valid; log in again")
	_, err = tokensWith(t, edKeys(t, edKey(2)), c).Verify(issued[1])
	require.NoError(t, err, "control: only the withdrawn key's tokens are refused")
}

func TestKeysThatCannotSign(t *testing.T) {
	_, err := NewSecretKeys(secret[:31])
	require.ErrorContains(t, err, "31 bytes")
	require.NotContains(t, err.Error(), string(secret[:31]))
	_, err = NewSecretKeys(secret[:32])
	require.NoError(t, err)
	for _, current := range []ed25519.PrivateKey{nil, edKey(1)[:32]} {
		_, err = NewEdKeys(current)
		require.Error(t, err)
	}
	for _, other := range []any{nil, "key", edKey(1)[:32], ed25519.PublicKey(nil), secret} {
		_, err = NewEdKeys(edKey(1), other)
		require.Error(t, err)
	}
}

// What is derived tells nothing of the key, differs by purpose, and is the same
// at each start.
func TestDerivedKeys(t *testing.T) {
	for _, make := range []func() *Keys{
		func() *Keys { return secretKeys(t) },
		func() *Keys { return edKeys(t, edKey(1), edKey(2), edKey(3).Public()) },
	} {
		one, err := make().derive("one")
		require.NoError(t, err)
		again, err := make().derive("one")
		require.NoError(t, err)
		require.Equal(t, one, again)
		other, err := make().derive("other")
		require.NoError(t, err)
		for i := range one {
			require.Len(t, one[i], 32)
			require.NotEqual(t, one[i], other[i])
			require.NotContains(t, make().material, one[i])
		}
	}
	both, err := edKeys(t, edKey(1), edKey(2), edKey(3).Public()).derive("one")
	require.NoError(t, err)
	require.Len(t, both, 2, "nothing secret is in a public key")
	swapped, err := edKeys(t, edKey(2), edKey(1)).derive("one")
	require.NoError(t, err)
	require.Equal(t, both[0], swapped[1])
}
