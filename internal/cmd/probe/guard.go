package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Bounds of a whole run.
const (
	maxRequests = 60
	pause       = 500 * time.Millisecond // between two requests
)

// Reasons to send nothing more.
var (
	errBudget  = fmt.Errorf("the bound of %d requests is reached", maxRequests)
	errLimited = errors.New("the controller asked to slow down")
	errNotRead = errors.New("this request is none of those that the probe may send")
)

// permission is one kind of request that may leave this command.
type permission struct {
	method string
	path   *regexp.Regexp
	// shown is the path with … for its beginning, which has the version and, in the
	// legacy form, the tenant.
	shown   string
	purpose string
}

func allow(method, path, purpose string) permission {
	return permission{method: method, shown: path, purpose: purpose, path: regexp.MustCompile(
		"^" + strings.ReplaceAll(regexp.QuoteMeta(path), "…", `(/sdwan/v[0-9.]+/api|/v[0-9.]+/api/tenants/[^/]+)`) + "$")}
}

// permissions do not use the paths of package sdwan, so that a change of the client
// cannot widen them. A POST to a query reads (documented).
var permissions = []permission{
	allow(http.MethodGet, "/sdwan/v2.1/api/profile", "who is signed in, unified form"),
	allow(http.MethodGet, "/v2.0/api/profile", "who is signed in, legacy form"),
	allow(http.MethodPost, "…/software/current_status/query", "image statuses"),
	allow(http.MethodPost, "…/elements/query", "elements, by query"),
	allow(http.MethodGet, "…/elements", "elements, the whole list"),
	allow(http.MethodPost, "…/sites/query", "sites, by query"),
	allow(http.MethodGet, "…/sites", "sites, the whole list"),
	allow(http.MethodGet, "…/element_images", "images, the whole list"),
}

// signIn is what the guard saw of one step of the sign-in.
type signIn struct {
	profile bool // else the token endpoint
	wide    bool // the scope named more than the tenant
	status  int
}

// guard lets through the permitted requests, slowly, and none after maxRequests or
// after the controller asked to slow down.
type guard struct {
	network http.RoundTripper
	// endpoint and tokens are the only URLs to send to; tokens is nil in the legacy form.
	endpoint, tokens *url.URL

	lock sync.Mutex
	next time.Time
	sent int
	stop error
	// steps and lifetime are of the sign-in; lifetime is nil if none was stated.
	steps    []signIn
	lifetime *time.Duration
}

type agentKey struct{}

// withAgent sends requests with another User-Agent.
func withAgent(ctx context.Context, agent string) context.Context {
	return context.WithValue(ctx, agentKey{}, agent)
}

// RoundTrip sends a permitted request, or fails with one of the reasons above.
func (g *guard) RoundTrip(request *http.Request) (*http.Response, error) {
	isToken := g.isToken(request)
	if !isToken && !g.allowed(request) {
		return nil, errNotRead
	}
	if err := g.wait(request.Context()); err != nil {
		return nil, err
	}
	wide := isToken && asksForMore(request)
	if agent, other := request.Context().Value(agentKey{}).(string); other {
		request = request.Clone(request.Context())
		request.Header.Set("User-Agent", agent)
	}
	response, err := g.network.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	g.note(request, response, isToken, wide)
	return response, nil
}

func (g *guard) isToken(request *http.Request) bool {
	return g.tokens != nil && request.Method == http.MethodPost && sameOrigin(request.URL, g.tokens) && request.URL.Path == g.tokens.Path
}

func (g *guard) allowed(request *http.Request) bool {
	path, inside := strings.CutPrefix(request.URL.Path, strings.TrimRight(g.endpoint.Path, "/"))
	return inside && sameOrigin(request.URL, g.endpoint) && request.URL.RawQuery == "" &&
		slices.ContainsFunc(permissions, func(p permission) bool { return p.method == request.Method && p.path.MatchString(path) })
}

func sameOrigin(one, other *url.URL) bool {
	return one.Scheme == other.Scheme && one.Host == other.Host
}

// wait keeps requests the pause apart, and counts them.
func (g *guard) wait(ctx context.Context) error {
	g.lock.Lock()
	defer g.lock.Unlock()
	if g.stop == nil && g.sent >= maxRequests {
		g.stop = errBudget
	}
	if g.stop != nil {
		return g.stop
	}
	timer := time.NewTimer(time.Until(g.next))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	g.sent++
	g.next = time.Now().Add(pause)
	return nil
}

func asksForMore(request *http.Request) bool {
	if request.GetBody == nil {
		return false
	}
	body, err := request.GetBody()
	if err != nil {
		return false
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return false
	}
	form, err := url.ParseQuery(string(text))
	return err == nil && len(strings.Fields(form.Get("scope"))) > 1
}

func (g *guard) note(request *http.Request, response *http.Response, isToken, wide bool) {
	g.lock.Lock()
	defer g.lock.Unlock()
	if response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != "" {
		g.stop = errLimited
	}
	switch {
	case isToken:
		g.steps = append(g.steps, signIn{wide: wide, status: response.StatusCode})
		g.lifetime = statedLifetime(response)
	case strings.HasSuffix(request.URL.Path, "/profile"):
		g.steps = append(g.steps, signIn{profile: true, wide: g.wasWide(), status: response.StatusCode})
	}
}

func (g *guard) wasWide() bool { return len(g.steps) > 0 && g.steps[len(g.steps)-1].wide }

// statedLifetime reads only expires_in from the answer of a token endpoint.
func statedLifetime(response *http.Response) *time.Duration {
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), response.Body))
	if err != nil {
		return nil
	}
	var form struct {
		Lifetime json.RawMessage `json:"expires_in"`
	}
	if json.Unmarshal(body, &form) != nil {
		return nil
	}
	seconds, ok := numberOf(form.Lifetime)
	if !ok || seconds <= 0 || seconds > 1e6 {
		return nil
	}
	return new(time.Duration(seconds) * time.Second)
}

// stopped is why nothing more is sent; nil while requests are sent.
func (g *guard) stopped() error {
	g.lock.Lock()
	defer g.lock.Unlock()
	return g.stop
}

func (g *guard) requests() int {
	g.lock.Lock()
	defer g.lock.Unlock()
	return g.sent
}

func (g *guard) signIns() []signIn {
	g.lock.Lock()
	defer g.lock.Unlock()
	return slices.Clone(g.steps)
}

// tokenLifetime is that of the last token; nil if none was stated.
func (g *guard) tokenLifetime() *time.Duration {
	g.lock.Lock()
	defer g.lock.Unlock()
	return g.lifetime
}
