package sdwan

import (
	"context"
	"sync"
)

// flights joins requests for the same page while one is under way, as when
// several modules of one configuration ask the same thing. Nothing is kept
// once it has arrived: a gate must see the present.
type flights struct {
	lock     sync.Mutex
	underway map[string]*flight
}

type flight struct {
	done    chan struct{}
	page    *wirePage
	failure *Error
}

// join leads or waits. A page that several readers share is only read.
func (f *flights) join(ctx context.Context, query []byte, fetch func() (*wirePage, *Error)) (*wirePage, *Error) {
	key := string(query)
	for {
		joined, leads := f.board(key)
		if leads {
			return f.lead(key, joined, fetch)
		}
		select {
		case <-joined.done:
		case <-ctx.Done():
			_, tally := withExchange(ctx, operationRead)
			return nil, tally.fromNetwork(ctx, ctx.Err())
		}
		if !givenUp(joined.failure) || ctx.Err() != nil {
			return joined.page, joined.failure
		}
	}
}

// lead lands whatever becomes of the fetch: those who joined a fetch that
// panicked make one of their own.
func (f *flights) lead(key string, led *flight, fetch func() (*wirePage, *Error)) (*wirePage, *Error) {
	led.failure = &Error{Kind: KindCancelled, Operation: operationRead, Problem: "the request came to no end"}
	defer f.land(key, led)
	led.page, led.failure = fetch()
	return led.page, led.failure
}

// givenUp reports whether a flight ended because of its own reader's deadline,
// which may not be that of those who joined it.
func givenUp(failure *Error) bool {
	return failure != nil &&
		(failure.Kind == KindCancelled || failure.Kind == KindTimeout || IsBeyondDeadline(failure))
}

func (f *flights) board(key string) (joined *flight, leads bool) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if joined, found := f.underway[key]; found {
		return joined, false
	}
	if f.underway == nil {
		f.underway = make(map[string]*flight)
	}
	joined = &flight{done: make(chan struct{})}
	f.underway[key] = joined
	return joined, true
}

func (f *flights) land(key string, landed *flight) {
	f.lock.Lock()
	defer f.lock.Unlock()
	delete(f.underway, key)
	close(landed.done)
}
