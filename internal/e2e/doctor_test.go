package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"
)

// weighed is what the doctor says of the control, which has one Redis, and one
// MongoDB server that is a replica set by itself.
var weighed = []string{"redis-replicas", "mongodb-topology"}

// TestDoctorNamesEachMisconfiguration does one thing wrong at a time, and requires
// that it is found and that it is told what to do. The control is the same
// deployment without it.
func TestDoctorNamesEachMisconfiguration(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	d.createOrganizer(t, "organizer@shop.example")
	d.start(t)
	d.login(t, "organizer@shop.example", password).createEvent(t, "A play", theatre(t, 9000))

	control := d.doctor(t, nil)
	require.Zero(t, control.Problems, "%v", control.Findings)
	require.GreaterOrEqual(t, control.OK, 15)
	for _, f := range control.Findings {
		require.Equal(t, f.Severity == "ok", !slices.Contains(weighed, f.Check), "%v", f)
	}

	named := map[string]bool{}
	t.Run("each", func(t *testing.T) {
		for _, m := range misconfigurations {
			named[m.check] = true
			t.Run(m.check+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				wrong := m.wrong(t, d)
				started := time.Now()
				e := d.doctor(t, wrong)
				var found []finding
				for _, f := range e.named(m.check) {
					if strings.Contains(f.Saw, m.saw) {
						found = append(found, f)
					}
				}
				require.Len(t, found, 1, "%q among %v", m.saw, e.Findings)
				require.Equal(t, m.severity, found[0].Severity)
				require.Contains(t, found[0].Do, m.do)
				require.Less(t, time.Since(started), time.Minute, "nobody is waited for")
				for _, f := range control.named(m.check) {
					require.NotContains(t, f.Saw, m.saw, "the control has it too")
				}
			})
		}
	})
	require.GreaterOrEqual(t, len(named), 12)
}

// TestDoctorChangesNothing looks at a deployment before its first start.
func TestDoctorChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	before := changesIn(d.redis.Info(t.Context(), "persistence").Val())
	require.Equal(t, "0", before)
	e := d.doctor(t, nil)
	require.Equal(t, 1, e.Problems, "no instance answers: %v", e.Findings)
	require.Len(t, e.named("mongodb-indexes"), 1, "the database is empty")
	require.Equal(t, before, changesIn(d.redis.Info(t.Context(), "persistence").Val()))
	collections, err := openMongo(t, d.settings["SEATHOLD_MONGODB_URI"]).ListCollectionNames(t.Context(), bson.D{})
	require.NoError(t, err)
	require.Empty(t, collections)
	require.Empty(t, d.filesWritten(t))

	// The control: a command that writes is seen.
	d.createOrganizer(t, "organizer@shop.example")
	require.Empty(t, d.doctor(t, nil).named("mongodb-indexes"))
}

// changesIn is what a Redis has written since its last snapshot, as INFO tells.
func changesIn(info string) string {
	_, rest, _ := strings.Cut(info, "rdb_changes_since_last_save:")
	count, _, _ := strings.Cut(rest, "\r")
	return count
}

// TestDoctorsTable is for people: problems first, each with what to do, and a sum.
func TestDoctorsTable(t *testing.T) {
	s := newCommands(t)
	said, told, status := s.command(t, "", "doctor")
	require.Zero(t, status, said)
	require.Empty(t, told)
	require.Regexp(t, `^RESULT +CHECK +SEEN\nok +configuration +\S`, said)
	require.Regexp(t, `(?m)^ok +redis +embedded`, said)
	require.Regexp(t, `\n\nNo problem was found\. Advice: 0\. Fine: \d+\.\n$`, said)
	require.Empty(t, s.filesWritten(t), "it made something")

	s.set(settings{"SEATHOLD_REDIS_URL": "redis://:" + redisPassword + "@127.0.0.1:1", "SEATHOLD_MONGODB_URI": "mongodb://127.0.0.1:1/seathold"})
	s.set(settings{
		"SEATHOLD_PUBLIC_URL": s.url, "SEATHOLD_JWT_SECRET": hidden[0],
		"SEATHOLD_PAYMENT_PROVIDER": "sandbox", "SEATHOLD_SANDBOX_WEBHOOK_SECRET": webhookSecret,
	})
	said, told, status = s.command(t, "", "doctor")
	require.Equal(t, 1, status)
	require.Empty(t, told)
	for check, do := range map[string]string{"redis": "start it", "mongodb": "start it", "public-url": "start the service"} {
		require.Regexp(t, fmt.Sprintf(`(?m)^problem +%s +\S.* does not answer.*\n +do: %s`, check, do), said)
	}
	lines := strings.Split(strings.TrimSpace(said), "\n")
	require.Regexp(t, `^problem `, lines[1], "problems first")
	require.Regexp(t, `^3 problems are to be mended\. Advice: \d+\. Fine: \d+\.$`, lines[len(lines)-1])
	require.NotContains(t, said, redisPassword)
}

// TestDoctorBesideTheRunningService: the embedded store is the service's, and that
// is no problem.
func TestDoctorBesideTheRunningService(t *testing.T) {
	s := newCommands(t, quick())
	s.start(t)
	e := s.doctor(t, settings{"SEATHOLD_PUBLIC_URL": s.url})
	require.Zero(t, e.Problems, "%v", e.Findings)
	said, _, _ := s.command(t, "", "doctor")
	require.Regexp(t, `(?m)^ok +data-folder +.*in use by the running service`, said)
	s.stop(t)
	said, _, status := s.command(t, "", "doctor")
	require.Zero(t, status)
	require.Regexp(t, `(?m)^ok +data-folder +.*for one process`, said)
}

// TestDoctorThatCannotLook says so, and with which status.
func TestDoctorThatCannotLook(t *testing.T) {
	s := newCommands(t)
	said, told, status := s.command(t, "", "doctor", "--jsn")
	require.Equal(t, 2, status)
	require.Empty(t, said)
	require.Equal(t, "seathold: unknown flag: --jsn\n", told)
	_, told, status = s.command(t, "", "doctor", "me")
	require.Equal(t, 2, status)
	require.Contains(t, told, "me")
	require.NoError(t, os.WriteFile(filepath.Join(s.folder, ".env"), []byte("SEATHOLD_JWT_SECRET=\""+hidden[0]+"\n"), 0o600))
	said, told, status = s.command(t, "", "doctor")
	require.Equal(t, 2, status)
	require.Empty(t, said)
	require.Contains(t, told, ".env: cannot be read")
	require.NotContains(t, told, hidden[0])

	require.NoError(t, os.Remove(filepath.Join(s.folder, ".env")))
	e := s.doctor(t, settings{"SEATHOLD_DEMO": "perhaps", "SEATHOLD_HOLD_TTL": "ten minutes", "SEATHOLD_JWT_SECRET": "hush"})
	require.Equal(t, 2, e.Problems, "every wrong variable")
	require.Contains(t, e.Findings[0].Saw+e.Findings[1].Saw, "SEATHOLD_HOLD_TTL")
	require.Contains(t, e.Findings[0].Saw+e.Findings[1].Saw, "SEATHOLD_DEMO")
}
