package simulator

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Credentials of the simulated tenant. The secrets are texts that occur nowhere else,
// so that a search of logs and files for them is conclusive.
const (
	TSGID        = "1234567890" // tenant service group, which a scope must name
	TenantID     = "1092945"    // in paths of the legacy form and in profiles
	ClientID     = "simulator@" + TSGID + ".iam.panserviceaccount.com"
	ClientSecret = "simulated-client-secret-7d1f0b52-must-never-be-shown"
	// AuthToken is a static token of the legacy form that names no region.
	AuthToken = "simulated-auth-token-3c9ae846-must-never-be-shown"
	// RegionalAuthToken is valid too. Its text names a region, from which clients derive
	// an address (observed).
	RegionalAuthToken = "simulated-auth-token-5e77d20c&region=hood&must-never-be-shown"
	Email             = "operator@example.com" // of the legacy login
	Password          = "simulated-password-91b6c3fa-must-never-be-shown"

	AccessTokenPrefix  = "simulated-access-token-"  // of every token of the token endpoint
	SessionTokenPrefix = "simulated-session-token-" // of every token of a legacy login
)

// Form is one of the two forms of the API.
type Form string

// The forms of the API.
const (
	Unified Form = "unified" // Prisma SASE, with OAuth2 client credentials
	Legacy  Form = "legacy"  // CloudGenix, with a static token
)

// defaultTokenLifetime is that of the real token endpoint (documented).
const defaultTokenLifetime = 899 * time.Second

type session struct {
	form    Form
	expires time.Time
	primed  bool
	agent   string
	scopes  []string
	// refusal is the status of calls with a late token until refusedUntil.
	refusal      int
	refusedUntil time.Time
	callsLeft    int // for a token that lies about its lifetime; negative is no bound
}

type sessions struct {
	mu      sync.Mutex
	byToken map[string]*session
	issued  int
}

// open issues a token and forgets those that have expired.
func (s *sessions) open(prefix string, form Form, lifetime time.Duration) (string, *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for token, old := range s.byToken {
		if now.After(old.expires) {
			delete(s.byToken, token)
		}
	}
	s.issued++
	token := fmt.Sprintf("%s%08d-must-never-be-shown", prefix, s.issued)
	opened := &session{form: form, expires: now.Add(lifetime), callsLeft: -1}
	s.byToken[token] = opened
	return token, opened
}

// each changes every session, and ends it if the change reports false.
func (s *sessions) each(change func(token string, session *session) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, session := range s.byToken {
		if !change(token, session) {
			delete(s.byToken, token)
		}
	}
}

// ExpireTokens ends every token that was issued; static tokens do not end.
func (s *Simulator) ExpireTokens() {
	s.sessions.each(func(string, *session) bool { return false })
}

// UnprimeSessions makes calls in the unified form answer 403 until the profile
// is read again.
func (s *Simulator) UnprimeSessions() {
	s.sessions.each(func(_ string, session *session) bool {
		session.primed = false
		return true
	})
}

type access int

const (
	accessOpen    access = iota
	accessProfile        // a good token, whose session it primes
	accessPrimed         // a session that was primed (documented)
)

func (s *Simulator) admit(c *call, wanted access) error {
	switch {
	case wanted == accessOpen:
		return nil
	case c.form == Legacy:
		return s.admitLegacy(c)
	default:
		return s.admitUnified(c, wanted)
	}
}

// Codes of 401 and 403 are inferred: no body of either is recorded.
func unauthorized(message string) error {
	return refuse(http.StatusUnauthorized, "UNAUTHORIZED", "%s", message)
}

func forbidden(message string) error {
	return refuse(http.StatusForbidden, "FORBIDDEN", "%s", message)
}

var tooEarly = map[int]func(string) error{http.StatusUnauthorized: unauthorized, http.StatusForbidden: forbidden}

func (s *Simulator) admitUnified(c *call, wanted access) error {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	session, err := s.sessions.find(tokenOf(c.request, Unified), Unified)
	if err != nil {
		return err
	}
	if wanted == accessProfile {
		if c.switches.ProfileNeedsScopes && !session.mayReadProfile() {
			return forbidden("The scope of the token does not include the profile.")
		}
		session.primed, session.agent = true, c.request.UserAgent()
		return nil
	}
	if !session.primed {
		return forbidden("The session is not primed: read the profile once with this token.")
	}
	if session.agent == c.request.UserAgent() {
		return nil
	}
	if deny := agentRefusals[c.switches.BindUserAgent]; deny != nil {
		return deny("The session belongs to another User-Agent.")
	}
	return nil
}

func (s *session) mayReadProfile() bool {
	return slices.Contains(s.scopes, "email") && slices.Contains(s.scopes, "profile")
}

var agentRefusals = map[AgentMode]func(string) error{AgentUnauthorized: unauthorized, AgentForbidden: forbidden}

