package provider

import (
	"encoding/pem"
	"io"
	"log"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const statusesType = "prismasdwan_element_image_statuses"

// everything is the configuration of a data source without arguments.
var everything = map[string]any{}

// forms are the two ways to sign in; what holds for one must hold for both.
var forms = []simulator.Form{simulator.Unified, simulator.Legacy}

// variables are those that sign in to the server without waits for a retry;
// of a name that is given twice, the last one counts.
func variables(server *simulator.Server, form simulator.Form, more ...string) []string {
	return append(append(server.Environment(form), impatient...), more...)
}

// block is the provider block for the server, as configuration.
func block(server *simulator.Server, form simulator.Form) map[string]any {
	arguments := make(map[string]any)
	for _, variable := range server.Environment(form) {
		name, value, _ := strings.Cut(variable, "=")
		arguments[strings.ToLower(strings.TrimPrefix(name, "PRISMASDWAN_"))] = value
	}
	return arguments
}

// vendorVariables are those of the vendor's own provider for a controller.
func vendorVariables(address string) []string {
	return []string{
		"SCM_HOST=" + address, "SCM_AUTH_URL=" + address + "/oauth2/access_token",
		"SCM_CLIENT_ID=" + simulator.ClientID, "SCM_CLIENT_SECRET=" + simulator.ClientSecret, "SCM_SCOPE=profile tsg_id:" + simulator.TSGID + " email",
	}
}

// diagnosticCase is a provider that cannot be used, and what it says: the
// whole text, since that is all a person has at three in the morning.
type diagnosticCase struct {
	name string
	// form signs in with good credentials that variables change; "" gives none.
	form      simulator.Form
	variables []string
	config    map[string]any
	// reads says that the error comes with the first read.
	reads bool
	want  string
}

func (c diagnosticCase) run(t *testing.T, server *simulator.Server) {
	t.Helper()
	environment := c.variables
	if c.form != "" {
		environment = variables(server, c.form, c.variables...)
	}
	p := startProtocol(t, environment...)
	diagnostics := p.configure(c.config)
	if c.reads {
		if len(diagnostics) > 0 {
			t.Fatalf("configure:\n%s", render(diagnostics))
		}
		diagnostics = p.read(statusesType, everything).diagnostics
	} else if requests := server.Requests(); len(requests) > 0 {
		t.Errorf("the configuration alone made requests: %+v", requests)
	}
	if difference := cmp.Diff(c.want, steady(onlyError(t, diagnostics))); difference != "" {
		t.Errorf("the diagnostic is another one (-want +got):\n%s", difference)
	}
}

const noProxy = "it is not the URL of a proxy, such as http://proxy.example.com:3128 or http://user:password@proxy.example.com:3128; " +
	"write special characters of the user name and the password percent-encoded, such as %40 for @."

func TestConfigurationErrorsNameTheSourceAndTheRemedy(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 1})
	notPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(notPEM, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []diagnosticCase{
		{
			name: "no credentials at all",
			want: "Error: Missing credentials [client_id]\n" +
				"The provider has no credentials. For the unified (Prisma SASE) sign-in, set the arguments `client_id`, `client_secret` and `tsg_id`, " +
				"or in the environment PRISMASDWAN_CLIENT_ID, PRISMASDWAN_CLIENT_SECRET and PRISMASDWAN_TSG_ID " +
				"(or SCM_CLIENT_ID, SCM_CLIENT_SECRET and SCM_SCOPE, as the vendor's provider names them). " +
				"For the legacy (CloudGenix) sign-in, set the argument `auth_token`, or in the environment PRISMASDWAN_AUTH_TOKEN.",
		},
		{
			name: "an id without its secret", config: map[string]any{"client_id": "someone", "tsg_id": "1"},
			want: "Error: Missing credentials [client_secret]\n" +
				"The unified (Prisma SASE) sign-in is chosen by the argument `client_id` and the argument `tsg_id` and needs more from the same source: " +
				"set `client_secret` as well.",
		},
		{
			name: "a variable without the others", variables: []string{"SCM_CLIENT_ID=someone"},
			want: "Error: Missing credentials [client_secret]\n" +
				"The unified (Prisma SASE) sign-in is chosen by the environment variable SCM_CLIENT_ID and needs more from the same source: " +
				"set SCM_CLIENT_SECRET and SCM_SCOPE as well.",
		},
		{
			name: "a secret of the environment beside a configuration", variables: []string{"PRISMASDWAN_CLIENT_SECRET=s3cret"},
			config: map[string]any{"client_id": "someone", "tsg_id": "1"},
			want: "Error: Credentials of more than one source [client_id]\n" +
				"The credentials of the unified (Prisma SASE) sign-in come from more than one source: " +
				"the argument `client_id`, the environment variable PRISMASDWAN_CLIENT_SECRET and the argument `tsg_id`. " +
				"They are not mixed, as they could belong to two tenants. " +
				"Set all of them as arguments `client_id`, `client_secret` and `tsg_id`, " +
				"or all of them in the environment as PRISMASDWAN_CLIENT_ID, PRISMASDWAN_CLIENT_SECRET and PRISMASDWAN_TSG_ID " +
				"(or SCM_CLIENT_ID, SCM_CLIENT_SECRET and SCM_SCOPE, as the vendor's provider names them). " +
				"To keep the secret out of the configuration, set `client_secret` to a variable that is declared with `sensitive = true` and `ephemeral = true`, " +
				"and set that variable in the environment as TF_VAR_ followed by its name.",
		},
		{
			name: "both forms in the configuration", config: map[string]any{"client_id": "someone", "auth_token": "x"},
			want: "Error: Two forms of sign-in [auth_token]\n" +
				"The legacy (CloudGenix) sign-in is chosen by the argument `auth_token`, and the unified (Prisma SASE) one by the argument `client_id`. Remove one of the two.",
		},
		{
			name: "both forms in the environment", form: simulator.Legacy, variables: []string{"PRISMASDWAN_CLIENT_ID=someone", "PRISMASDWAN_TSG_ID=1"},
			want: "Error: Two forms of sign-in [auth_token]\n" +
				"The legacy (CloudGenix) sign-in is chosen by the environment variable PRISMASDWAN_AUTH_TOKEN, and the unified (Prisma SASE) one by " +
				"the environment variable PRISMASDWAN_CLIENT_ID and the environment variable PRISMASDWAN_TSG_ID. Remove one of the two.",
		},
		{
			name: "an empty secret in the configuration", form: simulator.Unified, config: map[string]any{"client_secret": ""},
			want: "Error: Empty provider argument [client_secret]\n" +
				"The value of the argument `client_secret` is empty. Give it a value or leave it out.",
		},
		{
			name: "an empty endpoint in the configuration", form: simulator.Legacy, config: map[string]any{"endpoint": ""},
			want: "Error: Empty provider argument [endpoint]\n" +
				"The value of the argument `endpoint` is empty. Give it a value or leave it out.",
		},
		{
			name: "plain http to another host", form: simulator.Unified, config: map[string]any{"endpoint": "http://controller.example.com"},
			want: "Error: Invalid provider argument [endpoint]\n" +
				"The value \"http://controller.example.com\" of the argument `endpoint` cannot be used: plain http would send credentials in the clear; " +
				"it is allowed to a loopback address only, use https.",
		},
		{
			name: "plain http to another token endpoint", form: simulator.Unified, variables: []string{"PRISMASDWAN_TOKEN_URL=http://auth.example.com/token"},
			want: "Error: Invalid provider argument [token_url]\n" +
				"The value \"http://auth.example.com/token\" of the environment variable PRISMASDWAN_TOKEN_URL cannot be used: plain http would send credentials in the clear; " +
				"it is allowed to a loopback address only, use https.",
		},
		{
			name: "plain http by the vendor's variable", variables: []string{"SCM_AUTH_URL=http://auth.example.com"}, config: map[string]any{"auth_token": "x"},
			want: "Error: Invalid provider argument [token_url]\n" +
				"The value \"http://auth.example.com\" of the environment variable SCM_AUTH_URL cannot be used: plain http would send credentials in the clear; " +
				"it is allowed to a loopback address only, use https.",
		},
		{
			name: "an endpoint without a scheme", form: simulator.Unified, variables: []string{"PRISMASDWAN_ENDPOINT=api.example.com"},
			want: "Error: Invalid provider argument [endpoint]\n" +
				"The value \"api.example.com\" of the environment variable PRISMASDWAN_ENDPOINT cannot be used: it is not a URL with a host, such as https://api.sase.paloaltonetworks.com.",
		},
		{
			name: "a text for an integer", form: simulator.Unified, variables: []string{"PRISMASDWAN_PAGE_SIZE=many"},
			want: "Error: Invalid provider argument [page_size]\n" +
				"The value \"many\" of the environment variable PRISMASDWAN_PAGE_SIZE cannot be used: it is not a whole number from 1 to 10000.",
		},
		{
			name: "an integer that is too large", form: simulator.Legacy, config: map[string]any{"max_retries": 21},
			want: "Error: Invalid provider argument [max_retries]\n" +
				"The value \"21\" of the argument `max_retries` cannot be used: it is not a whole number from 0 to 20.",
		},
		{
			name: "an integer that is too small", form: simulator.Unified, variables: []string{"PRISMASDWAN_MAX_CONCURRENT_REQUESTS=0"},
			want: "Error: Invalid provider argument [max_concurrent_requests]\n" +
				"The value \"0\" of the environment variable PRISMASDWAN_MAX_CONCURRENT_REQUESTS cannot be used: it is not a whole number from 1 to 32.",
		},
		{
			name: "a word for true", form: simulator.Unified, variables: []string{"PRISMASDWAN_SHOW_NAMES=yes"},
			want: "Error: Invalid provider argument [show_names]\n" +
				"The value \"yes\" of the environment variable PRISMASDWAN_SHOW_NAMES cannot be used: it is neither true nor false.",
		},
		{
			name: "a duration without a unit", form: simulator.Unified, variables: []string{"PRISMASDWAN_REQUEST_TIMEOUT=10"},
			want: "Error: Invalid provider argument [request_timeout]\n" +
				"The value \"10\" of the environment variable PRISMASDWAN_REQUEST_TIMEOUT cannot be used: it is not a duration above zero, such as 30s or 2m.",
		},
		{
			name: "a negative duration", form: simulator.Unified, config: map[string]any{"retry_wait_min": "-1s"},
			want: "Error: Invalid provider argument [retry_wait_min]\n" +
				"The value \"-1s\" of the argument `retry_wait_min` cannot be used: it is not a duration above zero, such as 30s or 2m.",
		},
		{
			name: "a longest wait below the shortest", form: simulator.Unified, config: map[string]any{"retry_wait_min": "2s", "retry_wait_max": "1s"},
			want: "Error: Invalid provider argument [retry_wait_max]\n" +
				"`retry_wait_min` is 2s and `retry_wait_max` is 1s. The longest wait cannot be shorter than the shortest one. Raise the first or lower the second.",
		},
		{
			name: "a certificate file that is not there", form: simulator.Unified, variables: []string{"PRISMASDWAN_CA_CERTIFICATE_FILE=/no/such/ca.pem"},
			want: "Error: Certificate file not readable [ca_certificate_file]\n" +
				"The file named by the environment variable PRISMASDWAN_CA_CERTIFICATE_FILE cannot be read: open /no/such/ca.pem: no such file or directory. " +
				"Give the path of a file of PEM certificates, or leave it out to trust the system's authorities.",
		},
		{
			name: "a certificate file that is not PEM", form: simulator.Unified, config: map[string]any{"ca_certificate_file": notPEM},
			want: "Error: Certificate file without certificates [ca_certificate_file]\n" +
				"The file " + strconv.Quote(notPEM) + ", named by the argument `ca_certificate_file`, holds no PEM certificate. " +
				"Write the certificate authority's certificate there, beginning with -----BEGIN CERTIFICATE-----.",
		},
		{
			name: "a scope that names no tenant service group", variables: []string{"SCM_CLIENT_ID=a", "SCM_CLIENT_SECRET=b", "SCM_SCOPE=profile"},
			want: "Error: Invalid provider argument [tsg_id]\n" +
				"The value \"profile\" of the environment variable SCM_SCOPE cannot be used: it is not the id of a tenant service group, " +
				"which is written in digits only (in SCM_SCOPE as tsg_id:1234567890).",
		},
		{
			name: "two ids in a scope", variables: []string{"SCM_CLIENT_ID=a", "SCM_CLIENT_SECRET=b", "SCM_SCOPE=tsg_id:1 tsg_id:2"},
			want: "Error: Invalid provider argument [tsg_id]\n" +
				"The value \"tsg_id:1 tsg_id:2\" of the environment variable SCM_SCOPE cannot be used: it is not the id of a tenant service group, " +
				"which is written in digits only (in SCM_SCOPE as tsg_id:1234567890).",
		},
		{
			name: "a scope whose id is missing", variables: []string{"SCM_CLIENT_ID=a", "SCM_CLIENT_SECRET=b", "SCM_SCOPE=tsg_id: profile"},
			want: "Error: Invalid provider argument [tsg_id]\n" +
				"The value \"tsg_id: profile\" of the environment variable SCM_SCOPE cannot be used: it is not the id of a tenant service group, " +
				"which is written in digits only (in SCM_SCOPE as tsg_id:1234567890).",
		},
		{
			name: "a control character in what the User-Agent adds", form: simulator.Legacy, variables: []string{"TF_APPEND_USER_AGENT=job\n7"},
			want: "Error: Invalid environment variable\n" +
				"The value \"job\\n7\" of the environment variable TF_APPEND_USER_AGENT cannot be used: it holds a line break or another control character, " +
				"such as the end of the line of the file that it was read from; leave it out.",
		},
		{
			name: "a proxy without a host", form: simulator.Legacy, variables: []string{"HTTPS_PROXY=http:/proxy:3128"},
			want: "Error: Invalid environment variable\n" +
				"The value \"http:/proxy:3128\" of the environment variable HTTPS_PROXY cannot be used: " + noProxy,
		},
		{
			name: "a proxy with a password", form: simulator.Unified, variables: []string{"https_proxy=http://user:pa/ss@proxy.example.com:3128"},
			want: "Error: Invalid environment variable\n" +
				"The value of the environment variable https_proxy cannot be used: " + noProxy,
		},
		{
			name: "a proxy of an unknown scheme", form: simulator.Legacy, variables: []string{"HTTP_PROXY=ftp://proxy.example.com"},
			want: "Error: Invalid environment variable\n" +
				"The value \"ftp://proxy.example.com\" of the environment variable HTTP_PROXY cannot be used: " + noProxy,
		},
		{
			name: "a secret with the end of its file's line", form: simulator.Legacy, variables: []string{"PRISMASDWAN_AUTH_TOKEN=s3cret\n"},
			want: "Error: Invalid provider argument [auth_token]\n" +
				"The value of the environment variable PRISMASDWAN_AUTH_TOKEN cannot be used: it holds a line break or another control character, " +
				"such as the end of the line of the file that it was read from; leave it out.",
		},
		{
			name: "a tenant that is no number", form: simulator.Legacy, config: map[string]any{"tenant_id": "../admin"},
			want: "Error: Invalid provider argument [tenant_id]\n" +
				"The value \"../admin\" of the argument `tenant_id` cannot be used: it is not a tenant id, which is written in digits only.",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, server)
		})
	}
}

