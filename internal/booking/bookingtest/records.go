package bookingtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

type recordsTest struct {
	name string
	run  func(*testing.T, booking.Records)
}

// Records is the contract suite of booking.Records. open returns an empty
// store, which it closes at the test's end.
func Records(t *testing.T, open func(t *testing.T) booking.Records) {
	for _, tests := range [][]recordsTest{recordTests, recordListTests, recordRaceTests} {
		for _, c := range tests {
			t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
		}
	}
}

var recordTests = []recordsTest{
	{"every field comes back", recordRoundTrip},
	{"times are kept to the millisecond", recordTimes},
	{"a bare record comes back bare", bareRecord},
	{"insert refuses a known id", insertKnownRecord},
	{"replace raises the revision", replaceRecordRaises},
	{"replace refuses another revision", replaceRecordStale},
	{"a record is deleted", deleteRecord},
	{"what is not there is not found", recordsNotFound},
	{"each kind is apart", kindsApart},
	{"an unknown kind is an error", unknownKind},
	{"data that is no JSON is an error", dataNoJSON},
	{"a caller who left is told so", recordsCancelled},
}

// deliveries are the kind of the tests that are about one kind.
const deliveries = booking.RecordDelivery

// fullRecord has no field at zero. Its data has what an encoder might rewrite.
func fullRecord(owner string) booking.Record {
	return booking.Record{
		ID: newID(), Owner: owner, DueAt: t0, EndsAt: t0.Add(time.Hour),
		Data: []byte("{ \"b\": 1.50, \"a\": \"<&> \\u00e9 é \U0001f3ab \\\\\",\r\n\t\"a\": null }\n"), Revision: 1,
	}
}

func insertRecords(t *testing.T, s booking.Records, records ...booking.Record) {
	t.Helper()
	for _, r := range records {
		require.NoError(t, s.InsertRecord(testContext(t), deliveries, r))
	}
}

// replaceRecord stores a change and returns the record as it is stored now.
func replaceRecord(t *testing.T, s booking.Records, r booking.Record) booking.Record {
	t.Helper()
	require.NoError(t, s.ReplaceRecord(testContext(t), deliveries, r))
	r.Revision++
	return r
}

