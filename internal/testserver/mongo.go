package testserver

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// mongoVariable names a server to use instead of starting one.
const mongoVariable = "SEATHOLD_TEST_MONGODB_URI"

var mongoKind = kind{
	name: "mongo",
	missing: "set " + mongoVariable + ", or put mongod in PATH, or, in the project's root: " +
		`python3 -m venv .tools/venv && .tools/venv/bin/pip install "SecantusDB==0.7.0b3"`,
	patience: time.Minute,
	command:  mongoCommand,
	probe:    probeMongo,
}

var sharedMongo = &shared{kind: mongoKind}

// Mongo returns the URI of an empty database, of a new name, on a server that
// all tests of this binary share: the one that SEATHOLD_TEST_MONGODB_URI
// names, else mongod from PATH, else SecantusDB from .tools/venv.
func Mongo(t testing.TB) (uri string) {
	t.Helper()
	base := os.Getenv(mongoVariable)
	if base == "" {
		return withDatabase("mongodb://"+sharedMongo.address(t), newDatabase())
	}
	name := newDatabase()
	uri = withDatabase(base, name)
	t.Cleanup(func() { dropDatabase(t, uri, name) })
	return uri
}

// MongoOwn starts a server for this test alone, which keeps its files over a
// Restart, and returns it with the URI of an empty database.
func MongoOwn(t testing.TB) (s *Server, uri string) {
	t.Helper()
	s = own(t, mongoKind, nil)
	return s, withDatabase("mongodb://"+s.Addr, newDatabase())
}

// MongoStandalone starts a server for this test alone that is no replica set, and
// returns the URI of an empty database.
func MongoStandalone(t testing.TB) (uri string) {
	t.Helper()
	var alone []string // mongod is so by itself
	if _, err := exec.LookPath("mongod"); err != nil {
		alone = []string{"--standalone"}
	}
	return withDatabase("mongodb://"+own(t, mongoKind, alone).Addr, newDatabase())
}

func newDatabase() string { return "seathold_test_" + strings.ToLower(rand.Text()) }

func mongoCommand(port, folder string) []string {
	if path, err := exec.LookPath("mongod"); err == nil {
		return []string{path, "--bind_ip", "127.0.0.1", "--port", port, "--dbpath", folder}
	}
	path := filepath.Join(projectRoot(), ".tools", "venv", "bin", "secantusd-py")
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	return []string{
		path, "--host", "127.0.0.1", "--port", port, "--storage-path", folder,
		"--cache-size", "256M", "--log-level", "WARNING", "--sync-on-commit",
	}
}

// projectRoot is the folder that this package is in: tests run in their package's
// folder, which may be of the module in docker.
func projectRoot() string {
	folder, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "internal", "testserver")); err == nil {
			return folder
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return ""
		}
		folder = parent
	}
}

// withDatabase puts a database's name into a URI. The name that was there
// stays the one to authenticate against, as it was without authSource.
func withDatabase(uri, name string) string {
	uri, query, _ := strings.Cut(uri, "?")
	scheme, rest, _ := strings.Cut(uri, "://")
	hosts, old, _ := strings.Cut(rest, "/")
	if old != "" && strings.Contains(hosts, "@") && !strings.Contains(strings.ToLower(query), "authsource=") {
		query = strings.TrimPrefix(query+"&authSource="+old, "&")
	}
	uri = scheme + "://" + hosts + "/" + name
	if query != "" {
		uri += "?" + query
	}
	return uri
}

func probeMongo(addr string) error {
	return withMongo("mongodb://"+addr+"/?directConnection=true", func(ctx context.Context, c *mongo.Client) error {
		return c.Ping(ctx, nil)
	})
}

func dropDatabase(t testing.TB, uri, name string) {
	err := withMongo(uri, func(ctx context.Context, c *mongo.Client) error {
		return c.Database(name).Drop(ctx)
	})
	if err != nil {
		t.Errorf("drop database %s: %v", name, err)
	}
}

func withMongo(uri string, do func(context.Context, *mongo.Client) error) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(uri).SetServerSelectionTimeout(2*time.Second))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Disconnect(ctx)) }()
	return do(ctx, client)
}
