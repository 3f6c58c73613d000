package provider

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

func TestEnvironmentMakesTheConfigurationOfAnEmptyProviderBlock(t *testing.T) {
	t.Parallel()
	unified := &sdwan.Unified{ClientID: "id", ClientSecret: "secret", TSGID: "123", TokenURL: ""}
	for name, test := range map[string]struct {
		variables []string
		want      sdwan.Config
	}{
		"own variables": {
			[]string{"PRISMASDWAN_CLIENT_ID=id", "PRISMASDWAN_CLIENT_SECRET=secret", "PRISMASDWAN_TSG_ID=123", "PRISMASDWAN_MAX_RETRIES=0"},
			sdwan.Config{Unified: unified},
		},
		"the vendor's variables": {
			[]string{"SCM_CLIENT_ID=id", "SCM_CLIENT_SECRET=secret", "SCM_SCOPE=tsg_id:123 email", "SCM_HOST=api.example.com"},
			sdwan.Config{Endpoint: "https://api.example.com", MaxRetries: 5, Unified: &sdwan.Unified{ClientID: "id", ClientSecret: "secret", TSGID: "123", Scopes: []string{"email"}}},
		},
		"legacy": {
			[]string{"PRISMASDWAN_AUTH_TOKEN=token", "PRISMASDWAN_TENANT_ID=7"},
			sdwan.Config{MaxRetries: 5, Legacy: &sdwan.Legacy{AuthToken: "token", TenantID: "7"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, err := ConfigFromEnvironment(t.Context(), "test", environment(test.variables...))
			if err != nil {
				t.Fatal(err)
			}
			if config.UserAgent != "terraform-provider-prismasdwan/test" {
				t.Errorf("the User-Agent is %q", config.UserAgent)
			}
			ofInterest := cmpopts.IgnoreFields(sdwan.Config{}, "UserAgent", "Proxy", "PageSize", "MaxConcurrentRequests", "RetryWaitMin", "RetryWaitMax", "RequestTimeout", "CertificateAuthorities")
			if diff := cmp.Diff(test.want, config, ofInterest); diff != "" {
				t.Errorf("the configuration differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEnvironmentThatCannotBeUsedIsAnErrorWithTheRemedy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		variables []string
		words     []string
	}{
		"nothing": {nil, []string{"Missing credentials", "PRISMASDWAN_CLIENT_ID"}},
		"half":    {[]string{"PRISMASDWAN_CLIENT_ID=id"}, []string{"PRISMASDWAN_CLIENT_SECRET", "PRISMASDWAN_TSG_ID"}},
		"wrong":   {[]string{"PRISMASDWAN_AUTH_TOKEN=token", "PRISMASDWAN_ENDPOINT=ftp://x"}, []string{"PRISMASDWAN_ENDPOINT", "ftp://x", "https"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ConfigFromEnvironment(t.Context(), "test", environment(test.variables...))
			if err == nil {
				t.Fatal("there is no error")
			}
			for _, word := range test.words {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q is not in %q", word, err)
				}
			}
		})
	}
}
