package auth

import (
	"context"
	"errors"
)

// CheckIssuer fetches an outside issuer's keys once, as the first token would
// have it done, and returns how many there are. Of the configuration it takes
// what is about the issuer, the client and the log. An issuer without keys is an
// error.
func CheckIssuer(ctx context.Context, cfg OutsideConfig) (keys int, err error) {
	k := newOutsideKeys(cfg)
	defer k.close()
	ctx, cancel := context.WithCancel(ctx) // ends what would keep the keys fresh
	defer cancel()
	loaded, err := k.fetch(ctx)
	if err != nil {
		return 0, err
	}
	all, err := loaded.KeyReadAll(ctx)
	if err == nil && len(all) == 0 {
		err = errors.New("it publishes no keys")
	}
	return len(all), err
}
