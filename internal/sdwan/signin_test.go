package sdwan

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestOneSignInServesAllReaders(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		form             simulator.Form
		edit             func(*Config)
		tokens, profiles int
	}{
		"unified":                     {simulator.Unified, func(*Config) {}, 1, 1},
		"legacy with a tenant":        {simulator.Legacy, func(*Config) {}, 0, 0},
		"legacy without a tenant":     {simulator.Legacy, withoutTenant, 0, 1},
		"legacy, region in the token": {simulator.Legacy, func(c *Config) { c.Legacy.AuthToken = simulator.RegionalAuthToken }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 12, Seed: 1})
			client := newClient(t, server, test.form, test.edit, func(c *Config) { c.PageSize = 4 })
			var readers sync.WaitGroup
			for i := range 12 {
				readers.Go(func() {
					rows, _, err := readAll(t.Context(), client, distinct(i))
					if err != nil || len(rows) != 12 {
						t.Errorf("reader %d got %d rows and the error %v, want 12 rows", i, len(rows), err)
					}
				})
			}
			readers.Wait()
			wantCount(t, server.Simulator, simulator.RequestToken, test.tokens)
			wantCount(t, server.Simulator, simulator.RequestProfile, test.profiles)
		})
	}
}

func withoutTenant(c *Config) { c.Legacy.TenantID = "" }

func TestNothingIsSentBeforeSomethingIsRead(t *testing.T) {
	t.Parallel()
	fake := new(controller)
	client := clientOf(t, inMemoryConfig(inMemory(fake)))
	client.Close()
	if len(fake.requests) > 0 {
		t.Errorf("%d requests were sent", len(fake.requests))
	}
}

func TestTokenIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	for lifetime, renewal := range map[time.Duration]time.Duration{
		899 * time.Second: 839 * time.Second,
		2 * time.Minute:   time.Minute,
		// Nearer than twice renewBefore: half-way.
		90 * time.Second: 45 * time.Second,
		10 * time.Second: 5 * time.Second,
		time.Second:      500 * time.Millisecond,
	} {
		t.Run(lifetime.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				simulated := newSimulator(t, simulator.Options{Elements: 3, Switches: simulator.Switches{TokenLifetime: lifetime}})
				client := clientOf(t, inMemoryConfig(inMemory(simulated)))
				began := time.Now()
				for _, step := range []struct {
					at      time.Duration
					signIns int
				}{
					{0, 1}, {renewal - time.Millisecond, 1}, {renewal, 2}, {2*renewal - time.Millisecond, 2}, {2 * renewal, 3},
				} {
					time.Sleep(time.Until(began.Add(step.at)))
					if err := readOnce(t.Context(), client); err != nil {
						t.Fatal(err)
					}
					wantCount(t, simulated, simulator.RequestToken, step.signIns)
					wantCount(t, simulated, simulator.RequestProfile, step.signIns)
				}
				for _, request := range simulated.Requests() {
					if request.Status != http.StatusOK {
						t.Errorf("%s was answered with %d", request.Path, request.Status)
					}
				}
			})
		})
	}
}

func TestTokenOfUncertainEndServesUntilItIsRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []simulator.FaultKind{
		"token_expiry_zero", "token_expiry_negative", "token_expiry_text", "token_expiry_absent",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			simulated := newSimulator(t, simulator.Options{Elements: 29, Seed: 1})
			setFaults(t, simulated, simulator.Fault{Kind: kind})
			client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize = 10 })
			for range 2 {
				if err := readOnce(t.Context(), client); err != nil {
					t.Fatal(err)
				}
			}
			wantCount(t, simulated, simulator.RequestToken, 1)
			simulated.ExpireTokens()
			if err := readOnce(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			wantCount(t, simulated, simulator.RequestToken, 2)
			wantCount(t, simulated, simulator.RequestProfile, 2)
		})
	}
}

