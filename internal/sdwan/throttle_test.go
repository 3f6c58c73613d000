package sdwan

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// withDefaults has a client retry and wait as one that nobody has set up.
func withDefaults(c *Config) {
	c.MaxRetries, c.RetryWaitMin, c.RetryWaitMax, c.RequestTimeout = DefaultMaxRetries, DefaultRetryWaitMin, DefaultRetryWaitMax, DefaultRequestTimeout
}

func TestReadKeepsToASmallRateLimit(t *testing.T) {
	t.Parallel()
	const elements, pageSize = 3000, 100
	for name, test := range map[string]struct {
		limit   int
		latency time.Duration
	}{
		"one query a second":              {1, 0},
		"one query a second, 100 ms away": {1, 100 * time.Millisecond},
		"two queries a second":            {2, 50 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				simulated := newSimulator(t, simulator.Options{
					Elements: elements, Seed: 1, Latency: test.latency, Switches: simulator.Switches{QueriesPerSecond: test.limit},
				})
				client := clientOf(t, inMemoryConfig(inMemory(simulated)), withDefaults, func(c *Config) { c.PageSize = pageSize })
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				began := time.Now()
				err := readOnce(ctx, client)
				took := time.Since(began)
				served := 0
				for _, request := range simulated.Requests() {
					if request.Kind == simulator.RequestQuery && request.Status == 200 {
						served++
					}
				}
				needed := time.Duration((served-1)/test.limit) * time.Second
				t.Logf("%d queries, %d of them served, in %s; the limit itself needs %s", simulated.Count(simulator.RequestQuery), served, took, needed)
				if err != nil {
					t.Fatal(err)
				}
				if took > needed*5/4 {
					t.Errorf("the read took %s, more than 1.25 times %s", took, needed)
				}
			})
		})
	}
}

func TestOneLimitedQueryHoldsBackTheWholeClient(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var lock sync.Mutex
				var came []time.Duration
				limit := comeBack(status, text("20"), "{}")
				fake := &controller{query: func(w http.ResponseWriter, r *http.Request) {
					lock.Lock()
					came = append(came, time.Since(began))
					first := len(came) == 1
					lock.Unlock()
					if first {
						limit(w, r)
						return
					}
					emptyPage(w, r)
				}}
				client := clientOf(t, inMemoryConfig(inMemory(fake)))
				var reads sync.WaitGroup
				for i := range 6 {
					reads.Go(func() {
						time.Sleep(time.Duration(i) * time.Second)
						if _, _, err := readAll(t.Context(), client, distinct(i)); err != nil {
							t.Error(err)
						}
					})
				}
				reads.Wait()
				if len(came) != 7 {
					t.Errorf("%d queries were sent, want 7", len(came))
				}
				for _, at := range came[1:] {
					if at < 20*time.Second {
						t.Errorf("a query was sent after %s, within the 20 s that the controller asked for", at)
					}
				}
			})
		})
	}
}

func TestLimitWithoutProgressUsesUpTheRetries(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{"with Retry-After": "1", "without": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := &controller{query: comeBack(429, text(header), "{}")}
				client := clientOf(t, inMemoryConfig(inMemory(fake)), withDefaults)
				for range 2 { // A read that has failed leaves the next one all its retries.
					failure := wantKind(t, readOnce(t.Context(), client), KindRateLimited)
					if failure.Attempts != DefaultMaxRetries+1 {
						t.Errorf("%d attempts were made, want %d", failure.Attempts, DefaultMaxRetries+1)
					}
				}
			})
		})
	}
}

