package simulator_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestProviderBlockAndEnvironmentNameTheServer(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{})
	for form, want := range map[simulator.Form]string{
		simulator.Unified: `provider "prismasdwan" {
  endpoint      = "URL"
  client_id     = "` + simulator.ClientID + `"
  client_secret = "` + simulator.ClientSecret + `"
  tsg_id        = "` + simulator.TSGID + `"
  token_url     = "URL/oauth2/access_token"
}
`,
		simulator.Legacy: `provider "prismasdwan" {
  endpoint   = "URL"
  auth_token = "` + simulator.AuthToken + `"
  tenant_id  = "` + simulator.TenantID + `"
}
`,
	} {
		if diff := cmp.Diff(strings.ReplaceAll(want, "URL", server.URL), server.ProviderBlock(form)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form, diff)
		}
		for _, entry := range server.Environment(form) {
			name, value, _ := strings.Cut(entry, "=")
			if !strings.HasPrefix(name, "PRISMASDWAN_") || !strings.Contains(server.ProviderBlock(form), `"`+value+`"`) {
				t.Errorf("%s: %s is not in the block", form, entry)
			}
		}
	}
}

func TestRequestsAreRecordedWithoutSecrets(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 1})
	c := signedIn(t, server, simulator.Unified)
	c.query(`{"limit":7}`)
	c.do(http.MethodGet, "/nowhere", "")
	var got []simulator.Request
	for _, request := range server.Requests() {
		if time.Since(request.Time) > time.Minute {
			t.Errorf("%s came at %s", request.Path, request.Time)
		}
		request.Time = time.Time{}
		got = append(got, request)
	}
	want := []simulator.Request{
		{Kind: simulator.RequestToken, Method: "POST", Path: "/oauth2/access_token", UserAgent: testAgent, Status: 200},
		{Kind: simulator.RequestProfile, Method: "GET", Path: "/sdwan/v2.1/api/profile", UserAgent: testAgent, Status: 200},
		{Kind: simulator.RequestQuery, Method: "POST", Path: queryPaths[simulator.Unified], UserAgent: testAgent, Status: 200, Body: `{"limit":7}`},
		{Kind: simulator.RequestOther, Method: "GET", Path: "/nowhere", UserAgent: testAgent, Status: 404},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	recorded, err := json.Marshal(server.Requests())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{simulator.ClientSecret, simulator.AccessTokenPrefix} {
		if bytes.Contains(recorded, []byte(secret)) {
			t.Errorf("the record holds %s", secret)
		}
	}
	if server.Count(simulator.RequestQuery) != 1 {
		t.Errorf("counted %d queries", server.Count(simulator.RequestQuery))
	}
	server.ResetRequests()
	if len(server.Requests()) != 0 || server.Count(simulator.RequestToken) != 0 || server.MaxConcurrent() != 0 {
		t.Error("the record is not empty after a reset")
	}
}

func TestMaxConcurrentAndLatency(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 1, Latency: 200 * time.Millisecond})
	c := signedIn(t, server, simulator.Legacy)
	began := time.Now()
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() { c.query(`{}`) })
	}
	group.Wait()
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("queries took %s, want at least the latency", took)
	}
	if got := server.MaxConcurrent(); got != 3 {
		t.Errorf("saw %d queries at once, want 3", got)
	}
}

func TestLatencyEndsWithTheClient(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 1, Latency: time.Hour})
	c := signedIn(t, server, simulator.Legacy)
	c.http.Timeout = 50 * time.Millisecond
	if answer := c.query(`{}`); answer.err == nil {
		t.Errorf("got %d before the latency was over", answer.status)
	}
}

func TestVirtualTime(t *testing.T) {
	t.Parallel()
	still := simulate(t, simulator.Options{})
	still.Advance(time.Hour)
	still.Advance(-time.Hour)
	if got := still.Now(); !got.Equal(simulator.DefaultStart.Add(time.Hour)) {
		t.Errorf("the clock shows %s", got)
	}
	begins := time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
	fast := simulate(t, simulator.Options{Start: begins, Speed: 3600})
	time.Sleep(10 * time.Millisecond)
	if passed := fast.Now().Sub(begins); passed < 36*time.Second {
		t.Errorf("10 ms at 3600 times the speed are %s", passed)
	}
}

func TestClosingTwiceDoesNoHarm(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{})
	server.Close()
	server.Close()
	if err := server.Wait(t.Context()); err != nil {
		t.Errorf("a server that was closed reports %v", err)
	}
}

func TestPortInUseIsAnError(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{})
	address := strings.TrimPrefix(server.URL, "http://")
	if second, err := simulator.Start(t.Context(), simulator.Options{Address: address}); err == nil {
		second.Close()
		t.Error("two servers share one port")
	} else if !strings.Contains(err.Error(), address) {
		t.Errorf("%q does not name %s", err, address)
	}
}

func TestAdminSurface(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 40, Scenario: "steady"})
	c := newClient(t, server, simulator.Unified)
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"status", "GET", "status", "", 200, `"complete": 24`},
		{"advance", "POST", "advance?by=10m", "", 200, `"time": "2026-08-21T02:10:00Z"`},
		{"advance by nonsense", "POST", "advance?by=soon", "", 400, "by=10m"},
		{"upgrade", "POST", "upgrade?wave=canary", "", 200, `"init": 3`},
		{"upgrade of no wave", "POST", "upgrade?wave=late", "", 400, "canary"},
		{"upgrade on no path", "POST", "upgrade?wave=canary&path=sideways", "", 400, "immediate"},
		{"switches", "POST", "switches", `{"MaxLimit":10}`, 200, `"MaxLimit": 10`},
		{"one switch more", "POST", "switches", `{"NullsAbsent":true}`, 200, `"MaxLimit": 10`},
		{"switches as they are", "GET", "switches", "", 200, `"NullsAbsent": true`},
		{"a switch that is none", "POST", "switches", `{"Light":true}`, 400, "Light"},
		{"a position that is none", "POST", "switches", `{"Aggregate":"up"}`, 400, "envelope"},
		{"faults", "POST", "faults", `[{"Kind":"slow","Nth":3}]`, 200, `"slow"`},
		{"faults that are none", "POST", "faults", `[{"Kind":"rain"}]`, 400, "rain"},
		{"kinds of faults", "GET", "faults", "", 200, `"body_endless"`},
	} {
		answer := c.do(test.method, "/_simulator/"+test.path, test.body)
		if answer.status != test.status || !strings.Contains(string(answer.body), test.want) {
			t.Errorf("%s: got %d %s, want %d with %s", test.name, answer.status, answer.body, test.status, test.want)
		}
	}
	if len(server.Requests()) != 0 {
		t.Error("requests to the admin surface are recorded")
	}
}
