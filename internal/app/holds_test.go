package app

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// Keys of idle customers and addresses go also where Redis is embedded, whose
// server does not look at their time by itself.
func TestTheEmbeddedRedisLetsKeysExpire(t *testing.T) {
	e, err := startEmbeddedRedis()
	require.NoError(t, err)
	t.Cleanup(e.close)
	client := redis.NewClient(&redis.Options{Addr: e.server.Addr(), Password: e.password})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.Set(t.Context(), "brief", 1, 100*time.Millisecond).Err())
	require.NoError(t, client.Set(t.Context(), "kept", 1, 0).Err())
	require.Eventually(t, func() bool { return !e.server.Exists("brief") }, 30*time.Second, 10*time.Millisecond)
	require.True(t, e.server.Exists("kept"))
}
