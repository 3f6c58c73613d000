package sdwan

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestEndpointIsHTTPSOrLoopback(t *testing.T) {
	t.Parallel()
	for raw, problem := range map[string]string{
		"https://api.sase.paloaltonetworks.com":      "",
		"https://api.sase.paloaltonetworks.com/":     "",
		"https://api.hood.cloudgenix.com:443":        "",
		"https://proxy.example/sdwan-gateway":        "",
		"HTTPS://api.sase.paloaltonetworks.com":      "",
		"https://[2001:db8::1]:8443":                 "",
		"https://10.0.0.1":                           "",
		"http://127.0.0.1:8080":                      "",
		"http://127.8.9.10":                          "",
		"http://localhost:8080":                      "",
		"http://[::1]:8080":                          "",
		"http://[::1]":                               "",
		"http://[::ffff:127.0.0.1]":                  "",
		"http://api.sase.paloaltonetworks.com":       "plain http",
		"http://10.0.0.1":                            "plain http",
		"http://0.0.0.0":                             "plain http",
		"http://[::]":                                "plain http",
		"http://[fe80::1]":                           "plain http",
		"http://127.0.0.1.evil.com":                  "plain http",
		"http://localhost.evil.com":                  "plain http",
		"http://127.1":                               "plain http",
		"http://2130706433":                          "plain http",
		"https://user@api.example":                   "user name or password",
		"https://user:password@api.example":          "user name or password",
		"http://user:password@127.0.0.1":             "user name or password",
		"http://127.0.0.1@evil.com":                  "user name or password",
		"https://@api.example":                       "user name or password",
		"https://api.example?x=1":                    "query or a fragment",
		"https://api.example/?":                      "query or a fragment",
		"https://api.example?":                       "query or a fragment",
		"https://api.example#top":                    "query or a fragment",
		"https://api.example#":                       "query or a fragment",
		"api.sase.paloaltonetworks.com":              "not a URL with a host",
		"api.sase.paloaltonetworks.com:443":          "not a URL with a host",
		"127.0.0.1:8080":                             "not a URL with a host",
		"localhost:8080":                             "not a URL with a host",
		"":                                           "not a URL with a host",
		" ":                                          "not a URL with a host",
		"https://":                                   "not a URL with a host",
		"https:///path":                              "not a URL with a host",
		"https://:443":                               "not a URL with a host",
		"https:api.example":                          "not a URL with a host",
		"https://api.example:port":                   "not a URL with a host",
		"https://api.example\n":                      "not a URL with a host",
		"https://api.example ":                       "not a URL with a host",
		"https://%zz":                                "not a URL with a host",
		"mailto:someone@api.example":                 "not a URL with a host",
		"//api.example":                              "its scheme is not https",
		"ftp://api.example":                          "its scheme is not https",
		"file://localhost/etc/passwd":                "its scheme is not https",
		"httpss://api.example":                       "its scheme is not https",
		"javascript://api.example":                   "its scheme is not https",
		"https\t://api.example":                      "not a URL with a host",
		"https://api.example\\@evil.com":             "not a URL with a host",
		"https://api.example/../../sdwan#fragment?q": "query or a fragment",
	} {
		endpoint, err := ParseEndpoint(raw)
		switch {
		case problem == "" && err != nil:
			t.Errorf("%q is refused: %v", raw, err)
		case problem == "" && endpoint.Host == "":
			t.Errorf("%q has no host", raw)
		case problem != "" && err == nil:
			t.Errorf("%q is accepted as %s", raw, endpoint)
		case problem != "" && !strings.Contains(err.Error(), problem):
			t.Errorf("%q is refused with %q, want %q", raw, err, problem)
		case problem != "" && strings.Contains(err.Error(), "password@"):
			t.Errorf("%q is shown: %v", raw, err)
		}
	}
}

