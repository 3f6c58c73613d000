package sdwan

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Kind tells errors apart by what a person has to do about them.
type Kind string

// The kinds of errors.
const (
	// KindCredentials: the token endpoint or the controller does not accept
	// the credentials.
	KindCredentials Kind = "credentials refused"
	// KindSignIn: the sign-in failed for another reason than the credentials.
	KindSignIn Kind = "sign-in failed"
	// KindForbidden: signed in, and still not allowed to read.
	KindForbidden Kind = "access denied"
	// KindTenant: the tenant id is not the one of the token, or is unknown.
	KindTenant Kind = "tenant not accepted"
	// KindRefused: the controller refuses the query.
	KindRefused Kind = "query refused"
	// KindNotFound: nothing answers at this path of the endpoint.
	KindNotFound Kind = "endpoint has no such path"
	// KindRedirected: the endpoint points elsewhere, and credentials do not
	// follow.
	KindRedirected Kind = "endpoint redirects"
	// KindRateLimited: the controller asks to come back later than the
	// deadline or the retries allow.
	KindRateLimited Kind = "rate limit reached"
	// KindUnavailable: the controller or a gateway before it fails.
	KindUnavailable Kind = "controller unavailable"
	// KindUnreachable: no connection, or one that broke.
	KindUnreachable Kind = "endpoint unreachable"
	// KindCertificate: the server's TLS certificate is not trusted.
	KindCertificate Kind = "certificate not trusted"
	// KindTimeout: the deadline of the read passed.
	KindTimeout Kind = "deadline passed"
	// KindCancelled: the caller gave up.
	KindCancelled Kind = "cancelled"
	// KindMalformed: an answer that is not what the contract says.
	KindMalformed Kind = "answer not understood"
	// KindTooLarge: an answer larger than the bound.
	KindTooLarge Kind = "answer too large"
	// KindInconsistent: pages that do not add up to the number of matches.
	KindInconsistent Kind = "pages do not add up"
	// KindNoAggregate: the controller gives no aggregate that can be used.
	KindNoAggregate Kind = "no aggregate"
	// KindFilterIgnored: a row that contradicts the query.
	KindFilterIgnored Kind = "filter ignored"
)

// Error is the one error type of this package, but for context.Cause errors
// that it wraps.
type Error struct {
	Kind Kind
	// Operation is what was being done, such as "read the image statuses".
	Operation string
	// Method and URL are those of the last request; empty where none was sent.
	Method, URL string
	// Status is the HTTP status of the last answer, 0 without one.
	Status int
	// Codes are the controller's own error codes with their messages.
	Codes []Code
	// RequestID is the controller's _request_id, to quote in a support case.
	RequestID string
	// Attempts counts the requests sent for this operation, retries included.
	Attempts int
	// Elapsed is the time spent on this operation.
	Elapsed time.Duration
	// Snippet holds the first characters of an answer that was not understood.
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

// Error gives the whole story in one line. It holds no secret.
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

// Unwrap gives the cause: an error of the network or of the context.
func (e *Error) Unwrap() error { return e.err }

// Facts lists what is known beside the problem, one "name: value" each, in a
// fixed order, for display.
func (e *Error) Facts() []string {
	var facts []string
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, name+": "+value)
		}
	}
	add("Request", strings.TrimSpace(e.Method+" "+e.URL))
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

// HasCode reports whether the controller named the code.
func (e *Error) HasCode(code string) bool {
	for _, have := range e.Codes {
		if have.Code == code {
			return true
		}
	}
	return false
}

// KindOf gives the kind of an error of this package, "" for any other error.
func KindOf(err error) Kind {
	if failure, ok := errors.AsType[*Error](err); ok {
		return failure.Kind
	}
	return ""
}

// IsBeyondDeadline reports whether an error says that the controller asks to
// come back after the deadline, so that to try again before it is no use.
func IsBeyondDeadline(err error) bool {
	var late *lateError
	return errors.As(err, &late)
}

const snippetLength = 200

// snippet gives the first characters of a body in one printable line.
func snippet(body []byte) string {
	text := strings.ToValidUTF8(string(body[:min(len(body), 4*snippetLength)]), "\uFFFD")
	text = strings.Map(printable, strings.Join(strings.Fields(text), " "))
	runes := []rune(text)
	if len(runes) > snippetLength {
		return string(runes[:snippetLength]) + "…"
	}
	return text
}

// printable replaces what would do something to a terminal.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '\uFFFD'
}