func TestSignInReadsAnAnswerThatIsSpeltUnusually(t *testing.T) {
	t.Parallel()
	numberAsTenant := respond(http.StatusOK, "application/json", `{"tenant_id":`+simulator.TenantID+`}`)
	tenantOfNoUse := respond(http.StatusOK, "application/json", `{"tenant_id":{"id":[1]}}`)
	token := func(contentType, body string) http.HandlerFunc { return respond(http.StatusOK, contentType, body) }
	const good = `"access_token":"` + fakeAccessToken + `"`
	for name, test := range map[string]struct {
		fake *controller
		edit func(*Config)
	}{
		"lifetime with a point":          {&controller{token: token("application/json", `{`+good+`,"expires_in":899.0}`)}, nil},
		"lifetime with an exponent":      {&controller{token: token("application/json", `{`+good+`,"expires_in":8.99e2}`)}, nil},
		"lifetime with a fraction":       {&controller{token: token("application/json", `{`+good+`,"expires_in":899.5}`)}, nil},
		"lifetime as text with a point":  {&controller{token: token("application/json", `{`+good+`,"expires_in":"899.0"}`)}, nil},
		"lifetime in words":              {&controller{token: token("application/json", `{`+good+`,"expires_in":"15 minutes"}`)}, nil},
		"lifetime beyond every bound":    {&controller{token: token("application/json", `{`+good+`,"expires_in":1e999999}`)}, nil},
		"lifetime of 20 digits":          {&controller{token: token("application/json", `{`+good+`,"expires_in":12345678901234567890}`)}, nil},
		"lifetime that is an object":     {&controller{token: token("application/json", `{`+good+`,"expires_in":{}}`)}, nil},
		"byte order mark before a token": {&controller{token: token("application/json", "\ufeff{"+good+`,"expires_in":899}`)}, nil},
		"token as plain text":            {&controller{token: token("text/plain", `{`+good+`,"expires_in":899}`)}, nil},
		"token with a line break":        {&controller{token: token("application/json", `{"access_token":"`+fakeAccessToken+`\r\n","expires_in":899}`)}, nil},
		"byte order mark everywhere else": {&controller{
			profile: respond(http.StatusOK, "application/json", "\ufeff{}"),
			query:   respond(http.StatusOK, "application/json", "\ufeff"+`{"items":[],"total_count":0}`),
		}, nil},
		"tenant as a number":                     {&controller{profile: numberAsTenant}, nil},
		"tenant that nobody needs":               {&controller{profile: tenantOfNoUse}, nil},
		"tenant as a number, in the legacy form": {&controller{profile: numberAsTenant}, func(c *Config) { inLegacyForm(c); withoutTenant(c) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, inMemoryConfig(inMemory(test.fake)), func(c *Config) {
				if test.edit != nil {
					test.edit(c)
				}
			})
			for range 2 {
				if err := readOnce(t.Context(), client); err != nil {
					t.Fatal(err)
				}
			}
			for _, request := range test.fake.requests {
				if header := request.Header.Get("Authorization"); strings.HasPrefix(header, "Bearer ") && header != "Bearer "+fakeAccessToken {
					t.Errorf("the token was sent as %q", header)
				}
				if tenant := "/tenants/" + simulator.TenantID + "/"; client.config.Legacy != nil && strings.HasSuffix(request.URL.Path, queryPath) && !strings.Contains(request.URL.Path, tenant) {
					t.Errorf("the query went to %s", request.URL.Path)
				}
			}
			if got := test.fake.count("/access_token"); got > 1 {
				t.Errorf("%d tokens were asked for, want 1", got)
			}
		})
	}
}

func TestLifetimeWithAPointIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		simulated := newSimulator(t, simulator.Options{Elements: 3})
		setFaults(t, simulated, simulator.Fault{Kind: "token_expiry_point"})
		client := clientOf(t, inMemoryConfig(inMemory(simulated)))
		for _, step := range []struct {
			sleep  time.Duration
			tokens int
		}{{0, 1}, {838 * time.Second, 1}, {2 * time.Second, 2}} {
			time.Sleep(step.sleep)
			if err := readOnce(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			wantCount(t, simulated, simulator.RequestToken, step.tokens)
		}
	})
}

func TestTokenThatNoHeaderCanHoldIsRefusedUnseen(t *testing.T) {
	t.Parallel()
	for _, inside := range []string{`\n`, `\r`, `\u0000`, `\u001b`} {
		fake := &controller{token: respond(http.StatusOK, "application/json", `{"access_token":"`+fakeAccessToken+inside+fakeAccessToken+`"}`)}
		failure := wantKind(t, readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(fake)))), KindSignIn)
		wantText(t, failure.Error(), "sign in: ", "holds a line break or another control character")
		if strings.Contains(failure.Error(), fakeAccessToken) {
			t.Errorf("the token is shown: %v", failure)
		}
		if got := len(fake.requests); got != 1 {
			t.Errorf("%d requests were sent, want the one for a token", got)
		}
	}
}

