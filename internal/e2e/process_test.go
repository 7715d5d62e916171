package e2e

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed supervise.sh
var superviseScript string

// startPatience is for machines that do much else; a start takes far less.
const startPatience = 60 * time.Second

// process is a service that runs, or ran, under supervise.sh.
type process struct {
	pid      int
	lifeline io.Closer
	banner   chan string   // the address of the API, once it serves
	gone     chan struct{} // closed when it has ended
	status   int           // its exit status, 128+n after signal n; valid once gone
	stdout   []string      // valid once gone
}

// launch starts a service; what it prints is added to log.
func launch(folder string, env []string, log *os.File, command ...string) (*process, error) {
	cmd := exec.Command("sh", append([]string{"-c", superviseScript, "supervise.sh"}, command...)...)
	cmd.Dir, cmd.Env, cmd.Stderr = folder, env, log
	// A group of its own: Ctrl-C is for the test binary, the supervisor cleans up.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
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
	p := &process{lifeline: lifeline, banner: make(chan string, 1), gone: make(chan struct{})}
	lines := bufio.NewScanner(stdout)
	if lines.Scan() {
		p.pid, err = strconv.Atoi(lines.Text())
	}
	go p.follow(cmd, lines, log)
	if err == nil && p.pid == 0 {
		err = errors.New("the supervisor did not start")
	}
	return p, err
}

// follow reads what the service prints until it has ended.
func (p *process) follow(cmd *exec.Cmd, lines *bufio.Scanner, log io.Writer) {
	defer close(p.gone)
	url := ""
	for lines.Scan() {
		p.stdout = append(p.stdout, lines.Text())
		_, _ = fmt.Fprintln(log, lines.Text()) // for a person, if anyone
		if given, ok := strings.CutPrefix(lines.Text(), "  API "); ok {
			url = strings.TrimSpace(given)
		}
		// The empty line after its list ends what tests read of the banner.
		if url != "" && lines.Text() == "" {
			p.banner <- url
			url = ""
		}
	}
	_ = cmd.Wait() // its error is the status
	p.status = cmd.ProcessState.ExitCode()
}

// signal sends a signal to the service itself.
func (p *process) signal(s syscall.Signal) error { return syscall.Kill(p.pid, s) }

// wait returns when the service has ended, or an error where it does not.
func (p *process) wait(patience time.Duration) error {
	select {
	case <-p.gone:
		return nil
	case <-time.After(patience):
		return fmt.Errorf("process %d does not end within %s", p.pid, patience)
	}
}

// release kills the service where it still runs.
func (p *process) release() error {
	err := p.lifeline.Close()
	if errors.Is(err, os.ErrClosed) {
		err = nil
	}
	return errors.Join(err, p.wait(startPatience))
}
