package httpapi

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/representation"
)

func TestThePlanIsCompressedForWhomTakesThat(t *testing.T) {
	w := newWorld(t)
	path := "/v1/events/" + w.event("") + "/plan"
	plain := w.do(nobody, get, path, "").ok(http.StatusOK)
	a := w.do(nobody, get, path, "", "Accept-Encoding", "gzip, br").ok(http.StatusOK)
	require.Equal(t, "gzip", a.Header().Get("Content-Encoding"))
	require.Equal(t, "application/json", a.Header().Get("Content-Type"))
	require.Equal(t, "public, max-age=3600", a.Header().Get("Cache-Control"))
	require.Less(t, a.Body.Len(), plain.Body.Len())
	r, err := gzip.NewReader(a.Body)
	require.NoError(t, err)
	raw, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, testPlan, string(raw))

	tag := a.Header().Get("ETag")
	require.NotEqual(t, plain.Header().Get("ETag"), tag, "two representations")
	for _, either := range []string{tag, plain.Header().Get("ETag")} {
		again := w.do(nobody, get, path, "", "Accept-Encoding", "gzip", "If-None-Match", either).ok(http.StatusNotModified)
		require.Equal(t, either, again.Header().Get("ETag"))
		require.Equal(t, "Accept-Encoding", again.Header().Get("Vary"))
	}
	w.do(nobody, get, path, "", "If-None-Match", tag).ok(http.StatusOK)

	head := w.do(nobody, http.MethodHead, path, "", "Accept-Encoding", "gzip").ok(http.StatusOK)
	require.Equal(t, tag, head.Header().Get("ETag"))
	require.Equal(t, a.Header().Get("Content-Length"), head.Header().Get("Content-Length"))
	require.Empty(t, head.Body.String())
}

// noisyPlan is a text that compresses to about half of it.
func noisyPlan(seed uint64, size int) []byte {
	rnd := rand.New(rand.NewPCG(seed, 0))
	plan := make([]byte, size)
	for i := range plan {
		plan[i] = "0123456789abcdef"[rnd.IntN(16)]
	}
	return plan
}

func TestCompressedPlansAreKeptAsLongAsThereIsRoom(t *testing.T) {
	plans := [][]byte{noisyPlan(1, 10_000), noisyPlan(2, 10_000), noisyPlan(3, 10_000), []byte("x")}
	each := len(representation.Compress(plans[0], gzip.DefaultCompression))
	p := newPackedPlans(2*each + each/2)
	of := func(i int) []byte { return p.of(fmt.Sprint(i), plans[i]) }
	first := of(0)
	require.Same(t, &first[0], &of(0)[0], "compressed once")
	second := of(1)
	require.Same(t, &first[0], &of(0)[0], "now the second is the one that was not used longest")
	of(2)
	require.Same(t, &first[0], &of(0)[0])
	require.NotSame(t, &second[0], &of(1)[0], "there was no room for three")
	require.Equal(t, second, of(1))
	require.LessOrEqual(t, p.size, p.most)
	require.Equal(t, 2, p.kept.Len())

	require.Nil(t, of(3), "it does not get smaller")
	require.Nil(t, of(3))
	require.Equal(t, 3, p.kept.Len(), "which is remembered")
}

func TestAPlanLargerThanTheRoomIsServedAndNotKept(t *testing.T) {
	plan := noisyPlan(1, 10_000)
	p := newPackedPlans(100)
	require.NotEmpty(t, p.of("1", plan))
	require.Zero(t, p.kept.Len())
	require.Zero(t, p.size)
}

func TestManyWhoComeAtOnceGetTheSameCompressedPlan(t *testing.T) {
	plan := noisyPlan(1, 100_000)
	want := representation.Compress(plan, gzip.DefaultCompression)
	p := newPackedPlans(1 << 20)
	var all sync.WaitGroup
	got := make([][]byte, 50)
	for i := range got {
		all.Go(func() { got[i] = p.of("1", plan) })
	}
	all.Wait()
	for _, packed := range got {
		require.True(t, bytes.Equal(want, packed))
	}
	require.Equal(t, len(want), p.size, "counted once")
}
