package bench

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// crowdVariable tells this binary, started once more, to be the listeners: of
// which address and path.
const crowdVariable = "SEATHOLD_TEST_BENCH_CROWD"

// crowd is many listeners in a process of their own. They take all that they
// are sent, and count the changes in it.
type crowd struct {
	t       *testing.T
	process *exec.Cmd
	ask     io.WriteCloser
	answers *bufio.Scanner
}

// startCrowd returns when all have their first answer.
func startCrowd(t *testing.T, addr, path string) *crowd {
	c := &crowd{t: t, process: exec.Command(os.Args[0], "-test.run=^TestCrowd$")}
	c.process.Env = append(os.Environ(), crowdVariable+"="+addr+" "+path)
	var err error
	c.ask, err = c.process.StdinPipe()
	require.NoError(t, err)
	out, err := c.process.StdoutPipe()
	require.NoError(t, err)
	c.process.Stderr = os.Stderr
	c.answers = bufio.NewScanner(out)
	require.NoError(t, c.process.Start())
	require.Zero(t, c.told(), "changes before there were any")
	return c
}

// told is how many changes all were told together.
func (c *crowd) told() int {
	_, err := fmt.Fprintln(c.ask)
	require.NoError(c.t, err)
	require.True(c.t, c.answers.Scan(), "the listeners are gone")
	n, err := strconv.Atoi(c.answers.Text())
	require.NoError(c.t, err, c.answers.Text())
	return n
}

func (c *crowd) leave() {
	require.NoError(c.t, c.ask.Close())
	require.NoError(c.t, c.process.Wait())
}

// TestCrowd is the other process: no test.
func TestCrowd(t *testing.T) {
	addr, path, is := strings.Cut(os.Getenv(crowdVariable), " ")
	if !is {
		t.Skip("is run by TestFiguresOfAStream")
	}
	var told atomic.Int64
	began := make(chan struct{}, audience)
	for range audience {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
		require.NoError(t, err)
		_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, addr)
		require.NoError(t, err)
		go countChanges(conn, &told, began)
	}
	for range audience {
		<-began
	}
	questions := bufio.NewScanner(os.Stdin)
	for questions.Scan() {
		fmt.Println(told.Load())
	}
	os.Exit(0) // the connections end with it
}

// countChanges counts what ends as only a change does: `"]`.
func countChanges(from io.Reader, told *atomic.Int64, began chan<- struct{}) {
	buffer := make([]byte, 4096)
	var last byte
	for first := true; ; first = false {
		n, err := from.Read(buffer)
		if first {
			began <- struct{}{}
		}
		if err != nil {
			return
		}
		found := int64(0)
		for _, b := range buffer[:n] {
			if last == '"' && b == ']' {
				found++
			}
			last = b
		}
		told.Add(found)
	}
}
