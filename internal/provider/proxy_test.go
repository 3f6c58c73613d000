package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestProxyOfTheEnvironmentIsNamedWhereItRefuses(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusProxyAuthRequired, http.StatusForbidden} {
		var asked atomic.Int64
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.WriteHeader(status)
		}))
		t.Cleanup(proxy.Close)
		address := strings.Replace(proxy.URL, "http://", "http://operator:must-never-be-shown@", 1)
		p := newProtocol(t, append(impatient, "PRISMASDWAN_ENDPOINT=https://controller.invalid", "PRISMASDWAN_AUTH_TOKEN="+simulator.AuthToken, "HTTPS_PROXY="+address)...)
		failure := p.read(statusesType, everything).failure(t)
		for _, want := range []string{"Error: Proxy refuses the connection\n", fmt.Sprintf("the proxy %s answers %d %s.", proxy.URL, status, http.StatusText(status))} {
			if !strings.Contains(failure, want) {
				t.Errorf("got %q, want %q in it", failure, want)
			}
		}
		checkNoSecret(t, "the diagnostic", failure)
		if got := asked.Load(); got != 1 {
			t.Errorf("the proxy was asked %d times, want once", got)
		}
	}
}

func TestProxiesAreChosenAsByTheEnvironmentOfTheProcess(t *testing.T) {
	t.Parallel()
	const upper, lower = "http://upper.example.com:3128", "http://lower.example.com:3128"
	for name, test := range map[string]struct {
		variables []string
		want      string
	}{
		"none":               {nil, ""},
		"upper case":         {[]string{"HTTPS_PROXY=" + upper}, upper},
		"lower case":         {[]string{"https_proxy=" + lower}, lower},
		"both":               {[]string{"HTTPS_PROXY=" + upper, "https_proxy=" + lower}, upper},
		"without a scheme":   {[]string{"HTTPS_PROXY=upper.example.com:3128"}, upper},
		"a slash at the end": {[]string{"HTTPS_PROXY=" + upper + "/"}, upper + "/"},
		"SOCKS":              {[]string{"HTTPS_PROXY=socks5://upper.example.com"}, "socks5://upper.example.com"},
		"of plain http":      {[]string{"HTTP_PROXY=" + upper}, ""},
		"not for this host":  {[]string{"HTTPS_PROXY=" + upper, "NO_PROXY=.example.com"}, ""},
		"nor in lower case":  {[]string{"HTTPS_PROXY=" + upper, "no_proxy=example.com"}, ""},
		"for other hosts":    {[]string{"HTTPS_PROXY=" + upper, "NO_PROXY=example.org"}, upper},
	} {
		var diags diag.Diagnostics
		choose := proxies(environment(test.variables...), &diags)
		if diags.HasError() {
			t.Errorf("%s: %v", name, diags)
		}
		chosen, err := choose(&http.Request{URL: &url.URL{Scheme: "https", Host: "controller.example.com"}})
		got := ""
		if chosen != nil {
			got = chosen.String()
		}
		if got != test.want || err != nil {
			t.Errorf("%s: got %q and the error %v, want %q", name, got, err, test.want)
		}
	}
}
