package testserver

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

// The user of MongoSecured, who may read and write the database.
const (
	MongoUser     = "seathold"
	MongoPassword = "seathold-may-do-this"
)

// MongoSecured starts a server for this test alone that speaks TLS only and
// wants users to show who they are, by SCRAM-SHA-256. The URI has no user; its
// database is where MongoUser is known.
func MongoSecured(t testing.TB, c *Certificates) (s *Server, uri string) {
	t.Helper()
	k := mongoKind
	k.command = func(port, folder string) []string {
		command := mongoCommand(port, folder)
		if command == nil {
			return nil
		}
		return append(command, mongoTLS(c)...)
	}
	open := "?directConnection=true&tls=true&tlsCAFile=" + c.CAFile
	k.probe = func(addr string) error {
		return withMongo("mongodb://"+addr+"/"+open, func(ctx context.Context, m *mongo.Client) error { return m.Ping(ctx, nil) })
	}
	s = own(t, k, nil)
	name := newDatabase()
	uri = withDatabase("mongodb://"+s.Addr, name) + "?tls=true&tlsCAFile=" + c.CAFile
	if err := withMongo("mongodb://"+s.Addr+"/"+open, func(ctx context.Context, m *mongo.Client) error {
		return m.Database(name).RunCommand(ctx, bson.D{
			{Key: "createUser", Value: MongoUser},
			{Key: "pwd", Value: MongoPassword},
			{Key: "roles", Value: bson.A{bson.D{{Key: "role", Value: "readWrite"}, {Key: "db", Value: name}}}},
			{Key: "mechanisms", Value: bson.A{"SCRAM-SHA-256"}},
		}).Err()
	}); err != nil {
		t.Fatalf("make a user of MongoDB: %v", err)
	}
	s.extra = []string{"--auth"}
	s.Restart()
	return s, uri
}

// mongoTLS are the arguments of mongod, or of SecantusDB where that is used.
func mongoTLS(c *Certificates) []string {
	if _, err := exec.LookPath("mongod"); err == nil {
		return []string{
			"--tlsMode", "requireTLS", "--tlsCertificateKeyFile", c.bundle(), "--tlsCAFile", c.CAFile,
			"--tlsAllowConnectionsWithoutCertificates",
		}
	}
	return []string{"--tls-cert-file", c.CertFile, "--tls-key-file", c.KeyFile}
}

// bundle returns a file with certificate and key, as mongod wants them. Where
// that fails the server says so.
func (c *Certificates) bundle() string {
	path := c.CertFile + "+key"
	certificate, _ := os.ReadFile(c.CertFile)
	key, _ := os.ReadFile(c.KeyFile)
	_ = os.WriteFile(path, append(certificate, key...), 0o600)
	return path
}
