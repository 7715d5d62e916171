package auth

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"seathold/internal/booking"
)

func testHasher(t *testing.T, turns int) *Hasher {
	t.Helper()
	h, err := newHasher(bcrypt.MinCost, turns)
	require.NoError(t, err)
	return h
}

func TestHashAndMatch(t *testing.T) {
	h := testHasher(t, 1)
	hash, err := h.Hash(t.Context(), "correct horse")
	require.NoError(t, err)
	cost, err := bcrypt.Cost(hash)
	require.NoError(t, err)
	require.Equal(t, bcrypt.MinCost, cost)

	for password, want := range map[string]bool{"correct horse": true, "correct Horse": false, "": false} {
		ok, err := h.Matches(t.Context(), hash, password)
		require.NoError(t, err)
		require.Equal(t, want, ok, password)
	}
}

// bcrypt reads 72 bytes; a longer password with the right beginning is wrong.
func TestWhatFollowsThe72ndByteCounts(t *testing.T) {
	h := testHasher(t, 1)
	longest := strings.Repeat("é", 36)
	hash, err := h.Hash(t.Context(), longest)
	require.NoError(t, err)

	ok, err := h.Matches(t.Context(), hash, longest)
	require.NoError(t, err)
	require.True(t, ok)
	ok, err = h.Matches(t.Context(), hash, longest+"x")
	require.NoError(t, err)
	require.False(t, ok)
	require.NoError(t, bcrypt.CompareHashAndPassword(hash, []byte(longest+"x")), "control: bcrypt alone takes it")

	_, err = h.Hash(t.Context(), longest+"x")
	require.ErrorIs(t, err, bcrypt.ErrPasswordTooLong)
}

func TestABrokenStoredHashIsAnError(t *testing.T) {
	_, err := testHasher(t, 1).Matches(t.Context(), []byte("not a hash"), "correct horse")
	require.ErrorIs(t, err, bcrypt.ErrHashTooShort)
	require.Empty(t, booking.CodeOf(err))
}

func TestTheAbsentHashCostsWhatARealOneDoes(t *testing.T) {
	for _, cost := range []int{4, 10, 15} {
		got, err := bcrypt.Cost(absentHash(cost))
		require.NoError(t, err)
		require.Equal(t, cost, got)
	}
	for _, password := range []string{"", ".", "correct horse"} {
		err := bcrypt.CompareHashAndPassword(absentHash(4), []byte(password))
		require.ErrorIs(t, err, bcrypt.ErrMismatchedHashAndPassword)
	}
}

func TestNewHasher(t *testing.T) {
	h, err := NewHasher(4)
	require.NoError(t, err)
	require.Equal(t, max(1, runtime.GOMAXPROCS(0)/2), cap(h.turns))
	for _, cost := range []int{0, 3, 32} {
		_, err := NewHasher(cost)
		require.Error(t, err)
	}
}

// slowHash hashes until it is told to end, and counts.
type slowHash struct {
	running, most atomic.Int64
	end           chan struct{}
}

func (s *slowHash) generate([]byte, int) ([]byte, error) {
	now := s.running.Add(1)
	defer s.running.Add(-1)
	for most := s.most.Load(); now > most && !s.most.CompareAndSwap(most, now); most = s.most.Load() {
	}
	<-s.end
	return []byte("hash"), nil
}

// startHashing starts calls of Hash and waits until each of them is over,
// hashes or waits for its turn. The calls' errors come from the channel.
func startHashing(ctx context.Context, h *Hasher, calls int) <-chan error {
	results := make(chan error, calls)
	for range calls {
		go func() {
			_, err := h.Hash(ctx, "correct horse")
			results <- err
		}()
	}
	synctest.Wait()
	return results
}

func requireBusy(t *testing.T, err error) {
	t.Helper()
	var refusal *booking.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, booking.CodeUnavailable, refusal.Code)
	require.Equal(t, time.Second, refusal.RetryAfter)
}

func TestNeverMoreHashesAtOnceThanTurns(t *testing.T) {
	for _, turns := range []int{1, 2, 5} {
		synctest.Test(t, func(t *testing.T) {
			slow := &slowHash{end: make(chan struct{})}
			h := testHasher(t, turns)
			h.generate = slow.generate
			calls := turns + maxWaiting
			results := startHashing(t.Context(), h, calls)
			require.EqualValues(t, turns, slow.running.Load())
			require.Len(t, h.waiting, maxWaiting)

			close(slow.end)
			for range calls {
				require.NoError(t, <-results)
			}
			require.EqualValues(t, turns, slow.most.Load())
			synctest.Wait()
			require.Empty(t, h.turns)
			require.Empty(t, h.waiting)
		})
	}
}

// Without the bound, the same calls do all run at once: what the test above
// counts is real.
func TestControlCallsRunAtOnceWhereTurnsAllow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &slowHash{end: make(chan struct{})}
		h := testHasher(t, 1000)
		h.generate = slow.generate
		startHashing(t.Context(), h, 5+maxWaiting)
		require.EqualValues(t, 5+maxWaiting, slow.most.Load())
		close(slow.end)
	})
}

func TestAFullQueueRefusesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &slowHash{end: make(chan struct{})}
		h := testHasher(t, 2)
		h.generate = slow.generate
		results := startHashing(t.Context(), h, 2+maxWaiting)
		require.Empty(t, results, "up to its bound the queue takes calls")

		asked := time.Now()
		_, err := h.Hash(t.Context(), "correct horse")
		requireBusy(t, err)
		_, err = h.Matches(t.Context(), nil, "correct horse")
		requireBusy(t, err)
		require.Zero(t, time.Since(asked))
		close(slow.end)
	})
}

func TestNobodyWaitsLongerThanTheBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &slowHash{end: make(chan struct{})}
		h := testHasher(t, 1)
		h.generate = slow.generate
		asked := time.Now()
		results := startHashing(t.Context(), h, 1+maxWaiting)
		for range maxWaiting {
			requireBusy(t, <-results)
			require.Equal(t, maxWait, time.Since(asked))
		}
		synctest.Wait()
		require.Empty(t, h.waiting, "who gave up has left the queue")

		close(slow.end)
		require.NoError(t, <-results, "the one that had its turn ends well")
		_, err := h.Hash(t.Context(), "correct horse")
		require.NoError(t, err)
	})
}

func TestAClientThatLeavesStopsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &slowHash{end: make(chan struct{})}
		h := testHasher(t, 1)
		h.generate = slow.generate
		first := startHashing(t.Context(), h, 1)
		ctx, leave := context.WithCancel(t.Context())
		second := startHashing(ctx, h, 1)

		asked := time.Now()
		leave()
		err := <-second
		require.Zero(t, time.Since(asked))
		require.ErrorIs(t, err, context.Canceled)
		requireBusy(t, err)

		close(slow.end)
		require.NoError(t, <-first)
	})
}

func TestATurnIsGivenBackAfterAFailure(t *testing.T) {
	h := testHasher(t, 1)
	broken := errors.New("no randomness")
	h.generate = func([]byte, int) ([]byte, error) { return nil, broken }
	for range 3 {
		_, err := h.Hash(t.Context(), "correct horse")
		require.ErrorIs(t, err, broken)
	}
	require.Empty(t, h.turns)
}