func TestProfileThatNeedsMoreScopesIsAskedForThemOnce(t *testing.T) {
	t.Parallel()
	denied := respond(http.StatusForbidden, "application/json", `{"_error":[{"code":"FORBIDDEN"}]}`)
	good := new(controller)
	refusedScope := respond(http.StatusBadRequest, "application/json", `{"error":"invalid_scope"}`)
	const alone, wide = "tsg_id:" + simulator.TSGID, "tsg_id:" + simulator.TSGID + " email profile"
	for name, test := range map[string]struct {
		fake   *controller
		scopes []string
		want   Kind
		asked  []string
		// profiles counts the calls of the profile; a denial is waited for twice
		// unless further scopes are tried at once.
		profiles int
	}{
		"enough as it is":                  {&controller{}, nil, "", []string{alone}, 1},
		"needed":                           {&controller{profile: inTurn(denied, good.ServeHTTP)}, nil, "", []string{alone, wide}, 2},
		"given":                            {&controller{}, []string{"profile", "email"}, "", []string{alone + " profile email"}, 1},
		"given and not enough":             {&controller{profile: denied}, []string{"profile"}, KindForbidden, []string{alone + " profile"}, 3},
		"no help":                          {&controller{profile: denied}, nil, KindForbidden, []string{alone, wide}, 4},
		"refused by the token endpoint":    {&controller{profile: denied, token: inTurn(good.ServeHTTP, refusedScope)}, nil, KindForbidden, []string{alone, wide}, 4},
		"profile fails for another reason": {&controller{profile: respond(http.StatusNotFound, "application/json", "{}")}, nil, KindNotFound, []string{alone}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			token := test.fake.token
			if token == nil {
				token = good.ServeHTTP
			}
			test.fake.token = func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.FormValue("scope"))
				token(w, r)
			}
			client := clientOf(t, inMemoryConfig(inMemory(test.fake)), func(c *Config) { c.Unified.Scopes = test.scopes })
			err := readOnce(t.Context(), client)
			if KindOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Errorf("the error is %v, want kind %q", err, test.want)
			}
			if test.want != "" {
				wantText(t, err.Error(), "read the profile: ")
			}
			if difference := cmp.Diff(test.asked, asked); difference != "" {
				t.Errorf("the scopes that were asked for (-want +got):\n%s", difference)
			}
			if got := test.fake.count("/profile"); got != test.profiles {
				t.Errorf("the profile was read %d times, want %d", got, test.profiles)
			}
		})
	}
}

func TestScopesThatWereNeededAreAskedForFromThenOn(t *testing.T) {
	t.Parallel()
	simulated := newSimulator(t, simulator.Options{Elements: 3, Switches: simulator.Switches{ProfileNeedsScopes: true}})
	client := clientOf(t, inMemoryConfig(inMemory(simulated)))
	for _, tokens := range []int{2, 3, 4} {
		if err := readOnce(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		wantCount(t, simulated, simulator.RequestToken, tokens)
		simulated.ExpireTokens()
	}
}

func TestTokenThatEndsEarlyIsReplacedAtEachEnd(t *testing.T) {
	t.Parallel()
	simulated := newSimulator(t, simulator.Options{Elements: 29, Seed: 1})
	// Each token is good for the profile and one page.
	setFaults(t, simulated, simulator.Fault{Kind: "token_lives_short"})
	client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize, c.MaxConcurrentRequests = 10, 1 })
	if err := readOnce(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	wantCount(t, simulated, simulator.RequestToken, 3)
	wantCount(t, simulated, simulator.RequestProfile, 3)
	wantCount(t, simulated, simulator.RequestQuery, 5)
}

func TestRefusedSessionIsMendedOnce(t *testing.T) {
	t.Parallel()
	always := func(kind simulator.FaultKind) []simulator.Fault { return []simulator.Fault{{Kind: kind}} }
	second := func(kind simulator.FaultKind) []simulator.Fault { return []simulator.Fault{{Kind: kind, Nth: 2}} }
	// The profile that is read because a query was forbidden is refused.
	takenBack := func(profiles ...int) []simulator.Fault {
		faults := second("forbidden_403")
		for _, nth := range profiles {
			faults = append(faults, simulator.Fault{Kind: "unauthorized_401", On: simulator.RequestProfile, Nth: nth})
		}
		return faults
	}
	for name, test := range map[string]struct {
		form                      simulator.Form
		faults                    []simulator.Fault
		want                      Kind
		tokens, profiles, queries int
	}{
		"token ended":                       {simulator.Unified, second("unauthorized_401"), "", 2, 2, 4},
		"token good, agent disliked":        {simulator.Unified, second("agent_mismatch_401"), "", 2, 2, 4},
		"every token refused":               {simulator.Unified, always("unauthorized_401"), KindCredentials, 3, 3, 5},
		"no longer primed":                  {simulator.Unified, second("forbidden_403"), "", 1, 2, 4},
		"never primed":                      {simulator.Unified, always("forbidden_403"), KindForbidden, 1, 3, 5},
		"static token refused once":         {simulator.Legacy, second("agent_mismatch_401"), KindCredentials, 0, 0, 2},
		"static token refused":              {simulator.Legacy, always("agent_mismatch_401"), KindCredentials, 0, 0, 1},
		"static token no longer primed":     {simulator.Legacy, second("forbidden_403"), "", 0, 1, 4},
		"static token without a permission": {simulator.Legacy, always("forbidden_403"), KindForbidden, 0, 2, 3},
		"token taken back":                  {simulator.Unified, takenBack(2), "", 2, 3, 4},
		"token taken back, the new one too": {simulator.Unified, takenBack(2, 3, 4, 5), KindCredentials, 2, 5, 2},
		"static token taken back":           {simulator.Legacy, takenBack(1), KindCredentials, 0, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 29, Seed: 1})
			setFaults(t, server.Simulator, test.faults...)
			client := newClient(t, server, test.form, func(c *Config) { c.PageSize, c.MaxConcurrentRequests = 10, 1 })
			err := readOnce(t.Context(), client)
			if KindOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Errorf("the error is %v, want kind %q", err, test.want)
			}
			wantCount(t, server.Simulator, simulator.RequestToken, test.tokens)
			wantCount(t, server.Simulator, simulator.RequestProfile, test.profiles)
			wantCount(t, server.Simulator, simulator.RequestQuery, test.queries)
		})
	}
}

func TestReadersRefusedTogetherSignInOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil            func(*simulator.Simulator)
		tokens, profiles int
	}{
		"token ended":      {(*simulator.Simulator).ExpireTokens, 2, 2},
		"no longer primed": {(*simulator.Simulator).UnprimeSessions, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 3, Seed: 1, Latency: 20 * time.Millisecond})
			client := newClient(t, server, simulator.Unified, func(c *Config) { c.MaxConcurrentRequests = 8 })
			if err := readOnce(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			test.spoil(server.Simulator)
			var readers sync.WaitGroup
			for i := range 8 {
				readers.Go(func() {
					if _, _, err := readAll(t.Context(), client, distinct(i)); err != nil {
						t.Error(err)
					}
				})
			}
			readers.Wait()
			wantCount(t, server.Simulator, simulator.RequestToken, test.tokens)
			wantCount(t, server.Simulator, simulator.RequestProfile, test.profiles)
		})
	}
}

func TestDeniedRoleIsAccessDenied(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 3, Switches: simulator.Switches{RolesDenied: true}})
			failure := wantKind(t, readOnce(t.Context(), newClient(t, server, form)), KindForbidden)
			if failure.Status != http.StatusForbidden || len(failure.Codes) == 0 || failure.RequestID == "" {
				t.Errorf("status, codes and request id are not all told: %v", failure)
			}
		})
	}
}

func TestTenantStandsInThePath(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		edit     func(*Config)
		profile  string
		path     string
		profiles int
	}{
		"from the profile":      {withoutTenant, `{"tenant_id":"77"}`, "/v2.1/api/tenants/77/software/current_status/query", 1},
		"given":                 {func(*Config) {}, ``, "/v2.1/api/tenants/" + simulator.TenantID + "/software/current_status/query", 0},
		"given, not path-proof": {func(c *Config) { c.Legacy.TenantID = "../x?" }, ``, "/v2.1/api/tenants/..%2Fx%3F/software/current_status/query", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &controller{profile: respond(http.StatusOK, "application/json", test.profile)}
			client := clientOf(t, inMemoryConfig(inMemory(fake)), inLegacyForm, test.edit)
			if err := readOnce(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			last := fake.requests[len(fake.requests)-1]
			if got := last.URL.EscapedPath(); got != test.path {
				t.Errorf("the query went to %s, want %s", got, test.path)
			}
			if got := fake.count("/profile"); got != test.profiles {
				t.Errorf("the profile was read %d times, want %d", got, test.profiles)
			}
		})
	}
}

func inLegacyForm(c *Config) {
	c.Unified, c.Legacy = nil, &Legacy{AuthToken: simulator.AuthToken, TenantID: simulator.TenantID}
}

func TestTenantThatCannotBeUsedIsNamed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound} {
		t.Run(fmt.Sprint("another tenant, ", status), func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 3, Switches: simulator.Switches{WrongTenantStatus: status}})
			client := newClient(t, server, simulator.Legacy, func(c *Config) { c.Legacy.TenantID = "4711" })
			failure := wantKind(t, readOnce(t.Context(), client), KindTenant)
			wantText(t, failure.Error(), "TENANT_ID_INVALID_0001", fmt.Sprint("Status: ", status), "/tenants/4711/")
		})
	}
	for _, profile := range []string{`{}`, `{"tenant_id":null}`, `{"tenant_id":""}`} {
		t.Run("profile "+profile, func(t *testing.T) {
			t.Parallel()
			fake := &controller{profile: respond(http.StatusOK, "application/json", profile)}
			client := clientOf(t, inMemoryConfig(inMemory(fake)), inLegacyForm, withoutTenant)
			wantText(t, wantKind(t, readOnce(t.Context(), client), KindTenant).Error(), "the profile names no tenant id")
			if got := fake.count(queryPath); got > 0 {
				t.Errorf("%d queries were sent without a tenant", got)
			}
		})
	}
}

func TestWrongCredentialsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	const wrong = "wrong-secret-0815"
	for name, test := range map[string]struct {
		switches simulator.Switches
		form     simulator.Form
		edit     func(*Config)
		texts    []string
	}{
		"secret, answered with 400": {
			simulator.Switches{}, simulator.Unified, func(c *Config) { c.Unified.ClientSecret = wrong },
			[]string{"sign in", "invalid_client", "Client authentication failed", "Status: 400", "/oauth2/access_token"},
		},
		"secret, answered with 401": {
			simulator.Switches{InvalidClientStatus: http.StatusUnauthorized}, simulator.Unified, func(c *Config) { c.Unified.ClientSecret = wrong },
			[]string{"sign in", "invalid_client", "Status: 401"},
		},
		"tenant service group": {
			simulator.Switches{}, simulator.Unified, func(c *Config) { c.Unified.TSGID = "1" },
			[]string{"sign in", "invalid_scope"},
		},
		"static token": {
			simulator.Switches{}, simulator.Legacy, func(c *Config) { c.Legacy.AuthToken = wrong },
			[]string{"read the image statuses", "Status: 401"},
		},
		"static token without a tenant": {
			simulator.Switches{}, simulator.Legacy, func(c *Config) { *c.Legacy = Legacy{AuthToken: wrong} },
			[]string{"read the profile", "Status: 401"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 3, Switches: test.switches})
			failure := wantKind(t, readOnce(t.Context(), newClient(t, server, test.form, test.edit)), KindCredentials)
			wantText(t, failure.Error(), test.texts...)
			if strings.Contains(failure.Error(), wrong) {
				t.Errorf("the secret is shown: %v", failure)
			}
			if got := len(server.Requests()); got != 1 {
				t.Errorf("%d requests were sent, want 1", got)
			}
		})
	}
}

func TestTokenEndpointThatMisbehavesIsNamed(t *testing.T) {
	t.Parallel()
	html := "<!DOCTYPE html>\n<h1>Sign in</h1>"
	for name, test := range map[string]struct {
		token    http.HandlerFunc
		want     Kind
		attempts int
		texts    []string
	}{
		"HTML":                 {respond(200, "text/html", html), KindSignIn, 1, nil},
		"nothing":              {respond(200, "application/json", ""), KindSignIn, 1, nil},
		"no access token":      {respond(200, "application/json", `{"token_type":"Bearer","expires_in":899}`), KindSignIn, 1, nil},
		"no object":            {respond(200, "application/json", `["token"]`), KindSignIn, 1, nil},
		"token no text":        {respond(200, "application/json", `{"access_token":7}`), KindSignIn, 1, nil},
		"error with 200":       {respond(200, "application/json", `{"error":"server_error"}`), KindSignIn, 1, []string{"server_error"}},
		"another path":         {respond(404, "text/html", html), KindSignIn, 1, []string{"Status: 404", "<h1>Sign in</h1>"}},
		"always 503":           {respond(503, "text/html", html), KindUnavailable, 3, []string{"Status: 503", "Attempts: 3"}},
		"always 429":           {respond(429, "application/json", `{}`), KindRateLimited, 3, []string{"Status: 429", "Attempts: 3"}},
		"access forbidden":     {respond(403, "application/json", `{"error":"access_denied"}`), KindCredentials, 1, []string{"Status: 403", "access_denied"}},
		"a page of a proxy":    {respond(403, "text/html", html), KindSignIn, 1, []string{"Status: 403", "a proxy may have given it", "<h1>Sign in</h1>"}},
		"no page at all":       {respond(403, "text/html", ""), KindCredentials, 1, []string{"Status: 403"}},
		"a sign-in at a proxy": {respond(407, "text/html", html), KindProxy, 1, []string{"Status: 407", "a proxy answers in place of the token endpoint"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &controller{token: test.token}
			failure := wantKind(t, readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(fake)))), test.want)
			wantText(t, failure.Error(), append(test.texts, "sign in: ", "POST "+fakeTokenURL)...)
			if failure.Attempts != test.attempts || fake.count("/access_token") != test.attempts {
				t.Errorf("%d attempts are told and %d were made, want %d", failure.Attempts, fake.count("/access_token"), test.attempts)
			}
			if got := fake.count("/profile") + fake.count(queryPath); got > 0 {
				t.Errorf("%d requests were sent without a token", got)
			}
		})
	}
}

func TestTokenEndpointIsWaitedForWithinBounds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   simulator.Fault
		timeout time.Duration
		want    Kind
		tokens  int
	}{
		"slow":                 {simulator.Fault{Kind: "token_slow", Delay: 50 * time.Millisecond}, 10 * time.Second, "", 1},
		"slow once":            {simulator.Fault{Kind: "token_slow", Delay: 20 * time.Second, Nth: 1}, 300 * time.Millisecond, "", 2},
		"slower than allowed":  {simulator.Fault{Kind: "token_slow", Delay: 20 * time.Second}, 50 * time.Millisecond, KindUnreachable, 3},
		"unavailable once":     {simulator.Fault{Kind: "token_unavailable", Nth: 1}, 10 * time.Second, "", 2},
		"unavailable":          {simulator.Fault{Kind: "token_unavailable"}, 10 * time.Second, KindUnavailable, 3},
		"connection reset":     {simulator.Fault{Kind: "reset_before_headers", On: simulator.RequestToken, Nth: 1}, 10 * time.Second, "", 2},
		"connections reset":    {simulator.Fault{Kind: "reset_before_headers", On: simulator.RequestToken}, 10 * time.Second, KindUnreachable, 3},
		"asks to come back":    {simulator.Fault{Kind: "too_many_requests_absent", On: simulator.RequestToken, Nth: 1}, 10 * time.Second, "", 2},
		"asks to come in days": {simulator.Fault{Kind: "too_many_requests_day", On: simulator.RequestToken}, 10 * time.Second, KindRateLimited, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 3})
			setFaults(t, server.Simulator, test.fault)
			client := newClient(t, server, simulator.Unified, func(c *Config) { c.RequestTimeout = test.timeout })
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			err := readOnce(ctx, client)
			if KindOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Errorf("the error is %v, want kind %q", err, test.want)
			}
			if err != nil {
				wantText(t, err.Error(), "sign in: ", fmt.Sprint("Attempts: ", test.tokens))
			}
			wantCount(t, server.Simulator, simulator.RequestToken, test.tokens)
		})
	}
}

