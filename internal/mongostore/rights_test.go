package mongostore

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"
)

// TestLackingRights reads what MongoDB's documentation has connectionStatus say.
func TestLackingRights(t *testing.T) {
	all := bson.A{}
	for _, action := range neededActions {
		all = append(all, action)
	}
	on := func(resource bson.M, actions bson.A) bson.M { return bson.M{"resource": resource, "actions": actions} }
	whole := func(db string) bson.M { return bson.M{"db": db, "collection": ""} }
	for name, c := range map[string]struct {
		told    bson.A
		lacking []string
	}{
		"nothing is told": {nil, nil},
		"readWrite":       {bson.A{on(whole("seathold"), all)}, nil},
		"of any database": {bson.A{on(whole(""), all)}, nil},
		"root":            {bson.A{on(bson.M{"cluster": true}, bson.A{"shutdown"}), on(bson.M{"anyResource": true}, all)}, nil},
		"in two parts":    {bson.A{on(whole("seathold"), all[:3]), on(whole("seathold"), all[3:])}, nil},
		"read": {
			bson.A{on(whole("seathold"), bson.A{"find", "listCollections", "listIndexes"})},
			[]string{"insert", "update", "remove", "createCollection", "createIndex"},
		},
		"of another database": {bson.A{on(whole("other"), all)}, neededActions},
		"of one collection":   {bson.A{on(bson.M{"db": "seathold", "collection": "orders"}, all)}, neededActions},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := bson.Marshal(bson.M{"authInfo": bson.M{"authenticatedUserPrivileges": c.told}})
			require.NoError(t, err)
			var told privileges
			require.NoError(t, bson.Unmarshal(raw, &told))
			require.Equal(t, c.lacking, told.lacking("seathold"))
		})
	}
}

// TestHealthyMembers reads what MongoDB's documentation has replSetGetStatus say.
func TestHealthyMembers(t *testing.T) {
	member := func(health float64, state int) bson.M { return bson.M{"health": health, "state": state} }
	raw, err := bson.Marshal(bson.M{"writeMajorityCount": 2, "members": bson.A{
		member(1, 1), member(1, 2), member(0, 8), member(1, 7), member(1, 3),
	}})
	require.NoError(t, err)
	var status setStatus
	require.NoError(t, bson.Unmarshal(raw, &status))
	require.Equal(t, 2, status.healthy(), "neither who is down, nor an arbiter, nor who still copies")
	require.Equal(t, 2, status.WriteMajorityCount)
}
