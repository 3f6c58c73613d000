package sdwan

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// slowPages is a controller whose pages take their time, and counts how many
// are being fetched.
type slowPages struct {
	takes func(number int64) time.Duration
	fails int64

	lock               sync.Mutex
	current, most, all int64
}

// begin counts a fetch until what it returns is called.
func (s *slowPages) begin() func() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.all++
	s.current++
	s.most = max(s.most, s.current)
	return func() {
		s.lock.Lock()
		defer s.lock.Unlock()
		s.current--
	}
}

func (s *slowPages) fetch(ctx context.Context, number int64) (*statusPage, *Error) {
	end := s.begin()
	defer end()
	select {
	case <-time.After(s.takes(number)):
	case <-ctx.Done():
		return nil, &Error{Kind: KindCancelled}
	}
	if number == s.fails {
		return nil, &Error{Kind: KindUnavailable}
	}
	count := integer(number)
	return &statusPage{Count: &count}, nil
}

func TestPagesAreHandedOutInOrderAndNeverMoreFetchedThanAllowed(t *testing.T) {
	t.Parallel()
	for name, takes := range map[string]func(int64) time.Duration{
		"as asked for":           func(int64) time.Duration { return time.Second },
		"the last ones first":    func(number int64) time.Duration { return time.Duration(40-number) * time.Second },
		"every third one late":   func(number int64) time.Duration { return time.Duration(1+number%3*9) * time.Second },
		"at once":                func(int64) time.Duration { return 0 },
		"the second takes hours": func(number int64) time.Duration { return map[bool]time.Duration{true: time.Hour}[number == 2] },
	} {
		for _, width := range []int{1, 2, 4, 7, 64} {
			synctest.Test(t, func(t *testing.T) {
				const last = 20
				pages := &slowPages{takes: takes}
				ahead := newAhead(t.Context(), pages.fetch, width, last)
				defer ahead.stop()
				for number := int64(2); number <= last; number++ {
					page, failure := ahead.page(number)
					if failure != nil {
						t.Fatal(failure)
					}
					if int64(*page.Count) != number {
						t.Fatalf("%s, %d at a time: got page %d, want %d", name, width, *page.Count, number)
					}
				}
				if most, want := pages.most, int64(min(width, last-1)); most > want {
					t.Errorf("%s: %d pages were fetched at a time, and %d may be", name, most, want)
				}
				if all := pages.all; all != last-1 {
					t.Errorf("%s, %d at a time: %d pages were fetched, want each of %d once", name, width, all, last-1)
				}
			})
		}
	}
}

func TestWidthBoundsTheTimeOfARead(t *testing.T) {
	t.Parallel()
	for width, want := range map[int]time.Duration{1: 19 * time.Second, 4: 5 * time.Second, 10: 2 * time.Second, 64: time.Second} {
		synctest.Test(t, func(t *testing.T) {
			pages := &slowPages{takes: func(int64) time.Duration { return time.Second }}
			ahead := newAhead(t.Context(), pages.fetch, width, 20)
			defer ahead.stop()
			started := time.Now()
			for number := int64(2); number <= 20; number++ {
				if _, failure := ahead.page(number); failure != nil {
					t.Fatal(failure)
				}
			}
			if took := time.Since(started); took != want {
				t.Errorf("19 pages of a second took %s with %d at a time, want %s", took, width, want)
			}
		})
	}
}

// TestNoPageIsFetchedThatMayNotExist holds what is not known: without a number
// of matches, the next page is asked for only when it is wanted.
func TestNoPageIsFetchedThatMayNotExist(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pages := &slowPages{takes: func(int64) time.Duration { return time.Second }}
		ahead := newAhead(t.Context(), pages.fetch, 4, 0)
		defer ahead.stop()
		for number := int64(2); number <= 4; number++ {
			if _, failure := ahead.page(number); failure != nil {
				t.Fatal(failure)
			}
			if all := pages.all; all != number-1 {
				t.Fatalf("%d pages were fetched for page %d", all, number)
			}
		}
	})
}

