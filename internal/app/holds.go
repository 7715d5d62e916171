package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"

	"seathold/internal/booking"
	"seathold/internal/config"
	"seathold/internal/redisstore"
)

// embeddedRedis is a Redis inside the process, on a loopback port that only
// this process has the password of.
type embeddedRedis struct {
	server   *miniredis.Miniredis
	password string
	stop     chan struct{}
}

// expiryTick is how often the embedded Redis looks for keys past their time.
const expiryTick = time.Second

func startEmbeddedRedis() (*embeddedRedis, error) {
	e := &embeddedRedis{server: miniredis.NewMiniRedis(), password: newID() + newID(), stop: make(chan struct{})}
	e.server.RequireAuth(e.password)
	if err := e.server.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("start the embedded Redis: %w", err)
	}
	go e.expireKeys()
	return e, nil
}

// expireKeys lets keys expire, which the server does not by itself. Nothing
// counts on it but memory: what has a time to live is judged by the clock.
func (e *embeddedRedis) expireKeys() {
	tick := time.NewTicker(expiryTick)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			e.server.FastForward(expiryTick)
		case <-e.stop:
			return
		}
	}
}

func (e *embeddedRedis) options() redisstore.Options {
	return redisstore.Options{Addrs: []string{e.server.Addr()}, Password: e.password}
}

func (e *embeddedRedis) close() {
	close(e.stop)
	e.server.Close()
}

func (c *Core) openHolds(ctx context.Context) (err error) {
	options := redisOptions(c.Config.Redis)
	if c.Config.Redis.Embedded() {
		if c.embedded, err = startEmbeddedRedis(); err != nil {
			return err
		}
		options = c.embedded.options()
	}
	options.Observe = redisstore.Observe(c.observeScripts())
	if c.holds, err = redisstore.Open(options, newID); err != nil {
		return fmt.Errorf("open the hold store (SEATHOLD_REDIS_URL): %w", err)
	}
	return c.checkHolds(ctx)
}

func redisOptions(r config.Redis) redisstore.Options {
	o := redisstore.Options{
		Addrs: r.Addrs, Username: r.Username, Password: r.Password.Reveal(), DB: r.DB,
		Master: r.Master, Cluster: r.Mode == config.RedisCluster, TLS: r.TLS, CAFile: r.CAFile,
	}
	// One URL, one account: the sentinels are asked with the servers' own.
	if r.Mode == config.RedisSentinel {
		o.SentinelUsername, o.SentinelPassword = o.Username, o.Password
	}
	return o
}

// checkHolds refuses a Redis that does not let this service in. One that does
// not answer yet is no reason not to start: payments can be confirmed without it.
func (c *Core) checkHolds(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	err := c.holds.Check(ctx)
	switch {
	case err == nil:
		return c.checkEviction(ctx)
	case errors.Is(err, redisstore.ErrSettings):
		return fmt.Errorf("SEATHOLD_REDIS_URL: %w", err)
	case errors.Is(err, context.Canceled):
		return err
	}
	c.warnOfRedisAway(err)
	return nil
}

func (c *Core) warnOfRedisAway(err error) {
	c.Log.Warn("Redis does not answer yet: no holds until it does", "err", err)
}

// checkEviction refuses a Redis that would drop holds when its memory is full,
// and warns of one that would if it had a limit.
func (c *Core) checkEviction(ctx context.Context) error {
	policy, maxMemory, err := c.holds.Eviction(ctx)
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case booking.CodeOf(err) == booking.CodeUnavailable:
		c.warnOfRedisAway(err)
		return nil
	case err != nil:
		return err
	case policy == "" || policy == "noeviction":
		return nil
	case maxMemory != "0" && maxMemory != "":
		return fmt.Errorf("SEATHOLD_REDIS_URL: this Redis drops keys when its memory is full (maxmemory-policy %s), "+
			"and holds with them; set maxmemory-policy to noeviction", policy)
	}
	c.Log.Warn("Redis would drop keys if it had a memory limit; set maxmemory-policy to noeviction", "policy", policy)
	return nil
}
