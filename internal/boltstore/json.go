package boltstore

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"
)

func putJSON(b *bbolt.Bucket, id string, record any) error {
	value, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("encode %s: %w", id, err)
	}
	return b.Put([]byte(id), value)
}

// getJSON reads a record, or reports false where there is none.
func getJSON(b *bbolt.Bucket, id string, record any) (found bool, err error) {
	value := b.Get([]byte(id))
	if value == nil {
		return false, nil
	}
	return true, fromJSON(id, value, record)
}

func fromJSON(id string, value []byte, record any) error {
	if err := json.Unmarshal(value, record); err != nil {
		return fmt.Errorf("stored record %s is damaged: %w", id, err)
	}
	return nil
}
