package simulator

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// RequestKind classifies the requests of a client.
type RequestKind string

// The kinds of requests.
const (
	RequestToken   RequestKind = "token"   // asks for an access token or logs in
	RequestProfile RequestKind = "profile" // reads the profile, which primes a session
	RequestQuery   RequestKind = "query"   // the image status query

	RequestElements RequestKind = "elements" // the list of elements, by a query or by a GET
	RequestSites    RequestKind = "sites"    // the list of sites, by a query or by a GET
	RequestImages   RequestKind = "images"   // the list of images

	RequestOther RequestKind = "other" // any other but those to the admin surface
)

var requestKinds = []RequestKind{
	RequestToken, RequestProfile, RequestQuery, RequestElements, RequestSites, RequestImages, RequestOther,
}

// reads reports whether requests of the kind read a list of the tenant.
func (k RequestKind) reads() bool {
	return slices.Contains([]RequestKind{RequestQuery, RequestElements, RequestSites, RequestImages}, k)
}

// Request is one request as the simulator saw it, without its secrets.
type Request struct {
	Time         time.Time // when it came, in real time
	Kind         RequestKind
	Method, Path string // without a query string
	UserAgent    string
	Status       int    // 0 while there is no answer, or if the connection was cut before it
	Body         string // of a read of a list, at most 64 KiB of it
}

// Bounds of the log, for a simulator that runs for days.
const (
	maxRequests    = 20_000
	maxRequestBody = 64 << 10
)

type requestLog struct {
	mu       sync.Mutex
	entries  []*Request
	counts   map[RequestKind]int
	inFlight int // reads of lists
	highest  int
}

// begin records a request. Call the returned function with the status when the answer
// begins, or with 0 if there will be none. Only the first call counts.
func (l *requestLog) begin(kind RequestKind, r *http.Request, body []byte) func(status int) {
	entry := &Request{Time: time.Now(), Kind: kind, Method: r.Method, Path: r.URL.Path, UserAgent: r.UserAgent()}
	if kind.reads() {
		entry.Body = string(body[:min(len(body), maxRequestBody)])
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	if len(l.entries) > maxRequests {
		l.entries = slices.Clone(l.entries[maxRequests/2:])
	}
	l.counts[kind]++
	if kind.reads() {
		l.inFlight++
		l.highest = max(l.highest, l.inFlight)
	}
	var once sync.Once
	return func(status int) { once.Do(func() { l.end(entry, status) }) }
}

func (l *requestLog) end(entry *Request, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Status = status
	if entry.Kind.reads() {
		l.inFlight--
	}
}

// Requests lists the requests since the start or ResetRequests in their order; if there
// are very many, the newest.
func (s *Simulator) Requests() []Request {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	requests := make([]Request, len(s.requests.entries))
	for i, entry := range s.requests.entries {
		requests[i] = *entry
	}
	return requests
}

// Count returns the number of requests of a kind since the start or ResetRequests.
func (s *Simulator) Count(kind RequestKind) int {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return s.requests.counts[kind]
}

// MaxConcurrent returns the largest number of reads of lists in flight at once, from
// arrival to the beginning of the answer, since the start or ResetRequests.
func (s *Simulator) MaxConcurrent() int {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return s.requests.highest
}

// ResetRequests clears the log and the counts of requests.
func (s *Simulator) ResetRequests() {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	s.requests.entries, s.requests.counts = nil, make(map[RequestKind]int)
	s.requests.highest = s.requests.inFlight
}

// recordedWriter ends the record of a request before the client gets the answer, so that
// a client which sends its next request at once is not counted twice.
type recordedWriter struct {
	http.ResponseWriter
	end func(status int)
}

func (w *recordedWriter) WriteHeader(status int) {
	w.end(status)
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the connection.
func (w *recordedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
