package sdwan

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// slowClient reads from a controller that takes a second for each query, and is
// signed in already.
func slowClient(t *testing.T, options simulator.Options) (*simulator.Simulator, *Client) {
	t.Helper()
	options.Latency = time.Second
	simulated := newSimulator(t, options)
	client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize = 100 })
	if _, err := client.session.grant(t.Context()); err != nil {
		t.Fatal(err)
	}
	return simulated, client
}

func TestIdenticalReadsAreJoinedWhileInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		simulated, client := slowClient(t, simulator.Options{Elements: 450})
		var reads sync.WaitGroup
		for range 10 {
			reads.Go(func() {
				rows, summary, err := readAll(t.Context(), client, imagestatus.Query{})
				if err != nil || len(rows) != 450 || summary.Matched == nil || *summary.Matched != 450 {
					t.Errorf("got %d rows, %+v and %v", len(rows), summary, err)
				}
			})
		}
		reads.Wait()
		wantCount(t, simulated, simulator.RequestQuery, 5)
	})
}

func TestDifferentReadsAreNotJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		simulated, client := slowClient(t, simulator.Options{Elements: 450})
		var reads sync.WaitGroup
		for number := range 3 {
			reads.Go(func() {
				if _, _, err := readAll(t.Context(), client, distinct(number)); err != nil {
					t.Error(err)
				}
			})
		}
		reads.Wait()
		wantCount(t, simulated, simulator.RequestQuery, 15)
	})
}

func TestLaterReadSeesThePresent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		simulated, client := slowClient(t, simulator.Options{Elements: 3})
		for _, state := range []imagestatus.State{"downloading", "failed", "complete"} {
			if err := simulated.SetState(simulated.ElementIDs()[0], state); err != nil {
				t.Fatal(err)
			}
			rows, _, err := readAll(t.Context(), client, imagestatus.Query{})
			if err != nil {
				t.Fatal(err)
			}
			if got := *sorted(rows)[0].UpgradeState; got != string(state) {
				t.Errorf("the element is %q, and the read right after says %q", state, got)
			}
		}
		// Each read asks for the page past the last row too.
		wantCount(t, simulated, simulator.RequestQuery, 6)
		if left := len(client.statuses.flights.underway); left != 0 {
			t.Errorf("%d pages are kept", left)
		}
	})
}

// TestJoinedReadsDoNotShareRows holds that what one reader does to its rows
// does not reach another one's.
func TestJoinedReadsDoNotShareRows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, client := slowClient(t, simulator.Options{Elements: 50})
		var reads sync.WaitGroup
		for _, descending := range []bool{false, true} {
			reads.Go(func() {
				rows, _, err := readAll(t.Context(), client, imagestatus.Query{})
				if err != nil {
					t.Error(err)
					return
				}
				imagestatus.Query{Sort: &imagestatus.Sort{Field: imagestatus.FieldElementID, Descending: descending}}.SortRows(rows)
				if first, last := rows[0].Element(), rows[49].Element(); (first > last) != descending {
					t.Errorf("descending %t: from %s to %s", descending, first, last)
				}
			})
		}
		reads.Wait()
	})
}

// TestLeaderThatEndsLeavesTheOthersTheirRead has two identical reads, of which
// the one that fetches ends early for a reason of its own.
func TestLeaderThatEndsLeavesTheOthersTheirRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		end  func(context.Context) (context.Context, context.CancelFunc)
		kind Kind
	}{
		{"cancelled", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(500*time.Millisecond, cancel)
			return ctx, cancel
		}, KindCancelled},
		{"out of time", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 500*time.Millisecond)
		}, KindTimeout},
	} {
		synctest.Test(t, func(t *testing.T) {
			simulated, client := slowClient(t, simulator.Options{Elements: 50})
			ctx, cancel := test.end(t.Context())
			defer cancel()
			var leader, joined error
			var reads sync.WaitGroup
			reads.Go(func() { leader = readOnce(ctx, client) })
			synctest.Wait()
			reads.Go(func() { joined = readOnce(t.Context(), client) })
			reads.Wait()
			_ = wantKind(t, leader, test.kind)
			if joined != nil {
				t.Errorf("%s: the other read ended too: %v", test.name, joined)
			}
			// The leader's, and two of the other read: the rows, and the page past them.
			wantCount(t, simulated, simulator.RequestQuery, 3)
		})
	}
}

