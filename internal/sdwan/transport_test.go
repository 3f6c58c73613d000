package sdwan

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestRetryStatusesAreTriedAgain(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]Kind{
		408: KindUnavailable, 425: KindUnavailable, 429: KindRateLimited, 500: KindUnavailable, 502: KindUnavailable,
		503: KindUnavailable, 504: KindUnavailable, 520: KindUnavailable, 522: KindUnavailable, 529: KindUnavailable,
	} {
		failing := respond(status, "text/html", "<html><h1>gateway</h1></html>")
		t.Run(fmt.Sprint(status, " twice"), func(t *testing.T) {
			t.Parallel()
			fake := &controller{query: after(2, failing, emptyPage)}
			if err := readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(fake)))); err != nil {
				t.Error(err)
			}
			if got := fake.count(queryPath); got != 3 {
				t.Errorf("%d queries were sent, want 3", got)
			}
		})
		for _, retries := range []int{0, 2, 4} {
			t.Run(fmt.Sprintf("%d always, %d retries", status, retries), func(t *testing.T) {
				t.Parallel()
				fake := &controller{query: failing}
				client := clientOf(t, inMemoryConfig(inMemory(fake)), func(c *Config) { c.MaxRetries = retries })
				failure := wantKind(t, readOnce(t.Context(), client), kind)
				if failure.Attempts != retries+1 || fake.count(queryPath) != retries+1 {
					t.Errorf("%d attempts are told and %d were made, want %d", failure.Attempts, fake.count(queryPath), retries+1)
				}
				wantText(t, failure.Error(), fmt.Sprint("Status: ", status), fmt.Sprintf("Attempts: %d in ", retries+1), "<h1>gateway</h1>")
			})
		}
	}
}

func TestOtherStatusesAreNotTriedAgain(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]Kind{
		201: KindMalformed, 202: KindMalformed, 204: KindMalformed, 299: KindMalformed, 304: KindRedirected, 400: KindRefused,
		404: KindNotFound, 405: KindRefused, 413: KindQueryTooLarge, 418: KindRefused, 501: KindUnavailable, 505: KindUnavailable,
		519: KindUnavailable, 530: KindUnavailable, 599: KindUnavailable,
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			fake := &controller{query: respond(status, "application/json", "")}
			// No larger page than the one that is asked for again after a 400.
			client := clientOf(t, inMemoryConfig(inMemory(fake)), func(c *Config) { c.PageSize = safePageSize })
			failure := wantKind(t, readOnce(t.Context(), client), kind)
			if failure.Attempts != 1 || failure.Status != status || fake.count(queryPath) != 1 {
				t.Errorf("%d attempts at status %d are told and %d were made, want 1 at %d", failure.Attempts, failure.Status, fake.count(queryPath), status)
			}
		})
	}
}

func TestBrokenConnectionsAreTriedAgain(t *testing.T) {
	t.Parallel()
	for _, kind := range []simulator.FaultKind{
		"reset_before_headers", "reset_after_headers", "body_cut_off", "hang_before_headers", "hang_in_body",
	} {
		for _, form := range forms {
			t.Run(fmt.Sprintf("%s once/%s", kind, form), func(t *testing.T) {
				t.Parallel()
				if slices.Contains(waited, kind) {
					synctest.Test(t, func(t *testing.T) {
						simulated := newSimulator(t, simulator.Options{Elements: 3})
						wantReadThrough(t, simulated, kind, clientOf(t, inMemoryConfig(inMemory(simulated)), formed(form)))
					})
					return
				}
				server := startSimulator(t, simulator.Options{Elements: 3})
				wantReadThrough(t, server.Simulator, kind, newClient(t, server, form))
			})
		}
		t.Run(string(kind)+" always", func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 3})
			setFaults(t, server.Simulator, simulator.Fault{Kind: kind})
			client := newClient(t, server, simulator.Legacy, func(c *Config) { c.RequestTimeout = 100 * time.Millisecond })
			failure := wantKind(t, readOnce(t.Context(), client), KindUnreachable)
			wantText(t, failure.Error(), "Attempts: 3 in ", server.URL)
			if strings.HasPrefix(string(kind), "hang") {
				wantText(t, failure.Problem, "within the time for one request")
			}
			wantCount(t, server.Simulator, simulator.RequestQuery, 3)
		})
	}
}

