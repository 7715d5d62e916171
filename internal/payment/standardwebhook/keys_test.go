package standardwebhook

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func secretOf(n int, fill byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(fill), n)))
}

func TestNewTakesSecretsOfTheSpecifiedForm(t *testing.T) {
	for _, n := range []int{24, 32, 64} {
		_, err := New([]string{secretOf(n, 'k')}, nil)
		require.NoError(t, err, "%d bytes", n)
	}
}

func TestNewRefusesSecretsAndDoesNotShowThem(t *testing.T) {
	good := secretOf(32, 'k')
	for name, bad := range map[string]string{
		"empty":         "",
		"no prefix":     strings.TrimPrefix(good, secretPrefix),
		"prefix only":   secretPrefix,
		"asymmetric":    "whpk_" + strings.TrimPrefix(good, secretPrefix),
		"not base64":    secretPrefix + "SecretSecretSecretSecretSecret!!",
		"url base64":    secretPrefix + base64.URLEncoding.EncodeToString([]byte(strings.Repeat("\xff\xfe", 15))),
		"23 bytes":      secretOf(23, 'S'),
		"65 bytes":      secretOf(65, 'S'),
		"space before":  " " + good,
		"line end":      good + " ",
		"two as one":    good + "," + good,
		"no padding":    strings.TrimRight(secretOf(25, 'k'), "="),
		"upper prefix":  "WHSEC_" + strings.TrimPrefix(good, secretPrefix),
		"double prefix": secretPrefix + good,
	} {
		_, err := New([]string{good, bad}, nil)
		require.ErrorContains(t, err, "secret 2 of 2", name)
		if len(bad) > len(secretPrefix) {
			require.NotContains(t, err.Error(), strings.TrimSpace(bad[len(secretPrefix):]), name)
		}
	}
	_, err := New(nil, nil)
	require.Error(t, err)
}

func TestNewSecretIsFreshAndAccepted(t *testing.T) {
	a, b := NewSecret(), NewSecret()
	require.NotEqual(t, a, b)
	_, err := New([]string{a, b}, nil)
	require.NoError(t, err)
}

func TestDerivedKeysDifferByLabelAndSecretAndStayTheSame(t *testing.T) {
	k, err := New([]string{secretOf(24, 'a'), secretOf(24, 'b')}, nil)
	require.NoError(t, err)
	one, again, other := k.Derive("one"), k.Derive("one"), k.Derive("other")
	require.Equal(t, one, again)
	require.Len(t, one, 2)
	require.Len(t, one[0], 32)
	require.NotEqual(t, one[0], one[1])
	require.NotEqual(t, one[0], other[0])
	require.NotEqual(t, k.secrets[0], one[0], "a derived key is not the secret")
}