// TestStopEndsAllFetches relies on the bubble, which fails where a goroutine
// outlives it.
func TestStopEndsAllFetches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pages := &slowPages{takes: func(number int64) time.Duration { return time.Duration(number) * time.Second }}
		ahead := newAhead(t.Context(), pages.fetch, 4, 20)
		if _, failure := ahead.page(2); failure != nil {
			t.Fatal(failure)
		}
		stopped := time.Now()
		ahead.stop()
		if took := time.Since(stopped); took != 0 {
			t.Errorf("stopping took %s", took)
		}
		if left := pages.current; left != 0 {
			t.Errorf("%d pages are still being fetched", left)
		}
	})
}

func TestFailureOfALaterPageWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pages := &slowPages{takes: func(number int64) time.Duration { return time.Duration(20-number) * time.Second }, fails: 4}
		ahead := newAhead(t.Context(), pages.fetch, 4, 20)
		defer ahead.stop()
		for number := int64(2); number < 4; number++ {
			if _, failure := ahead.page(number); failure != nil {
				t.Fatalf("page %d: %v", number, failure)
			}
		}
		if _, failure := ahead.page(4); failure == nil || failure.Kind != KindUnavailable {
			t.Errorf("page 4 ended with %v, want its failure", failure)
		}
	})
}

// TestAbandonedReadEndsItsFetches holds that a consumer which stops early, or
// whose time is up, leaves no request behind.
func TestAbandonedReadEndsItsFetches(t *testing.T) {
	t.Parallel()
	for name, abandon := range map[string]func(ctx context.Context, cancel func(), client *Client) int{
		"the consumer stops": func(ctx context.Context, _ func(), client *Client) int {
			return readSome(t, ctx, client, errStopped, func(int) error { return errStopped })
		},
		"the context ends": func(ctx context.Context, cancel func(), client *Client) int {
			return readSome(t, ctx, client, context.Canceled, func(read int) error {
				if read == 150 {
					cancel()
				}
				return nil
			})
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			simulated := newSimulator(t, simulator.Options{Elements: 2_000, Latency: time.Second})
			client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize = 100 })
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if read := abandon(ctx, cancel, client); read == 0 || read >= 2_000 {
				t.Errorf("%s: %d rows were read, want some", name, read)
			}
			synctest.Wait()
			sent := simulated.Count(simulator.RequestQuery)
			time.Sleep(time.Minute)
			if now := simulated.Count(simulator.RequestQuery); now != sent || now == 20 {
				t.Errorf("%s: %d requests were sent, and %d a minute later", name, sent, now)
			}
		})
	}
}

var errStopped = errors.New("the consumer takes no more")

// readSome counts the rows of a read that ends with the error; after each row the
// consumer may fail.
func readSome(t *testing.T, ctx context.Context, client *Client, want error, after func(read int) error) int { //nolint:revive // The test comes first, as everywhere.
	t.Helper()
	read := 0
	_, err := client.statuses.read(ctx, statusesOf(imagestatus.Query{}), func(imagestatus.Status) error {
		read++
		return after(read)
	})
	if !errors.Is(err, want) {
		t.Errorf("the read ended with %v, want %v", err, want)
	}
	return read
}

func TestBoundHoldsOverAllReadsOfAClient(t *testing.T) {
	t.Parallel()
	for _, width := range []int{1, 3, 4} {
		synctest.Test(t, func(t *testing.T) {
			simulated := newSimulator(t, simulator.Options{Elements: 199, Latency: time.Second})
			client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) {
				c.PageSize, c.MaxConcurrentRequests = 20, width
			})
			var reads sync.WaitGroup
			for number := range 5 {
				reads.Go(func() {
					rows, _, err := readAll(t.Context(), client, distinct(number))
					if err != nil || len(rows) != 199 {
						t.Errorf("read %d gave %d rows and %v", number, len(rows), err)
					}
				})
			}
			reads.Wait()
			if most := simulated.MaxConcurrent(); most != width {
				t.Errorf("%d requests were in flight at once, want %d", most, width)
			}
			wantCount(t, simulated, simulator.RequestQuery, 50)
			wantCount(t, simulated, simulator.RequestToken, 1)
			wantCount(t, simulated, simulator.RequestProfile, 1)
		})
	}
}
