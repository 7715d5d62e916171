package boltstore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
)

func TestKeyPartsNeverRunTogether(t *testing.T) {
	seen := map[string][]string{}
	parts := []string{"", "a", "b", "ab", "ba", "\x00", "\x01", "a\x00", "\x01a"}
	for _, first := range parts {
		for _, second := range parts {
			k := string(key(first, second))
			require.NotContains(t, seen, k, "%q %q", first, second)
			seen[k] = []string{first, second}
		}
	}
}

func TestTimeKeysSortAsTimes(t *testing.T) {
	times := []time.Time{
		{},
		time.UnixMilli(-1), time.UnixMilli(0), time.UnixMilli(1), time.UnixMilli(256),
		time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	for i := 1; i < len(times); i++ {
		require.Less(t, timeKey(times[i-1]), timeKey(times[i]))
	}
	at, id := splitDueKey(dueKey(times[3], "order"))
	require.Equal(t, timeKey(times[3]), at)
	require.Equal(t, "order", id)
}

func TestSuccessor(t *testing.T) {
	require.Equal(t, []byte("b"), successor([]byte("a")))
	require.Equal(t, []byte("b"), successor([]byte("a\xff\xff")))
	require.Nil(t, successor([]byte("\xff\xff")))
	require.Nil(t, successor(nil))
}

// TestWalks compares pages in both directions with a sorted list, over more
// entries than one page of the file holds.
func TestWalks(t *testing.T) {
	s := openRaw(t)
	random := rand.New(rand.NewPCG(3, 3))
	var ids []string
	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketOfEvent)
		for _, owner := range []string{"a", "b", "c"} {
			for i := range 3000 {
				if err := b.Put(key(owner, fmt.Sprintf("%05d", i*2)), noValue); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	for i := range 3000 {
		ids = append(ids, fmt.Sprintf("%05d", i*2))
	}
	backwards := slices.Clone(ids)
	slices.Reverse(backwards)
	require.NoError(t, s.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketOfEvent)
		for _, owner := range []string{"a", "b", "c"} {
			require.Equal(t, ids, walk(ascending, b, owner, "", 9999))
			require.Equal(t, backwards, walk(descending, b, owner, "", 9999))
			for range 300 {
				cursor := fmt.Sprintf("%05d", random.IntN(6000))
				after, _ := slices.BinarySearch(ids, cursor+"!")
				require.Equal(t, ids[after:min(after+3, len(ids))], walk(ascending, b, owner, cursor, 3))
				before, _ := slices.BinarySearch(ids, cursor)
				require.Equal(t, backwards[len(ids)-before:min(len(ids)-before+3, len(ids))], walk(descending, b, owner, cursor, 3))
			}
		}
		require.Empty(t, walk(ascending, b, "d", "", 3))
		require.Empty(t, walk(descending, b, "d", "", 3))
		return nil
	}))
}

type walker func(b *bbolt.Bucket, under []byte, cursor string, fn func(last, value []byte) bool)

func walk(w walker, b *bbolt.Bucket, owner, cursor string, limit int) []string {
	list := []string{}
	w(b, prefix(owner), cursor, func(last, _ []byte) bool {
		list = append(list, string(last))
		return len(list) < limit
	})
	return list
}