// wantReadThrough reads with a fault in the way of the first query.
func wantReadThrough(t *testing.T, simulated *simulator.Simulator, kind simulator.FaultKind, client *Client) {
	t.Helper()
	setFaults(t, simulated, simulator.Fault{Kind: kind, Nth: 1})
	if err := readOnce(t.Context(), client); err != nil {
		t.Error(err)
	}
	// Once more after the fault, and once for the page past the last row.
	wantCount(t, simulated, simulator.RequestQuery, 3)
}

func TestTimeForOneRequestIsNamedHoweverItRunsOut(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		context.DeadlineExceeded, os.ErrDeadlineExceeded,
		// As from a body that was being read.
		fmt.Errorf("the answer was cut off: %w", context.DeadlineExceeded),
	} {
		network := roundTripper(func(*http.Request) (*http.Response, error) { return nil, err })
		failure := wantKind(t, readOnce(t.Context(), clientOf(t, inMemoryConfig(network), inLegacyForm)), KindUnreachable)
		wantText(t, failure.Error(), "no whole answer within the time for one request", "Attempts: 3")
	}
}

func TestUnreachableEndpointIsNamed(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	endpoint := "http://" + listener.Addr().String()
	_ = listener.Close()
	client := clientOf(t, inMemoryConfig(nil), inLegacyForm, func(c *Config) { c.Endpoint = endpoint })
	failure := wantKind(t, readOnce(t.Context(), client), KindUnreachable)
	wantText(t, failure.Error(), "refused", endpoint+"/v2.1/api/tenants/", "Attempts: 3")
	if failure.Status != 0 || strings.Contains(failure.Error(), "Status:") {
		t.Errorf("a status is told although there was no answer: %v", failure)
	}
}

func TestHostThatDoesNotExistIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err      *net.DNSError
		attempts int
	}{
		"no such host":    {&net.DNSError{Err: "no such host", Name: "controller.test", IsNotFound: true}, 1},
		"server fails":    {&net.DNSError{Err: "server misbehaving", Name: "controller.test", IsTemporary: true}, 3},
		"server is quiet": {&net.DNSError{Err: "i/o timeout", Name: "controller.test", IsTimeout: true}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			network := roundTripper(func(*http.Request) (*http.Response, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: test.err}
			})
			failure := wantKind(t, readOnce(t.Context(), clientOf(t, inMemoryConfig(network), inLegacyForm)), KindUnreachable)
			if failure.Attempts != test.attempts {
				t.Errorf("%d attempts were made, want %d: %v", failure.Attempts, test.attempts, failure)
			}
			if !test.err.IsTimeout {
				wantText(t, failure.Error(), "controller.test", test.err.Err)
			}
		})
	}
}

// inDate is a Retry-After that lies ahead of the present, which is virtual.
func inDate(ahead time.Duration) func() string {
	return func() string { return time.Now().UTC().Add(ahead).Format(http.TimeFormat) }
}

func text(text string) func() string { return func() string { return text } }

func TestControllerIsGivenTheTimeItAsksFor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header            func() string
		shortest, longest time.Duration
	}{
		"seconds":                {text("7"), 7 * time.Second, 7 * time.Second},
		"no seconds":             {text("0"), 500 * time.Millisecond, time.Second},
		"seconds beyond maximum": {text("50"), 50 * time.Second, 50 * time.Second},
		"date":                   {inDate(7 * time.Second), 6 * time.Second, 7 * time.Second},
		"date gone by":           {inDate(-time.Hour), 500 * time.Millisecond, time.Second},
		"absent":                 {text(""), 500 * time.Millisecond, time.Second},
		"no number":              {text("soon"), 500 * time.Millisecond, time.Second},
		"negative":               {text("-5"), 500 * time.Millisecond, time.Second},
	} {
		for _, status := range []int{429, 503} {
			for _, place := range []string{"token", "profile", "query"} {
				t.Run(fmt.Sprintf("%s/%d/%s", name, status, place), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						busy := func(w http.ResponseWriter, _ *http.Request) {
							if header := test.header(); header != "" {
								w.Header().Set("Retry-After", header)
							}
							w.WriteHeader(status)
						}
						ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
						defer cancel()
						began := time.Now()
						if err := readOnce(ctx, clientOf(t, inMemoryConfig(inMemory(playing(place, inTurn(busy, new(controller).ServeHTTP)))), waitingSeconds)); err != nil {
							t.Fatal(err)
						}
						if waited := time.Since(began); waited < test.shortest || waited > test.longest {
							t.Errorf("the read took %s, want %s to %s", waited, test.shortest, test.longest)
						}
					})
				})
			}
		}
	}
}