func TestProfileThatFailsIsNamed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		profile  http.HandlerFunc
		want     Kind
		attempts int
	}{
		"always 500":    {respond(500, "text/html", "<h1>500</h1>"), KindUnavailable, 3},
		"HTML":          {respond(200, "text/html", "<h1>Sign in</h1>"), KindSignIn, 1},
		"nothing":       {respond(200, "application/json", ""), KindSignIn, 1},
		"no object":     {respond(200, "application/json", "[]"), KindSignIn, 1},
		"other success": {respond(202, "application/json", `{}`), KindSignIn, 1},
		// The token may not be in force yet.
		"unauthorized": {respond(401, "application/json", `{"_error":[{"code":"UNAUTHORIZED"}]}`), KindCredentials, 3},
		"forbidden":    {respond(403, "application/json", `{}`), KindForbidden, 3},
		"another path": {respond(404, "application/json", `{}`), KindNotFound, 1},
	} {
		for _, form := range forms {
			attempts := test.attempts
			if form == simulator.Legacy && (test.want == KindCredentials || test.want == KindForbidden) {
				attempts = 1 // A static token is in force.
			}
			t.Run(fmt.Sprintf("%s/%s", name, form), func(t *testing.T) {
				t.Parallel()
				fake := &controller{profile: test.profile}
				client := clientOf(t, inMemoryConfig(inMemory(fake)), func(c *Config) {
					if form == simulator.Legacy {
						inLegacyForm(c)
						withoutTenant(c)
					}
				})
				failure := wantKind(t, readOnce(t.Context(), client), test.want)
				wantText(t, failure.Error(), "read the profile: ", "/api/profile")
				if failure.Attempts != attempts || fake.count(queryPath) != 0 {
					t.Errorf("%d attempts and %d queries, want %d and none", failure.Attempts, fake.count(queryPath), attempts)
				}
			})
		}
	}
}

func TestSignInThatFailedIsTriedAgainByTheNextRead(t *testing.T) {
	t.Parallel()
	good := new(controller)
	for name, fake := range map[string]*controller{
		"token":   {token: inTurn(respond(404, "text/html", ""), good.ServeHTTP)},
		"profile": {profile: inTurn(respond(404, "text/html", ""), good.ServeHTTP)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, inMemoryConfig(inMemory(fake)))
			if err := readOnce(t.Context(), client); err == nil {
				t.Error("the first read succeeded")
			}
			if err := readOnce(t.Context(), client); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOneUserAgentOnEveryRequest(t *testing.T) {
	t.Parallel()
	for _, mode := range []simulator.AgentMode{simulator.AgentFree, simulator.AgentUnauthorized, simulator.AgentForbidden} {
		for _, form := range forms {
			t.Run(fmt.Sprintf("%s/%s", mode, form), func(t *testing.T) {
				t.Parallel()
				server := startSimulator(t, simulator.Options{Elements: 3, Switches: simulator.Switches{BindUserAgent: mode}})
				client := newClient(t, server, form, func(c *Config) {
					c.UserAgent = "an-agent/7"
					if c.Legacy != nil {
						withoutTenant(c)
					}
				})
				if err := readOnce(t.Context(), client); err != nil {
					t.Fatal(err)
				}
				kinds := make(map[simulator.RequestKind]bool)
				for _, request := range server.Requests() {
					kinds[request.Kind] = true
					if request.UserAgent != "an-agent/7" {
						t.Errorf("%s was sent by %q", request.Path, request.UserAgent)
					}
				}
				if !kinds[simulator.RequestProfile] || !kinds[simulator.RequestQuery] || kinds[simulator.RequestToken] != (form == simulator.Unified) {
					t.Errorf("not every kind of request was sent: %v", kinds)
				}
			})
		}
	}
}

func TestWaitingForASignInCanBeGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		fake := new(controller)
		good := new(controller)
		fake.token = func(w http.ResponseWriter, r *http.Request) {
			<-release
			good.ServeHTTP(w, r)
		}
		client := clientOf(t, inMemoryConfig(inMemory(fake)), func(c *Config) { c.RequestTimeout = time.Hour })
		var first error
		var readers sync.WaitGroup
		readers.Go(func() { _, _, first = readAll(t.Context(), client, distinct(1)) })
		synctest.Wait()

		ctx, cancel := context.WithCancel(t.Context())
		var second error
		var waiter sync.WaitGroup
		waiter.Go(func() { _, _, second = readAll(ctx, client, distinct(2)) })
		synctest.Wait()
		cancel()
		waiter.Wait()
		_ = wantKind(t, second, KindCancelled)
		if !errors.Is(second, context.Canceled) {
			t.Errorf("the cause is lost: %v", second)
		}

		late, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		_, _, third := readAll(late, client, distinct(3))
		_ = wantKind(t, third, KindTimeout)

		close(release)
		readers.Wait()
		if first != nil {
			t.Errorf("the reader that signed in was disturbed: %v", first)
		}
		if got := fake.count("/access_token"); got != 1 {
			t.Errorf("%d tokens were asked for, want 1", got)
		}
	})
}

