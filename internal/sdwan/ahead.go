package sdwan

import (
	"context"
	"sync"
)

// ahead fetches pages before they are needed, at most width of them, and keeps their order.
type ahead[Page any] struct {
	launch  func(number int64) <-chan fetched[Page]
	width   int
	last    int64 // the last page to fetch before it is needed
	started int64
	queue   []<-chan fetched[Page]
	stop    func()
}

type fetched[Page any] struct {
	page    *Page
	failure *Error
}

// newAhead begins with page 2. The caller must call stop.
func newAhead[Page any](ctx context.Context, fetch func(context.Context, int64) (*Page, *Error), width int, last int64) *ahead[Page] {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	a := &ahead[Page]{width: width, last: last}
	a.launch = func(number int64) <-chan fetched[Page] {
		result := make(chan fetched[Page], 1)
		running.Go(func() {
			page, failure := fetch(ctx, number)
			result <- fetched[Page]{page: page, failure: failure}
		})
		return result
	}
	a.stop = func() {
		cancel()
		running.Wait()
	}
	return a
}

// page must be called with consecutive numbers.
func (a *ahead[Page]) page(number int64) (*Page, *Error) {
	a.started = max(a.started, number-1)
	for len(a.queue) < a.width && a.started < max(a.last, number) {
		a.started++
		a.queue = append(a.queue, a.launch(a.started))
	}
	next := <-a.queue[0]
	a.queue = a.queue[1:]
	return next.page, next.failure
}