// A server that says 0, or whose clock is behind, must not use up the retries at
// once.
func TestWaitThatIsOverDoesNotReplaceTheBackoff(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]func() string{"no seconds": text("0"), "date gone by": inDate(-time.Hour)} {
		for status, kind := range map[int]Kind{429: KindRateLimited, 503: KindUnavailable} {
			for _, place := range []string{"token", "profile", "query"} {
				t.Run(fmt.Sprintf("%s/%d/%s", name, status, place), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						client := clientOf(t, inMemoryConfig(inMemory(playing(place, comeBack(status, header, "{}")))), withDefaults)
						began := time.Now()
						failure := wantKind(t, readOnce(t.Context(), client), kind)
						// 1, 2, 4, 8 and 16 seconds, each less up to its half.
						if waited := time.Since(began); failure.Attempts != 6 || waited < 15500*time.Millisecond || waited > 31*time.Second {
							t.Errorf("it took %s and %d attempts, want half a minute and 6", waited, failure.Attempts)
						}
					})
				})
			}
		}
	}
}

func waitingSeconds(c *Config) { c.RetryWaitMin, c.RetryWaitMax = time.Second, 30*time.Second }

func TestWaitBeyondTheDeadlineFailsAtOnce(t *testing.T) {
	t.Parallel()
	const body = `{"_error":[{"code":"BUSY","message":"Come back later."}],"_request_id":"178"}`
	for name, header := range map[string]func() string{
		"a day":                 text("86400"),
		"a minute and a second": text("61"),
		"more than fits":        text("99999999999999999999999"),
		"date of tomorrow":      inDate(24 * time.Hour),
	} {
		for status, kind := range map[int]Kind{429: KindRateLimited, 500: KindUnavailable, 503: KindUnavailable} {
			for _, place := range []string{"token", "profile", "query"} {
				t.Run(fmt.Sprintf("%s/%d/%s", name, status, place), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
						defer cancel()
						began := time.Now()
						failure := wantKind(t, readFrom(ctx, t, place, "", comeBack(status, header, body)), kind)
						if waited := time.Since(began); waited > 0 || failure.Attempts != 1 {
							t.Errorf("it took %s and %d attempts, want none and 1", waited, failure.Attempts)
						}
						if !IsBeyondDeadline(failure) {
							t.Error("the error does not say that it is of no use to try again before the deadline")
						}
						wantText(t, failure.Error(), "asks to wait", "1m0s are left of this read", fmt.Sprint("Status: ", status))
						if place != "token" {
							wantText(t, failure.Error(), "Code: BUSY (Come back later.)", "Request id: 178")
						}
					})
				})
			}
		}
	}
}

// comeBack answers with a Retry-After.
func comeBack(status int, header func() string, body string) http.HandlerFunc {
	answer := respond(status, "application/json", body)
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", header())
		answer(w, r)
	}
}

func TestFailureAndAnswerAreNotGivenTogether(t *testing.T) {
	t.Parallel()
	network := inMemory(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "86400")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client := clientOf(t, inMemoryConfig(network))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fakeEndpoint, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	// net/http writes to the standard logger when a RoundTripper gives both.
	response, err := client.retrying.StandardClient().Transport.RoundTrip(request)
	if response != nil {
		_ = response.Body.Close()
	}
	if err == nil || response != nil {
		t.Errorf("the answer is %v and the error is %v, want an error alone", response, err)
	}
}

func TestWaitsGrowUpToTheirMaximum(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var came []time.Time
		fake := &controller{query: func(w http.ResponseWriter, _ *http.Request) {
			came = append(came, time.Now())
			w.WriteHeader(http.StatusServiceUnavailable)
		}}
		client := clientOf(t, inMemoryConfig(inMemory(fake)), func(c *Config) {
			c.MaxRetries, c.RetryWaitMin, c.RetryWaitMax = 5, time.Second, 5*time.Second
		})
		_ = wantKind(t, readOnce(t.Context(), client), KindUnavailable)
		for i, longest := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second} {
			if wait := came[i+1].Sub(came[i]); wait < longest/2 || wait > longest {
				t.Errorf("wait %d took %s, want %s to %s", i+1, wait, longest/2, longest)
			}
		}
	})
}

