package mongostore

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

// neededActions are what a user must be allowed on the database; the role readWrite
// has them all.
var neededActions = []string{"find", "insert", "update", "remove", "createCollection", "createIndex", "listCollections", "listIndexes"}

// privileges are what connectionStatus tells of the user who asks.
type privileges struct {
	AuthInfo struct {
		Privileges []struct {
			Resource struct {
				DB          *string `bson:"db"`
				Collection  *string `bson:"collection"`
				AnyResource bool    `bson:"anyResource"`
			} `bson:"resource"`
			Actions []string `bson:"actions"`
		} `bson:"authenticatedUserPrivileges"`
	} `bson:"authInfo"`
}

// lacking lists the needed actions that are not allowed on the whole database. A
// server that tells of no privileges, as one without users does, allows all.
func (p privileges) lacking(database string) (lacking []string) {
	if len(p.AuthInfo.Privileges) == 0 {
		return nil
	}
	var allowed []string
	for _, each := range p.AuthInfo.Privileges {
		r := each.Resource
		isWhole := r.DB != nil && (*r.DB == database || *r.DB == "") && r.Collection != nil && *r.Collection == ""
		if isWhole || r.AnyResource {
			allowed = append(allowed, each.Actions...)
		}
	}
	for _, action := range neededActions {
		if !slices.Contains(allowed, action) {
			lacking = append(lacking, action)
		}
	}
	return lacking
}

func (found *Server) askRights(ctx context.Context, admin *mongo.Database, database string) error {
	var told privileges
	command := bson.D{{Key: "connectionStatus", Value: 1}, {Key: "showPrivileges", Value: true}}
	if err := ask(ctx, admin, command, &told); err != nil {
		return err
	}
	found.Lacking = told.lacking(database)
	return nil
}
