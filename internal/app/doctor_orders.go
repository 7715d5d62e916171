package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
	"seathold/internal/config"
	"seathold/internal/doctor"
	"seathold/internal/mongostore"
)

const (
	// oldestMongoDB is the first major version that is still thought of here.
	oldestMongoDB = 5
	// usualMembers are as many as go on after one is lost.
	usualMembers = 3
)

func (e examined) orderStoreName() string {
	if e.config.MongoDB.Embedded() {
		return "data-folder"
	}
	return "mongodb"
}

// orderStore looks at MongoDB or, where that is embedded, at the data folder.
func (e examined) orderStore(ctx context.Context) []doctor.Finding {
	if e.config.MongoDB.Embedded() {
		return e.dataFolder(ctx)
	}
	return e.mongodb(ctx)
}

func (e examined) dataFolder(ctx context.Context) []doctor.Finding {
	const check = "data-folder"
	path := dataFile(e.config)
	if isOpenToAll(path) {
		return []doctor.Finding{doctor.Wrong(check, "chmod 600 "+path, "everybody on this machine can read the orders in %s", path)}
	}
	store, err := boltstore.ReadOnly(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []doctor.Finding{doctor.Fine(check, "nothing is stored in %s yet: the first start makes it", e.config.DataDir)}
	case errors.Is(err, boltstore.ErrInUse):
		return []doctor.Finding{doctor.Fine(check, "%s is in use by the running service, as one process may", path)}
	case err == nil:
		err = errors.Join(store.Ping(ctx), store.Close(ctx))
	}
	if err != nil {
		return []doctor.Finding{doctor.Wrong(check, "look at who owns the folder, and at its disk; or set SEATHOLD_DATA_DIR", "%v", err)}
	}
	return []doctor.Finding{doctor.Fine(check, "%s, for one process: copy it away while the service is stopped", path)}
}

func (e examined) mongodb(ctx context.Context) []doctor.Finding {
	m := e.config.MongoDB
	uri, err := mongostore.ReadURI(m.URI.Reveal())
	if err != nil {
		return []doctor.Finding{doctor.Wrong("mongodb", "mend SEATHOLD_MONGODB_URI", "%v", err)}
	}
	found := wayToMongoDB(ctx, uri)
	store, err := mongostore.Look(ctx, m.URI.Reveal())
	if err != nil {
		return append(found, mongodbAway(m, err))
	}
	defer func() { _ = store.Close(context.WithoutCancel(ctx)) }() // nothing was written
	server, err := store.Inspect(ctx)
	if err != nil {
		return append(found, mongodbAway(m, err))
	}
	found = append(found, doctor.Fine("mongodb", "%s answers", m))
	return append(found, judgeMongoDB(m, uri, server)...)
}

func judgeMongoDB(m config.MongoDB, uri mongostore.URI, s mongostore.Server) []doctor.Finding {
	return slices.Concat(
		[]doctor.Finding{mongodbVersion(s)}, mongodbRights(m, s), mongodbTopology(s),
		[]doctor.Finding{mongodbWriteConcern(uri), mongodbIndexes(m, s), clock("mongodb-clock", "MongoDB's", s.ClockAhead, s.Within)},
	)
}

// mongodbAway tells why it does not let us look. The driver's words name servers,
// and no password.
func mongodbAway(m config.MongoDB, err error) doctor.Finding {
	if e := (*booking.Error)(nil); errors.As(err, &e) && e.Err != nil {
		err = e.Err
	}
	said := err.Error()
	for _, about := range []string{"auth error", "AuthenticationFailed", "requires authentication", "not authorized", "Unauthorized"} {
		if strings.Contains(said, about) {
			return doctor.Wrong("mongodb", "correct user and password in SEATHOLD_MONGODB_URI, with ?authSource= where the user is of another database; "+
				"the user needs readWrite on "+m.Database, "%s does not let this user in: %v", m, err)
		}
	}
	return doctor.Wrong("mongodb", "start it, or correct SEATHOLD_MONGODB_URI; without it no payment is confirmed", "%s does not answer: %v", m, err)
}

// wayToMongoDB is about who may listen on the way there.
func wayToMongoDB(ctx context.Context, uri mongostore.URI) []doctor.Finding {
	if open, is := inTheOpen(ctx, uri.Hosts); is && !uri.TLS {
		return []doctor.Finding{doctor.Wrong("mongodb-tls", "add tls=true to SEATHOLD_MONGODB_URI, or use a private network",
			"%s is on the public internet, and what is said there is not encrypted", open)}
	}
	return nil
}