func TestDeadlineNamesTheLastFailure(t *testing.T) {
	t.Parallel()
	hang := roundTripper(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	for name, test := range map[string]struct {
		network http.RoundTripper
		texts   []string
	}{
		"status":     {inMemory(respond(503, "text/html", "")), []string{"the last answer was 503 Service Unavailable", "Status: 503", "Attempts: "}},
		"code":       {inMemory(respond(503, "application/json", `{"_error":[{"code":"BUSY"}],"_request_id":"178"}`)), []string{"Code: BUSY", "Request id: 178"}},
		"connection": {roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset by peer") }), []string{"the last attempt failed: connection reset by peer"}},
		"cut body":   {cutOff{}, []string{"the last attempt failed: the answer was cut off"}},
		"no answer":  {hang, []string{"no answer had arrived", "Attempts: 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := clientOf(t, inMemoryConfig(test.network), inLegacyForm, waitingSeconds, func(c *Config) { c.MaxRetries, c.RequestTimeout = 1000, time.Hour })
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				began := time.Now()
				failure := wantKind(t, readOnce(ctx, client), KindTimeout)
				wantText(t, failure.Error(), append(test.texts, "read the image statuses: deadline passed: ")...)
				if waited := time.Since(began); waited != 20*time.Second || failure.Elapsed != waited {
					t.Errorf("it took %s and is told as %s, want the deadline of 20s", waited, failure.Elapsed)
				}
				if !errors.Is(failure, context.DeadlineExceeded) {
					t.Errorf("the cause is lost: %v", failure.Unwrap())
				}
			})
		})
	}
}

// cutOff answers with half a body.
type cutOff struct{}

func (cutOff) RoundTrip(*http.Request) (*http.Response, error) {
	body := io.MultiReader(strings.NewReader(`{"items":[`), brokenReader{})
	return &http.Response{StatusCode: http.StatusOK, Header: make(http.Header), ContentLength: 4096, Body: io.NopCloser(body)}, nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestOneAttemptMayNotTakeTheWholeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		waiting := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		fake := &controller{query: after(2, waiting, emptyPage)}
		client := clientOf(t, inMemoryConfig(inMemory(fake)), func(c *Config) { c.RequestTimeout = time.Minute })
		began := time.Now()
		if err := readOnce(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 2*time.Minute || took > 2*time.Minute+time.Second {
			t.Errorf("the read took %s, want two attempts of a minute", took)
		}
	})
}

func TestCancellingEndsARead(t *testing.T) {
	t.Parallel()
	for _, fault := range []simulator.Fault{
		{Kind: "hang_before_headers"},
		{Kind: "hang_in_body"},
		{Kind: "too_many_requests_day"},
		{Kind: "too_many_requests_seconds"},
		{Kind: "body_endless"},
		{Kind: "slow", Delay: time.Minute},
		{Kind: "token_slow", Delay: time.Minute},
		{Kind: "hang_before_headers", On: simulator.RequestProfile},
	} {
		t.Run(fmt.Sprint(fault.Kind, " ", fault.On), func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 3})
			setFaults(t, server.Simulator, fault)
			client := newClient(t, server, simulator.Unified, func(c *Config) { c.MaxRetries, c.MaxResponseBytes = 1000, 1<<40 })
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error)
			go func() { ended <- readOnce(ctx, client) }()
			for server.FaultsPlayed() == 0 {
				time.Sleep(time.Millisecond)
			}
			cancelled := time.Now()
			cancel()
			failure := wantKind(t, <-ended, KindCancelled)
			if took := time.Since(cancelled); took > time.Second {
				t.Errorf("the read ended %s after it was cancelled", took)
			}
			if !errors.Is(failure, context.Canceled) {
				t.Errorf("the cause is lost: %v", failure.Unwrap())
			}
		})
	}
}

