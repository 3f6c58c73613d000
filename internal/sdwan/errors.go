package sdwan

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Kind classifies errors by what a person has to do about them.
type Kind string

// The kinds of errors.
const (
	KindCredentials Kind = "credentials refused"
	// KindSignIn: the sign-in failed, but not because of the credentials.
	KindSignIn    Kind = "sign-in failed"
	KindForbidden Kind = "access denied"
	KindTenant    Kind = "tenant not accepted"
	KindRefused   Kind = "query refused"
	// KindQueryTooLarge: the body of the request or its answer exceeds a limit of the
	// controller or of a gateway.
	KindQueryTooLarge Kind = "query too large"
	KindNotFound      Kind = "endpoint has no such path"
	// KindRedirected: the client follows no redirect with credentials.
	KindRedirected Kind = "endpoint redirects"
	// KindRateLimited: waiting would take longer than the deadline or more retries
	// than MaxRetries.
	KindRateLimited Kind = "rate limit reached"
	// KindUnavailable: the controller, or a gateway in front of it, failed.
	KindUnavailable Kind = "controller unavailable"
	// KindUnreachable: no connection, one that broke, or one without TLS.
	KindUnreachable Kind = "endpoint unreachable"
	KindCertificate Kind = "certificate not trusted"
	// KindCertificateTime: expired, or not valid yet.
	KindCertificateTime Kind = "certificate not valid now"
	// KindCertificateName: the certificate is that of another host.
	KindCertificateName Kind = "certificate of another host"
	// KindProxy: a proxy refused to connect; the controller was not reached.
	KindProxy Kind = "proxy refused"
	// KindTimeout: the deadline of the read, not of one request.
	KindTimeout      Kind = "deadline passed"
	KindCancelled    Kind = "cancelled"
	KindMalformed    Kind = "answer not understood"
	KindTooLarge     Kind = "answer too large"
	KindInconsistent Kind = "pages do not add up"
	KindNoAggregate  Kind = "no aggregate"
	// KindFilterIgnored: a row contradicts the query.
	KindFilterIgnored Kind = "filter ignored"
)

// Error is the one error type of this package.
type Error struct {
	Kind Kind
	// Operation is a verb phrase, such as "read the image statuses".
	Operation string
	// Subject is what the operation reads, such as "image statuses"; "" for the
	// steps of a sign-in.
	Subject string
	// Method and URL are those of the last request; empty if none was sent. An error
	// that results from several requests has no Method, and the endpoint as URL.
	Method, URL string
	// Status is that of the last answer, 0 without one.
	Status int
	// Codes are the controller's _error list, RequestID is its _request_id.
	Codes     []Code
	RequestID string
	// Attempts and Elapsed include retries.
	Attempts int
	Elapsed  time.Duration
	// Snippet is the beginning of an answer that was not understood.
	Snippet string
	// Problem is a clause that says what happened, without a period.
	Problem string

	err error
}

// Code is one entry of the controller's _error list.
type Code struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error returns the problem and all facts in one line, without secrets.
func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s", e.Operation, e.Kind)
	if e.Problem != "" {
		fmt.Fprintf(&text, ": %s", e.Problem)
	}
	for _, fact := range e.Facts() {
		fmt.Fprintf(&text, "; %s", fact)
	}
	return text.String()
}

// Unwrap returns the error of the network or of the context.
func (e *Error) Unwrap() error { return e.err }

// Facts lists what is known besides the problem, as "name: value".
func (e *Error) Facts() []string {
	var facts []string
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, name+": "+value)
		}
	}
	if e.Method == "" {
		add("Endpoint", e.URL)
	} else {
		add("Request", e.Method+" "+e.URL)
	}
	if e.Status != 0 {
		add("Status", strconv.Itoa(e.Status))
	}
	for _, code := range e.Codes {
		add("Code", code.text())
	}
	add("Request id", e.RequestID)
	if e.Attempts > 0 {
		add("Attempts", fmt.Sprintf("%d in %s", e.Attempts, e.Elapsed.Round(time.Millisecond)))
	}
	if e.Snippet != "" {
		add("Answer begins", fmt.Sprintf("%q", e.Snippet))
	}
	return facts
}

func (c Code) text() string {
	if c.Code == "" || c.Message == "" {
		return c.Code + c.Message
	}
	return c.Code + " (" + c.Message + ")"
}

// HasCode reports whether the controller named a code.
func (e *Error) HasCode(code string) bool {
	for _, have := range e.Codes {
		if have.Code == code {
			return true
		}
	}
	return false
}

// KindOf is "" for an error of another package.
func KindOf(err error) Kind {
	if failure, ok := errors.AsType[*Error](err); ok {
		return failure.Kind
	}
	return ""
}

// IsBeyondDeadline reports whether the controller asks to wait beyond the deadline,
// so that a retry before it is useless.
func IsBeyondDeadline(err error) bool {
	var late *lateError
	return errors.As(err, &late)
}

const snippetLength = 200

func snippet(body []byte) string {
	text := strings.ToValidUTF8(string(body[:min(len(body), 4*snippetLength)]), "\uFFFD")
	text = strings.Map(printable, strings.Join(strings.Fields(text), " "))
	runes := []rune(text)
	if len(runes) > snippetLength {
		return string(runes[:snippetLength]) + "…"
	}
	return text
}

// printable replaces control characters, which could change a terminal.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '\uFFFD'
}
