package sdwan

import (
	"context"
	"sync"
)

// flights joins requests for the same page of one collection while one is under
// way, as when several modules of a configuration read the same rows. No page is
// kept once it has arrived: a gate must see the present.
type flights[Page any] struct {
	lock     sync.Mutex
	underway map[string]*flight[Page]
}

type flight[Page any] struct {
	done    chan struct{}
	page    *Page
	failure *Error
}

// join fetches the page or waits for it. Do not change a page: several reads share it.
func (f *flights[Page]) join(ctx context.Context, of resource, query []byte, fetch func() (*Page, *Error)) (*Page, *Error) {
	key := string(query)
	for {
		joined, leads := f.board(key)
		if leads {
			return f.lead(of, key, joined, fetch)
		}
		select {
		case <-joined.done:
		case <-ctx.Done():
			_, exchange := withExchange(ctx, of.operation())
			exchange.subject = of.subject
			return nil, exchange.fromNetwork(ctx, ctx.Err())
		}
		if !givenUp(joined.failure) || ctx.Err() != nil {
			return joined.page, joined.failure
		}
	}
}

// lead lands even if the fetch panics: then those who joined it fetch for themselves.
func (f *flights[Page]) lead(of resource, key string, led *flight[Page], fetch func() (*Page, *Error)) (*Page, *Error) {
	led.failure = &Error{Kind: KindCancelled, Operation: of.operation(), Subject: of.subject, Problem: "the request did not finish"}
	defer f.land(key, led)
	led.page, led.failure = fetch()
	return led.page, led.failure
}

// givenUp reports a deadline of the leading read, which the joined reads may not have.
func givenUp(failure *Error) bool {
	return failure != nil &&
		(failure.Kind == KindCancelled || failure.Kind == KindTimeout || IsBeyondDeadline(failure))
}

func (f *flights[Page]) board(key string) (joined *flight[Page], leads bool) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if joined, found := f.underway[key]; found {
		return joined, false
	}
	if f.underway == nil {
		f.underway = make(map[string]*flight[Page])
	}
	joined = &flight[Page]{done: make(chan struct{})}
	f.underway[key] = joined
	return joined, true
}

func (f *flights[Page]) land(key string, landed *flight[Page]) {
	f.lock.Lock()
	defer f.lock.Unlock()
	delete(f.underway, key)
	close(landed.done)
}
