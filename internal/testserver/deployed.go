package testserver

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// Deployment returns the path of a file in the folder docker.
func Deployment(path ...string) string {
	return filepath.Join(append([]string{projectRoot(), "docker"}, path...)...)
}

// DeploymentSecrets has the deployment's script make its secrets, and returns
// their folder.
func DeploymentSecrets(t testing.TB) (folder string) {
	t.Helper()
	folder = t.TempDir()
	RunSecrets(t, folder)
	return folder
}

// RunSecrets has the script make in a folder what is missing there.
func RunSecrets(t testing.TB, folder string) {
	t.Helper()
	script := exec.Command("sh", Deployment("secrets.sh"), folder, Deployment("redis", "users.acl"))
	script.Env = append(os.Environ(), "MONGO_USER="+strconv.Itoa(os.Getuid())) // nobody else's file can be made
	if said, err := script.CombinedOutput(); err != nil {
		t.Fatalf("secrets.sh: %v: %s", err, said)
	}
}

// RedisDeployed starts a Redis for this test alone, with the settings and the
// users that the deployment gives it. The passwords are in the secrets' folder.
// Further arguments are redis-server's and win.
func RedisDeployed(t testing.TB, args ...string) (s *Server, secrets string) {
	t.Helper()
	secrets = DeploymentSecrets(t)
	settings := []string{"--include", Deployment("redis", "redis.conf"), "--aclfile", filepath.Join(secrets, "redis", "users.acl")}
	return RedisOwn(t, append(settings, args...)...), secrets
}