func TestConfigurationIsCheckedWithoutTheNetwork(t *testing.T) {
	t.Parallel()
	unified, legacy := &Unified{ClientID: "id", ClientSecret: "secret", TSGID: "1"}, &Legacy{AuthToken: "token"}
	for name, test := range map[string]struct {
		config  Config
		problem string
	}{
		"unified":           {Config{Unified: unified}, ""},
		"legacy":            {Config{Legacy: legacy}, ""},
		"neither":           {Config{}, "exactly one form of sign-in"},
		"both":              {Config{Unified: unified, Legacy: legacy}, "exactly one form of sign-in"},
		"plain endpoint":    {Config{Endpoint: "http://api.example", Legacy: legacy}, "endpoint: plain http"},
		"plain token URL":   {Config{Unified: &Unified{TokenURL: "http://auth.example"}}, "token URL: plain http"},
		"endpoint no URL":   {Config{Endpoint: "api.example", Unified: unified}, "endpoint: it is not a URL"},
		"token URL no URL":  {Config{Unified: &Unified{TokenURL: "auth.example"}}, "token URL: it is not a URL"},
		"loopback endpoint": {Config{Endpoint: "http://127.0.0.1:1", Legacy: legacy}, ""},
	} {
		client, err := New(test.config)
		switch {
		case test.problem == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.problem != "" && (err == nil || !strings.Contains(err.Error(), test.problem)):
			t.Errorf("%s: the error is %v, want %q", name, err, test.problem)
		case err == nil:
			client.Close()
		}
	}
}

func TestCredentialThatNoHeaderCanHoldIsRefusedUnseen(t *testing.T) {
	t.Parallel()
	const secret = "must-never-be-shown"
	for name, config := range map[string]func(value string) Config{
		"client_id": func(value string) Config { return Config{Unified: &Unified{ClientID: value}} },
		"client_secret": func(value string) Config {
			return Config{Unified: &Unified{ClientID: "id", ClientSecret: value, TSGID: "1"}}
		},
		"auth_token": func(value string) Config { return Config{Legacy: &Legacy{AuthToken: value}} },
		"tenant_id":  func(value string) Config { return Config{Legacy: &Legacy{AuthToken: "token", TenantID: value}} },
	} {
		for _, bad := range []string{"\n", "\r\n", "\r", "\x00", "\t", "\x1b", "\x7f", "\u0085"} {
			for _, value := range []string{secret + bad, bad + secret, secret + bad + secret} {
				_, err := New(config(value))
				if err == nil {
					t.Errorf("%s: %q is accepted", name, value)
					continue
				}
				wantText(t, err.Error(), name+": it holds a line break or another control character", "leave it out")
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%s: the value is shown: %v", name, err)
				}
			}
		}
		for _, good := range []string{"", "1", "a b", "tökén", "v=1&region=hood;~!@#$%^*()", "\xff"} {
			client, err := New(config(good))
			if err != nil {
				t.Errorf("%s: %q is refused: %v", name, good, err)
				continue
			}
			client.Close()
		}
	}
}

func TestDefaultsFillWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	want := Config{
		Endpoint: "https://api.sase.paloaltonetworks.com",
		Unified:  &Unified{ClientID: "id", TokenURL: "https://auth.apps.paloaltonetworks.com/oauth2/access_token"},
		PageSize: 1000, MaxConcurrentRequests: 4, RetryWaitMin: time.Second, RetryWaitMax: 30 * time.Second,
		RequestTimeout: time.Minute, MaxResponseBytes: 64 << 20, UserAgent: "terraform-provider-prismasdwan",
	}
	given := &Unified{ClientID: "id"}
	if diff := cmp.Diff(want, Config{Unified: given}.WithDefaults()); diff != "" {
		t.Errorf("the defaults differ (-want +got):\n%s", diff)
	}
	if given.TokenURL != "" {
		t.Error("the caller's credentials were changed")
	}
	if diff := cmp.Diff(want, want.WithDefaults()); diff != "" {
		t.Errorf("what is given was changed (-want +got):\n%s", diff)
	}
	long := Config{RetryWaitMin: time.Minute, Legacy: &Legacy{}}.WithDefaults()
	if long.RetryWaitMax != time.Minute || long.MaxRetries != 0 || long.Endpoint != DefaultLegacyEndpoint {
		t.Errorf("got a longest wait of %s, %d retries and the endpoint %s", long.RetryWaitMax, long.MaxRetries, long.Endpoint)
	}
	regional := Config{Legacy: &Legacy{AuthToken: simulator.RegionalAuthToken}}
	if got := regional.WithDefaults().Endpoint; got != "https://api.hood.cloudgenix.com" {
		t.Errorf("the token's region leads to %s", got)
	}
	regional.Endpoint = fakeEndpoint
	if got := regional.WithDefaults().Endpoint; got != fakeEndpoint {
		t.Errorf("the token's region overrules the endpoint: %s", got)
	}
}

