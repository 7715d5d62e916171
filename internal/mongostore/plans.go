package mongostore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"

	"seathold/internal/booking"
)

// planDocument is a plan as it was imported, compressed since a document may
// have no more than 16 MiB. Its id is the digest of the plan, so that storing
// it again, after a crash or for another event, finds it there and a plan can
// never be another than its event was inserted with.
type planDocument struct {
	ID   string `bson:"_id"` // SHA-256 of the uncompressed bytes, hexadecimal
	Gzip []byte `bson:"gzip"`
}

// storePlan stores the plan, unless it is there, and returns its id.
func (s *Store) storePlan(ctx context.Context, raw []byte) (id string, err error) {
	digest := sha256.Sum256(raw)
	id = hex.EncodeToString(digest[:])
	packed, err := booking.PackPlan(raw)
	if err != nil {
		return "", err
	}
	_, err = s.plans.InsertOne(ctx, planDocument{ID: id, Gzip: packed})
	if err = writeError(err); errors.Is(err, booking.ErrConflict) {
		return id, nil
	}
	return id, err
}

// Plan implements booking.Events.
func (s *Store) Plan(ctx context.Context, eventID string) ([]byte, error) {
	e, err := s.findEvent(ctx, eventID)
	if err != nil {
		return nil, err
	}
	var d planDocument
	err = s.plans.FindOne(ctx, bson.D{{Key: "_id", Value: e.PlanID}}).Decode(&d)
	if err != nil {
		return nil, notFound(err, "the plan of event %q is missing from the order store", eventID)
	}
	raw, err := booking.UnpackPlan(d.Gzip)
	if err != nil { // asking again does not help
		return nil, fmt.Errorf("the plan of event %q: %w", eventID, err)
	}
	return raw, nil
}
