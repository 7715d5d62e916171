package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRedisURLs(t *testing.T) {
	cases := []struct {
		url   string
		want  Redis
		shown string
	}{
		{
			"redis://localhost",
			Redis{Mode: RedisStandalone, Addrs: []string{"localhost:6379"}},
			"redis://localhost:6379/0",
		},
		{
			"REDIS://localhost:7000/",
			Redis{Mode: RedisStandalone, Addrs: []string{"localhost:7000"}},
			"redis://localhost:7000/0",
		},
		{
			"redis://:p%40ss%2Fword@[::1]:7000/3?tls=on",
			Redis{Mode: RedisStandalone, Addrs: []string{"[::1]:7000"}, Password: "p@ss/word", DB: 3, TLS: true},
			"redis://:xxxxx@[::1]:7000/3?tls=true",
		},
		{
			"rediss://user:pass@h",
			Redis{Mode: RedisStandalone, Addrs: []string{"h:6379"}, Username: "user", Password: "pass", TLS: true},
			"redis://user:xxxxx@h:6379/0?tls=true",
		},
		{
			"rediss://token@h?tls=true",
			Redis{Mode: RedisStandalone, Addrs: []string{"h:6379"}, Username: "token", TLS: true},
			"redis://xxxxx@h:6379/0?tls=true",
		},
		{
			"redis+sentinel://a:1,b,[::2]:3/main",
			Redis{Mode: RedisSentinel, Addrs: []string{"a:1", "b:26379", "[::2]:3"}, Master: "main"},
			"redis+sentinel://a:1,b:26379,[::2]:3/main/0",
		},
		{
			"redis+sentinel://u:p@a:1/main/4?tls=true",
			Redis{
				Mode: RedisSentinel, Addrs: []string{"a:1"}, Username: "u", Password: "p",
				Master: "main", DB: 4, TLS: true,
			},
			"redis+sentinel://u:xxxxx@a:1/main/4?tls=true",
		},
		{
			"redis+cluster://u:p@a:1,b:2?tls=false",
			Redis{Mode: RedisCluster, Addrs: []string{"a:1", "b:2"}, Username: "u", Password: "p"},
			"redis+cluster://u:xxxxx@a:1,b:2",
		},
		{
			"rediss://h?ca=/etc/seathold/ca.crt",
			Redis{Mode: RedisStandalone, Addrs: []string{"h:6379"}, TLS: true, CAFile: "/etc/seathold/ca.crt"},
			"redis://h:6379/0?tls=true&ca=/etc/seathold/ca.crt",
		},
		{
			"redis+sentinel://u:p@a,b/main?ca=own%20ca.crt&tls=true",
			Redis{
				Mode: RedisSentinel, Addrs: []string{"a:26379", "b:26379"}, Username: "u", Password: "p",
				Master: "main", TLS: true, CAFile: "own ca.crt",
			},
			"redis+sentinel://u:xxxxx@a:26379,b:26379/main/0?tls=true&ca=own%20ca.crt",
		},
		{
			"redis+cluster://a/?tls=true",
			Redis{Mode: RedisCluster, Addrs: []string{"a:6379"}, TLS: true},
			"redis+cluster://a:6379?tls=true",
		},
	}
	for _, tc := range cases {
		t.Run(tc.url, func(t *testing.T) {
			got, err := parseRedis(tc.url)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
			require.Equal(t, tc.shown, got.String())
			require.False(t, got.Embedded())
		})
	}
}

func TestHostsWithSpacesOrControlCharacters(t *testing.T) {
	for _, url := range []string{"redis://a b:1", "redis://a\nb:1", "redis://a\tb", "redis+cluster://a:1, b:2"} {
		_, err := parseRedis(url)
		require.Error(t, err, url)
	}
}
