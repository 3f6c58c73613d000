package sdwan

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Defaults of the two forms (documented and observed) and of the client.
const (
	DefaultUnifiedEndpoint = "https://api.sase.paloaltonetworks.com"
	DefaultTokenURL        = "https://auth.apps.paloaltonetworks.com/oauth2/access_token" //nolint:gosec // A URL, not a token.
	DefaultLegacyEndpoint  = "https://api.elcapitan.cloudgenix.com"

	DefaultPageSize              = 1000
	DefaultMaxConcurrentRequests = 4
	DefaultMaxRetries            = 5
	DefaultRetryWaitMin          = time.Second
	DefaultRetryWaitMax          = 30 * time.Second
	DefaultRequestTimeout        = 60 * time.Second
	DefaultMaxResponseBytes      = 64 << 20
)

// Config is what a client needs to know. Exactly one of Unified and Legacy is
// set.
type Config struct {
	// Endpoint is the controller's base URL; "" is the default of the form.
	Endpoint string
	// Unified signs in with OAuth 2.0 client credentials (Prisma SASE).
	Unified *Unified
	// Legacy signs in with a static token (CloudGenix).
	Legacy *Legacy

	// CertificateAuthorities replace the system's roots; nil keeps those.
	CertificateAuthorities *x509.CertPool
	// PageSize is the number of rows asked for in one request.
	PageSize int64
	// MaxConcurrentRequests bounds the queries in flight of the whole client.
	MaxConcurrentRequests int
	// MaxRetries is how often a failed request is repeated; 0 is never.
	MaxRetries int
	// RetryWaitMin and RetryWaitMax bound the wait before a repetition, unless
	// the controller asks for another one.
	RetryWaitMin, RetryWaitMax time.Duration
	// RequestTimeout bounds one attempt, body included.
	RequestTimeout time.Duration
	// MaxResponseBytes bounds one answer after decompression.
	MaxResponseBytes int64
	// UserAgent is sent with every request: the controller ties a session to
	// it (observed).
	UserAgent string
	// Observe, if set, is told of every attempt. It is called from several
	// goroutines.
	Observe func(context.Context, Attempt)
	// ObserveBodies adds query bodies and answers to what Observe is told.
	ObserveBodies bool
	// Transport replaces the network, for tests; nil is the network.
	Transport http.RoundTripper
}

// Unified holds the credentials of the unified form.
type Unified struct {
	ClientID, ClientSecret string
	// TSGID is the tenant service group, as digits.
	TSGID string
	// TokenURL is where tokens are issued; "" is DefaultTokenURL.
	TokenURL string
}

// Legacy holds the credentials of the legacy form.
type Legacy struct {
	AuthToken string
	// TenantID stands in the path; "" has it read from the profile.
	TenantID string
}

// Attempt is one request as it went, for logging. It holds no credential:
// headers and the bodies of sign-ins are left out.
type Attempt struct {
	Method, URL string
	// Number counts the attempts at one operation from 1.
	Number int
	// Status is 0 when there was no answer.
	Status   int
	Duration time.Duration
	Bytes    int
	Err      error
	// RequestBody and ResponseBody are set for queries if bodies are observed.
	RequestBody, ResponseBody string
}

// WithDefaults fills in what is zero and has a default. MaxRetries keeps its
// zero, which means something.
func (c Config) WithDefaults() Config {
	setDefault(&c.PageSize, DefaultPageSize)
	setDefault(&c.MaxConcurrentRequests, DefaultMaxConcurrentRequests)
	setDefault(&c.RetryWaitMin, DefaultRetryWaitMin)
	setDefault(&c.RetryWaitMax, max(DefaultRetryWaitMax, c.RetryWaitMin))
	setDefault(&c.RequestTimeout, DefaultRequestTimeout)
	setDefault(&c.MaxResponseBytes, DefaultMaxResponseBytes)
	setDefault(&c.UserAgent, "terraform-provider-prismasdwan")
	if c.Unified != nil {
		unified := *c.Unified
		setDefault(&unified.TokenURL, DefaultTokenURL)
		setDefault(&c.Endpoint, DefaultUnifiedEndpoint)
		c.Unified = &unified
	}
	if c.Legacy != nil {
		setDefault(&c.Endpoint, LegacyEndpoint(c.Legacy.AuthToken))
	}
	return c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c Config) validate() error {
	if (c.Unified == nil) == (c.Legacy == nil) {
		return errors.New("exactly one form of sign-in is needed: client credentials or an auth token")
	}
	if _, err := ParseEndpoint(c.Endpoint); err != nil {
		return fmt.Errorf("endpoint: %w", err)
	}
	if c.Unified != nil {
		if _, err := ParseEndpoint(c.Unified.TokenURL); err != nil {
			return fmt.Errorf("token URL: %w", err)
		}
	}
	return nil
}

// ParseEndpoint reads the base URL of a controller or a token endpoint: https,
// or http to a loopback address. The error is a sentence without the URL.
func ParseEndpoint(raw string) (*url.URL, error) {
	endpoint, err := url.Parse(raw)
	switch {
	case err != nil || endpoint.Hostname() == "" || endpoint.Opaque != "":
		return nil, errors.New("it is not a URL with a host, such as " + DefaultUnifiedEndpoint)
	case endpoint.User != nil:
		return nil, errors.New("it holds a user name or password; credentials have attributes of their own")
	case strings.ContainsAny(raw, "?#"):
		return nil, errors.New("it has a query or a fragment, which an endpoint cannot have")
	case endpoint.Scheme == "https", endpoint.Scheme == "http" && isLoopback(endpoint.Hostname()):
		return endpoint, nil
	case endpoint.Scheme == "http":
		return nil, errors.New("plain http would send credentials in the clear; it is allowed to a loopback address only, use https")
	default:
		return nil, errors.New("its scheme is not https")
	}
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

var regionLabel = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

// LegacyEndpoint gives the base URL for a legacy token: that of the region
// which the token's text names as region=… (observed), else the default. A
// region that is not a host label is not followed, as the token is sent there.
func LegacyEndpoint(authToken string) string {
	decoded, err := url.QueryUnescape(authToken)
	if err != nil {
		decoded = authToken
	}
	for part := range strings.FieldsFuncSeq(decoded, func(r rune) bool { return r == '&' || r == ';' || r == '?' }) {
		if region, found := strings.CutPrefix(part, "region="); found && regionLabel.MatchString(region) {
			return "https://api." + region + ".cloudgenix.com"
		}
	}
	return DefaultLegacyEndpoint
}
