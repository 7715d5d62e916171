package mongostore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"
)

// Server is what the server says of itself and of the database.
type Server struct {
	Version string
	// SetName is of a replica set; Sharded is a cluster, behind mongos. Neither:
	// one server that stands alone.
	SetName string
	Sharded bool
	// Members hold data; Arbiters only vote.
	Members, Arbiters int
	// Healthy counts the members that take writes, Majority those that must take
	// one before it counts. Both 0: this user is not told.
	Healthy, Majority int

	// Lacking are the actions on the database that this user may not do, where the
	// server tells.
	Lacking []string

	// Empty is a database without anything in it.
	Empty bool
	// Missing and Weakened name the indexes that are not there, or are other ones
	// than this package relies on, as collection.index.
	Missing, Weakened []string

	// ClockAhead is by how much its clock is ahead of this machine's; it is
	// right to within Within.
	ClockAhead, Within time.Duration
}

// Inspect asks the primary what it is, and reads which indexes the database has.
// It changes nothing. CodeUnavailable.
func (s *Store) Inspect(ctx context.Context) (found Server, err error) {
	admin, database := s.client.Database("admin"), s.orders.Database()
	if err := found.askHello(ctx, admin); err != nil {
		return found, unavailable(reason(err))
	}
	if err := found.askOthers(ctx, admin); err != nil {
		return found, unavailable(err)
	}
	if err := found.askRights(ctx, admin, database.Name()); err != nil {
		return found, unavailable(err)
	}
	names, err := database.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return found, unavailable(err)
	}
	if found.Empty = len(names) == 0; found.Empty {
		return found, nil
	}
	for _, want := range s.indexed() {
		if err := found.askIndexes(ctx, want); err != nil {
			return found, unavailable(err)
		}
	}
	return found, nil
}

func (found *Server) askHello(ctx context.Context, admin *mongo.Database) error {
	var hello struct {
		SetName   string    `bson:"setName"`
		Msg       string    `bson:"msg"`
		Hosts     []string  `bson:"hosts"`
		Passives  []string  `bson:"passives"`
		Arbiters  []string  `bson:"arbiters"`
		LocalTime time.Time `bson:"localTime"`
	}
	// Asked twice: making the connection takes its time, and is no way to the server.
	for range 2 {
		before := time.Now()
		if err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
			return err
		}
		found.Within = time.Since(before) / 2
		found.ClockAhead = hello.LocalTime.Sub(before.Add(found.Within))
	}
	found.SetName, found.Sharded = hello.SetName, hello.Msg == "isdbgrid"
	found.Members, found.Arbiters = len(hello.Hosts)+len(hello.Passives), len(hello.Arbiters)
	return nil
}

// askOthers asks what a user of few rights may not be told.
func (found *Server) askOthers(ctx context.Context, admin *mongo.Database) error {
	var build struct {
		Version string `bson:"version"`
	}
	if err := ask(ctx, admin, bson.D{{Key: "buildInfo", Value: 1}}, &build); err != nil {
		return err
	}
	found.Version = build.Version
	if found.SetName == "" {
		return nil
	}
	var status setStatus
	if err := ask(ctx, admin, bson.D{{Key: "replSetGetStatus", Value: 1}}, &status); err != nil {
		return err
	}
	found.Healthy, found.Majority = status.healthy(), status.WriteMajorityCount
	return nil
}

// reason is what the servers met, where none could be chosen: the driver's own
// text has it at the end of all that it knows of them.
func reason(err error) error {
	var none topology.ServerSelectionError
	if !errors.As(err, &none) {
		return err
	}
	for _, server := range none.Desc.Servers {
		if server.LastError != nil {
			return fmt.Errorf("%s: %w", server.Addr, server.LastError)
		}
	}
	return err
}

// setStatus is the part of replSetGetStatus that counts here.
type setStatus struct {
	WriteMajorityCount int `bson:"writeMajorityCount"`
	Members            []struct {
		Health float64 `bson:"health"`
		State  int     `bson:"state"`
	} `bson:"members"`
}

// healthy counts primary and secondaries that answer the others.
func (s setStatus) healthy() (n int) {
	const primary, secondary = 1, 2
	for _, m := range s.Members {
		if m.Health == 1 && (m.State == primary || m.State == secondary) {
			n++
		}
	}
	return n
}

// ask leaves answer as it is where the server refuses to say.
func ask(ctx context.Context, admin *mongo.Database, command bson.D, answer any) error {
	err := admin.RunCommand(ctx, command).Decode(answer)
	var refused mongo.CommandError
	if errors.As(err, &refused) && !refused.HasErrorLabel("NetworkError") {
		return nil
	}
	return err
}

func (found *Server) askIndexes(ctx context.Context, want indexed) error {
	listed, err := listIndexes(ctx, want.collection)
	if err != nil {
		return fmt.Errorf("list the indexes of %s: %w", want.collection.Name(), err)
	}
	for _, w := range want.indexes {
		name := want.collection.Name() + "." + w.name
		is, there := listed[w.name]
		switch {
		case !there:
			found.Missing = append(found.Missing, name)
		case !w.is(is):
			found.Weakened = append(found.Weakened, name)
		}
	}
	return nil
}

// URI is what a URI says, and what of it does not count.
type URI struct {
	Hosts []string // host:port
	TLS   bool
	// Overridden are its options that Open replaces by stricter ones, as they are
	// written.
	Overridden []string
}

// ReadURI takes a URI apart, without connecting. The error names the part that
// is wrong; for mongodb+srv it may be the name server's.
func ReadURI(uri string) (URI, error) {
	parsed, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return URI{}, fmt.Errorf("MongoDB URI: %w", err)
	}
	read := URI{Hosts: parsed.Hosts, TLS: parsed.SSL}
	weaker := func(option, value string) { read.Overridden = append(read.Overridden, option+"="+value) }
	if parsed.WNumberSet {
		weaker("w", fmt.Sprint(parsed.WNumber))
	}
	if parsed.WString != "" && parsed.WString != "majority" {
		weaker("w", parsed.WString)
	}
	if parsed.JSet && !parsed.J {
		weaker("journal", "false")
	}
	if parsed.RetryWritesSet && !parsed.RetryWrites {
		weaker("retryWrites", "false")
	}
	if parsed.ReadConcernLevel != "" && !slices.Contains([]string{"majority", "linearizable"}, parsed.ReadConcernLevel) {
		weaker("readConcernLevel", parsed.ReadConcernLevel)
	}
	if parsed.ReadPreference != "" && !strings.EqualFold(parsed.ReadPreference, "primary") {
		weaker("readPreference", parsed.ReadPreference)
	}
	return read, nil
}
