package sdwan

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/sync/semaphore"
)

const (
	unifiedProfilePath = "/sdwan/v2.1/api/profile"
	legacyProfilePath  = "/v2.0/api/profile"
)

const renewBefore = 60 * time.Second

type grant struct {
	header, value string
	base          base
	use           *tokenUse // nil for a static token
	// deniedAtOnce: a 403 of the profile is final, even if the token is not in force yet.
	deniedAtOnce bool
	// serial changes with the grant, so that requests refused together renew it once.
	serial int
}

type tokenUse struct {
	issued          time.Time
	worked, refused atomic.Bool
}

type session struct {
	client *Client
	form   form
	// lock is a semaphore, as waiting for a mutex cannot be cancelled.
	lock    *semaphore.Weighted
	current grant
	expires time.Time
	valid   bool
	// tokensWorkAtOnce: a query succeeded with a token that was never refused.
	tokensWorkAtOnce atomic.Bool
}

type form interface {
	// token returns a header; expires is zero for a token without a known end.
	token(ctx context.Context) (header, value string, expires time.Time, err error)
	// prime makes the token usable and returns the base of every path.
	prime(ctx context.Context, issued grant) (base, error)
	renewable() bool
	// widenable reports whether the next token can be asked for with more scopes.
	// Method widen does so; narrow undoes it, for good if the scopes were refused.
	widenable() bool
	widen()
	narrow(refused bool)
}

func newSession(client *Client, form form) *session {
	return &session{client: client, form: form, lock: semaphore.NewWeighted(1)}
}

func (s *session) grant(ctx context.Context) (grant, error) {
	if err := s.lock.Acquire(ctx, 1); err != nil {
		return grant{}, err
	}
	defer s.lock.Release(1)
	if s.valid && (s.expires.IsZero() || time.Now().Before(s.expires)) {
		return s.current, nil
	}
	return s.renew(ctx)
}

func (s *session) recordSuccess(granted grant) {
	if granted.use != nil && !granted.use.worked.Swap(true) && !granted.use.refused.Load() {
		s.tokensWorkAtOnce.Store(true)
	}
}

// settles is when the token must be in force; until then a refusal may pass.
func (g grant) settles() time.Time {
	if g.use == nil || g.use.worked.Load() {
		return time.Time{}
	}
	return g.use.issued.Add(settling)
}

// after replaces a grant that was answered with 401 or 403, and reports whether to
// try again. It sends nothing if another query has replaced the grant meanwhile.
func (s *session) after(ctx context.Context, refused grant, status int, persisted *persistence) (again bool, err error) {
	if status == http.StatusUnauthorized && !s.form.renewable() {
		return false, nil
	}
	if err := s.lock.Acquire(ctx, 1); err != nil {
		return false, err
	}
	defer s.lock.Release(1)
	if s.valid && s.current.serial != refused.serial {
		return true, nil
	}
	s.client.throttle.sendOneByOne()
	renewing := persisted.mayRenew(status)
	// Where tokens work at once, a new token helps sooner than a wait.
	if !renewing || !s.tokensWorkAtOnce.Load() {
		if wait := persisted.waitForToken(refused.settles(), s.client.config); wait > 0 {
			refused.use.refused.Store(true)
			s.client.throttle.pause(wait)
			return true, nil
		}
	}
	if !renewing {
		return false, nil
	}
	persisted.renew(status)
	if status == http.StatusForbidden {
		_, err = s.prime(ctx, s.current)
	}
	// The token may have been revoked since the query was refused.
	if status == http.StatusUnauthorized || KindOf(err) == KindCredentials && s.form.renewable() {
		_, err = s.renew(ctx)
	}
	return err == nil, err
}

func (s *session) renew(ctx context.Context) (grant, error) {
	s.valid = false
	header, value, expires, err := s.form.token(ctx)
	if err != nil {
		return grant{}, err
	}
	s.expires = expires
	issued := grant{header: header, value: value, serial: s.current.serial}
	if s.form.renewable() {
		issued.use = &tokenUse{issued: time.Now()}
	}
	// A 403 may be due to missing scopes, tried at once, or to a token not in force yet.
	issued.deniedAtOnce = s.form.widenable()
	granted, err := s.prime(ctx, issued)
	if issued.deniedAtOnce && KindOf(err) == KindForbidden {
		return s.widened(ctx, issued)
	}
	return granted, err
}

