package sdwan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// roundTripper stands in for the network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// inMemory serves a handler without a network, so that a test can run on
// virtual time.
func inMemory(handler http.Handler) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		served := request.Clone(request.Context())
		if served.Body == nil {
			served.Body = http.NoBody
		}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, served)
		if err := request.Context().Err(); err != nil {
			return nil, err
		}
		response := recorder.Result()
		response.Request = request
		return response, nil
	})
}

// The status query as the tests have it, spelt without the client's help.
const (
	queryPath        = "/software/current_status/query"
	unifiedQueryPath = "/sdwan/v2.1/api" + queryPath
	operationRead    = "read the image statuses"
)

type statusPage = wirePage[wireStatus]

// Addresses of the controller that is served in memory.
const (
	fakeEndpoint = "https://controller.test"
	fakeTokenURL = "https://issuer.test/oauth2/access_token"
)

// inMemoryConfig signs in to what a transport serves, in the unified form and
// with retries that do not wait.
func inMemoryConfig(transport http.RoundTripper) Config {
	return Config{
		Endpoint: fakeEndpoint, Transport: transport,
		Unified: &Unified{
			ClientID: simulator.ClientID, ClientSecret: simulator.ClientSecret, TSGID: simulator.TSGID, TokenURL: fakeTokenURL,
		},
		MaxRetries: 2, RetryWaitMin: time.Millisecond, RetryWaitMax: 2 * time.Millisecond, RequestTimeout: 10 * time.Second,
	}
}

// clientOf makes a client of a configuration that edits may change first.
func clientOf(t *testing.T, config Config, edits ...func(*Config)) *Client {
	t.Helper()
	for _, edit := range edits {
		edit(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// newSimulator makes a simulator that is served in memory.
func newSimulator(t *testing.T, options simulator.Options) *simulator.Simulator {
	t.Helper()
	made, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// setFaults arms the faults of a simulator.
func setFaults(t *testing.T, simulated *simulator.Simulator, faults ...simulator.Fault) {
	t.Helper()
	if err := simulated.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
}

// wantCount fails unless a simulator saw this many requests of a kind.
func wantCount(t *testing.T, simulated *simulator.Simulator, kind simulator.RequestKind, want int) {
	t.Helper()
	if got := simulated.Count(kind); got != want {
		t.Errorf("%d requests of kind %q were sent, want %d", got, kind, want)
	}
}

// serveConnections serves a loopback address, one connection at a time, each
// of which is closed once answered.
func serveConnections(t *testing.T, answer func(net.Conn)) (address string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			answer(connection)
			_ = connection.Close()
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		serving.Wait()
	})
	return listener.Addr().String()
}

// readOnce reads the whole fleet and gives the error.
func readOnce(ctx context.Context, client *Client) error {
	_, _, err := readAll(ctx, client, imagestatus.Query{})
	return err
}

// wantKind gives the error as *Error, which must be of the kind.
func wantKind(t *testing.T, err error, kind Kind) *Error {
	t.Helper()
	failure, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("the error is %v, want one of kind %q", err, kind)
	}
	if failure.Kind != kind {
		t.Fatalf("the error is of kind %q, want %q: %v", failure.Kind, kind, failure)
	}
	return failure
}

// wantText fails unless the text holds each part.
func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not hold %q", text, part)
		}
	}
}

// controller is a controller of which a test plays the parts that matter to
// it; a part that is nil answers well.
type controller struct {
	token, profile, query http.HandlerFunc

	lock     sync.Mutex
	requests []*http.Request
}

// ServeHTTP answers with the part that the path asks for.
func (c *controller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.lock.Lock()
	c.requests = append(c.requests, r)
	c.lock.Unlock()
	part, body := c.query, `{"items":[],"count":0,"total_count":0}`
	switch {
	case strings.HasSuffix(r.URL.Path, "/access_token"):
		part, body = c.token, `{"access_token":"`+fakeAccessToken+`","token_type":"Bearer","expires_in":899}`
	case strings.HasSuffix(r.URL.Path, "/profile"):
		part, body = c.profile, `{"tenant_id":"`+simulator.TenantID+`"}`
	}
	if part == nil {
		part = respond(http.StatusOK, "application/json", body)
	}
	part(w, r)
}

// playing is a controller one place of which has an answer of its own.
func playing(place string, answer http.HandlerFunc) *controller {
	switch place {
	case "token":
		return &controller{token: answer}
	case "profile":
		return &controller{profile: answer}
	default:
		return &controller{query: answer}
	}
}

const fakeAccessToken = "fake-access-token-2f77-must-never-be-shown"

// count is the number of requests whose path has the ending.
func (c *controller) count(ending string) int {
	c.lock.Lock()
	defer c.lock.Unlock()
	count := 0
	for _, request := range c.requests {
		if strings.HasSuffix(request.URL.Path, ending) {
			count++
		}
	}
	return count
}

// respond always gives the same answer.
func respond(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// inTurn gives each answer once and the last one from then on.
func inTurn(handlers ...http.HandlerFunc) http.HandlerFunc {
	var lock sync.Mutex
	next := 0
	return func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		handler := handlers[next]
		next = min(next+1, len(handlers)-1)
		lock.Unlock()
		handler(w, r)
	}
}

// after gives one answer so many times and then another.
func after(times int, first, then http.HandlerFunc) http.HandlerFunc {
	return inTurn(append(slices.Repeat([]http.HandlerFunc{first}, times), then)...)
}

// emptyPage is a good answer without rows.
var emptyPage = respond(http.StatusOK, "application/json", `{"items":[],"count":0,"total_count":0}`)

// onePage answers with a page of so many rows, and with none for the pages past
// it.
func onePage(page string, rows int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked wireQuery
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.DestPage == 1 {
			respond(http.StatusOK, "application/json", page)(w, r)
			return
		}
		respond(http.StatusOK, "application/json", `{"items":[],"total_count":`+strconv.Itoa(rows)+`}`)(w, r)
	}
}

// quote writes a text in JSON.
func quote(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}

// distinct gives queries that no two readers share, so that none of them can
// join another one's request.
func distinct(number int) imagestatus.Query {
	return imagestatus.Query{Request: imagestatus.Request{ID: new(strconv.Itoa(number))}}
}

// writeBody copies the body of a request and reports whether it could.
func writeBody(w io.Writer, r *http.Request) bool {
	_, err := io.Copy(w, r.Body)
	return err == nil
}

// respondWith is the body of an answer in memory.
func respondWith(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
