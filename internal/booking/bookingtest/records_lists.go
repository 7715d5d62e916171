package bookingtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var recordListTests = []recordsTest{
	{"an owner's records come in pages", recordsOfOwner},
	{"an owner's records follow a record's life", recordsOfFollow},
	{"due records come by time", recordsDueByTime},
	{"due follows a record's life", recordsDueFollow},
	{"ended records are deleted, some at a time", deleteEnded},
	{"the end follows a record's life", deleteEndedFollows},
}

func recordIDs(records []booking.Record) []string {
	ids := make([]string, 0, len(records))
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	return ids
}

// recordsOf follows the cursor to the end with pages of this size.
func recordsOf(t *testing.T, s booking.Records, owner string, limit int) []string {
	t.Helper()
	ids := []string{}
	for cursor := ""; ; {
		page, err := s.RecordsOf(testContext(t), deliveries, owner, booking.Page{Cursor: cursor, Limit: limit})
		require.NoError(t, err)
		require.LessOrEqual(t, len(page), limit)
		for _, r := range page {
			requireRecord(t, s, deliveries, r)
		}
		ids = append(ids, recordIDs(page)...)
		if len(page) < limit {
			return ids
		}
		cursor = page[len(page)-1].ID
	}
}

func recordsDue(t *testing.T, s booking.Records, at time.Time, limit int) []string {
	t.Helper()
	records, err := s.RecordsDue(testContext(t), deliveries, at, limit)
	require.NoError(t, err)
	for _, r := range records {
		requireRecord(t, s, deliveries, r)
	}
	return recordIDs(records)
}

func requireDeletes(t *testing.T, s booking.Records, want int, at time.Time, limit int) {
	t.Helper()
	n, err := s.DeleteRecordsEnded(testContext(t), deliveries, at, limit)
	require.NoError(t, err)
	require.Equal(t, want, n)
}

func recordsOfOwner(t *testing.T, s booking.Records) {
	first, second, third := fullRecord("owner-1"), fullRecord("owner-1"), fullRecord("owner-1")
	nobodys := fullRecord("")
	insertRecords(t, s, second, third, nobodys, first,
		fullRecord("owner-11"), fullRecord("owner"), fullRecord("OWNER-1"))
	for _, limit := range []int{1, 2, 3, everything} {
		require.Equal(t, []string{third.ID, second.ID, first.ID}, recordsOf(t, s, "owner-1", limit))
	}
	require.Equal(t, []string{nobodys.ID}, recordsOf(t, s, "", everything))
	require.Empty(t, recordsOf(t, s, "nobody", everything))
}

func recordsOfFollow(t *testing.T, s booking.Records) {
	r := fullRecord("owner-1")
	insertRecords(t, s, r)
	r.Owner = "owner-2"
	replaceRecord(t, s, r)
	require.Empty(t, recordsOf(t, s, "owner-1", everything))
	require.Equal(t, []string{r.ID}, recordsOf(t, s, "owner-2", everything))
}

// dueRecord is due at this time and kept for good.
func dueRecord(at time.Time) booking.Record {
	r := fullRecord("owner-1")
	r.DueAt, r.EndsAt = at, time.Time{}
	return r
}

// endingRecord is kept until this time and never due.
func endingRecord(at time.Time) booking.Record {
	r := fullRecord("owner-1")
	r.DueAt, r.EndsAt = time.Time{}, at
	return r
}

func recordsDueByTime(t *testing.T, s booking.Records) {
	late, alsoLate, early := dueRecord(t0), dueRecord(t0), dueRecord(t0.Add(-time.Hour))
	ancient := dueRecord(time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC))
	insertRecords(t, s, alsoLate, late, early, ancient,
		dueRecord(t0.Add(time.Millisecond)), dueRecord(time.Time{}), endingRecord(t0.Add(-time.Hour)))
	want := []string{ancient.ID, early.ID, late.ID, alsoLate.ID}
	require.Equal(t, want, recordsDue(t, s, t0, everything))
	require.Equal(t, want, recordsDue(t, s, t0.Add(999*time.Microsecond), everything))
	require.Equal(t, want[:3], recordsDue(t, s, t0, 3), "of two at one time the smaller id")
	require.Equal(t, want[:2], recordsDue(t, s, t0.Add(-time.Millisecond), everything))
	require.Empty(t, recordsDue(t, s, time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), everything))
}

func recordsDueFollow(t *testing.T, s booking.Records) {
	r := dueRecord(t0)
	insertRecords(t, s, r)
	r.DueAt = t0.Add(time.Hour)
	r = replaceRecord(t, s, r)
	require.Empty(t, recordsDue(t, s, t0.Add(time.Hour-time.Millisecond), everything))
	require.Equal(t, []string{r.ID}, recordsDue(t, s, t0.Add(time.Hour), everything))
	r.DueAt = time.Time{}
	r = replaceRecord(t, s, r)
	require.Empty(t, recordsDue(t, s, t0.AddDate(10, 0, 0), everything))
	r.DueAt = t0
	replaceRecord(t, s, r)
	require.Equal(t, []string{r.ID}, recordsDue(t, s, t0, everything))
}

func deleteEnded(t *testing.T, s booking.Records) {
	requireDeletes(t, s, 0, t0, everything)
	kept := []booking.Record{endingRecord(t0.Add(time.Millisecond)), endingRecord(time.Time{}), dueRecord(t0.Add(-time.Hour))}
	gone := []booking.Record{
		endingRecord(t0), endingRecord(t0), endingRecord(t0.Add(-time.Hour)), endingRecord(time.UnixMilli(-1)), fullRecord("owner-1"),
	}
	gone[4].EndsAt = t0
	insertRecords(t, s, kept...)
	insertRecords(t, s, gone...)
	requireDeletes(t, s, 2, t0, 2)
	require.Len(t, recordsOf(t, s, "owner-1", everything), len(kept)+3)
	requireDeletes(t, s, 3, t0, everything)
	requireDeletes(t, s, 0, t0, everything)
	for _, r := range gone {
		requireNoRecord(t, s, deliveries, r.ID)
	}
	for _, r := range kept {
		requireRecord(t, s, deliveries, r)
	}
	require.Len(t, recordsOf(t, s, "owner-1", everything), len(kept))
	require.Equal(t, []string{kept[2].ID}, recordsDue(t, s, t0, everything), "the lists forget what is gone")
}

func deleteEndedFollows(t *testing.T, s booking.Records) {
	r := endingRecord(t0)
	insertRecords(t, s, r)
	r.EndsAt = t0.Add(time.Hour)
	r = replaceRecord(t, s, r)
	requireDeletes(t, s, 0, t0, everything)
	r.EndsAt = time.Time{}
	r = replaceRecord(t, s, r)
	requireDeletes(t, s, 0, t0.AddDate(10, 0, 0), everything)
	requireRecord(t, s, deliveries, r)
	r.EndsAt = t0
	replaceRecord(t, s, r)
	requireDeletes(t, s, 1, t0, everything)
	requireNoRecord(t, s, deliveries, r.ID)
}