// widened signs in with more scopes; without a token for them, it uses the first one.
func (s *session) widened(ctx context.Context, first grant) (grant, error) {
	s.form.widen()
	granted, err := s.renew(ctx)
	if err == nil {
		return granted, nil
	}
	s.form.narrow(KindOf(err) == KindCredentials || KindOf(err) == KindForbidden)
	if KindOf(err) == KindCredentials {
		first.deniedAtOnce = false
		return s.prime(ctx, first)
	}
	return grant{}, err
}

func (s *session) prime(ctx context.Context, issued grant) (grant, error) {
	base, err := s.form.prime(ctx, issued)
	if err != nil {
		s.valid = false
		return grant{}, err
	}
	issued.base, issued.deniedAtOnce = base, false
	issued.serial++
	s.current, s.valid = issued, true
	return issued, nil
}

// unifiedForm reads the profile first: without it, queries refuse a token (documented).
type unifiedForm struct {
	client       *Client
	credentials  Unified
	extraScopes  []string
	widerRefused bool
}

func (f *unifiedForm) renewable() bool { return true }

func (f *unifiedForm) widenable() bool {
	return len(f.credentials.Scopes) == 0 && len(f.extraScopes) == 0 && !f.widerRefused
}

// widen adds the scopes that the vendor's SDK asks for: in one tenant the profile
// answers 403 to a token without them (observed).
func (f *unifiedForm) widen() { f.extraScopes = []string{"email", "profile"} }

func (f *unifiedForm) narrow(refused bool) { f.extraScopes, f.widerRefused = nil, refused }

func (f *unifiedForm) token(ctx context.Context) (header, value string, expires time.Time, err error) {
	ctx, exchange := withExchange(ctx, "sign in")
	config := clientcredentials.Config{
		ClientID:     f.credentials.ClientID,
		ClientSecret: f.credentials.ClientSecret,
		TokenURL:     f.credentials.TokenURL,
		Scopes:       slices.Concat([]string{"tsg_id:" + f.credentials.TSGID}, f.credentials.Scopes, f.extraScopes),
		AuthStyle:    oauth2.AuthStyleInHeader,
	}
	client := f.client.retrying.StandardClient()
	client.CheckRedirect = stayHere
	client.Transport = &tokenAnswers{next: client.Transport}
	issued, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, client))
	if err != nil {
		return "", "", time.Time{}, f.client.redacted(f.tokenError(ctx, exchange, err))
	}
	accessToken := strings.TrimSpace(issued.AccessToken)
	f.client.keepToken(accessToken)
	if accessToken == "" || CheckHeader(accessToken) != nil {
		return "", "", time.Time{}, exchange.failed(KindSignIn, "the access token is empty, or holds a line break or another control character", nil)
	}
	return "Authorization", "Bearer " + accessToken, renewalTime(issued.Expiry), nil
}

// renewalTime is renewBefore ahead of the expiry, or half-way to it if that is later. It is
// zero for an unknown or past expiry: such a token is used until it is refused.
func renewalTime(expiry time.Time) time.Time {
	left := time.Until(expiry)
	if left <= 0 {
		return time.Time{}
	}
	return time.Now().Add(max(left-renewBefore, left/2))
}

