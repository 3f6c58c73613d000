package simulator_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestTokenEndpoint(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{})
	c := newClient(t, server, simulator.Unified)
	for _, test := range []struct {
		name, path  string
		form        map[string]string
		id, secret  string
		status      int
		wantedError string
	}{
		{"basic", "/oauth2/access_token", map[string]string{"scope": "tsg_id:" + simulator.TSGID}, simulator.ClientID, simulator.ClientSecret, 200, ""},
		{"second path", "/auth/v1/oauth2/access_token", map[string]string{"scope": "tsg_id:" + simulator.TSGID + " email profile"}, simulator.ClientID, simulator.ClientSecret, 200, ""},
		{"credentials in the form", "/oauth2/access_token", map[string]string{
			"scope": "email tsg_id:" + simulator.TSGID, "client_id": simulator.ClientID, "client_secret": simulator.ClientSecret,
		}, "", "", 200, ""},
		{"wrong secret", "/oauth2/access_token", map[string]string{"scope": "tsg_id:" + simulator.TSGID}, simulator.ClientID, "wrong", 400, "invalid_client"},
		{"no credentials", "/oauth2/access_token", map[string]string{"scope": "tsg_id:" + simulator.TSGID}, "", "", 400, "invalid_client"},
		{"other scope", "/oauth2/access_token", map[string]string{"scope": "tsg_id:1"}, simulator.ClientID, simulator.ClientSecret, 400, "invalid_scope"},
		{"other grant", "/oauth2/access_token", map[string]string{"grant_type": "password"}, simulator.ClientID, simulator.ClientSecret, 400, "unsupported_grant_type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			form := url.Values{"grant_type": {"client_credentials"}}
			for name, value := range test.form {
				form.Set(name, value)
			}
			answer := c.requestToken(test.path, form, test.id, test.secret)
			object := answer.object()
			if answer.status != test.status {
				t.Fatalf("got %d %s, want %d", answer.status, answer.body, test.status)
			}
			if test.wantedError != "" {
				if object["error"] != test.wantedError {
					t.Errorf("error is %v, want %s", object["error"], test.wantedError)
				}
				return
			}
			token, _ := object["access_token"].(string)
			if !strings.HasPrefix(token, simulator.AccessTokenPrefix) || object["token_type"] != "Bearer" {
				t.Errorf("token answer %v", object)
			}
			if expires, _ := object["expires_in"].(interface{ String() string }); expires == nil || expires.String() != "899" {
				t.Errorf("expires_in is %v, want 899", object["expires_in"])
			}
		})
	}
}

func TestInvalidClientStatusIsASwitch(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Switches: simulator.Switches{InvalidClientStatus: 401}})
	c := newClient(t, server, simulator.Unified)
	answer := c.requestToken("/oauth2/access_token", url.Values{"grant_type": {"client_credentials"}}, simulator.ClientID, "wrong")
	if answer.status != http.StatusUnauthorized {
		t.Errorf("got %d, want 401", answer.status)
	}
}

func TestSessionMustBePrimedOncePerToken(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 1})
	c := newClient(t, server, simulator.Unified)
	steps := []struct {
		name string
		do   func()
		want int
	}{
		{"no token", func() {}, 401},
		{"a new token is not primed", func() { c.token = c.newToken() }, 403},
		{"the profile primes it", func() { c.profile() }, 200},
		{"and it stays so", func() {}, 200},
		{"the session forgets", server.UnprimeSessions, 403},
		{"and is primed again", func() { c.profile() }, 200},
		{"another token needs its own call", func() { c.token = c.newToken() }, 403},
		{"tokens expire", server.ExpireTokens, 401},
		{"even the profile then refuses", func() { c.profile() }, 401},
		{"a new sign-in helps", c.signIn, 200},
	}
	for _, step := range steps {
		step.do()
		if answer := c.query(`{}`); answer.status != step.want {
			t.Fatalf("%s: got %d %s, want %d", step.name, answer.status, answer.body, step.want)
		}
	}
}

func TestProfileMayNeedScopes(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Switches: simulator.Switches{ProfileNeedsScopes: true}})
	for scope, want := range map[string]int{"": 403, " email": 403, " profile": 403, " email profile": 200, " profile openid email": 200} {
		c := newClient(t, server, simulator.Unified)
		form := url.Values{"grant_type": {"client_credentials"}, "scope": {"tsg_id:" + simulator.TSGID + scope}}
		answer := c.requestToken("/oauth2/access_token", form, simulator.ClientID, simulator.ClientSecret)
		c.token, _ = answer.object()["access_token"].(string)
		if profile, query := c.profile(), c.query(`{}`); profile.status != want || query.status != want {
			t.Errorf("scope %q: got %d and %d, want %d", scope, profile.status, query.status, want)
		}
	}
}