func TestWaitBeyondTheLeadersDeadlineLeavesTheOthersTheirRead(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]Kind{429: KindRateLimited, 503: KindUnavailable} {
		synctest.Test(t, func(t *testing.T) {
			late := comeBack(status, text("120"), "{}")
			fake := &controller{query: inTurn(slowly(late), late, emptyPage)}
			client := clientOf(t, inMemoryConfig(inMemory(fake)))
			patient, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			hasty, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			var leader, joined error
			var reads sync.WaitGroup
			reads.Go(func() { leader = readOnce(hasty, client) })
			synctest.Wait()
			reads.Go(func() { joined = readOnce(patient, client) })
			reads.Wait()
			_ = wantKind(t, leader, kind)
			if joined != nil {
				t.Errorf("%d: the read with an hour ended with the one that had a minute: %v", status, joined)
			}
		})
	}
}

// slowly gives an answer after a second.
func slowly(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Second)
		answer(w, r)
	}
}

func TestJoinedReadCanBeCancelledAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		simulated, client := slowClient(t, simulator.Options{Elements: 50})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		var leader, joined error
		var took time.Duration
		var reads sync.WaitGroup
		reads.Go(func() { leader = readOnce(t.Context(), client) })
		synctest.Wait()
		reads.Go(func() {
			started := time.Now()
			joined = readOnce(ctx, client)
			took = time.Since(started)
		})
		reads.Wait()
		_ = wantKind(t, joined, KindTimeout)
		if took != 300*time.Millisecond {
			t.Errorf("the joined read ended after %s, and its time was up after 300ms", took)
		}
		if leader != nil {
			t.Errorf("the read that was joined ended too: %v", leader)
		}
		// One for the rows, and the leader's for the page past them.
		wantCount(t, simulated, simulator.RequestQuery, 2)
	})
}

// TestRefusalIsShared holds that joined reads do not repeat a request one after
// the other when it has failed for a reason that is the same for all of them.
func TestRefusalIsShared(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]Kind{
		http.StatusNotFound: KindNotFound, http.StatusTooManyRequests: KindRateLimited, http.StatusServiceUnavailable: KindUnavailable,
	} {
		synctest.Test(t, func(t *testing.T) {
			fake := &controller{query: slowly(respond(status, "application/json", `{}`))}
			client := clientOf(t, inMemoryConfig(inMemory(fake)), func(c *Config) { c.MaxRetries = 0 })
			var reads sync.WaitGroup
			for range 5 {
				reads.Go(func() {
					if err := readOnce(t.Context(), client); KindOf(err) != kind {
						t.Errorf("the read ended with %v, want kind %q", err, kind)
					}
				})
			}
			reads.Wait()
			if sent := fake.count(queryPath); sent != 1 {
				t.Errorf("%d queries were answered with %d, want 1", sent, status)
			}
		})
	}
}

// TestLeaderThatPanicsLeavesNobodyWaiting has a fetch that ends without an
// answer, while another reader has joined it.
func TestLeaderThatPanicsLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var flights flights[statusPage]
		begun, proceed := make(chan struct{}), make(chan struct{})
		go func() {
			defer func() { _ = recover() }()
			_, _ = flights.join(t.Context(), resource{}, nil, func() (*statusPage, *Error) {
				close(begun)
				<-proceed
				panic("defect")
			})
		}()
		<-begun
		joined := make(chan *statusPage)
		go func() {
			page, _ := flights.join(t.Context(), resource{}, nil, func() (*statusPage, *Error) { return new(statusPage), nil })
			joined <- page
		}()
		synctest.Wait()
		close(proceed)
		if page := <-joined; page == nil {
			t.Error("the reader that joined got nothing, want a page that it fetched itself")
		}
	})
}

// lateEnd is a context whose end comes just after a flight has landed: a select
// does not see it yet.
type lateEnd struct{}

func (lateEnd) Deadline() (time.Time, bool) { return time.Time{}, false }
func (lateEnd) Done() <-chan struct{}       { return nil }
func (lateEnd) Err() error                  { return context.Canceled }
func (lateEnd) Value(any) any               { return nil }

func TestReaderThatEndedMakesNoRequestOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var shared flights[statusPage]
		led, _ := shared.board("query")
		led.failure = &Error{Kind: KindCancelled}
		var reads sync.WaitGroup
		reads.Go(func() {
			_, failure := shared.join(lateEnd{}, statusCollection.resource, []byte("query"), func() (*statusPage, *Error) {
				t.Error("a reader that ended asked the controller")
				return nil, nil
			})
			if failure != led.failure {
				t.Errorf("got %v, want the failure of the read that was joined", failure)
			}
		})
		synctest.Wait()
		shared.land("query", led)
		reads.Wait()
	})
}
