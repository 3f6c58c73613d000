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
	"unicode"
)

// Defaults of the two forms of sign-in (documented and observed) and of the client.
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

// Config configures a client. Exactly one of Unified and Legacy is set.
type Config struct {
	// Endpoint is a base URL; "" is the default of the form of sign-in.
	Endpoint string
	Unified  *Unified
	Legacy   *Legacy

	// CertificateAuthorities replace those of the system; nil keeps the system's.
	CertificateAuthorities *x509.CertPool
	// Proxy chooses the proxy of a request, as http.Transport.Proxy does; nil is none.
	Proxy    func(*http.Request) (*url.URL, error)
	PageSize int64
	// MaxConcurrentRequests bounds the queries in flight of the whole client.
	MaxConcurrentRequests int
	// MaxRetries bounds the retries of one request; persistence lists what counts.
	MaxRetries int
	// RetryWaitMin and RetryWaitMax do not bound a wait that the controller asks for.
	RetryWaitMin, RetryWaitMax time.Duration
	// RequestTimeout bounds one attempt, body included.
	RequestTimeout time.Duration
	// MaxResponseBytes bounds one answer after decompression.
	MaxResponseBytes int64
	// UserAgent is sent with every request: the controller ties a session to it
	// (observed).
	UserAgent string
	// Observe, if set, is called with every attempt, from several goroutines.
	Observe       func(context.Context, Attempt)
	ObserveBodies bool
	// Transport replaces the network, for tests.
	Transport http.RoundTripper
}

// Unified holds OAuth 2.0 client credentials (Prisma SASE).
type Unified struct {
	ClientID, ClientSecret string
	// TSGID is the tenant service group, as digits.
	TSGID    string
	TokenURL string
	// Scopes are requested besides the tenant service group. Without any, email and
	// profile are tried once if the profile is denied.
	Scopes []string
}

// Legacy holds a static token (CloudGenix).
type Legacy struct {
	AuthToken string
	// TenantID is part of every path; if it is "", the client reads it from the profile.
	TenantID string
}

// Attempt is one request, for logging. Headers and the bodies of sign-ins are
// left out, as they hold credentials.
type Attempt struct {
	Method, URL string
	// Number counts the attempts at one operation from 1.
	Number int
	// Status is that of the answer; 0 is no answer.
	Status   int
	Duration time.Duration
	Bytes    int
	Err      error
	// RequestBody and ResponseBody are set for queries if ObserveBodies is.
	RequestBody, ResponseBody string
}

// WithDefaults replaces zero values, except MaxRetries, whose 0 means no retry.
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
	if err := inArgument("user agent", CheckHeader(c.UserAgent)); err != nil {
		return err
	}
	if c.Unified != nil {
		return c.Unified.validate()
	}
	return c.Legacy.validate()
}

func (u Unified) validate() error {
	if _, err := ParseEndpoint(u.TokenURL); err != nil {
		return fmt.Errorf("token URL: %w", err)
	}
	return errors.Join(inArgument("client_id", CheckHeader(u.ClientID)), inArgument("client_secret", CheckHeader(u.ClientSecret)))
}

func (l Legacy) validate() error {
	return errors.Join(inArgument("auth_token", CheckHeader(l.AuthToken)), inArgument("tenant_id", CheckHeader(l.TenantID)))
}

func inArgument(argument string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", argument, err)
}

// CheckHeader rejects control characters, most of which no HTTP header can hold.
// The error is a sentence without the value.
func CheckHeader(value string) error {
	if strings.ContainsFunc(value, unicode.IsControl) {
		return errors.New("it holds a line break or another control character, such as the end of the line of the file that it was read from; leave it out")
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

// LegacyEndpoint returns the base URL for a legacy token: that of the region named
// in the token's text as region=… (observed), else the default. A region that is
// not a host label is ignored, as the token is sent to that host.
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