func TestTokensExpireInRealTime(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 1, Switches: simulator.Switches{TokenLifetime: 1}})
	c := newClient(t, server, simulator.Unified)
	c.token = c.newToken()
	if answer := c.profile(); answer.status != http.StatusUnauthorized {
		t.Errorf("got %d with a token of one nanosecond, want 401", answer.status)
	}
}

func TestUserAgentBinding(t *testing.T) {
	t.Parallel()
	for position, want := range map[simulator.AgentMode]int{"": 200, simulator.AgentFree: 200, simulator.AgentUnauthorized: 401, simulator.AgentForbidden: 403} {
		t.Run("position_"+string(position), func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{Elements: 1, Switches: simulator.Switches{BindUserAgent: position}})
			c := signedIn(t, server, simulator.Unified)
			if answer := c.query(`{}`); answer.status != http.StatusOK {
				t.Errorf("same agent: got %d", answer.status)
			}
			c.agent = "another/2"
			if answer := c.query(`{}`); answer.status != want {
				t.Errorf("another agent: got %d, want %d", answer.status, want)
			}
		})
	}
}

func TestRolesMayDenyTheQuery(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Switches: simulator.Switches{RolesDenied: true}})
	if answer := signedIn(t, server, simulator.Unified).query(`{}`); answer.status != http.StatusForbidden {
		t.Errorf("got %d, want 403", answer.status)
	}
}

func TestLegacySignIn(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 1})
	login := newClient(t, server, simulator.Legacy).do(http.MethodPost, "/v2.0/api/login",
		`{"email":"`+simulator.Email+`","password":"`+simulator.Password+`"}`)
	session, _ := login.object()["x_auth_token"].(string)
	if !strings.HasPrefix(session, simulator.SessionTokenPrefix) || !strings.Contains(login.header.Get("Set-Cookie"), session) {
		t.Fatalf("login: %d %s", login.status, login.body)
	}
	for _, test := range []struct {
		name, header, cookie string
		want                 int
	}{
		{"static token", simulator.AuthToken, "", 200},
		{"token with a region", simulator.RegionalAuthToken, "", 200},
		{"session token", session, "", 200},
		{"cookie alone", "", session, 200},
		{"cookie wins", simulator.AuthToken, "wrong", 401},
		{"wrong token", "wrong", "", 401},
		{"no token", "", "", 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, call := range []struct{ method, path string }{
				{http.MethodPost, queryPaths[simulator.Legacy]}, {http.MethodGet, "/v2.0/api/profile"}, {http.MethodGet, "/v2.1/api/profile"},
			} {
				request, err := http.NewRequestWithContext(t.Context(), call.method, server.URL+call.path, strings.NewReader(`{}`))
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("X-Auth-Token", test.header)
				if test.cookie != "" {
					request.AddCookie(&http.Cookie{Name: "AUTH_TOKEN", Value: test.cookie})
				}
				if answer := newClient(t, server, simulator.Legacy).send(request); answer.status != test.want {
					t.Errorf("%s %s: got %d, want %d", call.method, call.path, answer.status, test.want)
				}
			}
		})
	}
}

func TestWrongTenantIsRefused(t *testing.T) {
	t.Parallel()
	for position, want := range map[int]int{0: 400, 400: 400, 403: 403, 404: 404} {
		server := start(t, simulator.Options{Switches: simulator.Switches{WrongTenantStatus: position}})
		answer := signedIn(t, server, simulator.Legacy).do(http.MethodPost, "/v2.1/api/tenants/1/software/current_status/query", `{}`)
		if answer.status != want || answer.code() != "TENANT_ID_INVALID_0001" {
			t.Errorf("position %d: got %d %s, want %d", position, answer.status, answer.body, want)
		}
	}
}

func TestFormsDoNotTakeEachOthersTokens(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{})
	unified := signedIn(t, server, simulator.Unified)
	legacy := signedIn(t, server, simulator.Legacy)
	unified.token, legacy.token = legacy.token, unified.token
	for _, c := range []*client{unified, legacy} {
		if answer := c.query(`{}`); answer.status != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want 401", c.form, answer.status)
		}
	}
}

func TestProfileNamesTheTenant(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{})
	for form, path := range map[simulator.Form]string{simulator.Unified: "/sdwan/v2.1/api/profile", simulator.Legacy: "/v2.0/api/profile"} {
		object := signedIn(t, server, form).do(http.MethodGet, path, "").object()
		if diff := cmp.Diff(any(simulator.TenantID), object["tenant_id"]); diff != "" {
			t.Errorf("%s: tenant_id (-want +got):\n%s", form, diff)
		}
	}
}
