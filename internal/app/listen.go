package app

import (
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"seathold/internal/config"
	"seathold/internal/connlimit"
)

const (
	// maxConnsPerAddress leaves room for the guests behind one address of a
	// mobile network or a company; each browser opens some six connections.
	maxConnsPerAddress = 1000
	// maxConns is what memory is for: some 20 KB each.
	maxConns = 50_000
	// refusalsEvery bounds how often the log tells of refusals.
	refusalsEvery = time.Minute
)

// limited bounds the connections of the API's listener. Addresses that are not
// of the public internet are a proxy, or ours: their guests are told apart by
// nothing that could be counted here.
func limited(l net.Listener, proxies []netip.Prefix, log *slog.Logger) net.Listener {
	told := &refusals{log: log}
	return connlimit.New(l, connlimit.Limits{
		PerAddress: maxConnsPerAddress,
		Total:      min(maxConns, openFilesLimit()/8*7), // the rest is for the stores
		Exempt:     func(from netip.Addr) bool { return isInside(from, proxies) },
		Refused:    told.add,
	})
}

// isInside reports whether an address is ours: none of the public internet, or a
// proxy that is trusted.
func isInside(from netip.Addr, proxies []netip.Prefix) bool {
	return config.IsInternal(from) || slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(from) })
}

// refusals tells of connections that were closed, of the first at once.
type refusals struct {
	log    *slog.Logger
	count  atomic.Int64 // since the log told
	toldAt atomic.Int64 // in ms of Unix time
}

func (r *refusals) add(from netip.Addr, open int) {
	count, now, told := r.count.Add(1), time.Now().UnixMilli(), r.toldAt.Load()
	if now-told < refusalsEvery.Milliseconds() || !r.toldAt.CompareAndSwap(told, now) {
		return
	}
	r.count.Add(-count)
	r.log.Warn("too many connections are open: new ones are closed; a proxy's address belongs into SEATHOLD_TRUSTED_PROXIES",
		"closed", count, "last_from", from, "open_from_there", open)
}
