package sdwan

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// exchange is in the context because attempts happen inside libraries.
type exchange struct {
	operation          string
	subject            string // "" for a sign-in, whose bodies hold credentials
	started            time.Time
	attempts           int
	method             string
	url                string
	status             int
	failure            error
	body               []byte // of the last answer
	limitsLeftToCaller bool
	// Until settles, a refusal may be that of a token not in force, but no 403 if deniedAtOnce.
	settles      time.Time
	deniedAtOnce bool
	tokenWaits   int
}

type exchangeKey struct{}

func withExchange(ctx context.Context, operation string) (context.Context, *exchange) {
	started := &exchange{operation: operation, started: time.Now()}
	return context.WithValue(ctx, exchangeKey{}, started), started
}

func exchangeOf(ctx context.Context) *exchange {
	if started, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return started
	}
	return new(exchange)
}

func (e *exchange) mayBeOfNewToken(status int) bool {
	if e.deniedAtOnce && status == http.StatusForbidden {
		return false
	}
	return isRefusal(status) && time.Now().Before(e.settles)
}

func (e *exchange) failed(kind Kind, problem string, err error) *Error {
	return &Error{
		Kind: kind, Operation: e.operation, Subject: e.subject, Method: e.method, URL: e.url, Status: e.status,
		Attempts: e.attempts, Elapsed: time.Since(e.started), Problem: problem, err: err,
	}
}

// newRetrying follows no redirect, as credentials must stay with their host.
func newRetrying(config Config) *retryablehttp.Client {
	network := config.Transport
	if network == nil {
		network = newNetwork(config)
	}
	retrying := retryablehttp.NewClient()
	retrying.Logger = nil
	retrying.RetryMax = config.MaxRetries
	retrying.RetryWaitMin = config.RetryWaitMin
	retrying.RetryWaitMax = config.RetryWaitMax
	retrying.CheckRetry = config.checkRetry
	retrying.Backoff = backoff
	retrying.ErrorHandler = answerOrError
	retrying.HTTPClient = &http.Client{
		Timeout:       config.RequestTimeout,
		Transport:     &wholeAnswers{network: network, config: config},
		CheckRedirect: stayHere,
	}
	return retrying
}

