package load

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheMixIsDrawnByItsWeights(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	mix := Mix{Browse: 6, Buy: 3, Cancel: 1}
	require.NoError(t, mix.Check())
	drawn := map[Kind]int{}
	const n = 10_000
	for range n {
		drawn[mix.pick(random)]++
	}
	require.Len(t, drawn, 3)
	for k, weight := range mix {
		require.InDelta(t, n*weight/10, drawn[k], n/50, k)
	}
	require.Equal(t, Mix{Browse: 6}, mix.WithoutAccounts())
}

func TestConfigurationsThatAreNone(t *testing.T) {
	good := Config{
		Schedule: Schedule{Rate: 1, Duration: time.Second}, Mix: Mix{Buy: 1}, Customers: 1, MaxInFlight: 1,
	}
	require.NoError(t, good.Check())
	for says, spoil := range map[string]func(*Config){
		"rate: 0":           func(c *Config) { c.Schedule.Rate = 0 },
		"all weights are 0": func(c *Config) { c.Mix = Mix{} },
		"buy: a weight":     func(c *Config) { c.Mix = Mix{Buy: -1} },
		"max-in-flight: 0":  func(c *Config) { c.MaxInFlight = 0 },
		"customers: -1":     func(c *Config) { c.Customers = -1 },
		"customers: with 0": func(c *Config) { c.Customers = 0 },
		"think: -1s":        func(c *Config) { c.Think = -time.Second },
		"hold-ttl: 500ms":   func(c *Config) { c.HoldTTL = time.Second / 2 },
		"hold-ttl: 1.5s":    func(c *Config) { c.HoldTTL = 3 * time.Second / 2 },
	} {
		c := good
		spoil(&c)
		require.ErrorContains(t, c.Check(), says)
	}
}
