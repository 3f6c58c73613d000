package sdwan

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// widenAfter is the number of answers in a row after which one query more may
// be in flight.
const widenAfter = 50

// throttle bounds the queries in flight of a client, and holds all of them back
// while the controller asks one of them to wait. Each hold halves the queries in
// flight; they widen again one by one, up to the bound.
//
// Without it, queries side by side use up the limit for one another, and each
// fails on its own although the controller answers all the time.
type throttle struct {
	// slots is taken once for each query in flight, and once for each that the
	// width leaves out of the bound.
	slots *semaphore.Weighted

	lock sync.Mutex
	// width is how many queries may be in flight; places is how many slots are in
	// use for it, more while a narrowing waits for queries to end.
	bound, width, places int
	// trying allows one query only, until it has a good answer.
	trying bool
	// until ends the hold; the controller asked for the part up to asked, with an
	// answer of the kind.
	until, asked time.Time
	kind         Kind
	// round is the number of holds; answers counts good answers, inARow those
	// since the width last changed.
	round, answers, inARow int
}

func newThrottle(bound int) *throttle {
	return &throttle{slots: semaphore.NewWeighted(int64(bound)), bound: bound, width: bound, places: bound}
}

// enter waits for a slot and for the end of a hold. A hold that the controller
// asked for beyond the deadline is an error at once. The round is for hold.
func (t *throttle) enter(ctx context.Context) (round int, err error) {
	if _, _, err := t.held(ctx); err != nil {
		return 0, err
	}
	if err := t.slots.Acquire(ctx, 1); err != nil {
		return 0, err
	}
	for {
		round, wait, err := t.held(ctx)
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

func (t *throttle) held(ctx context.Context) (round int, wait time.Duration, err error) {
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

// leave gives the slot back, unless the width leaves it out now.
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
	if t.trying {
		return 1
	}
	return t.width
}

// adjust needs the lock.
func (t *throttle) adjust() {
	for t.places > t.allowed() && t.slots.TryAcquire(1) {
		t.places--
	}
	if more := t.allowed() - t.places; more > 0 {
		t.places += more
		t.slots.Release(int64(more))
	}
}

// try lets queries through one by one until a session that was just renewed is
// seen to work. Side by side, they would use up their renewals against one that
// is taken back again.
func (t *throttle) try() {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.trying = true
	t.adjust()
}

// pause keeps back every query for a wait of the client's own.
func (t *throttle) pause(wait time.Duration) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.extend(wait)
}

// extend needs the lock.
func (t *throttle) extend(wait time.Duration) {
	if until := time.Now().Add(wait); until.After(t.until) {
		t.until = until
	}
}

// hold keeps back every query for a wait, of which the controller asked for a
// part. Queries that were in flight together narrow the width once.
func (t *throttle) hold(round int, wait, asked time.Duration, kind Kind) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.extend(wait)
	if until := time.Now().Add(asked); asked > 0 && until.After(t.asked) {
		t.asked, t.kind = until, kind
	}
	if round != t.round {
		return
	}
	t.round++
	t.width, t.inARow = max(1, t.width/2), 0
	t.adjust()
}

// answered counts a good answer.
func (t *throttle) answered() {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.answers++
	t.inARow++
	t.trying = false
	if t.inARow >= widenAfter && t.width < t.bound {
		t.width++
		t.inARow = 0
	}
	t.adjust()
}

// progress is the number of good answers so far.
func (t *throttle) progress() int {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.answers
}
