package redisstore

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// calls has each command that Seathold calls, once, as it could be called; KEY
// is a key of ours. A command that is missing here fails a test, and so does one
// that docker/redis/users.acl does not allow.
var calls = []string{
	"ping", "time", "info",
	"get KEY", "set KEY value", "del KEY", "exists KEY", "getrange KEY 0 1", "setrange KEY 0 value",
	"hget KEY field", "hmget KEY field", "hset KEY field value", "hdel KEY field", "hincrby KEY field 1", "hscan KEY 0",
	"sadd KEY member", "sismember KEY member", "spop KEY",
	"xadd KEY * field value", "xread STREAMS KEY 0", "xrevrange KEY + -", "xtrim KEY MAXLEN 1",
	"zadd KEY 1 member", "zrange KEY 0 1", "zrangebyscore KEY 0 1", "zrem KEY member", "zscan KEY 0",
}

// scripting are the commands by which all others are tried.
var scripting = []string{"eval", "evalsha"}

// Commands lists, in order, what a user of Redis must be allowed to call. On a
// cluster its client calls "cluster|slots", "asking" and "command" besides.
func Commands() []string {
	commands := slices.Clone(scripting)
	for _, call := range calls {
		name, _, _ := strings.Cut(call, " ")
		commands = append(commands, name)
	}
	slices.Sort(commands)
	return commands
}

//go:embed rights.lua
var rightsSource string

// Refused lists the commands of Commands that the server refuses to this user,
// for keys that are ours. It changes nothing there. It takes Redis 7.0; any error
// is the server's.
func (s *Store) Refused(ctx context.Context) ([]string, error) {
	key := keys("doctor")[0]
	refused, err := refusedScripts(s.client.EvalSha(ctx, strings.Repeat("0", 40), []string{key}).Err(), "evalsha")
	if err != nil {
		return nil, err
	}
	args := make([]any, len(calls))
	for i, call := range calls {
		args[i] = call
	}
	failed, err := s.client.Eval(ctx, rightsSource, []string{key}, args...).StringSlice()
	more, err := refusedScripts(err, "eval")
	if err != nil {
		return nil, err
	}
	refused = append(refused, more...)
	if len(failed)%2 != 0 {
		return nil, fmt.Errorf("the trial of commands answers %d texts, want pairs", len(failed))
	}
	for i := 0; i < len(failed); i += 2 {
		if isRefusal(failed[i+1]) {
			refused = append(refused, failed[i])
		}
	}
	return refused, nil
}

// refusedScripts names the command where the error is a refusal of it. That a
// script is not known is none.
func refusedScripts(err error, command string) ([]string, error) {
	switch {
	case err == nil || redis.HasErrorPrefix(err, "NOSCRIPT"):
		return nil, nil
	case isRefusal(err.Error()):
		return []string{command}, nil
	default:
		return nil, err
	}
}

// aboutRights is how Redis and its kin word that a user may not, inside a script
// and outside.
var aboutRights = regexp.MustCompile(`NOPERM|no permission|ACL failure|can't run this command|can't access at least one of the keys`)

func isRefusal(said string) bool { return aboutRights.MatchString(said) }