func TestSignInErrorsNameTheSourceAndTheRemedy(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 1})
	const unifiedSources = "  client_id: \"" + simulator.ClientID + "\", from the environment variable PRISMASDWAN_CLIENT_ID\n"
	for _, test := range []diagnosticCase{
		{
			name: "wrong secret", form: simulator.Unified, variables: []string{"PRISMASDWAN_CLIENT_SECRET=guessed"}, reads: true,
			want: "Error: Sign-in refused\n" +
				"Could not sign in: the token endpoint does not accept the credentials.\n\n" +
				"Check that the credentials are current and belong together.\n" + unifiedSources +
				"  client_secret: from the environment variable PRISMASDWAN_CLIENT_SECRET\n" +
				"  tsg_id: \"" + simulator.TSGID + "\", from the environment variable PRISMASDWAN_TSG_ID\n" +
				"  token_url: \"http://CONTROLLER/oauth2/access_token\", from the environment variable PRISMASDWAN_TOKEN_URL\n\n" +
				"Request: POST http://CONTROLLER/oauth2/access_token\n" +
				"Status: 400\n" +
				"Code: invalid_client (Client authentication failed)\n" +
				"Attempts: 1 in TIME",
		},
		{
			name: "wrong tenant service group", form: simulator.Unified, variables: []string{"PRISMASDWAN_TSG_ID=77"}, reads: true,
			want: "Error: Sign-in refused\n" +
				"Could not sign in: the token endpoint does not accept the credentials.\n\n" +
				"Check that the credentials are current and belong together.\n" + unifiedSources +
				"  client_secret: from the environment variable PRISMASDWAN_CLIENT_SECRET\n" +
				"  tsg_id: \"77\", from the environment variable PRISMASDWAN_TSG_ID\n" +
				"  token_url: \"http://CONTROLLER/oauth2/access_token\", from the environment variable PRISMASDWAN_TOKEN_URL\n\n" +
				"Request: POST http://CONTROLLER/oauth2/access_token\n" +
				"Status: 400\n" +
				"Code: invalid_scope (The scope does not name a tsg_id of this client)\n" +
				"Attempts: 1 in TIME",
		},
		{
			name: "wrong static token", form: simulator.Legacy, config: map[string]any{"auth_token": "guessed"}, reads: true,
			want: "Error: Sign-in refused\n" +
				"Could not read the image statuses: the answer is 401 Unauthorized.\n\n" +
				"Check that the credentials are current and belong together.\n" +
				"  auth_token: from the argument `auth_token`\n\n" +
				"Request: POST http://CONTROLLER/v2.1/api/tenants/" + simulator.TenantID + "/software/current_status/query\n" +
				"Status: 401\n" +
				"Code: UNAUTHORIZED (The token is missing, unknown or expired.)\n" +
				"Request id: ID\n" +
				"Attempts: 1 in TIME",
		},
		{
			name: "wrong tenant", form: simulator.Legacy, variables: []string{"PRISMASDWAN_TENANT_ID=77"}, reads: true,
			want: "Error: Tenant not accepted\n" +
				"Could not read the image statuses: the answer is 400 Bad Request.\n\n" +
				"Set `tenant_id` to the tenant of the token, or leave it out: the provider then reads it from the profile.\n" +
				"  tenant_id: \"77\", from the environment variable PRISMASDWAN_TENANT_ID\n" +
				"  auth_token: from the environment variable PRISMASDWAN_AUTH_TOKEN\n\n" +
				"Request: POST http://CONTROLLER/v2.1/api/tenants/77/software/current_status/query\n" +
				"Status: 400\n" +
				"Code: TENANT_ID_INVALID_0001 (The tenant \"77\" is not that of the token.)\n" +
				"Request id: ID\n" +
				"Attempts: 1 in TIME",
		},
		{
			name: "closed port", form: simulator.Unified, config: map[string]any{"endpoint": "http://127.0.0.1:1"}, reads: true,
			want: "Error: Controller not reachable\n" +
				"Could not read the profile: dial tcp CONTROLLER: connect: connection refused.\n\n" +
				"Check the address with its port, the network and proxy variables (HTTPS_PROXY, NO_PROXY), and `request_timeout` for a slow controller.\n" +
				"  endpoint: \"http://CONTROLLER\", from the argument `endpoint`\n" +
				"  token_url: \"http://CONTROLLER/oauth2/access_token\", from the environment variable PRISMASDWAN_TOKEN_URL\n\n" +
				"Request: GET http://CONTROLLER/sdwan/v2.1/api/profile\n" +
				"Attempts: 3 in TIME",
		},
		{
			name: "closed port in the legacy form", form: simulator.Legacy, variables: []string{"PRISMASDWAN_ENDPOINT=http://127.0.0.1:1"}, reads: true,
			want: "Error: Controller not reachable\n" +
				"Could not read the image statuses: dial tcp CONTROLLER: connect: connection refused.\n\n" +
				"Check the address with its port, the network and proxy variables (HTTPS_PROXY, NO_PROXY), and `request_timeout` for a slow controller.\n" +
				"  endpoint: \"http://CONTROLLER\", from the environment variable PRISMASDWAN_ENDPOINT\n\n" +
				"Request: POST http://CONTROLLER/v2.1/api/tenants/" + simulator.TenantID + "/software/current_status/query\n" +
				"Attempts: 3 in TIME",
		},
		{
			name: "an address that is no controller", form: simulator.Unified, config: map[string]any{"endpoint": server.URL + "/portal"}, reads: true,
			want: "Error: Controller has no such path\n" +
				"Could not read the profile: the answer is 404 Not Found.\n\n" +
				"Check that the endpoint is the base URL of a controller of this form of sign-in, without a path.\n" +
				"  endpoint: \"http://CONTROLLER/portal\", from the argument `endpoint`\n\n" +
				"Request: GET http://CONTROLLER/portal/sdwan/v2.1/api/profile\n" +
				"Status: 404\n" +
				"Code: RESOURCE_NOT_FOUND (GET /portal/sdwan/v2.1/api/profile is not served.)\n" +
				"Request id: ID\n" +
				"Attempts: 1 in TIME",
		},
		{
			name: "a host of the vendor's variable has no scheme", variables: []string{
				"SCM_HOST=127.0.0.1:1", "PRISMASDWAN_MAX_RETRIES=0", "SCM_CLIENT_ID=" + simulator.ClientID,
				"SCM_CLIENT_SECRET=" + simulator.ClientSecret, "SCM_SCOPE=tsg_id:" + simulator.TSGID, "SCM_AUTH_URL=" + server.URL + "/oauth2/access_token",
			}, reads: true,
			want: "Error: Controller not reachable\n" +
				"Could not read the profile: dial tcp CONTROLLER: connect: connection refused.\n\n" +
				"Check the address with its port, the network and proxy variables (HTTPS_PROXY, NO_PROXY), and `request_timeout` for a slow controller.\n" +
				"  endpoint: \"https://CONTROLLER\", from the environment variable SCM_HOST\n" +
				"  token_url: \"http://CONTROLLER/oauth2/access_token\", from the environment variable SCM_AUTH_URL\n\n" +
				"Request: GET https://CONTROLLER/sdwan/v2.1/api/profile\n" +
				"Attempts: 1 in TIME",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, server)
		})
	}
}

