package testserver

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"
)

var redisKind = kind{
	name:     "redis",
	missing:  "install Redis 7 (Debian: apt-get install redis-server) so that redis-server is in PATH",
	patience: 10 * time.Second,
	command:  redisCommand,
	probe:    probeRedis,
}

var sharedRedis = &shared{kind: redisKind}

// Redis returns the address, host:port, of a Redis server that all tests of
// this binary share; it keeps nothing on disk.
func Redis(t testing.TB) (addr string) {
	t.Helper()
	return sharedRedis.address(t)
}

// RedisOwn starts a Redis server for this test alone. The arguments are
// redis-server's and come last, so that they win: "--appendonly", "yes".
func RedisOwn(t testing.TB, args ...string) *Server {
	t.Helper()
	return own(t, redisKind, args)
}

func redisCommand(port, folder string) []string {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil
	}
	return []string{
		path, "--port", port, "--bind", "127.0.0.1", "--dir", folder,
		"--save", "", "--appendonly", "no", "--daemonize", "no",
	}
}

// probeRedis asks for a PONG. A server that wants a password answers too; one
// that still reads its files does not.
func probeRedis(addr string) (err error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.HasPrefix(line, "+PONG") && !strings.HasPrefix(line, "-NOAUTH") {
		return fmt.Errorf("redis answers %q", line)
	}
	return nil
}
