package boltstore

import (
	"bytes"
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"
)

// key joins the parts of a composite key. Each part but the last stands behind
// its length, so that parts never run together, whatever they contain, and all
// keys with the same first parts are neighbours, ordered by the last.
func key(parts ...string) []byte {
	last := len(parts) - 1
	return append(prefix(parts[:last]...), parts[last]...)
}

// prefix is the beginning of every key with these first parts.
func prefix(parts ...string) []byte {
	var b []byte
	for _, part := range parts {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}

// timeKey is a time, to the millisecond, whose bytes sort as times do, those
// before 1970 included.
func timeKey(t time.Time) string {
	const sign = 1 << 63
	return string(binary.BigEndian.AppendUint64(nil, uint64(t.UnixMilli())^sign))
}

// dueKey sorts by time, then by id.
func dueKey(at time.Time, id string) []byte { return []byte(timeKey(at) + id) }

func splitDueKey(k []byte) (at, id string) {
	const width = 8
	return string(k[:width]), string(k[width:])
}

// until calls fn for the entries of a bucket of dueKeys that are not after t,
// the earliest first; fn returns false to stop.
func until(b *bbolt.Bucket, t time.Time, fn func(id string, value []byte) bool) {
	last := timeKey(t)
	ascending(b, nil, "", func(k, value []byte) bool {
		at, id := splitDueKey(k)
		return at <= last && fn(id, value)
	})
}

// ascending calls fn for the entries under a prefix, from the smallest last
// part that is greater than after; fn returns false to stop.
func ascending(b *bbolt.Bucket, under []byte, after string, fn func(last, value []byte) bool) {
	c := b.Cursor()
	from := append(bytes.Clone(under), after...)
	k, v := c.Seek(from)
	if after != "" && bytes.Equal(k, from) {
		k, v = c.Next()
	}
	for ; bytes.HasPrefix(k, under) && k != nil; k, v = c.Next() {
		if !fn(k[len(under):], v) {
			return
		}
	}
}

// descending calls fn for the entries under a prefix, from the greatest last
// part that is smaller than before ("" for the greatest of all).
func descending(b *bbolt.Bucket, under []byte, before string, fn func(last, value []byte) bool) {
	c := b.Cursor()
	for k, v := seekBefore(c, under, before); bytes.HasPrefix(k, under) && k != nil; k, v = c.Prev() {
		if !fn(k[len(under):], v) {
			return
		}
	}
}

// seekBefore moves to the last entry in front of under+before, or, where
// before is empty, to the last one under the prefix.
func seekBefore(c *bbolt.Cursor, under []byte, before string) (k, v []byte) {
	limit := append(bytes.Clone(under), before...)
	if before == "" {
		limit = successor(under)
	}
	if limit == nil {
		return c.Last()
	}
	if k, _ = c.Seek(limit); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// successor is the smallest key that is greater than every key with the
// prefix; nil where there is none.
func successor(under []byte) []byte {
	s := bytes.Clone(under)
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] < 0xff {
			s[i]++
			return s[:i+1]
		}
	}
	return nil
}
