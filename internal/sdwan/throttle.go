package sdwan

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// widenAfter is how many successes in a row allow one more query in flight.
const widenAfter = 50

// throttle bounds the queries in flight of a client, and pauses all of them while
// the controller asks one of them to wait. Each slowdown halves the width, which
// grows again one by one up to the bound.
//
// Without a throttle, parallel queries use up the rate limit for one another, and
// each fails although the controller keeps answering.
type throttle struct {
	// slots has one taken for each query in flight, and for each place that width lacks.
	slots *semaphore.Weighted

	lock sync.Mutex
	// width is how many queries may be in flight; places is how many slots they may
	// take, more than the width until enough queries have ended.
	bound, width, places int
	oneByOne             bool // one query only, until one succeeds
	// until ends the pause; the controller asked for the part up to asked, in an
	// answer of the kind.
	until, asked time.Time
	kind         Kind
	// round counts slowdowns, inARow the successes since the width changed.
	round, successes, inARow int
}

func newThrottle(bound int) *throttle {
	return &throttle{slots: semaphore.NewWeighted(int64(bound)), bound: bound, width: bound, places: bound}
}

// enter waits for a slot and for the end of a pause. It fails at once if the
// controller asked for a pause beyond the deadline. Pass the round to slowDown.
func (t *throttle) enter(ctx context.Context) (round int, err error) {
	if _, _, err := t.pauseLeft(ctx); err != nil {
		return 0, err
	}
	if err := t.slots.Acquire(ctx, 1); err != nil {
		return 0, err
	}
	for {
		round, wait, err := t.pauseLeft(ctx)
		if err == nil && wait <= 0 {
			return round, nil
		}
		if err == nil {
			err = sleep(ctx, wait)
		}
		if err != nil {
			t.leave()
			return 0, err
		}
	}
}

func (t *throttle) pauseLeft(ctx context.Context) (round int, wait time.Duration, err error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if deadline, bounded := ctx.Deadline(); bounded && t.asked.After(deadline) {
		return 0, 0, &lateError{wait: time.Until(t.asked), left: time.Until(deadline), kind: t.kind}
	}
	return t.round, time.Until(t.until), nil
}

func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *throttle) leave() {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.places > t.allowed() {
		t.places--
		return
	}
	t.slots.Release(1)
}

func (t *throttle) allowed() int {
	if t.oneByOne {
		return 1
	}
	return t.width
}

func (t *throttle) adjustLocked() {
	for t.places > t.allowed() && t.slots.TryAcquire(1) {
		t.places--
	}
	if more := t.allowed() - t.places; more > 0 {
		t.places += more
		t.slots.Release(int64(more))
	}
}

// sendOneByOne applies until a session that was just renewed has worked. Parallel
// queries would use up their renewals on a session that is revoked again.
func (t *throttle) sendOneByOne() {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.oneByOne = true
	t.adjustLocked()
}

func (t *throttle) pause(wait time.Duration) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.extendLocked(wait)
}

func (t *throttle) extendLocked(wait time.Duration) {
	if until := time.Now().Add(wait); until.After(t.until) {
		t.until = until
	}
}

// slowDown pauses every query, and narrows the width once for queries in flight together.
func (t *throttle) slowDown(round int, wait, asked time.Duration, kind Kind) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.extendLocked(wait)
	if until := time.Now().Add(asked); asked > 0 && until.After(t.asked) {
		t.asked, t.kind = until, kind
	}
	if round != t.round {
		return
	}
	t.round++
	t.width, t.inARow = max(1, t.width/2), 0
	t.adjustLocked()
}

func (t *throttle) recordSuccess() {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.successes++
	t.inARow++
	t.oneByOne = false
	if t.inARow >= widenAfter && t.width < t.bound {
		t.width++
		t.inARow = 0
	}
	t.adjustLocked()
}

func (t *throttle) progress() int {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.successes
}
