package config

import (
	"fmt"
	"net"
	"net/netip"
)

// opsCaution warns where everybody may come to the operators' listener, which
// asks for no password: every interface, or an address of the public internet.
// A name is not judged: what it means is known to whoever chose it.
func (c *Config) opsCaution() []string {
	host, _, err := net.SplitHostPort(c.OpsAddr)
	if err != nil {
		return nil // validate has said so
	}
	ip, err := netip.ParseAddr(host)
	if host != "" && (err != nil || IsInternal(ip.Unmap())) {
		return nil
	}
	return []string{fmt.Sprintf("SEATHOLD_OPS_ADDR (%s) may be reached by anyone: its metrics and profiles are for operators; "+
		"use a loopback or private address, or see that a firewall is before it", c.OpsAddr)}
}

// IsInternal reports whether an address is none of the public internet.
func IsInternal(ip netip.Addr) bool {
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
}