// tokenError quotes no JSON, as a token endpoint may echo the request.
func (f *unifiedForm) tokenError(ctx context.Context, exchange *exchange, err error) *Error {
	var answered *oauth2.RetrieveError
	if !errors.As(err, &answered) {
		if ctx.Err() == nil && exchange.failure == nil && exchange.status < http.StatusMultipleChoices {
			return exchange.failed(KindSignIn, "the answer of the token endpoint holds no access token", err)
		}
		return exchange.fromNetwork(ctx, err)
	}
	failure := exchange.failed(KindSignIn, "the token endpoint returned no token", nil)
	foreign := answered.ErrorCode == "" && !json.Valid(answered.Body)
	status := answered.Response.StatusCode
	row := retryRow(status, nil)
	switch {
	case status == http.StatusProxyAuthRequired:
		failure.Kind, failure.Problem = KindProxy, "a proxy answers in place of the token endpoint and asks for a sign-in"
	case status == http.StatusForbidden && foreign && len(answered.Body) > 0:
		failure.Problem = "the answer is 403 Forbidden and not one of a token endpoint; a proxy may have given it"
	case status == http.StatusBadRequest, status == http.StatusUnauthorized, status == http.StatusForbidden:
		failure.Kind = KindCredentials
		failure.Problem = "the token endpoint does not accept the credentials"
	case row.Retry:
		failure.Kind = row.Kind
		failure.Problem = "the token endpoint does not answer properly"
	case isRedirect(status):
		failure.Kind, failure.Problem = KindRedirected, redirection(answered.Response.Header)
	}
	if answered.ErrorCode != "" {
		failure.Codes = []Code{{Code: answered.ErrorCode, Message: answered.ErrorDescription}}
	} else if foreign {
		failure.Snippet = snippet([]byte(f.client.conceal(string(answered.Body))))
	}
	return failure
}

func (f *unifiedForm) prime(ctx context.Context, issued grant) (base, error) {
	if _, err := f.client.profile(ctx, unifiedProfilePath, issued); err != nil {
		return base{}, err
	}
	return unifiedBase, nil
}

// legacyForm reads the profile only to find the tenant, or after a 403.
type legacyForm struct {
	client      *Client
	credentials Legacy
	primed      bool
}

func (f *legacyForm) renewable() bool { return false }

func (f *legacyForm) widenable() bool { return false }

func (f *legacyForm) widen() {}

func (f *legacyForm) narrow(bool) {}

func (f *legacyForm) token(context.Context) (header, value string, expires time.Time, err error) {
	return "X-Auth-Token", f.credentials.AuthToken, time.Time{}, nil
}

func (f *legacyForm) prime(ctx context.Context, issued grant) (base, error) {
	tenant := f.credentials.TenantID
	if tenant == "" || f.primed {
		profile, err := f.client.profile(ctx, legacyProfilePath, issued)
		if err != nil {
			return base{}, err
		}
		if tenant == "" {
			tenant = profile.tenant()
		}
	}
	if tenant == "" {
		return base{}, &Error{Kind: KindTenant, Operation: "read the profile", Problem: "the profile names no tenant id"}
	}
	f.primed = true
	return legacyBase(tenant), nil
}

type profile struct {
	// TenantID is decoded later, as the unified form does not need it.
	TenantID json.RawMessage `json:"tenant_id"`
	errorBody
}

func (p *profile) tenant() string {
	var text string
	if json.Unmarshal(p.TenantID, &text) == nil {
		return text
	}
	var number integer
	if json.Unmarshal(p.TenantID, &number) != nil {
		return ""
	}
	return strconv.FormatInt(int64(number), 10)
}

func (c *Client) profile(ctx context.Context, path string, issued grant) (profile, error) {
	ctx, exchange := withExchange(ctx, "read the profile")
	exchange.settles, exchange.deniedAtOnce = issued.settles(), issued.deniedAtOnce
	answer, err := c.send(ctx, exchange, http.MethodGet, path, issued, nil)
	if exchange.tokenWaits > 0 {
		issued.use.refused.Store(true)
	}
	if err != nil {
		return profile{}, err
	}
	if failure := answer.failure(exchange); failure != nil {
		if failure.Kind == KindMalformed {
			failure.Kind = KindSignIn
		}
		return profile{}, c.redacted(failure)
	}
	var read profile
	if failure := answer.decode(exchange, &read, &read.errorBody); failure != nil {
		if failure.Kind == KindMalformed || failure.Kind == KindRefused {
			failure.Kind = KindSignIn
		}
		return profile{}, c.redacted(failure)
	}
	return read, nil
}
