package testserver

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed supervise.sh
var superviseScript string

// What becomes of a server's folder when it has ended.
const (
	keepFolder   = "keep"
	removeFolder = "remove"
)

// process is a running server under supervise.sh.
type process struct {
	pid      int
	lifeline io.Closer     // closing it kills the server
	gone     chan struct{} // closed when the server has ended
	output   *tail
}

// launch starts a command in folder.
func launch(folder, after string, command []string) (*process, error) {
	args := append([]string{"-c", superviseScript, "supervise.sh", folder, after}, command...)
	cmd := exec.Command("sh", args...)
	cmd.Dir = folder
	// A group of its own: Ctrl-C must reach the test binary only, so that the
	// supervisor is still there to clean up.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	output := &tail{}
	cmd.Stderr = output
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	pid, err := readPID(stdout)
	p := &process{pid: pid, lifeline: lifeline, gone: make(chan struct{}), output: output}
	go func() {
		defer close(p.gone)
		_ = cmd.Wait() // killed on purpose: its status says nothing
	}()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", command[0], err), p.kill())
	}
	return p, nil
}

func readPID(r io.Reader) (int, error) {
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(line))
}

// kill ends the server with SIGKILL and returns when it is gone.
func (p *process) kill() error {
	err := p.lifeline.Close()
	<-p.gone
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// awaitReady returns when probe succeeds, or an error with the server's last
// words when it ended or patience did.
func (p *process) awaitReady(patience time.Duration, probe func() error) error {
	deadline := time.After(patience)
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for {
		err := probe()
		if err == nil {
			return nil
		}
		select {
		case <-p.gone:
			return fmt.Errorf("server ended at once: %s", p.output)
		case <-deadline:
			return fmt.Errorf("server does not answer after %s: %w: %s", patience, err, p.output)
		case <-poll.C:
		}
	}
}

// tail keeps the end of what a server prints.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	const most = 4000
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-most):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

// freePort returns a loopback port that nobody listens on. Someone else may
// take it before the server does, so starting is tried more than once.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