func TestAnswerBeyondTheBoundIsRefused(t *testing.T) {
	t.Parallel()
	page := `{"items":[],"total_count":0,"description":"` + strings.Repeat("x", 2<<20) + `"}`
	size := int64(len(page))
	packed := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		packer := gzip.NewWriter(w)
		_, _ = packer.Write([]byte(page))
		_ = packer.Close()
	}
	for name, test := range map[string]struct {
		query http.HandlerFunc
		bound int64
		want  Kind
	}{
		"as large as the bound":     {respond(200, "application/json", page), size, ""},
		"one byte more":             {respond(200, "application/json", page), size - 1, KindTooLarge},
		"within the bound, packed":  {packed, size, ""},
		"beyond the bound unpacked": {packed, size - 1, KindTooLarge},
		"an error beyond the bound": {respond(503, "text/html", page), size - 1, KindTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &controller{query: test.query}
			server := httptest.NewServer(fake)
			t.Cleanup(server.Close)
			client := clientOf(t, inMemoryConfig(nil), inLegacyForm, func(c *Config) { c.Endpoint, c.MaxResponseBytes = server.URL, test.bound })
			err := readOnce(t.Context(), client)
			if got := fake.count(queryPath); got != 1 {
				t.Errorf("%d queries were sent, want 1", got)
			}
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantText(t, wantKind(t, err, test.want).Error(), "larger than 2 MiB")
		})
	}
}

func TestBoundOfAnAnswerIsToldInAUnitThatFits(t *testing.T) {
	t.Parallel()
	for bound, want := range map[int64]string{
		512: "512 bytes", 1023: "1023 bytes", 1 << 10: "1 KiB", 1<<20 - 1: "1023 KiB", 1 << 20: "1 MiB", 64 << 20: "64 MiB",
	} {
		wantText(t, (&oversizeError{bound: bound}).Error(), "the answer is larger than "+want)
	}
}

func TestEndlessAnswerIsCutAtTheBound(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3})
	setFaults(t, server.Simulator, simulator.Fault{Kind: "body_endless"})
	var read int
	client := newClient(t, server, simulator.Legacy, func(c *Config) {
		c.MaxResponseBytes = 1 << 20
		c.Observe = func(_ context.Context, attempt Attempt) { read += attempt.Bytes }
	})
	_ = wantKind(t, readOnce(t.Context(), client), KindTooLarge)
	wantCount(t, server.Simulator, simulator.RequestQuery, 1)
	if read > 1<<20+1 {
		t.Errorf("%d bytes were kept", read)
	}
}

// serveTLS serves a simulator with a certificate of a private authority.
func serveTLS(t *testing.T) (*httptest.Server, *simulator.Simulator) {
	t.Helper()
	simulated := newSimulator(t, simulator.Options{Elements: 3})
	server := httptest.NewUnstartedServer(simulated)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, simulated
}

func TestCertificatesAreVerified(t *testing.T) {
	t.Parallel()
	server, simulated := serveTLS(t)
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	byName := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for name, test := range map[string]struct {
		endpoint    string
		authorities *x509.CertPool
		want        Kind
	}{
		"authority trusted":       {server.URL, trusted, ""},
		"system's authorities":    {server.URL, nil, KindCertificate},
		"no authority trusted":    {server.URL, x509.NewCertPool(), KindCertificate},
		"name not in certificate": {byName, trusted, KindCertificateName},
	} {
		for _, form := range forms {
			t.Run(fmt.Sprintf("%s/%s", name, form), func(t *testing.T) {
				t.Parallel()
				var lock sync.Mutex
				attempts := 0
				client := clientOf(t, inMemoryConfig(nil), func(c *Config) {
					if form == simulator.Legacy {
						inLegacyForm(c)
					} else {
						c.Unified.TokenURL = test.endpoint + "/oauth2/access_token"
					}
					c.Endpoint, c.CertificateAuthorities = test.endpoint, test.authorities
					c.Observe = func(context.Context, Attempt) {
						lock.Lock()
						defer lock.Unlock()
						attempts++
					}
				})
				err := readOnce(t.Context(), client)
				if test.want == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				failure := wantKind(t, err, test.want)
				wantText(t, failure.Error(), "x509: ", test.endpoint)
				if attempts != 1 || failure.Attempts != 1 {
					t.Errorf("%d attempts were made and %d are told, want 1", attempts, failure.Attempts)
				}
			})
		}
	}
	t.Cleanup(func() {
		// Each form reads once where the authority is trusted: the rows, and the page
		// past the last one.
		wantCount(t, simulated, simulator.RequestQuery, 2*len(forms))
	})
}