func TestTerraformShowsConfigurationErrors(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 1})
	for _, test := range []struct {
		name      string
		form      simulator.Form
		variables []string
		provider  string
		want      string
	}{
		{"wrong secret", simulator.Unified, []string{"PRISMASDWAN_CLIENT_SECRET=guessed"}, "", `(?s)Sign-in refused.*client_secret: from the environment\s+variable`},
		{"plain http", simulator.Legacy, nil, `endpoint = "http://controller.example.com"`, `(?s)on \S+ line \d+, in provider "prismasdwan":.*endpoint = "http://controller.example.com".*loopback`},
		{"both forms", simulator.Legacy, nil, `auth_token = "a"` + "\n" + `client_id = "b"`, `(?s)Two forms of sign-in.*in provider "prismasdwan":.*auth_token = "a"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: connected(server, test.form, test.variables...),
				Steps: []resource.TestStep{{
					Config:      "provider \"prismasdwan\" {\n" + test.provider + "\n}\ndata \"prismasdwan_element_image_statuses\" \"all\" {}",
					ExpectError: regexp.MustCompile(test.want),
				}},
			})
		})
	}
}

func TestLegacyTokenIsNotSentToTheHostOfTheVendorsVariable(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	connected := newConnection(settingValues{
		settingAuthToken: {text: simulator.RegionalAuthToken, rank: fromVariable, set: true},
		settingEndpoint:  {text: "https://api.sase.example.com", rank: fromVendorVariable, set: true},
	}, "test", noEnvironment, &diags)
	if diags.HasError() {
		t.Fatal(diags)
	}
	if got, want := connected.client.Endpoint(), "https://api.hood.cloudgenix.com"; got != want {
		t.Errorf("the token is sent to %s, want %s, the region that it names", got, want)
	}
}

func TestConfigurationComesBeforeEnvironmentAndOwnVariablesBeforeTheVendors(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3})
	wrong := func(prefix string) []string {
		if prefix == "SCM_" {
			return []string{"SCM_HOST=127.0.0.1:1", "SCM_AUTH_URL=http://127.0.0.1:1", "SCM_CLIENT_ID=wrong", "SCM_CLIENT_SECRET=wrong", "SCM_SCOPE=tsg_id:1"}
		}
		return []string{
			"PRISMASDWAN_ENDPOINT=http://127.0.0.1:1", "PRISMASDWAN_TOKEN_URL=http://127.0.0.1:1",
			"PRISMASDWAN_CLIENT_ID=wrong", "PRISMASDWAN_CLIENT_SECRET=wrong", "PRISMASDWAN_TSG_ID=1",
		}
	}
	for _, test := range []struct {
		name      string
		variables []string
		config    map[string]any
	}{
		{"configuration before own variables", wrong("PRISMASDWAN_"), block(server, simulator.Unified)},
		{"configuration before the vendor's variables", wrong("SCM_"), block(server, simulator.Unified)},
		{"own variables before the vendor's", append(server.Environment(simulator.Unified), wrong("SCM_")...), nil},
		{"the vendor's variables last", vendorVariables(server.URL), nil},
		{"own variables that are empty count as not set", append(vendorVariables(server.URL), "PRISMASDWAN_CLIENT_ID=", "PRISMASDWAN_ENDPOINT="), nil},
		{"a token in the configuration before credentials in the environment", server.Environment(simulator.Unified), block(server, simulator.Legacy)},
		{"credentials in the configuration before a token in the environment", server.Environment(simulator.Legacy), block(server, simulator.Unified)},
		{"an own token before the vendor's credentials", append(server.Environment(simulator.Legacy), vendorVariables(server.URL)...), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := startProtocol(t, append(test.variables, impatient...)...)
			if diagnostics := p.configure(test.config); len(diagnostics) > 0 {
				t.Fatal(render(diagnostics))
			}
			if items := p.read(statusesType, everything).must(t)["items"]; len(items.([]any)) != 3 { //nolint:forcetypeassert // A list by the schema.
				t.Errorf("items = %v, want the fleet of 3", items)
			}
		})
	}
}

func TestConfigureMakesNoRequest(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		server := startSimulator(t, simulator.Options{Elements: 1})
		p := newProtocol(t, variables(server, form)...)
		if diagnostics := p.validate(statusesType, everything); len(diagnostics) > 0 {
			t.Error(render(diagnostics))
		}
		if requests := server.Requests(); len(requests) > 0 {
			t.Errorf("%s: requests = %+v, want none before something reads", form, requests)
		}
	}
}

func TestOneSignInServesAllReads(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 5})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for range 3 {
		p.read(statusesType, everything).must(t)
	}
	if tokens, profiles := server.Count(simulator.RequestToken), server.Count(simulator.RequestProfile); tokens != 1 || profiles != 1 {
		t.Errorf("%d tokens and %d profiles, want one of each", tokens, profiles)
	}
}

func TestUnknownArgumentsNeverFallBackToOtherSources(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 1})
	const remedy = " The provider does not fall back to other credentials, which could be those of another tenant. " +
		"First apply what the value comes from with -target, or write a value that is known before, or leave out the "
	const credentials = "arguments `client_id`, `client_secret` and `tsg_id` and set PRISMASDWAN_CLIENT_ID, PRISMASDWAN_CLIENT_SECRET and PRISMASDWAN_TSG_ID."
	for _, test := range []struct {
		name   string
		config map[string]any
		want   string
	}{
		{
			"one credential", map[string]any{"client_secret": unknown},
			"Error: Provider argument not known yet [client_secret]\n" +
				"The provider needs its argument `client_secret` now, to read this, and the value is known only after an apply." + remedy + credentials,
		},
		{
			"two credentials", map[string]any{"client_id": unknown, "client_secret": unknown},
			"Error: Provider argument not known yet [client_id]\n" +
				"The provider needs its arguments `client_id` and `client_secret` now, to read this, and the value is known only after an apply." + remedy + credentials,
		},
		{
			"the token of the other form", map[string]any{"auth_token": unknown},
			"Error: Provider argument not known yet [auth_token]\n" +
				"The provider needs its argument `auth_token` now, to read this, and the value is known only after an apply." + remedy + "argument `auth_token` and set PRISMASDWAN_AUTH_TOKEN.",
		},
		{
			"an integer", map[string]any{"page_size": unknown},
			"Error: Provider argument not known yet [page_size]\n" +
				"The provider needs its argument `page_size` now, to read this, and the value is known only after an apply." + remedy + "argument `page_size` and set PRISMASDWAN_PAGE_SIZE.",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := startProtocol(t, variables(server, simulator.Unified)...)
			if diagnostics := p.configure(test.config); len(diagnostics) > 0 {
				t.Fatalf("an unknown argument is no error of the configuration:\n%s", render(diagnostics))
			}
			for typeName, config := range smallReads {
				if difference := cmp.Diff(test.want, p.read(typeName, config).failure(t)); difference != "" {
					t.Errorf("%s (-want +got):\n%s", typeName, difference)
				}
			}
			if requests := server.Requests(); len(requests) > 0 {
				t.Errorf("requests = %+v, want none", requests)
			}
		})
	}
}

// smallReads has one configuration for each data source.
var smallReads = map[string]map[string]any{
	statusesType:  everything,
	oneType:       {"element_id": "1"},
	aggregateType: {"aggregate": map[string]any{"operator": "count", "field": "id"}},
	gateType:      everything,
	wavesType:     {"sizes": []string{"100%"}},
	elementsType:  everything,
	imagesType:    everything,
}

func TestUnknownArgumentsDeferWhereTheClientAllowsIt(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 1})
	p := startProtocol(t, variables(server, simulator.Unified)...)
	p.deferral = true
	if diagnostics := p.configure(map[string]any{"client_secret": unknown}); len(diagnostics) > 0 {
		t.Fatal(render(diagnostics))
	}
	for typeName, config := range smallReads {
		read := p.read(typeName, config)
		if len(read.diagnostics) > 0 {
			t.Errorf("%s: a deferred read has diagnostics:\n%s", typeName, render(read.diagnostics))
		}
		if read.deferred == nil || read.deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown {
			t.Errorf("%s: deferred = %v, want it deferred because the provider is not known", typeName, read.deferred)
		}
	}
	if requests := server.Requests(); len(requests) > 0 {
		t.Errorf("requests = %+v, want none", requests)
	}
}

func TestUserAgentNamesTerraformAndProviderAndWhatIsAppended(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ more, want string }{
		{"", "Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-prismasdwan/test"},
		{" \t\r\n", "Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-prismasdwan/test"},
		{" pipeline/8\r\n", "Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-prismasdwan/test pipeline/8"},
		{"pipeline/7", "Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-prismasdwan/test pipeline/7"},
	} {
		server := startSimulator(t, simulator.Options{Elements: 1})
		newProtocol(t, variables(server, simulator.Unified, "TF_APPEND_USER_AGENT="+test.more)...).read(statusesType, everything).must(t)
		for _, request := range server.Requests() {
			if request.UserAgent != test.want {
				t.Errorf("%s %s came from %q, want %q", request.Method, request.Path, request.UserAgent, test.want)
			}
		}
		if len(server.Requests()) != 4 {
			t.Errorf("%d requests, want a token, a profile, the rows and the page past the last one", len(server.Requests()))
		}
	}
}

func TestCertificateAuthorityComesFromTheFile(t *testing.T) {
	t.Parallel()
	handler, err := simulator.New(simulator.Options{Elements: 2})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	authority := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authority, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	environment := []string{
		"PRISMASDWAN_ENDPOINT=" + server.URL, "PRISMASDWAN_AUTH_TOKEN=" + simulator.AuthToken, "PRISMASDWAN_TENANT_ID=" + simulator.TenantID,
	}
	trusting := newProtocol(t, append(environment, "PRISMASDWAN_CA_CERTIFICATE_FILE="+authority)...)
	if count := trusting.read(statusesType, everything).must(t)["returned_count"]; count != number64(2) {
		t.Errorf("returned_count = %v, want 2", count)
	}
	want := "Error: Server certificate not trusted\n" +
		"Could not read the image statuses: x509: certificate signed by unknown authority.\n\n" +
		"If a proxy inspects TLS here, set `ca_certificate_file` to its certificate authority.\n" +
		"  endpoint: \"https://CONTROLLER\", from the environment variable PRISMASDWAN_ENDPOINT\n" +
		"  ca_certificate_file: not set (argument or PRISMASDWAN_CA_CERTIFICATE_FILE)\n\n" +
		"Request: POST https://CONTROLLER/v2.1/api/tenants/" + simulator.TenantID + "/software/current_status/query\n" +
		"Attempts: 1 in TIME"
	if difference := cmp.Diff(want, steady(newProtocol(t, environment...).read(statusesType, everything).failure(t))); difference != "" {
		t.Errorf("without the file (-want +got):\n%s", difference)
	}
}

// What the controller or a proxy does wrong ends in one error that says which
// argument leads there.
func TestBadAnswersEndInOneError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault simulator.FaultKind
		want  string
	}{
		{"html_200", "Error: Answer not understood\n"},
		{"redirect", "Error: Endpoint redirects elsewhere\n"},
		{"unavailable_503", "Error: Controller unavailable\n"},
		{"too_many_requests_day", "Error: Rate limit of the controller reached\n"},
		{"error_200", "Error: Query refused by the controller\n"},
		{"row_lost", "Error: Rows do not add up\n"},
		{"token_html", "Error: Sign-in failed\n"},
		{"profile_fails", "Error: Controller unavailable\n"},
	} {
		t.Run(string(test.fault), func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 5})
			if err := server.SetFaults(simulator.Fault{Kind: test.fault}); err != nil {
				t.Fatal(err)
			}
			failure := newProtocol(t, variables(server, simulator.Unified)...).read(statusesType, everything).failure(t)
			if !strings.HasPrefix(failure, test.want) {
				t.Errorf("got %q, want it to begin with %q", failure, test.want)
			}
		})
	}
}

func TestReadsEndWithTheirTimeouts(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 1})
	hangs := simulator.Fault{Kind: "hang_before_headers"}
	if err := server.SetFaults(hangs, simulator.Fault{Kind: hangs.Kind, On: simulator.RequestImages}, simulator.Fault{Kind: hangs.Kind, On: simulator.RequestElements}); err != nil {
		t.Fatal(err)
	}
	p := newProtocol(t, variables(server, simulator.Legacy)...)
	for typeName, config := range smallReads {
		limited := map[string]any{"timeouts": map[string]any{"read": "50ms"}}
		maps.Copy(limited, config)
		if failure := p.read(typeName, limited).failure(t); !strings.HasPrefix(failure, "Error: Read took too long\n") {
			t.Errorf("%s: got %q", typeName, failure)
		}
	}
}
