package outbound

import (
	"errors"
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// errNotPublic does not say which address it is: whoever names a host is not
// told what it is inside our network.
var errNotPublic = errors.New("its address is not public, so nothing is sent there")

// networks judges addresses: public ones are fine, and those that are allowed.
type networks struct {
	allowed []netip.Prefix
	guard   *ssrf.Guardian
}

func newNetworks(allowed []netip.Prefix) networks {
	return networks{allowed: allowed, guard: ssrf.New(ssrf.WithAnyPort())}
}

// check refuses an address that is neither public nor allowed: loopback,
// private, link-local, multicast and all else that IANA keeps for special use.
// An IPv4 address inside an IPv6 one is judged as what it is.
func (n networks) check(address netip.Addr) error {
	address = address.Unmap().WithZone("")
	if slices.ContainsFunc(n.allowed, func(p netip.Prefix) bool { return p.Contains(address) }) {
		return nil
	}
	if n.guard.SafeAddr(address) != nil {
		return errNotPublic
	}
	return nil
}

// control is called with the address that is about to be connected to.
func (n networks) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return errNotPublic
	}
	return n.check(to.Addr())
}