func stayHere(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// answerOrError never returns both, as an http.RoundTripper must not.
func answerOrError(response *http.Response, err error, _ int) (*http.Response, error) {
	if err != nil && response != nil {
		_ = response.Body.Close()
		response = nil
	}
	return response, err
}

func newNetwork(config Config) *http.Transport {
	return &http.Transport{
		Proxy:                  config.Proxy,
		OnProxyConnectResponse: proxyAnswer,
		DialContext:            (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           2 * config.MaxConcurrentRequests,
		MaxIdleConnsPerHost:    config.MaxConcurrentRequests,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		TLSClientConfig:        &tls.Config{RootCAs: config.CertificateAuthorities, MinVersion: tls.VersionTLS12},
	}
}

// wholeAnswers reads each answer inside the attempt, so that a truncated body is retried.
type wholeAnswers struct {
	network http.RoundTripper
	config  Config
}

// RoundTrip returns an answer that is in memory.
func (t *wholeAnswers) RoundTrip(request *http.Request) (*http.Response, error) {
	exchange := exchangeOf(request.Context())
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", t.config.UserAgent)
	attempt := Attempt{Method: request.Method, URL: request.URL.Redacted()}
	exchange.attempts++
	exchange.method, exchange.url = attempt.Method, attempt.URL
	attempt.Number = exchange.attempts
	started := time.Now()
	response, body, err := t.send(request)
	attempt.Duration, attempt.Bytes, attempt.Err = time.Since(started), len(body), err
	if response != nil {
		attempt.Status = response.StatusCode
	}
	exchange.status, exchange.failure, exchange.body = attempt.Status, err, body
	t.observe(request, attempt, body)
	if err != nil {
		return nil, err
	}
	return response, nil
}

func (t *wholeAnswers) send(request *http.Request) (*http.Response, []byte, error) {
	response, err := t.network.RoundTrip(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	var buffer bytes.Buffer
	if response.ContentLength > 0 {
		buffer.Grow(int(min(response.ContentLength, t.config.MaxResponseBytes)) + bytes.MinRead)
	}
	if _, err := buffer.ReadFrom(io.LimitReader(response.Body, t.config.MaxResponseBytes+1)); err != nil {
		return response, nil, fmt.Errorf("the answer was cut off: %w", err)
	}
	if int64(buffer.Len()) > t.config.MaxResponseBytes {
		return response, nil, &oversizeError{bound: t.config.MaxResponseBytes}
	}
	response.Body = io.NopCloser(bytes.NewReader(buffer.Bytes()))
	return response, buffer.Bytes(), nil
}

func (t *wholeAnswers) observe(request *http.Request, attempt Attempt, body []byte) {
	if t.config.Observe == nil {
		return
	}
	if t.config.ObserveBodies && exchangeOf(request.Context()).subject != "" {
		attempt.ResponseBody = string(body)
		if request.GetBody != nil {
			if sent, err := request.GetBody(); err == nil {
				content, _ := io.ReadAll(sent)
				attempt.RequestBody = string(content)
			}
		}
	}
	t.config.Observe(request.Context(), attempt)
}

type oversizeError struct{ bound int64 }

func (e *oversizeError) Error() string {
	size, unit := e.bound, "bytes"
	switch {
	case size >= 1<<20:
		size, unit = size>>20, "MiB"
	case size >= 1<<10:
		size, unit = size>>10, "KiB"
	}
	return fmt.Sprintf("the answer is larger than %d %s", size, unit)
}

// lateError is a Retry-After beyond the deadline, in an answer of the kind.
type lateError struct {
	wait, left time.Duration
	kind       Kind
}

func (e *lateError) Error() string {
	return fmt.Sprintf("the controller asks to wait %s, and %s are left of this read",
		e.wait.Round(time.Second), max(0, e.left).Round(time.Second))
}

func (c Config) checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if err != nil {
		return !isPermanent(err), nil
	}
	exchange := exchangeOf(ctx)
	if exchange.mayBeOfNewToken(response.StatusCode) && exchange.tokenWaits < c.MaxRetries {
		exchange.tokenWaits++
		return true, nil
	}
	row := retryRow(response.StatusCode, exchange.body)
	wait, asked := retryAfter(response.Header.Get("Retry-After"), time.Now())
	if !row.Retry || exchange.limitsLeftToCaller && limits(response.StatusCode, asked) {
		return false, nil
	}
	deadline, bounded := ctx.Deadline()
	if left := time.Until(deadline); asked && bounded && wait > left {
		return false, &lateError{wait: wait, left: left, kind: row.Kind}
	}
	return true, nil
}

func isPermanent(err error) bool {
	var oversize *oversizeError
	var dns *net.DNSError
	return errors.As(err, &oversize) || isCertificateError(err) || isWithoutTLS(err) || proxyRefusal(err) != "" || (errors.As(err, &dns) && dns.IsNotFound)
}

func isWithoutTLS(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch)
}

func isCertificateError(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	return errors.As(err, &verification) || errors.As(err, &authority)
}

// certificateKind tells an untrusted authority from errors that trusting it would not solve.
func certificateKind(err error) Kind {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return KindCertificateTime
	case errors.As(err, &name):
		return KindCertificateName
	default:
		return KindCertificate
	}
}

// jittered doubles with each attempt from 0, less a random part so that runs spread out.
func jittered(shortest, longest time.Duration, attempt int) time.Duration {
	wait := retryablehttp.DefaultBackoff(shortest, longest, attempt, nil)
	return wait - time.Duration(rand.Int64N(int64(wait)/2+1)) //nolint:gosec // Jitter is no secret.
}

// backoff is at least the wait that the controller asks for. After a refusal it
// ends when the token must be in force.
func backoff(shortest, longest time.Duration, attempt int, response *http.Response) time.Duration {
	wait := jittered(shortest, longest, attempt)
	if response == nil {
		return wait
	}
	if asked, present := retryAfter(response.Header.Get("Retry-After"), time.Now()); present {
		wait = max(wait, asked)
	}
	if isRefusal(response.StatusCode) && response.Request != nil {
		wait = min(wait, max(0, time.Until(exchangeOf(response.Request.Context()).settles)))
	}
	return wait
}
