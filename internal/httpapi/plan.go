package httpapi

import (
	"compress/gzip"
	"net/http"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/sync/singleflight"

	"seathold/internal/booking"
	"seathold/internal/representation"
)

// getPlan answers GET /v1/events/{event}/plan with the bytes as they were
// imported, compressed for whom takes that.
func (a *API) getPlan(w http.ResponseWriter, r *request) error {
	e, err := a.Booking.Event(r.Context(), r.name("event"))
	if err != nil {
		return err
	}
	tag := a.planTag(e)
	w.Header().Set("Cache-Control", "public, max-age=3600")
	representation.Body{
		Type: "application/json", Tag: tag, Plain: e.Plan.Raw,
		Gzip: func() []byte { return a.packed.of(tag, e.Plan.Raw) },
	}.Serve(w, r.Request)
	return nil
}

// planTag hashes a plan once: plans never change.
func (a *API) planTag(e *booking.Event) string {
	if tag, ok := a.planTags.Load(e.ID); ok {
		return tag.(string)
	}
	tag := representation.TagOf(e.Plan.Raw)
	a.planTags.Store(e.ID, tag)
	return tag
}

// What of compressed plans stays in memory: some fifty large halls.
const (
	maxPacked      = 32 << 20 // bytes
	maxPackedPlans = 1000     // plans
)

// packedPlans keeps plans compressed, as many as fit, those that were used last.
// Compressing a hall of 20,000 seats takes a tenth of a second.
type packedPlans struct {
	most int // bytes
	once singleflight.Group

	mu   sync.Mutex // guards what follows
	kept *simplelru.LRU[string, []byte]
	size int
}

func newPackedPlans(most int) *packedPlans {
	p := &packedPlans{most: most}
	kept, err := simplelru.NewLRU(maxPackedPlans, func(_ string, plan []byte) { p.size -= len(plan) })
	if err != nil {
		panic(err)
	}
	p.kept = kept
	return p
}

// of returns the plan with this tag compressed, nil where that is not smaller.
// Who comes while it is being compressed waits for that.
func (p *packedPlans) of(tag string, plan []byte) []byte {
	if packed, ok := p.find(tag); ok {
		return packed
	}
	packed, _, _ := p.once.Do(tag, func() (any, error) {
		packed := representation.Compress(plan, gzip.DefaultCompression)
		p.keep(tag, packed)
		return packed, nil
	})
	return packed.([]byte)
}

func (p *packedPlans) find(tag string) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept.Get(tag)
}

// keep lets go of the longest unused until the plan fits.
func (p *packedPlans) keep(tag string, packed []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept.Contains(tag) {
		return // between looking and compressing someone else did it
	}
	p.kept.Add(tag, packed)
	p.size += len(packed)
	for p.size > p.most {
		p.kept.RemoveOldest()
	}
}
