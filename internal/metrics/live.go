package metrics

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"seathold/internal/booking"
)

const (
	// liveLabelled events have a label of their own, the largest first. The rest
	// are summed: one installation may have any number of small events.
	liveLabelled = 50
	// liveCounted bounds the events that are counted at all.
	liveCounted = 1000
	// liveFresh is how long counts serve: several scrapers ask only once.
	liveFresh = time.Second
	// liveDeadline is what one counting may take. docker/prometheus waits for 5 s.
	liveDeadline = 3 * time.Second
	// liveNaming is how much of it is for asking which events there are: the order
	// store may be away, and the seats are in another.
	liveNaming = time.Second
)

// LiveSource says what is live at this moment.
type LiveSource interface {
	// EventsOnSale returns the ids of the events whose sale is open.
	EventsOnSale(ctx context.Context) ([]string, error)
	// CountLive counts one of them; lapsed is for how long the oldest hold is over
	// whose end was not announced yet, 0 where there is none.
	CountLive(ctx context.Context, eventID string) (counts booking.SeatCounts, lapsed time.Duration, err error)
}

// live is a collector of what is live. It asks when it is scraped.
type live struct {
	source LiveSource
	now    func() time.Time

	onSale, uncounted, holds, lapsed, seats *prometheus.Desc

	mu     sync.Mutex
	at     time.Time
	events []string // as they were last named
	counts []eventCounts
}

type eventCounts struct {
	event string
	booking.SeatCounts
	lapsed time.Duration
}

// RegisterLive registers the live holds and seats. Every instance shows the
// same, so that of several the maximum is to be taken, not the sum.
func RegisterLive(registry prometheus.Registerer, source LiveSource) {
	registry.MustRegister(newLive(source, time.Now))
}

func newLive(source LiveSource, now func() time.Time) *live {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
	}
	return &live{
		source: source, now: now,
		onSale:    desc("events_on_sale", "Events whose sale is open."),
		uncounted: desc("events_uncounted", "Events on sale whose holds and seats are not in the numbers: they are being loaded, or too many."),
		holds:     desc("holds_live", "Holds that are live, by event; of all but the largest events together as other.", "event"),
		lapsed: desc("hold_oldest_lapsed_seconds",
			"For how long the oldest hold is over that still shows held, by event; 0 where none is. Its seats are free all along.", "event"),
		seats: desc("seats", "Seats of events on sale by state: free, held, sold or blocked.", "event", "state"),
	}
}

// Describe implements prometheus.Collector.
func (l *live) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{l.onSale, l.uncounted, l.holds, l.lapsed, l.seats} {
		to <- d
	}
}

// Collect implements prometheus.Collector. What cannot be counted is left out,
// never a reason for the others to be missing.
func (l *live) Collect(to chan<- prometheus.Metric) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at.IsZero() || l.now().Sub(l.at) >= liveFresh {
		l.refresh()
	}
	tell := func(d *prometheus.Desc, value int, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value), labels...)
	}
	tell(l.onSale, len(l.events))
	tell(l.uncounted, len(l.events)-len(l.counts))
	for _, c := range labelled(l.counts) {
		tell(l.holds, c.Holds, c.event)
		to <- prometheus.MustNewConstMetric(l.lapsed, prometheus.GaugeValue, c.lapsed.Seconds(), c.event)
		tell(l.seats, c.Free, c.event, "free")
		tell(l.seats, c.Held, c.event, "held")
		tell(l.seats, c.Sold, c.event, "sold")
		tell(l.seats, c.Blocked, c.event, "blocked")
	}
}

// refresh counts anew. The events that were last named are counted also while
// the order store does not answer.
func (l *live) refresh() {
	ctx, cancel := context.WithTimeout(context.Background(), liveDeadline)
	defer cancel()
	l.name(ctx)
	l.counts = l.counts[:0]
	for _, event := range l.events[:min(len(l.events), liveCounted)] {
		if ctx.Err() != nil {
			break
		}
		if counts, lapsed, err := l.source.CountLive(ctx, event); err == nil {
			l.counts = append(l.counts, eventCounts{event, counts, lapsed})
		}
	}
	l.at = l.now()
}

// name asks which events there are; without an answer they are those of before.
func (l *live) name(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, liveNaming)
	defer cancel()
	if events, err := l.source.EventsOnSale(ctx); err == nil {
		slices.Sort(events) // ids sort by their making: the same are counted each time
		l.events = events
	}
}

// labelled returns the largest events, and all others as one.
func labelled(counts []eventCounts) []eventCounts {
	if len(counts) <= liveLabelled {
		return counts
	}
	bySize := slices.SortedFunc(slices.Values(counts), func(a, b eventCounts) int {
		return cmp.Or(cmp.Compare(b.All(), a.All()), cmp.Compare(a.event, b.event))
	})
	rest := eventCounts{event: other}
	for _, c := range bySize[liveLabelled:] {
		rest.Add(c.SeatCounts)
		rest.lapsed = max(rest.lapsed, c.lapsed)
	}
	return append(bySize[:liveLabelled], rest)
}
