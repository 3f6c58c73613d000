package sdwan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/sync/semaphore"
)

// Client reads image statuses from one controller. It signs in when something
// is first read, shares the sign-in among all reads and is safe for concurrent
// use.
type Client struct {
	config   Config
	retrying *retryablehttp.Client
	session  *session
	// slots bounds the queries in flight of all reads together.
	slots *semaphore.Weighted
	// flights are the pages being fetched.
	flights flights
	// acceptedSize is the page size that was accepted after the configured
	// one was refused; 0 until then.
	acceptedSize atomic.Int64

	secretsLock sync.Mutex
	secrets     []string
}

// New makes a client. It checks the configuration and does no I/O.
func New(config Config) (*Client, error) {
	config = config.WithDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	client := &Client{
		config:   config,
		retrying: newRetrying(config),
		slots:    semaphore.NewWeighted(int64(config.MaxConcurrentRequests)),
	}
	if config.Unified != nil {
		client.keepSecret(config.Unified.ClientSecret)
		client.session = newSession(client, &unifiedForm{client: client, credentials: *config.Unified})
		return client, nil
	}
	client.keepSecret(config.Legacy.AuthToken)
	client.session = newSession(client, &legacyForm{client: client, credentials: *config.Legacy})
	return client, nil
}

// Close gives idle connections back. Reads under way are not disturbed.
func (c *Client) Close() { c.retrying.HTTPClient.CloseIdleConnections() }

// Endpoint gives the base URL that the client reads from.
func (c *Client) Endpoint() string { return c.config.Endpoint }

// operationRead names the one thing this client is for, in errors.
const operationRead = "read the image statuses"

// query sends one query and gives the answer to it, after signing in again
// once for a 401 and reading the profile again once for a 403.
func (c *Client) query(ctx context.Context, body []byte) (*answer, *exchange, *Error) {
	ctx, tally := withExchange(ctx, operationRead)
	if err := c.slots.Acquire(ctx, 1); err != nil {
		return nil, nil, tally.fromNetwork(ctx, err)
	}
	defer c.slots.Release(1)
	granted, err := c.session.grant(ctx)
	if err != nil {
		return nil, nil, tally.fromNetwork(ctx, err)
	}
	mendable := map[int]bool{http.StatusUnauthorized: c.session.form.renewable(), http.StatusForbidden: true}
	for {
		answer, err := c.send(ctx, tally, http.MethodPost, granted.path, granted, body)
		if err != nil {
			return nil, nil, tally.fromNetwork(ctx, err)
		}
		failure := answer.failure(tally)
		if failure == nil {
			return answer, tally, nil
		}
		if !mendable[answer.status] {
			return nil, nil, c.redacted(failure)
		}
		mendable[answer.status] = false
		if granted, err = c.session.after(ctx, granted, answer.status); err != nil {
			return nil, nil, tally.fromNetwork(ctx, err)
		}
	}
}

// answer is a response that arrived whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send sends one request with its retries. Errors are *Error.
func (c *Client) send(ctx context.Context, tally *exchange, method, path string, granted grant, body []byte) (*answer, error) {
	request, err := retryablehttp.NewRequestWithContext(ctx, method, strings.TrimRight(c.config.Endpoint, "/")+path, body)
	if err != nil {
		return nil, tally.failed(KindUnreachable, "the request could not be made", err)
	}
	request.Header.Set(granted.header, granted.value)
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.retrying.Do(request)
	if err != nil {
		return nil, c.redacted(tally.fromNetwork(ctx, err))
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, c.redacted(tally.fromNetwork(ctx, err))
	}
	return &answer{status: response.StatusCode, header: response.Header, body: bytes.TrimSpace(content)}, nil
}

// fromNetwork makes an error of one that came without an answer. An *Error
// passes as it is. Whether time ran out is read from the context, as a single
// attempt that takes too long reports a deadline too.
func (e *exchange) fromNetwork(ctx context.Context, err error) *Error {
	var made *Error
	if errors.As(err, &made) {
		return made
	}
	var late *lateError
	var oversize *oversizeError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &late):
		return e.failed(KindRateLimited, late.Error(), err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return e.failed(KindTimeout, e.lastFailure(), err)
	case ctx.Err() != nil:
		return e.failed(KindCancelled, e.lastFailure(), err)
	case errors.As(err, &oversize):
		return e.failed(KindTooLarge, oversize.Error(), err)
	case isCertificateError(err):
		return e.failed(KindCertificate, rootCause(err), err)
	case errors.As(err, &timeout) && timeout.Timeout():
		return e.failed(KindUnreachable, "there was no whole answer within the time for one request", err)
	default:
		return e.failed(KindUnreachable, rootCause(err), err)
	}
}

// lastFailure says what the last attempt met before time ran out.
func (e *exchange) lastFailure() string {
	switch {
	case e.failure != nil && !errors.Is(e.failure, context.DeadlineExceeded) && !errors.Is(e.failure, context.Canceled):
		return "the last attempt failed: " + rootCause(e.failure)
	case e.status >= http.StatusBadRequest:
		return fmt.Sprintf("the last answer was %d %s", e.status, http.StatusText(e.status))
	default:
		return "no answer had arrived"
	}
}

// rootCause leaves out what wrapping libraries repeat: method, URL, "giving
// up after". The error's facts hold those.
func rootCause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		if strings.HasPrefix(err.Error(), "dial ") || strings.HasPrefix(err.Error(), "the answer") {
			return err.Error()
		}
		err = inner
	}
}

// keepSecret remembers a text that must not appear in any error.
func (c *Client) keepSecret(secret string) {
	if secret == "" {
		return
	}
	c.secretsLock.Lock()
	defer c.secretsLock.Unlock()
	const remembered = 8 // The configured secrets and the last tokens.
	c.secrets = append(c.secrets, secret)
	if len(c.secrets) > remembered {
		c.secrets = slices.Delete(c.secrets, 1, 2)
	}
}

// redacted takes secrets out of what an answer may have echoed.
func (c *Client) redacted(failure *Error) *Error {
	c.secretsLock.Lock()
	pairs := make([]string, 0, 2*len(c.secrets))
	for _, secret := range c.secrets {
		pairs = append(pairs, secret, "***")
	}
	c.secretsLock.Unlock()
	replacer := strings.NewReplacer(pairs...)
	failure.Snippet = replacer.Replace(failure.Snippet)
	failure.Problem = replacer.Replace(failure.Problem)
	failure.URL = replacer.Replace(failure.URL)
	for i, code := range failure.Codes {
		failure.Codes[i] = Code{Code: replacer.Replace(code.Code), Message: replacer.Replace(code.Message)}
	}
	if failure.err != nil && replacer.Replace(failure.err.Error()) != failure.err.Error() {
		failure.err = nil
	}
	return failure
}