func TestServerWithoutTLSIsNamedAndNotTriedAgain(t *testing.T) {
	t.Parallel()
	noHandshake := tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}
	for name, test := range map[string]struct {
		endpoint string
		network  http.RoundTripper
		cause    string
	}{
		"plain HTTP":       {serveLine(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), nil, "HTTP response to HTTPS client"},
		"another protocol": {serveLine(t, "SSH-2.0-OpenSSH_9.9\r\n"), nil, "first record does not look like a TLS handshake"},
		"the proxy": {fakeEndpoint, roundTripper(func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "proxyconnect", Net: "tcp", Err: noHandshake}
		}), "proxyconnect tcp: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, inMemoryConfig(test.network), inLegacyForm, func(c *Config) { c.Endpoint = test.endpoint })
			failure := wantKind(t, readOnce(t.Context(), client), KindUnreachable)
			wantText(t, failure.Error(), "the server does not speak TLS: ", test.cause, test.endpoint, "Attempts: 1 in ")
		})
	}
}

// serveLine serves an https address at which each connection is answered with
// one line in the clear.
func serveLine(t *testing.T, line string) string {
	t.Helper()
	return "https://" + serveConnections(t, func(connection net.Conn) {
		_, _ = connection.Read(make([]byte, 4096))
		_, _ = io.WriteString(connection, line)
	})
}

func TestNetworkAsksForModernTLS(t *testing.T) {
	t.Parallel()
	network := newNetwork(Config{}.WithDefaults())
	if got := network.TLSClientConfig; got.MinVersion < tls.VersionTLS12 || got.InsecureSkipVerify {
		t.Errorf("TLS from version %x, unverified = %v", got.MinVersion, got.InsecureSkipVerify)
	}
}

func TestEveryAttemptIsObserved(t *testing.T) {
	t.Parallel()
	const page = `{"items":[],"total_count":0}`
	for _, bodies := range []bool{false, true} {
		t.Run(fmt.Sprint("bodies ", bodies), func(t *testing.T) {
			t.Parallel()
			first := inTurn(respond(503, "text/html", "<h1>503</h1>"), respond(200, "application/json", page))
			second := inTurn(respond(403, "application/json", "{}"), respond(200, "application/json", page))
			fake := &controller{query: after(2, first, second)}
			query := func(number, status int, body string) Attempt {
				attempt := Attempt{Method: "POST", URL: fakeEndpoint + unifiedQueryPath, Number: number, Status: status, Bytes: len(body)}
				if bodies {
					attempt.RequestBody, attempt.ResponseBody = `{"sort_params":{"element_id":"asc"},"limit":1000,"dest_page":1}`, body
				}
				return attempt
			}
			profile := Attempt{Method: "GET", URL: fakeEndpoint + unifiedProfilePath, Number: 1, Status: 200, Bytes: 23}
			want := []Attempt{
				{Method: "POST", URL: fakeTokenURL, Number: 1, Status: 200, Bytes: 100}, profile,
				query(1, 503, "<h1>503</h1>"), query(2, 200, page),
				query(1, 403, "{}"), profile, query(2, 200, page),
			}
			var seen []Attempt
			client := clientOf(t, inMemoryConfig(inMemory(fake)), func(c *Config) {
				c.ObserveBodies = bodies
				c.Observe = func(_ context.Context, attempt Attempt) {
					attempt.Duration = 0
					seen = append(seen, attempt)
				}
			})
			for range 2 {
				if err := readOnce(t.Context(), client); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want, seen); diff != "" {
				t.Errorf("the attempts differ (-want +seen):\n%s", diff)
			}
		})
	}
}

// An http.RoundTripper must not change the request: it is sent again.
func TestRequestIsNotChangedOnItsWay(t *testing.T) {
	t.Parallel()
	var sent string
	network := roundTripper(func(request *http.Request) (*http.Response, error) {
		sent = request.Header.Get("User-Agent")
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fakeEndpoint, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answers := &wholeAnswers{network: network, config: Config{UserAgent: "agent/1", MaxResponseBytes: 1}}
	response, err := answers.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if sent != "agent/1" || len(request.Header) != 0 {
		t.Errorf("sent as %q; the caller's request now has the header %v", sent, request.Header)
	}
}