func TestLegacyEndpointFollowsTheRegionOfTheToken(t *testing.T) {
	t.Parallel()
	region := func(label string) string { return "https://api." + label + ".cloudgenix.com" }
	for token, want := range map[string]string{
		"":                                   DefaultLegacyEndpoint,
		"a-token":                            DefaultLegacyEndpoint,
		"region=hood":                        region("hood"),
		"v=1&region=hood&c=2":                region("hood"),
		"v=1;region=hood;c=2":                region("hood"),
		"https://x?region=us":                region("us"),
		"v%3D1%26region%3Dhood%26c%3D2":      region("hood"),
		"v=1&region=el-capitan2":             region("el-capitan2"),
		simulator.RegionalAuthToken:          region("hood"),
		"100%&region=hood":                   region("hood"),
		"region=":                            DefaultLegacyEndpoint,
		"region=&region=hood":                region("hood"),
		"region=hood&region=us":              region("hood"),
		"myregion=hood":                      DefaultLegacyEndpoint,
		"region = hood":                      DefaultLegacyEndpoint,
		"region=a.b":                         DefaultLegacyEndpoint,
		"region=evil.com/":                   DefaultLegacyEndpoint,
		"region=evil.com%2F":                 DefaultLegacyEndpoint,
		"region=evil.com%23":                 DefaultLegacyEndpoint,
		"region=evil.com#":                   DefaultLegacyEndpoint,
		"region=x@evil.com":                  DefaultLegacyEndpoint,
		"region=evil.com:443":                DefaultLegacyEndpoint,
		"region=evil.com\\":                  DefaultLegacyEndpoint,
		"region=-hood":                       DefaultLegacyEndpoint,
		"region=hood-":                       DefaultLegacyEndpoint,
		"region=ho od":                       DefaultLegacyEndpoint,
		"region=hood\n":                      DefaultLegacyEndpoint,
		"region=hood%00":                     DefaultLegacyEndpoint,
		"region=höhe":                        DefaultLegacyEndpoint,
		"region=*":                           DefaultLegacyEndpoint,
		"region=" + strings.Repeat("a", 63):  region(strings.Repeat("a", 63)),
		"region=" + strings.Repeat("a", 64):  DefaultLegacyEndpoint,
		"region=" + strings.Repeat("a", 1e6): DefaultLegacyEndpoint,
	} {
		if got := LegacyEndpoint(token); got != want {
			t.Errorf("%.60q leads to %.80s, want %s", token, got, want)
		}
	}
}

func FuzzLegacyEndpoint(f *testing.F) {
	for _, seed := range []string{
		"", "a-token", "region=hood", "v=1&region=hood&c=2", "v%3D1%26region%3Dhood", "region=evil.com/", "region=a.b", "region=x@evil.com",
		"region=%65vil.com%2f", "region=hood?region=us;region=", simulator.AuthToken, simulator.RegionalAuthToken,
	} {
		f.Add(seed)
	}
	allowed := regexp.MustCompile(`^https://api\.[a-z0-9-]{1,63}\.cloudgenix\.com$`)
	f.Fuzz(func(t *testing.T, token string) {
		endpoint := LegacyEndpoint(token)
		parsed, err := url.Parse(endpoint)
		if !allowed.MatchString(endpoint) || err != nil || strings.Count(parsed.Host, ".") != 3 {
			t.Errorf("%q leads to %q", token, endpoint)
		}
		if _, err := ParseEndpoint(endpoint); err != nil {
			t.Errorf("%q leads to %q: %v", token, endpoint, err)
		}
	})
}