// find returns the session of a token and counts the call. It needs the lock.
func (s *sessions) find(token string, form Form) (*session, error) {
	found, known := s.byToken[token]
	if !known || found.form != form || time.Now().After(found.expires) || found.callsLeft == 0 {
		return nil, unauthorized("The token is missing, unknown or expired.")
	}
	if time.Now().Before(found.refusedUntil) {
		return nil, tooEarly[found.refusal]("The token is not in force yet.")
	}
	if found.callsLeft > 0 {
		found.callsLeft--
	}
	return found, nil
}

func (s *Simulator) admitLegacy(c *call) error {
	token := tokenOf(c.request, Legacy)
	if !isOneOf(token, AuthToken, RegionalAuthToken) {
		s.sessions.mu.Lock()
		defer s.sessions.mu.Unlock()
		if _, err := s.sessions.find(token, Legacy); err != nil {
			return err
		}
	}
	if tenant := c.request.PathValue("tenant_id"); tenant != "" && tenant != TenantID {
		status := cmp.Or(c.switches.WrongTenantStatus, http.StatusBadRequest)
		return refuse(status, "TENANT_ID_INVALID_0001", "The tenant %q is not that of the token.", tenant)
	}
	return nil
}

// tokenOf prefers the cookie to the header in the legacy form (observed).
func tokenOf(r *http.Request, form Form) string {
	if form == Unified {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		return token
	}
	if cookie, err := r.Cookie("AUTH_TOKEN"); err == nil {
		return cookie.Value
	}
	return r.Header.Get("X-Auth-Token")
}

func isOneOf(text string, secrets ...string) bool {
	return slices.ContainsFunc(secrets, func(secret string) bool {
		return subtle.ConstantTimeCompare([]byte(text), []byte(secret)) == 1
	})
}

// token is the OAuth2 token endpoint: client credentials by Basic
// authentication (documented) or in the form (observed).
func (s *Simulator) token(c *call) ([]byte, error) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, oauthError(http.StatusBadRequest, "invalid_request", "The form cannot be read")
	}
	if grant := form.Get("grant_type"); grant != "client_credentials" {
		return nil, oauthError(http.StatusBadRequest, "unsupported_grant_type", "The grant type is not supported")
	}
	if !goodClient(c.request, form) {
		status := cmp.Or(c.switches.InvalidClientStatus, http.StatusBadRequest)
		return nil, oauthError(status, "invalid_client", "Client authentication failed")
	}
	scopes := strings.Fields(form.Get("scope"))
	if !slices.Contains(scopes, "tsg_id:"+TSGID) {
		return nil, oauthError(http.StatusBadRequest, "invalid_scope", "The scope does not name a tsg_id of this client")
	}
	lifetime := cmp.Or(c.switches.TokenLifetime, defaultTokenLifetime)
	token, opened := s.sessions.open(AccessTokenPrefix, Unified, lifetime)
	opened.scopes = scopes
	answer := map[string]any{
		"access_token": token, "token_type": "Bearer", "scope": form.Get("scope"), "expires_in": int64(lifetime / time.Second),
	}
	c.playing.twistToken(answer, opened)
	return json.Marshal(answer)
}

func goodClient(r *http.Request, form url.Values) bool {
	id, secret, basic := r.BasicAuth()
	if !basic {
		return isOneOf(form.Get("client_id"), ClientID) && isOneOf(form.Get("client_secret"), ClientSecret)
	}
	// RFC 6749 has both parts encoded as in a form; many clients do not.
	return isOneOf(unescaped(id), ClientID) && isOneOf(unescaped(secret), ClientSecret)
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// oauthError is a refusal with the body of a token endpoint (observed).
func oauthError(status int, code, description string) error {
	body := map[string]string{"error": code, "error_description": description}
	return &refusal{status: status, code: code, message: description, body: appendJSON(nil, body)}
}

// login is the login of the legacy form (observed).
func (s *Simulator) login(c *call) ([]byte, error) {
	var asked struct{ Email, Password string }
	if err := json.Unmarshal(c.body, &asked); err != nil {
		return nil, badRequest("INVALID_JSON", "The request body is not JSON.")
	}
	if asked.Email != Email || !isOneOf(asked.Password, Password) {
		return nil, unauthorized("The email or the password is wrong.")
	}
	token, _ := s.sessions.open(SessionTokenPrefix, Legacy, defaultTokenLifetime)
	c.header.Add("Set-Cookie", (&http.Cookie{Name: "AUTH_TOKEN", Value: token, Path: "/", HttpOnly: true}).String())
	return json.Marshal(map[string]any{"x_auth_token": token, "_request_id": s.nextRequestID()})
}

// profile answers with the keys of a real profile (observed).
func (s *Simulator) profile(*call) ([]byte, error) {
	return json.Marshal(map[string]any{
		"_etag": 1, "_schema": 0, "_request_id": s.nextRequestID(), "_status_code": "200", "_content_length": "0",
		"id": "1773934978000001" + tenantSuffix, "session_id": "1773934978000002" + tenantSuffix, "tenant_id": TenantID,
		"email": Email, "first_name": "Simulated", "last_name": "Operator", "name": "Simulated Operator",
		"region": "simulator", "roles": []map[string]string{{"name": "tenant_viewonly"}},
		"linked_accounts": []map[string]string{{"provider_key": "password"}},
	})
}
