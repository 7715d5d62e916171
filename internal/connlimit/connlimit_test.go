package connlimit

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// street is a listener whose connections come from any address.
type street struct{ arrivals chan net.Conn }

func (s street) Accept() (net.Conn, error) {
	c, ok := <-s.arrivals
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (s street) Close() error   { return nil }
func (s street) Addr() net.Addr { return &net.TCPAddr{} }

// visitor is the server's end of a connection from an address.
type visitor struct {
	net.Conn
	from net.Addr
}

func (v visitor) RemoteAddr() net.Addr { return v.from }

// door counts what is let in and what is not.
type door struct {
	t       *testing.T
	street  street
	limited net.Listener
	inside  chan net.Conn
	refused chan string
}

func newDoor(t *testing.T, perAddress, total int, exempt ...string) *door {
	d := &door{
		t: t, street: street{make(chan net.Conn)}, inside: make(chan net.Conn, 1000), refused: make(chan string, 1000),
	}
	d.limited = New(d.street, Limits{
		PerAddress: perAddress, Total: total,
		Exempt: func(from netip.Addr) bool {
			for _, e := range exempt {
				if from == netip.MustParseAddr(e) {
					return true
				}
			}
			return false
		},
		Refused: func(from netip.Addr, open int) { d.refused <- fmt.Sprintf("%s %d", from, open) },
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := d.limited.Accept()
			if err != nil {
				return
			}
			d.inside <- c
		}
	}()
	t.Cleanup(func() { close(d.street.arrivals); <-done })
	return d
}

// arrive connects from an address. It returns the server's end, nil where it
// was refused, which the client's end then shows.
func (d *door) arrive(from string) net.Conn {
	d.t.Helper()
	ours, theirs := net.Pipe()
	d.t.Cleanup(func() { _ = theirs.Close() })
	d.street.arrivals <- visitor{ours, &net.TCPAddr{IP: net.ParseIP(from), Port: 4711}}
	select {
	case c := <-d.inside:
		return c
	case <-d.refused:
		_, err := theirs.Read(make([]byte, 1))
		require.ErrorIs(d.t, err, io.EOF, "what is refused is closed")
		return nil
	}
}

func (d *door) requireIn(from string) net.Conn {
	d.t.Helper()
	c := d.arrive(from)
	require.NotNil(d.t, c, "%s is kept out", from)
	return c
}

func TestOneAddressCannotKeepOutOthers(t *testing.T) {
	d := newDoor(t, 3, 100)
	first := d.requireIn("203.0.113.5")
	d.requireIn("203.0.113.5")
	d.requireIn("::ffff:203.0.113.5") // the same, as a listener for both families shows it
	for range 50 {
		require.Nil(t, d.arrive("203.0.113.5"))
	}
	d.requireIn("203.0.113.6")

	require.NoError(t, first.Close())
	_ = first.Close() // once more, as net/http does
	d.requireIn("203.0.113.5")
	require.Nil(t, d.arrive("203.0.113.5"), "one place was given back, not two")
}

func TestAnIPv6GuestHasOneNetwork(t *testing.T) {
	d := newDoor(t, 2, 100)
	d.requireIn("2001:db8:1:1::1")
	d.requireIn("2001:db8:1:1:ffff::2")
	require.Nil(t, d.arrive("2001:db8:1:1::3"))
	d.requireIn("2001:db8:1:2::1")
}

func TestAProxyStandsForMany(t *testing.T) {
	d := newDoor(t, 1, 10, "10.0.0.1")
	for range 10 {
		d.requireIn("10.0.0.1")
	}
	require.Nil(t, d.arrive("10.0.0.1"), "but the total holds for all")
	require.Nil(t, d.arrive("203.0.113.5"))
}

func TestPlacesAreGivenBackUnderLoad(t *testing.T) {
	d := newDoor(t, 20, 40)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			ours, theirs := net.Pipe()
			defer func() { _ = theirs.Close() }()
			d.street.arrivals <- visitor{ours, &net.TCPAddr{IP: net.IPv4(203, 0, 113, byte(i%5)), Port: 1}}
		})
	}
	all.Wait()
	for range 200 { // each came to be one of the two
		select {
		case c := <-d.inside:
			require.NoError(t, c.Close())
		case <-d.refused:
		}
	}
	l := d.limited.(*listener)
	l.mu.Lock()
	defer l.mu.Unlock()
	require.Zero(t, l.total)
	require.Empty(t, l.open)
}

func TestTheListenersErrorIsReturned(t *testing.T) {
	s := street{make(chan net.Conn)}
	close(s.arrivals)
	_, err := New(s, Limits{}).Accept()
	require.True(t, errors.Is(err, net.ErrClosed))
}
