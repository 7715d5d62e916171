// Package connlimit is a listener that bounds how many connections are open:
// those of one address, so that it cannot keep out all others, and all
// together, so that the process keeps files to open for its own work.
//
// What is over a limit is closed at once and not left waiting: the queue in
// front of a listener has no addresses, and one guest could fill it.
package connlimit

import (
	"net"
	"net/netip"
	"sync"
)

// Limits are what New needs.
type Limits struct {
	// PerAddress is how many connections one address may have open. An IPv6
	// address counts as its /64, which one guest usually has whole.
	PerAddress int
	// Total is how many may be open.
	Total int
	// Exempt tells addresses that stand for many guests, such as a proxy's. They
	// count in the total alone.
	Exempt func(netip.Addr) bool
	// Refused is told of each connection that was closed at once, and how many
	// its address has open. It must not block.
	Refused func(from netip.Addr, open int)
}

// New returns a listener within the limits. Every field of them is required.
func New(l net.Listener, limits Limits) net.Listener {
	return &listener{Listener: l, limits: limits, open: map[netip.Addr]int{}}
}

type listener struct {
	net.Listener
	limits Limits

	mu    sync.Mutex
	open  map[netip.Addr]int // of addresses that are not exempt
	total int
}

// Accept returns the next connection that is within the limits.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := addressOf(c)
		counted := !l.limits.Exempt(from)
		open, admitted := l.admit(group(from), counted)
		if admitted {
			return &conn{Conn: c, left: sync.OnceFunc(func() { l.leave(group(from), counted) })}, nil
		}
		_ = c.Close()
		l.limits.Refused(from, open)
	}
}

func (l *listener) admit(guest netip.Addr, counted bool) (open int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	open = l.open[guest]
	if l.total >= l.limits.Total || (counted && open >= l.limits.PerAddress) {
		return open, false
	}
	l.total++
	if counted {
		l.open[guest]++
	}
	return open, true
}

func (l *listener) leave(guest netip.Addr, counted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total--
	if !counted {
		return
	}
	if l.open[guest]--; l.open[guest] == 0 {
		delete(l.open, guest)
	}
}

// conn gives its place back when it is closed.
type conn struct {
	net.Conn
	left func()
}

// Close closes the connection.
func (c *conn) Close() error {
	defer c.left()
	return c.Conn.Close()
}

// CloseWrite ends our half of the connection, so that a client sees the end of
// an early refusal while it still sends.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// addressOf is the zero address where the connection has none of IP.
func addressOf(c net.Conn) netip.Addr {
	from, _ := netip.ParseAddrPort(c.RemoteAddr().String())
	return from.Addr().Unmap()
}

// guestBits of an IPv6 address tell one guest from another.
const guestBits = 64

func group(from netip.Addr) netip.Addr {
	if !from.Is6() {
		return from
	}
	return netip.PrefixFrom(from.WithZone(""), guestBits).Masked().Addr()
}