func TestSignInGivenUpByOneReaderIsTakenUpByTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := new(controller)
		fake := &controller{token: inTurn(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, good.ServeHTTP)}
		client := clientOf(t, inMemoryConfig(inMemory(fake)), func(c *Config) { c.RequestTimeout = time.Hour })
		ctx, cancel := context.WithCancel(t.Context())
		var first, second error
		var readers sync.WaitGroup
		readers.Go(func() { _, _, first = readAll(ctx, client, distinct(1)) })
		synctest.Wait()
		readers.Go(func() { _, _, second = readAll(t.Context(), client, distinct(2)) })
		synctest.Wait()
		cancel()
		readers.Wait()
		_ = wantKind(t, first, KindCancelled)
		if second != nil {
			t.Errorf("the next reader did not sign in: %v", second)
		}
	})
}

func TestCredentialsDoNotFollowARedirect(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"token", "profile", "query"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, other := range []string{"https://other.test", "https://controller.test:8443", "http://controller.test"} {
				t.Run(fmt.Sprintf("%s/%d/%s", place, status, other), func(t *testing.T) {
					t.Parallel()
					turn := func(w http.ResponseWriter, r *http.Request) {
						w.Header().Set("Location", other+r.URL.Path+"?session=secret")
						w.WriteHeader(status)
					}
					fake := new(controller)
					switch place {
					case "token":
						fake.token = turn
					case "profile":
						fake.profile = turn
					default:
						fake.query = turn
					}
					network := inMemory(fake)
					client := clientOf(t, inMemoryConfig(roundTripper(func(r *http.Request) (*http.Response, error) {
						if target := r.URL.Scheme + "://" + r.URL.Host; target == other {
							t.Errorf("%s %s was sent with the headers %v", r.Method, r.URL, r.Header)
						}
						return network.RoundTrip(r)
					})))
					failure := wantKind(t, readOnce(t.Context(), client), KindRedirected)
					wantText(t, failure.Error(), "redirects to "+other+";", fmt.Sprint("Status: ", status))
					if strings.Contains(failure.Error(), "session=secret") {
						t.Errorf("the query of the redirect is shown: %v", failure)
					}
				})
			}
		}
	}
}

func TestRedirectOfTheSimulatorIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, fault := range []simulator.Fault{
		{Kind: "redirect_token"},
		{Kind: "redirect", On: simulator.RequestProfile},
		{Kind: "redirect", On: simulator.RequestQuery},
	} {
		t.Run(string(fault.Kind)+" "+string(fault.On), func(t *testing.T) {
			t.Parallel()
			other := startSimulator(t, simulator.Options{Elements: 3})
			server := startSimulator(t, simulator.Options{Elements: 3})
			fault.Location = other.URL
			setFaults(t, server.Simulator, fault)
			wantText(t, wantKind(t, readOnce(t.Context(), newClient(t, server, simulator.Unified)), KindRedirected).Error(), other.URL)
			if got := other.Requests(); len(got) > 0 {
				t.Errorf("the other host saw %v", got)
			}
		})
	}
}

// readPages reads a fleet of 30 pages with four queries in flight and the
// defaults, within five minutes.
func readPages(t *testing.T, faults ...simulator.Fault) (*simulator.Simulator, error) {
	t.Helper()
	simulated := newSimulator(t, simulator.Options{Elements: 300, Seed: 1, Latency: 50 * time.Millisecond})
	setFaults(t, simulated, faults...)
	client := clientOf(t, inMemoryConfig(inMemory(simulated)), withDefaults, func(c *Config) { c.PageSize = 10 })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	return simulated, readOnce(ctx, client)
}

func TestSessionsTakenBackEveryFewQueriesAreRenewed(t *testing.T) {
	t.Parallel()
	for _, kind := range []simulator.FaultKind{"unauthorized_401", "forbidden_403"} {
		for _, every := range []int{2, 3, 4, 5, 7} {
			t.Run(fmt.Sprintf("%s/every %d", kind, every), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					began := time.Now()
					simulated, err := readPages(t, simulator.Fault{Kind: kind, Every: every})
					if err != nil {
						t.Error(err)
					}
					t.Logf("%d queries, %d tokens and %d profiles in %s", simulated.Count(simulator.RequestQuery),
						simulated.Count(simulator.RequestToken), simulated.Count(simulator.RequestProfile), time.Since(began))
				})
			})
		}
	}
}

