package simulator

import (
	"net/http"
	"sync"
	"time"
)

// RequestKind tells the requests apart that a client makes.
type RequestKind string

// The kinds of requests.
const (
	// RequestToken asks for an access token or logs in.
	RequestToken RequestKind = "token"
	// RequestProfile reads the profile, which primes a session.
	RequestProfile RequestKind = "profile"
	// RequestQuery is the image status query.
	RequestQuery RequestKind = "query"
	// RequestOther is any other request but those to the admin surface.
	RequestOther RequestKind = "other"
)

// Request is one request as the simulator saw it, without its secrets.
type Request struct {
	// Time is when the request came, in real time.
	Time time.Time
	// Kind is what the request asks for.
	Kind RequestKind
	// Method and Path are those of the request line, without a query string.
	Method, Path string
	// UserAgent is the header of that name.
	UserAgent string
	// Status is the status of the answer; 0 while there is none, and for good
	// where the connection was cut before it.
	Status int
	// Body is the body of a query, at most 64 KiB of it; empty for all others.
	Body string
}

// Bounds of the record, for a simulator that runs for days.
const (
	maxRequests    = 20_000
	maxRequestBody = 64 << 10
)

// requestLog records requests and counts those in flight.
type requestLog struct {
	mu       sync.Mutex
	entries  []*Request
	counts   map[RequestKind]int
	inFlight int
	highest  int
}

// begin records a request and returns what to call when its answer begins, with
// the status, or when there will be none, with 0. Only the first call counts.
func (l *requestLog) begin(kind RequestKind, r *http.Request, body []byte) func(status int) {
	entry := &Request{Time: time.Now(), Kind: kind, Method: r.Method, Path: r.URL.Path, UserAgent: r.UserAgent()}
	if kind == RequestQuery {
		entry.Body = string(body[:min(len(body), maxRequestBody)])
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	if len(l.entries) > maxRequests {
		l.entries = append([]*Request(nil), l.entries[maxRequests/2:]...)
	}
	l.counts[kind]++
	if kind == RequestQuery {
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
	if entry.Kind == RequestQuery {
		l.inFlight--
	}
}

// Requests lists the requests since the start or the last ResetRequests in the
// order in which they came; of very many, the newest.
func (s *Simulator) Requests() []Request {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	requests := make([]Request, len(s.requests.entries))
	for i, entry := range s.requests.entries {
		requests[i] = *entry
	}
	return requests
}

// Count is the number of requests of a kind since the start or the last
// ResetRequests.
func (s *Simulator) Count(kind RequestKind) int {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return s.requests.counts[kind]
}

// MaxConcurrent is the largest number of queries that were in flight at once,
// from their arrival to the beginning of their answer, since the start or the
// last ResetRequests.
func (s *Simulator) MaxConcurrent() int {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return s.requests.highest
}

// ResetRequests forgets the requests so far.
func (s *Simulator) ResetRequests() {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	s.requests.entries, s.requests.counts = nil, make(map[RequestKind]int)
	s.requests.highest = s.requests.inFlight
}

// recordedWriter ends the record of a request before the client can have its
// answer, so that a client which goes on at once is not seen twice.
type recordedWriter struct {
	http.ResponseWriter
	end func(status int)
}

func (w *recordedWriter) WriteHeader(status int) {
	w.end(status)
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController its way to the connection.
func (w *recordedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
