package provider

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// credentialSources are where the three credentials of the unified form can be.
var credentialSources = []string{"configuration", "PRISMASDWAN_", "SCM_"}

// TestUnifiedCredentialsComeFromOneSource spreads the credentials over the
// sources in every way, and so that each source has any number of them.
func TestUnifiedCredentialsComeFromOneSource(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 2})
	values := [3]string{simulator.ClientID, simulator.ClientSecret, simulator.TSGID}
	vendor := [3]string{"SCM_CLIENT_ID", "SCM_CLIENT_SECRET", "SCM_SCOPE"}
	arguments := [3]string{"client_id", "client_secret", "tsg_id"}
	for mask := range 1 << 9 {
		config := make(map[string]any)
		environment := []string{"PRISMASDWAN_ENDPOINT=" + server.URL, "PRISMASDWAN_TOKEN_URL=" + server.URL + "/oauth2/access_token"}
		var taken [3]int // The strongest source of each credential, from 1.
		for bit := range 9 {
			source, argument := bit/3, bit%3
			if mask&(1<<bit) == 0 {
				continue
			}
			if taken[argument] == 0 {
				taken[argument] = source + 1
			}
			switch source {
			case 0:
				config[arguments[argument]] = values[argument]
			case 1:
				environment = append(environment, "PRISMASDWAN_"+strings.ToUpper(arguments[argument])+"="+values[argument])
			default:
				environment = append(environment, vendor[argument]+"="+values[argument])
			}
		}
		want := ""
		sources := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(taken[:]))), func(source int) bool { return source == 0 })
		switch {
		case len(sources) > 1:
			want = "Error: Credentials of more than one source"
		case slices.Contains(taken[:], 0):
			want = "Error: Missing credentials"
		}
		p := startProtocol(t, environment...)
		diagnostics := p.configure(config)
		if got := render(diagnostics); !strings.HasPrefix(got, want) || (want == "") != (got == "") {
			t.Errorf("%09b: got %q, want %q", mask, got, want)
			continue
		}
		for _, source := range sources {
			name := map[int]string{1: "the argument `", 2: "variable PRISMASDWAN_", 3: "variable SCM_"}[source]
			if len(sources) > 1 && !strings.Contains(diagnostics[0].Detail, name) {
				t.Errorf("%09b: the source %s is not named: %s", mask, credentialSources[source-1], diagnostics[0].Detail)
			}
		}
	}
}

func TestSettingsThatAreNoSecretsComeFromAnySource(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 2})
	credentials := block(server, simulator.Unified)
	delete(credentials, "endpoint")
	delete(credentials, "token_url")
	address := map[string]any{"endpoint": server.URL, "token_url": server.URL + "/oauth2/access_token", "page_size": 1}
	legacy := map[string]any{"auth_token": simulator.AuthToken}
	for name, test := range map[string]struct {
		config    map[string]any
		variables []string
	}{
		"credentials in the configuration, addresses in own variables":          {credentials, []string{"PRISMASDWAN_ENDPOINT=" + server.URL, "PRISMASDWAN_TOKEN_URL=" + server.URL + "/oauth2/access_token"}},
		"credentials in the configuration, addresses in the vendor's":           {credentials, []string{"SCM_HOST=" + server.URL, "SCM_AUTH_URL=" + server.URL + "/oauth2/access_token"}},
		"credentials in the vendor's variables, addresses in configuration":     {address, vendorVariables(server.URL)},
		"credentials in own variables, a retry in configuration":                {map[string]any{"max_retries": 1}, server.Environment(simulator.Unified)},
		"a token in the configuration, its tenant and endpoint in a variable":   {legacy, []string{"PRISMASDWAN_TENANT_ID=" + simulator.TenantID, "PRISMASDWAN_ENDPOINT=" + server.URL}},
		"a token in a variable, its tenant and endpoint in the configuration":   {map[string]any{"tenant_id": simulator.TenantID, "endpoint": server.URL}, []string{"PRISMASDWAN_AUTH_TOKEN=" + simulator.AuthToken}},
		"credentials in the configuration, one of them in the vendor's as well": {block(server, simulator.Unified), []string{"SCM_CLIENT_SECRET=another"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProtocol(t, append(test.variables, impatient...)...)
			if diagnostics := p.configure(maps.Clone(test.config)); len(diagnostics) > 0 {
				t.Fatal(render(diagnostics))
			}
			p.read(statusesType, everything).must(t)
		})
	}
}

func TestScopeOfTheVendorIsReadAndSent(t *testing.T) {
	t.Parallel()
	for scope, want := range map[string]string{
		"tsg_id:" + simulator.TSGID:                     "",
		"tsg_id: " + simulator.TSGID:                    "",
		" tsg_id : " + simulator.TSGID + "\n":           "",
		simulator.TSGID:                                 "",
		"tsg_id:" + simulator.TSGID + " profile email":  " profile email",
		"profile tsg_id: " + simulator.TSGID + " email": " profile email",
	} {
		controller, err := simulator.New(simulator.Options{Elements: 1})
		if err != nil {
			t.Fatal(err)
		}
		var asked []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if form, err := url.ParseQuery(string(body)); err == nil && form.Has("scope") {
				asked = append(asked, form.Get("scope"))
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			controller.ServeHTTP(w, r)
		}))
		newProtocol(t, append(vendorVariables(server.URL), "SCM_SCOPE="+scope)...).read(statusesType, everything).must(t)
		server.Close()
		if difference := cmp.Diff([]string{"tsg_id:" + simulator.TSGID + want}, asked); difference != "" {
			t.Errorf("%q: the scopes that were asked for (-want +got):\n%s", scope, difference)
		}
	}
}