// Only the deadline ends a read whose queries are answered now and then.
func TestLimitWithProgressUsesUpNoRetries(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			simulated := newSimulator(t, simulator.Options{Elements: 40, Seed: 1})
			limit := comeBack(status, text("1"), "{}")
			var lock sync.Mutex
			queries := 0
			network := inMemory(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				lock.Lock()
				isQuery := strings.HasSuffix(r.URL.Path, queryPath)
				if isQuery {
					queries++
				}
				limited := isQuery && queries%3 != 1 // Two limited ones to each good one.
				lock.Unlock()
				if limited {
					limit(w, r)
					return
				}
				simulated.ServeHTTP(w, r)
			}))
			client := clientOf(t, inMemoryConfig(network), func(c *Config) { c.PageSize = 1 })
			rows, _, err := readAll(t.Context(), client, imagestatus.Query{})
			if err != nil || len(rows) != 40 {
				t.Errorf("%d: %d rows and the error %v, want 40 rows", status, len(rows), err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			began := time.Now()
			err = readOnce(ctx, client)
			if took := time.Since(began); took < 9*time.Second || !IsBeyondDeadline(err) && KindOf(err) != KindTimeout {
				t.Errorf("%d: the read ended after %s with %v, want its deadline of 10 s", status, took, err)
			}
		})
	}
}

func TestQueryHeldBackBeyondItsDeadlineFailsAtOnce(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]Kind{429: KindRateLimited, 503: KindUnavailable} {
		synctest.Test(t, func(t *testing.T) {
			fake := &controller{query: inTurn(comeBack(status, text("3600"), "{}"), emptyPage)}
			client := clientOf(t, inMemoryConfig(inMemory(fake)))
			var long error
			var reads sync.WaitGroup
			reads.Go(func() { _, _, long = readAll(t.Context(), client, distinct(1)) })
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			began := time.Now()
			_, _, err := readAll(ctx, client, distinct(2))
			failure := wantKind(t, err, kind)
			wantText(t, failure.Error(), "the controller asks to wait 1h0m0s, and 1m0s are left of this read")
			if took := time.Since(began); took > 0 || failure.Attempts != 0 || !IsBeyondDeadline(failure) {
				t.Errorf("%d: it took %s and %d attempts, want none", status, took, failure.Attempts)
			}
			reads.Wait()
			if took := time.Since(began); long != nil || took != time.Hour {
				t.Errorf("%d: the read with the time ended after %s with %v", status, took, long)
			}
		})
	}
}

func TestHoldNarrowsOnceAndAnswersWidenSlowly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const bound = 8
		throttle := newThrottle(bound)
		// inFlight enters as often as is possible at once, and leaves again.
		inFlight := func() (rounds []int) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			for {
				round, err := throttle.enter(ctx)
				if err != nil {
					break
				}
				rounds = append(rounds, round)
			}
			for range rounds {
				throttle.leave()
			}
			return rounds
		}
		for _, want := range []int{8, 4, 2, 1, 1} {
			rounds := inFlight()
			if len(rounds) != want {
				t.Errorf("%d queries were in flight, want %d", len(rounds), want)
			}
			for _, round := range rounds { // All that were in flight together.
				throttle.slowDown(round, time.Second, time.Second, KindRateLimited)
			}
		}
		for width := 1; width <= bound; width++ {
			if got := len(inFlight()); got != width {
				t.Errorf("%d queries were in flight, want %d", got, width)
			}
			for range widenAfter {
				throttle.recordSuccess()
			}
		}
		if got := len(inFlight()); got != bound {
			t.Errorf("%d queries were in flight, want no more than the bound of %d", got, bound)
		}
	})
}

func TestNarrowingWaitsForQueriesInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttle := newThrottle(4)
		for range 4 {
			if _, err := throttle.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		throttle.slowDown(0, 0, 0, KindRateLimited)
		entered := 0
		var waiting sync.WaitGroup
		for range 4 {
			waiting.Go(func() {
				if _, err := throttle.enter(t.Context()); err != nil {
					t.Error(err)
				}
				entered++
			})
		}
		for left, want := range []int{0, 0, 0, 1, 2, 3, 4} {
			if left > 0 {
				throttle.leave()
			}
			synctest.Wait()
			if entered != want {
				t.Errorf("%d queries have entered after %d left, want %d", entered, left, want)
			}
		}
		waiting.Wait()
	})
}