// requireRecord asserts that the store has exactly this record.
func requireRecord(t *testing.T, s booking.Records, kind booking.RecordKind, want booking.Record) {
	t.Helper()
	got, err := s.Record(testContext(t), kind, want.ID)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func requireNoRecord(t *testing.T, s booking.Records, kind booking.RecordKind, id string) {
	t.Helper()
	_, err := s.Record(testContext(t), kind, id)
	requireCode(t, booking.CodeNotFound, err)
}

func recordRoundTrip(t *testing.T, s booking.Records) {
	r := fullRecord("owner-1")
	requireComplete(t, r)
	insertRecords(t, s, r, fullRecord("owner-1"))
	requireRecord(t, s, deliveries, r)
	r = replaceRecord(t, s, r)
	requireRecord(t, s, deliveries, r)
}

func recordTimes(t *testing.T, s booking.Records) {
	r := fullRecord("owner-1")
	r.DueAt = t0.Add(999 * time.Microsecond).In(time.FixedZone("CEST", 2*60*60))
	r.EndsAt = time.Date(1969, 7, 20, 20, 17, 40, 999_999_999, time.UTC)
	insertRecords(t, s, r)
	r.DueAt, r.EndsAt = t0, time.Date(1969, 7, 20, 20, 17, 40, 999_000_000, time.UTC)
	requireRecord(t, s, deliveries, r)
}

func bareRecord(t *testing.T, s booking.Records) {
	r := booking.Record{ID: newID()}
	insertRecords(t, s, r)
	r.Revision = 1 // whatever it says
	requireRecord(t, s, deliveries, r)
	full := fullRecord("owner-1")
	full.ID, full.Revision = r.ID, r.Revision
	full = replaceRecord(t, s, full)
	r.Revision = full.Revision
	r = replaceRecord(t, s, r)
	requireRecord(t, s, deliveries, r)
}

func insertKnownRecord(t *testing.T, s booking.Records) {
	first, second := fullRecord("owner-1"), fullRecord("owner-2")
	second.ID = first.ID
	insertRecords(t, s, first)
	require.ErrorIs(t, s.InsertRecord(testContext(t), deliveries, second), booking.ErrConflict)
	requireRecord(t, s, deliveries, first)
	require.Empty(t, recordsOf(t, s, "owner-2", everything))
}

func replaceRecordRaises(t *testing.T, s booking.Records) {
	r := fullRecord("owner-1")
	insertRecords(t, s, r)
	r.Data, r.Owner = []byte(`[2]`), "owner-2"
	r = replaceRecord(t, s, r)
	require.EqualValues(t, 2, r.Revision)
	r.DueAt, r.EndsAt = t0.Add(time.Minute), time.Time{}
	r = replaceRecord(t, s, r)
	require.EqualValues(t, 3, r.Revision)
	requireRecord(t, s, deliveries, r)
}

func replaceRecordStale(t *testing.T, s booking.Records) {
	r := fullRecord("owner-1")
	require.ErrorIs(t, s.ReplaceRecord(testContext(t), deliveries, r), booking.ErrConflict, "no such record")
	requireNoRecord(t, s, deliveries, r.ID)
	insertRecords(t, s, r)
	current := replaceRecord(t, s, r)
	for _, revision := range []int64{0, 1, 3} {
		r.Revision, r.Owner, r.DueAt = revision, "owner-2", time.UnixMilli(1)
		require.ErrorIs(t, s.ReplaceRecord(testContext(t), deliveries, r), booking.ErrConflict)
	}
	requireRecord(t, s, deliveries, current)
	require.Empty(t, recordsOf(t, s, "owner-2", everything))
	require.Empty(t, recordsDue(t, s, t0.Add(-time.Millisecond), everything))
}

func deleteRecord(t *testing.T, s booking.Records) {
	r, other := fullRecord("owner-1"), fullRecord("owner-1")
	insertRecords(t, s, r, other)
	for range 2 { // where there is none nothing happens
		require.NoError(t, s.DeleteRecord(testContext(t), deliveries, r.ID))
		requireNoRecord(t, s, deliveries, r.ID)
		require.Equal(t, []string{other.ID}, recordsOf(t, s, "owner-1", everything))
		require.Equal(t, []string{other.ID}, recordsDue(t, s, t0, everything))
	}
	require.ErrorIs(t, s.ReplaceRecord(testContext(t), deliveries, r), booking.ErrConflict)
	insertRecords(t, s, r) // its id is free again
	requireRecord(t, s, deliveries, r)
}

func recordsNotFound(t *testing.T, s booking.Records) {
	r := fullRecord("owner-1")
	insertRecords(t, s, r)
	for _, id := range []string{"nobody", "", r.ID[:len(r.ID)-1], r.ID + "0"} {
		requireNoRecord(t, s, deliveries, id)
		require.NoError(t, s.DeleteRecord(testContext(t), deliveries, id))
	}
	requireRecord(t, s, deliveries, r)
}

func kindsApart(t *testing.T, s booking.Records) {
	ctx, id := testContext(t), newID()
	of := map[booking.RecordKind]booking.Record{}
	for _, k := range booking.RecordKinds {
		r := fullRecord("owner-1")
		r.ID, r.Data = id, []byte(`"`+string(k)+`"`)
		require.NoError(t, s.InsertRecord(ctx, k, r))
		of[k] = r
	}
	for _, k := range booking.RecordKinds {
		requireRecord(t, s, k, of[k])
		for name, list := range map[string]func() ([]booking.Record, error){
			"by owner": func() ([]booking.Record, error) {
				return s.RecordsOf(ctx, k, "owner-1", booking.Page{Limit: everything})
			},
			"due": func() ([]booking.Record, error) { return s.RecordsDue(ctx, k, t0, everything) },
		} {
			got, err := list()
			require.NoError(t, err)
			require.Equal(t, []booking.Record{of[k]}, got, name)
		}
	}
	require.NoError(t, s.DeleteRecord(ctx, booking.RecordLease, id))
	n, err := s.DeleteRecordsEnded(ctx, booking.RecordEndpoint, t0.Add(time.Hour), everything)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	requireNoRecord(t, s, booking.RecordLease, id)
	requireNoRecord(t, s, booking.RecordEndpoint, id)
	requireRecord(t, s, booking.RecordDelivery, of[booking.RecordDelivery])
	requireRecord(t, s, booking.RecordSandboxPayment, of[booking.RecordSandboxPayment])
}

// eachCall calls every method of the port and hands its error to check.
func eachCall(ctx context.Context, s booking.Records, kind booking.RecordKind, check func(name string, err error)) {
	r := booking.Record{ID: "r1", Revision: 1}
	check("insert", s.InsertRecord(ctx, kind, r))
	check("replace", s.ReplaceRecord(ctx, kind, r))
	check("delete", s.DeleteRecord(ctx, kind, r.ID))
	_, err := s.Record(ctx, kind, r.ID)
	check("get", err)
	_, err = s.RecordsOf(ctx, kind, "", booking.Page{Limit: 1})
	check("list", err)
	_, err = s.RecordsDue(ctx, kind, t0, 1)
	check("due", err)
	_, err = s.DeleteRecordsEnded(ctx, kind, t0, 1)
	check("ended", err)
}

func unknownKind(t *testing.T, s booking.Records) {
	for _, k := range []booking.RecordKind{"", "orders", "lease", "records"} {
		eachCall(testContext(t), s, k, func(name string, err error) {
			require.ErrorContains(t, err, "kind", "%s of %q", name, k)
			require.Empty(t, booking.CodeOf(err), "it is nobody's refusal and no fault of the store")
		})
	}
}

func dataNoJSON(t *testing.T, s booking.Records) {
	good := fullRecord("owner-1")
	insertRecords(t, s, good)
	for _, data := range []string{"{", "text", "\"\xff\"", "{} {}"} {
		bad := good
		bad.Data = []byte(data)
		require.ErrorContains(t, s.ReplaceRecord(testContext(t), deliveries, bad), "not JSON")
		bad.ID = newID()
		require.ErrorContains(t, s.InsertRecord(testContext(t), deliveries, bad), "not JSON")
		requireNoRecord(t, s, deliveries, bad.ID)
	}
	requireRecord(t, s, deliveries, good)
}

func recordsCancelled(t *testing.T, s booking.Records) {
	eachCall(cancelledContext(), s, deliveries, func(_ string, err error) { requireCancelled(t, err) })
	requireNoRecord(t, s, deliveries, "r1")
}
