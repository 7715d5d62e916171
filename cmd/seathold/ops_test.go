package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/client"
)

func pointer[T any](v T) *T { return &v }

func TestHoldsAsATable(t *testing.T) {
	now := time.Date(2026, 5, 1, 20, 0, 0, 0, time.UTC)
	var said strings.Builder
	require.NoError(t, printHolds(&said, []client.EventHold{
		{
			ID: "h1", Customer: client.Customer{ID: "c1", Email: "ada@example.com"}, Seats: []string{"A1", "A2"}, Status: "held",
			HeldSince: now.Add(-83 * time.Second), ExpiresAt: now.Add(517 * time.Second), ExpiresIn: 517,
		},
		{
			ID: "h2", Customer: client.Customer{ID: "c2"}, Seats: []string{"1", "2", "3", "4", "5", "6", "7", "8"}, Status: "paying",
			HeldSince: now, ExpiresAt: now.Add(time.Second), ExpiresIn: 1,
			OrderID: pointer("o2"), OrderStatus: pointer(client.OrderStatus("pending_payment")),
		},
		{ID: "h3", Status: "held", OrderID: pointer("o3"), HeldSince: now.Add(time.Hour), ExpiresAt: now},
	}))
	require.Equal(t, []string{
		"HOLD  CUSTOMER         SEATS                        STATUS  HELD FOR  LEFT   ORDER",
		"h1    ada@example.com  A1, A2                       held    1m23s     8m37s  -",
		"h2    c2               1, 2, 3, 4, 5, 6 and 2 more  paying  0s        1s     o2 (pending_payment)",
		"h3                                                  held    0s        0s     o3 (not stored yet)",
		"",
	}, strings.Split(said.String(), "\n"))

	said.Reset()
	require.NoError(t, printHolds(&said, nil))
	require.Equal(t, "This event has no live holds.\n", said.String())
}

func TestAuditsAsTables(t *testing.T) {
	audits := []client.Audit{
		{EventID: "e1", Seats: 420, Free: 417, Held: 1, Sold: 2},
		{
			EventID: "e2", Seats: 1100, Free: 1100, Unchecked: 100,
			Mismatches: []client.Mismatch{
				{Seat: "A1", Redis: "free", Orders: "sold", OrderID: pointer("o1")},
				{Seat: "A2", Redis: "sold", RedisOrderID: pointer("o2"), Orders: "free"},
			},
		},
	}
	var said strings.Builder
	require.NoError(t, printAudits(&said, audits[:1]))
	require.Equal(t, "EVENT  SEATS  FREE  HELD  SOLD  BLOCKED  DIFFER\ne1     420    417   1     2     0        0\n", said.String())
	require.NoError(t, differing(audits[:1]))

	said.Reset()
	require.NoError(t, printAudits(&said, audits))
	require.Equal(t, []string{
		"EVENT  SEATS  FREE  HELD  SOLD  BLOCKED  DIFFER",
		"e1     420    417   1     2     0        0",
		"e2     1100   1100  0     0     0        102",
		"",
		"EVENT  SEAT          REDIS SAYS   ORDERS SAY",
		"e2     A1            free         sold for o1",
		"e2     A2            sold for o2  free",
		"e2     and 100 more               ",
		"",
	}, strings.Split(said.String(), "\n"))
	require.EqualError(t, differing(audits), "102 seats in 1 of 2 events are in Redis otherwise than in the orders: "+
		"seathold ops rebuild EVENT puts them right, then audit it again")
}

func TestRebuildsAsATable(t *testing.T) {
	var said strings.Builder
	require.NoError(t, printRebuilt(&said, []client.Rebuilt{
		{EventID: "e1", Orders: 3}, {EventID: "e2", Orders: 3, Restored: 1, Freed: 2}, {EventID: "e3", Anew: true, Orders: 3, Restored: 3},
	}))
	require.Equal(t, []string{
		"EVENT  ORDERS  PUT RIGHT  FREED  RESULT",
		"e1     3       0          0      all was right",
		"e2     3       1          2      repaired",
		"e3     3       3          0      its state was missing: all of it is back, but holds without an order",
		"",
	}, strings.Split(said.String(), "\n"))
}

func TestStatsAsATable(t *testing.T) {
	var said strings.Builder
	printStats(&said, client.Stats{Events: 12, Uncounted: 1, RefundsOverdue: 2})
	require.Regexp(t, `(?m)^events +12  \(1 of them without`, said.String())
	require.Regexp(t, `(?m)^live holds +0$`, said.String())
	require.Regexp(t, `(?m)^refunds overdue +2  \(see GET /v1/ops/refunds\)$`, said.String())
}