func mongodbVersion(s mongostore.Server) doctor.Finding {
	const check = "mongodb-version"
	first, _, _ := strings.Cut(s.Version, ".")
	if major, err := strconv.Atoi(first); err != nil {
		return doctor.Advise(check, "look yourself: db.version() in mongosh", "the server does not say which version it is")
	} else if major < oldestMongoDB {
		return doctor.Wrong(check, "upgrade to a version that is maintained", "MongoDB is %s, and %d.0 is the oldest that is thought of here", s.Version, oldestMongoDB)
	}
	return doctor.Fine(check, "%s", s.Version)
}

func mongodbRights(m config.MongoDB, s mongostore.Server) []doctor.Finding {
	if len(s.Lacking) == 0 {
		return nil
	}
	return []doctor.Finding{doctor.Wrong("mongodb-rights", "in mongosh: db.grantRolesToUser(NAME, [{role: \"readWrite\", db: "+strconv.Quote(m.Database)+"}])",
		"the user may not %s in database %q", strings.Join(s.Lacking, ", "), m.Database)}
}

func mongodbTopology(s mongostore.Server) []doctor.Finding {
	const check = "mongodb-topology"
	var found []doctor.Finding
	switch {
	case s.Sharded:
		return []doctor.Finding{doctor.Fine(check, "a sharded cluster")}
	case s.SetName == "":
		return []doctor.Finding{doctor.Wrong(check, "make it a replica set: mongod --replSet rs0, rs.initiate(), and ?replicaSet=rs0 in SEATHOLD_MONGODB_URI",
			"MongoDB stands alone: with its disk every order is gone, and who paid is known to the provider only")}
	case s.Healthy < s.Majority:
		found = append(found, doctor.Wrong(check, "look at rs.status() in mongosh, and start the others",
			"of replica set %s %d members take writes and %d must: no order can be stored", s.SetName, s.Healthy, s.Majority))
	case s.Healthy > 0 && s.Healthy < s.Members:
		found = append(found, doctor.Advise(check, "look at rs.status() in mongosh, and start the others",
			"of the %d members of replica set %s %d are well", s.Members, s.SetName, s.Healthy))
	}
	if s.Members < usualMembers {
		found = append(found, doctor.Advise(check, "add members with rs.add(): three go on after one is lost",
			"replica set %s has %s that %s data", s.SetName, plural(s.Members, "member"), verb(s.Members, "holds", "hold")))
	}
	if s.Arbiters > 0 {
		found = append(found, doctor.Advise(check, "make the arbiter a member that holds data",
			"replica set %s has an arbiter: with one of the others away no write reaches a majority, and nothing is sold", s.SetName))
	}
	return otherwise(found, doctor.Fine(check, "replica set %s of %s", s.SetName, plural(s.Members, "member")))
}

func mongodbWriteConcern(uri mongostore.URI) doctor.Finding {
	const check = "mongodb-write-concern"
	if len(uri.Overridden) > 0 {
		return doctor.Advise(check, "take it out of SEATHOLD_MONGODB_URI, so that nobody believes it",
			"%s does not count: every write waits for the disks of a majority", strings.Join(uri.Overridden, ", "))
	}
	return doctor.Fine(check, "every write waits for the disks of a majority")
}

func mongodbIndexes(m config.MongoDB, s mongostore.Server) doctor.Finding {
	const check = "mongodb-indexes"
	switch {
	case s.Empty:
		return doctor.Advise(check, "see that SEATHOLD_MONGODB_URI names the right one; the first start makes all that is needed",
			"database %q is empty", m.Database)
	case len(s.Weakened) > 0:
		return doctor.Wrong(check, "drop each in mongosh, as in "+dropIndex(s.Weakened[0])+", and restart an instance: a start builds it anew",
			"not as they must be: %s; a start fails on them", strings.Join(s.Weakened, ", "))
	case len(s.Missing) > 0:
		return doctor.Wrong(check, "restart an instance: a start makes them",
			"missing: %s; without orders.sold_seat_once two orders can own one seat", strings.Join(s.Missing, ", "))
	default:
		return doctor.Fine(check, "all are there, and as they must be")
	}
}

// dropIndex is what mongosh takes, for collection.index.
func dropIndex(name string) string {
	collection, index, _ := strings.Cut(name, ".")
	return fmt.Sprintf("db.%s.dropIndex(%q)", collection, index)
}

func plural(n int, what string) string { return fmt.Sprintf("%d %s%s", n, what, verb(n, "", "s")) }

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