func TestTokenThatIsGoodForOneQueryStillReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if _, err := readPages(t, simulator.Fault{Kind: "token_lives_short"}); err != nil {
			t.Error(err)
		}
	})
}

func TestTokenThatIsNotInForceYetIsWaitedFor(t *testing.T) {
	t.Parallel()
	// A profile that is denied is asked for with a token of more scopes first.
	for kind, tokens := range map[simulator.FaultKind]int{"token_late_401": 1, "token_late_403": 2} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				simulated, err := readPages(t, simulator.Fault{Kind: kind})
				if err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("the read took %s, more than 5 s", took)
				}
				wantCount(t, simulated, simulator.RequestToken, tokens)
			})
		})
	}
}

// A controller whose tokens are mostly in force at once has a late one.
func TestLateTokenAfterPromptOnesIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"profile and query", "query alone"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				good := new(controller)
				var force time.Time
				refuse := func(w http.ResponseWriter, r *http.Request) {
					if time.Now().Before(force) {
						respond(401, "application/json", "{}")(w, r)
						return
					}
					good.ServeHTTP(w, r)
				}
				fake := &controller{query: refuse}
				if name == "profile and query" {
					fake.profile = refuse
				}
				client := clientOf(t, inMemoryConfig(inMemory(fake)), withDefaults)
				if err := readOnce(t.Context(), client); err != nil {
					t.Fatal(err)
				}
				force = time.Now().Add(2 * time.Second)
				if err := readOnce(t.Context(), client); err != nil {
					t.Error(err)
				}
				if took := time.Until(force); took < -2*time.Second {
					t.Errorf("the query was answered %s after the token was in force", -took)
				}
			})
		})
	}
}

// The query may be refused for a while although the profile was read.
func TestRefusalOfANewTokenEndsInTheSameErrorAfterSeconds(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]Kind{401: KindCredentials, 403: KindForbidden} {
		for place, operation := range map[string]string{"profile": "read the profile", "query": "read the image statuses"} {
			t.Run(fmt.Sprintf("%d/%s", status, place), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					fake := playing(place, respond(status, "application/json", `{"_error":[{"code":"A"}]}`))
					client := clientOf(t, inMemoryConfig(inMemory(fake)), withDefaults)
					began := time.Now()
					failure := wantKind(t, readOnce(t.Context(), client), kind)
					wantText(t, failure.Error(), operation+": ", fmt.Sprint("the answer is ", status), "Code: A")
					if took := time.Since(began); took != settling {
						t.Errorf("the read failed after %s, want %s", took, settling)
					}
					if queries := fake.count(queryPath); queries > 6 {
						t.Errorf("%d queries were sent", queries)
					}
				})
			})
		}
	}
}

func TestTokenThatWasOfUseIsRenewedAtOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []simulator.FaultKind{"unauthorized_401", "forbidden_403"} {
		synctest.Test(t, func(t *testing.T) {
			simulated := newSimulator(t, simulator.Options{Elements: 3})
			client := clientOf(t, inMemoryConfig(inMemory(simulated)), withDefaults)
			setFaults(t, simulated, simulator.Fault{Kind: kind, Nth: 2})
			began := time.Now()
			for range 2 {
				if err := readOnce(t.Context(), client); err != nil {
					t.Error(err)
				}
			}
			if took := time.Since(began); took > 0 {
				t.Errorf("%s: the reads took %s", kind, took)
			}
		})
	}
}

func TestRenewalsHaveTheirBounds(t *testing.T) {
	t.Parallel()
	spent := persistence{}
	granted := 0
	for progress := range 100 {
		spent.resetOnProgress(progress)
		for _, status := range []int{401, 401, 401, 403, 403, 403} {
			if spent.mayRenew(status) {
				spent.renew(status)
				granted++
			}
		}
		if want := min(2*renewalsInARow*(progress+1), maxRenewals); granted != want {
			t.Errorf("%d renewals are allowed in %d rounds, want %d", granted, progress+1, want)
		}
	}
}

// A session that could not be renewed is no replacement, whatever its number.
func TestRefusedGrantIsNotReplacedByASessionThatEnded(t *testing.T) {
	t.Parallel()
	fake := new(controller)
	client := clientOf(t, inMemoryConfig(inMemory(fake)))
	refused, err := client.session.grant(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client.session.recordSuccess(refused)
	client.session.current.serial++
	client.session.valid = false
	again, err := client.session.after(t.Context(), refused, http.StatusUnauthorized, &persistence{renewed: make(map[int]int)})
	if !again || err != nil {
		t.Errorf("got %t and %v, want another grant", again, err)
	}
	if tokens := fake.count("/access_token"); tokens != 2 || !client.session.valid {
		t.Errorf("%d tokens were asked for and the session is valid: %t; want 2 and true", tokens, client.session.valid)
	}
}
