package provider

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"golang.org/x/net/http/httpproxy"
)

// proxySchemes are those of net/http.
var proxySchemes = []string{"http", "https", "socks5", "socks5h"}

// proxies chooses proxies by the environment as net/http does, but reports a variable
// that cannot be read, where net/http connects without a proxy.
func proxies(lookup func(string) (string, bool), diags *diag.Diagnostics) func(*http.Request) (*url.URL, error) {
	variable := func(name string) string { return proxyVariable(name, lookup, diags) }
	first := func(name string) string {
		if upper := variable(name); upper != "" {
			return upper
		}
		return variable(strings.ToLower(name))
	}
	config := httpproxy.Config{HTTPSProxy: first("HTTPS_PROXY"), HTTPProxy: first("HTTP_PROXY")}
	config.NoProxy, _ = lookup("NO_PROXY")
	if config.NoProxy == "" {
		config.NoProxy, _ = lookup("no_proxy")
	}
	choose := config.ProxyFunc()
	return func(request *http.Request) (*url.URL, error) { return choose(request.URL) }
}

func proxyVariable(name string, lookup func(string) (string, bool), diags *diag.Diagnostics) string {
	value, _ := lookup(name)
	if value == "" {
		return ""
	}
	if err := checkProxy(value); err != nil {
		shown := "The value of"
		if !strings.Contains(value, "@") { // A password stands before it.
			shown = fmt.Sprintf("The value %q of", value)
		}
		diags.AddError("Invalid environment variable",
			fmt.Sprintf("%s the environment variable %s cannot be used: %s.", shown, name, err))
	}
	return value
}

// checkProxy accepts an address without a scheme, as net/http does. The error is a
// sentence without the value.
func checkProxy(value string) error {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	proxy, err := url.Parse(value)
	if err != nil || proxy.Hostname() == "" || strings.Trim(proxy.Path, "/") != "" || proxy.RawQuery+proxy.Fragment != "" || !slices.Contains(proxySchemes, proxy.Scheme) {
		return errors.New("it is not the URL of a proxy, such as http://proxy.example.com:3128 or http://user:password@proxy.example.com:3128; " +
			"write special characters of the user name and the password percent-encoded, such as %40 for @")
	}
	return nil
}
