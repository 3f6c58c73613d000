package sdwan

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// Client reads the collections of one controller. It is safe for concurrent
// use: it signs in when something is first read, once for all reads.
type Client struct {
	config   Config
	retrying *retryablehttp.Client
	session  *session
	throttle *throttle
	statuses *list[wireStatus, imagestatus.Status]
	elements *list[wireElement, inventory.Element]
	sites    *list[wireSite, inventory.Site]
	images   *list[wireImage, inventory.Image]

	secretsLock                     sync.Mutex
	configuredSecrets, issuedTokens []string
}

// New checks the configuration and does no I/O.
func New(config Config) (*Client, error) {
	config = config.WithDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	client := &Client{
		config:   config,
		throttle: newThrottle(config.MaxConcurrentRequests),
	}
	config.Observe = client.concealing(config.Observe)
	client.retrying = newRetrying(config)
	client.statuses = newList(client, statusCollection)
	client.elements = newList(client, elementCollection)
	client.sites = newList(client, siteCollection)
	client.images = newList(client, imageCollection)
	if config.Unified != nil {
		client.configuredSecrets = append(spellings(config.Unified.ClientSecret), spellings(config.Unified.basic())...)
		client.session = newSession(client, &unifiedForm{client: client, credentials: *config.Unified})
		return client, nil
	}
	client.configuredSecrets = spellings(config.Legacy.AuthToken)
	client.session = newSession(client, &legacyForm{client: client, credentials: *config.Legacy})
	return client, nil
}

// Close closes idle connections. Reads under way are not disturbed.
func (c *Client) Close() { c.retrying.HTTPClient.CloseIdleConnections() }

// Endpoint is the base URL, with the default filled in.
func (c *Client) Endpoint() string { return c.config.Endpoint }

// ask returns an answer of status 200. Its retries are those of persistence.
func (c *Client) ask(ctx context.Context, asked request) (*answer, *exchange, *Error) {
	ctx, exchange := withExchange(ctx, asked.resource.operation())
	exchange.subject = asked.resource.subject
	exchange.limitsLeftToCaller = true
	persisted := persistence{progress: c.throttle.progress()}
	for {
		answer, again, err := c.sendInTurn(ctx, exchange, asked, &persisted)
		if err != nil {
			return nil, nil, c.redacted(exchange.fromNetwork(ctx, err))
		}
		if again {
			continue
		}
		if failure := answer.failure(exchange); failure != nil {
			return nil, nil, c.redacted(failure)
		}
		return answer, exchange, nil
	}
}

func (c *Client) sendInTurn(ctx context.Context, exchange *exchange, asked request, persisted *persistence) (_ *answer, again bool, err error) {
	round, err := c.throttle.enter(ctx)
	if err != nil {
		return nil, false, err
	}
	defer c.throttle.leave()
	granted, err := c.session.grant(ctx)
	if err != nil {
		return nil, false, err
	}
	answer, err := c.send(ctx, exchange, asked.method, granted.base.path(asked), granted, asked.body)
	if err != nil {
		return nil, false, err
	}
	if answer.status == http.StatusOK {
		c.session.recordSuccess(granted)
		c.throttle.recordSuccess()
		return answer, false, nil
	}
	persisted.resetOnProgress(c.throttle.progress())
	if pause, limited := answer.limit(); limited {
		wait := max(pause, jittered(c.config.RetryWaitMin, c.config.RetryWaitMax, persisted.slowdowns))
		c.throttle.slowDown(round, wait, pause, retryRow(answer.status, answer.body).Kind)
		persisted.slowdowns++
		return answer, persisted.slowdowns <= c.config.MaxRetries, nil
	}
	if isRefusal(answer.status) {
		again, err = c.session.after(ctx, granted, answer.status, persisted)
	}
	return answer, again, err
}

type answer struct {
	status  int
	header  http.Header
	body    []byte
	conceal func(string) string // nil changes nothing
}

// send retries transient failures. Its errors are *Error.
func (c *Client) send(ctx context.Context, exchange *exchange, method, path string, granted grant, body []byte) (*answer, error) {
	var content any // Holding a nil []byte, it would be sent over HTTP/2 as an empty body.
	if body != nil {
		content = body
	}
	request, err := retryablehttp.NewRequestWithContext(ctx, method, strings.TrimRight(c.config.Endpoint, "/")+path, content)
	if err != nil {
		return nil, exchange.failed(KindUnreachable, "the request could not be made", err)
	}
	request.Header.Set(granted.header, granted.value)
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.retrying.Do(request)
	if err != nil {
		return nil, c.redacted(exchange.fromNetwork(ctx, err))
	}
	defer response.Body.Close()
	return &answer{status: response.StatusCode, header: response.Header, body: jsonText(exchange.body), conceal: c.conceal}, nil
}

// fromNetwork wraps an error that came without a usable answer and adds the codes
// of the last answer. It returns an *Error unchanged, unless that is the failure of
// another read, which cancelled this one.
func (e *exchange) fromNetwork(ctx context.Context, err error) *Error {
	made, ok := errors.AsType[*Error](err)
	switch cause, _ := errors.AsType[*Error](context.Cause(ctx)); {
	case ok && made != cause:
		return made
	case ok:
		err, e.failure = ctx.Err(), ctx.Err()
	}
	kind, problem := e.diagnose(ctx, err)
	failure := e.failed(kind, problem, err)
	body := readErrorBody(e.body)
	failure.Codes, failure.RequestID = body.Errors, body.RequestID
	return failure
}

// diagnose asks the context whether time ran out: the error of a single attempt
// that took too long is a deadline error too.
func (e *exchange) diagnose(ctx context.Context, err error) (kind Kind, problem string) {
	var late *lateError
	var oversize *oversizeError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &late):
		return late.kind, late.Error()
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return KindTimeout, e.lastFailure()
	case ctx.Err() != nil:
		return KindCancelled, e.lastFailure()
	case errors.As(err, &oversize):
		return KindTooLarge, oversize.Error()
	case isCertificateError(err):
		return certificateKind(err), rootCause(err)
	case proxyRefusal(err) != "":
		return KindProxy, proxyRefusal(err)
	case isWithoutTLS(err):
		return KindUnreachable, "the server does not speak TLS: " + rootCause(err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return KindUnreachable, "there was no whole answer within the time for one request"
	default:
		return KindUnreachable, rootCause(err)
	}
}

func (e *exchange) lastFailure() string {
	switch {
	case e.failure != nil && !errors.Is(e.failure, context.DeadlineExceeded) && !errors.Is(e.failure, context.Canceled):
		return "the last attempt failed: " + rootCause(e.failure)
	case e.status >= http.StatusBadRequest:
		return "the last answer was " + statusText(e.status)
	default:
		return "no answer had arrived"
	}
}

// rootCause drops what Error.Facts lists too: method, URL, "giving up after".
func rootCause(err error) string {
	for {
		if err == io.EOF { //nolint:errorlint // Only the bare end says nothing more.
			return "the connection was closed without an answer"
		}
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		for _, telling := range []string{"dial ", "proxyconnect ", "socks connect ", "the answer"} {
			if strings.HasPrefix(err.Error(), telling) {
				return err.Error()
			}
		}
		err = inner
	}
}
