package boltstore

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// The buckets that are made from the orders: whatever changes an order changes
// its entries in the same transaction.
var (
	bucketOwners     = []byte("owners")      // event, seat → order id: the double-sale guard
	bucketClaims     = []byte("claims")      // event, order id: owners and pending orders
	bucketOfEvent    = []byte("of_event")    // event, order id
	bucketOfCustomer = []byte("of_customer") // customer, order id: no blocks
	bucketKeys       = []byte("keys")        // customer, idempotency key, event → order id
	bucketPayments   = []byte("payments")    // provider, payment id, order id
	bucketDue        = []byte("due")         // due at, order id → status
	bucketRefundsDue = []byte("refunds_due") // order id → since when, as a timeKey
	noValue          = []byte{}
	orderIndexes     = [][]byte{
		bucketOwners, bucketClaims, bucketOfEvent, bucketOfCustomer, bucketKeys, bucketPayments, bucketDue, bucketRefundsDue,
	}
)

// entry is one key of one index.
type entry struct {
	bucket, key, value []byte
}

// entriesOf returns an order's entries in every index.
func entriesOf(o *booking.Order) []entry {
	entries := append(seatEntries(o), paymentEntries(o)...)
	entries = append(entries, entry{bucketOfEvent, key(o.EventID, o.ID), noValue})
	if o.HasClaim() {
		entries = append(entries, entry{bucketClaims, key(o.EventID, o.ID), noValue})
	}
	if !o.IsBlock() {
		entries = append(entries, entry{bucketOfCustomer, key(o.CustomerID, o.ID), noValue})
	}
	if o.IdempotencyKey != "" {
		entries = append(entries, entry{bucketKeys, key(o.CustomerID, o.IdempotencyKey, o.EventID), []byte(o.ID)})
	}
	return append(entries, dueEntries(o)...)
}

func dueEntries(o *booking.Order) []entry {
	var entries []entry
	if at := o.DueAt(); !at.IsZero() {
		entries = append(entries, entry{bucketDue, dueKey(at, o.ID), []byte(o.Status)})
	}
	if since := o.RefundDueSince(); !since.IsZero() {
		entries = append(entries, entry{bucketRefundsDue, []byte(o.ID), []byte(timeKey(since))})
	}
	return entries
}

func seatEntries(o *booking.Order) []entry {
	if !o.OwnsSeats {
		return nil
	}
	entries := make([]entry, 0, len(o.Seats))
	for _, seat := range o.Seats {
		entries = append(entries, entry{bucketOwners, key(o.EventID, seat), []byte(o.ID)})
	}
	return entries
}

func paymentEntries(o *booking.Order) []entry {
	ids := []string{o.Checkout.ID}
	for _, p := range o.Payments {
		ids = append(ids, p.ID)
	}
	var entries []entry
	for _, id := range ids {
		if id != "" {
			entries = append(entries, entry{bucketPayments, key(o.Checkout.Provider, id, o.ID), noValue})
		}
	}
	return entries
}

// reindex moves the order's entries from what was stored (nil: nothing) to
// what is stored now. ErrSeatSold, ErrConflict: an entry that only one order
// may have belongs to another.
func reindex(tx *bbolt.Tx, old, now *booking.Order) error {
	if old != nil {
		for _, e := range entriesOf(old) {
			if err := tx.Bucket(e.bucket).Delete(e.key); err != nil {
				return err
			}
		}
	}
	for _, e := range entriesOf(now) {
		if err := e.put(tx, now.ID); err != nil {
			return err
		}
	}
	return nil
}

// put stores the entry of an order. The transaction fails as a whole where it
// returns an error, so nothing is half done.
func (e entry) put(tx *bbolt.Tx, orderID string) error {
	b := tx.Bucket(e.bucket)
	if other := b.Get(e.key); other != nil && string(other) != orderID {
		switch {
		case bytes.Equal(e.bucket, bucketOwners):
			return fmt.Errorf("order %s wants a seat of order %s: %w", orderID, other, booking.ErrSeatSold)
		case bytes.Equal(e.bucket, bucketKeys):
			return fmt.Errorf("order %s has the idempotency key of order %s: %w", orderID, other, booking.ErrConflict)
		}
	}
	return b.Put(e.key, e.value)
}
