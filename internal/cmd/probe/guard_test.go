package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func parsed(t *testing.T, text string) *url.URL {
	t.Helper()
	read, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// answering stands in for a network that answers everything with 200.
type answering struct{ sent []string }

func (a *answering) RoundTrip(request *http.Request) (*http.Response, error) {
	a.sent = append(a.sent, request.Method+" "+request.URL.String())
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}")), Request: request}, nil
}

func TestOnlyReadsLeave(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		method, url string
		leaves      bool
	}{
		{"POST", tokenURL, true},
		{"GET", endpoint + "/sdwan/v2.1/api/profile", true},
		{"GET", endpoint + "/v2.0/api/profile", true},
		{"POST", endpoint + "/sdwan/v2.1/api/software/current_status/query", true},
		{"POST", endpoint + "/v2.1/api/tenants/109/software/current_status/query", true},
		{"POST", endpoint + "/sdwan/v3.2/api/elements/query", true},
		{"GET", endpoint + "/sdwan/v3.2/api/elements", true},
		{"POST", endpoint + "/v4.13/api/tenants/109/sites/query", true},
		{"GET", endpoint + "/sdwan/v4.13/api/sites", true},
		{"GET", endpoint + "/sdwan/v2.4/api/element_images", true},

		{"GET", tokenURL, false},
		{"POST", "https://other.test/oauth2/access_token", false},
		{"POST", endpoint + "/oauth2/access_token", false},
		{"POST", endpoint + "/sdwan/v2.1/api/profile", false},
		{"GET", endpoint + "/sdwan/v2.1/api/software/current_status/query", false},
		{"PUT", endpoint + "/sdwan/v2.1/api/software/current_status/query", false},
		{"POST", endpoint + "/sdwan/v3.2/api/elements", false},
		{"PUT", endpoint + "/sdwan/v3.2/api/elements", false},
		{"DELETE", endpoint + "/sdwan/v3.2/api/elements", false},
		{"GET", endpoint + "/sdwan/v3.2/api/elements/1", false},
		{"GET", endpoint + "/sdwan/v3.2/api/elements?delete=1", false},
		{"PUT", endpoint + "/sdwan/v2.0/api/elements/1/software/state", false},
		{"POST", endpoint + "/sdwan/v2.0/api/elements/1/operations", false},
		{"POST", endpoint + "/sdwan/v2.0/api/software/state/query", false},
		{"GET", "http://controller.test/sdwan/v3.2/api/elements", false},
		{"GET", "https://controller.test:8443/sdwan/v3.2/api/elements", false},
		{"GET", "https://controller.test.evil.test/sdwan/v3.2/api/elements", false},
		{"GET", endpoint + "/other/sdwan/v3.2/api/elements", false},
	} {
		network := &answering{}
		watched := &guard{network: network, endpoint: parsed(t, endpoint), tokens: parsed(t, tokenURL)}
		request, err := http.NewRequestWithContext(t.Context(), test.method, test.url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := watched.RoundTrip(request)
		if err == nil {
			_ = response.Body.Close()
		}
		switch {
		case test.leaves && err != nil:
			t.Errorf("%s %s: %v", test.method, test.url, err)
		case !test.leaves && (!errors.Is(err, errNotRead) || len(network.sent) > 0):
			t.Errorf("%s %s: left, with %v", test.method, test.url, err)
		}
	}
}

func TestEverythingThatAProbeSendsIsInTheTableAndShown(t *testing.T) {
	t.Parallel()
	for _, form := range []simulator.Form{simulator.Unified, simulator.Legacy} {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked, network := tenantOf(t, configOf(form), simulator.Options{Elements: 60, Scenario: "mixed"})
				started := time.Now()
				if _, err := asked.askAll(t.Context(), func(*question) {}); err != nil {
					t.Fatal(err)
				}
				if took, least := time.Since(started), time.Duration(len(network.sent)-1)*pause; took < least {
					t.Errorf("%d requests took %s, which is more than two a second", len(network.sent), took)
				}
				if len(network.sent) > maxRequests {
					t.Errorf("%d requests were sent", len(network.sent))
				}
				for _, sent := range network.sent {
					method, path, _ := strings.Cut(sent, " ")
					listed := slices.ContainsFunc(permissions, func(p permission) bool { return p.method == method && p.path.MatchString(path) })
					if !listed && sent != "POST /oauth2/access_token" {
						t.Errorf("%s was sent", sent)
					}
				}
			})
		})
	}
}

func TestProbeStopsAtOnceWhereItIsAskedToSlowDown(t *testing.T) {
	t.Parallel()
	for _, after := range []int{3, 10, 30} {
		synctest.Test(t, func(t *testing.T) {
			asked, network := tenantOf(t, configOf(simulator.Unified), simulator.Options{Elements: 60})
			network.twist = func(_ *http.Request, response *http.Response) *http.Response {
				if len(network.sent) > after {
					response.StatusCode = http.StatusTooManyRequests
				}
				return response
			}
			read, stop := asked.askAll(t.Context(), func(*question) {})
			if !errors.Is(stop, errLimited) {
				t.Errorf("it stopped with %v", stop)
			}
			if len(network.sent) != after+1 {
				t.Errorf("%d requests were sent, the first 429 after %d", len(network.sent), after)
			}
			last := read.Answers[len(read.Answers)-1]
			if last.Class != classNotAsked || last.Evidence != errLimited.Error() {
				t.Errorf("the last answer is %+v", last)
			}
		})
	}
}

func TestInterruptedProbeSendsNothingMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked, network := tenantOf(t, configOf(simulator.Unified), simulator.Options{Elements: 60})
		ctx, interrupt := context.WithCancel(t.Context())
		network.twist = func(_ *http.Request, response *http.Response) *http.Response {
			if len(network.sent) == 7 {
				interrupt()
			}
			return response
		}
		if _, stop := asked.askAll(ctx, func(*question) {}); !errors.Is(stop, context.Canceled) {
			t.Errorf("it stopped with %v", stop)
		}
		if len(network.sent) != 7 {
			t.Errorf("%d requests were sent", len(network.sent))
		}
	})
}

func TestNoRequestIsSentBeyondTheBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := &answering{}
		watched := &guard{network: network, endpoint: parsed(t, endpoint)}
		for range maxRequests + 2 {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, endpoint+"/sdwan/v3.2/api/elements", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			response, err := watched.RoundTrip(request)
			if err == nil {
				_ = response.Body.Close()
			}
			if len(network.sent) == maxRequests && watched.requests() > maxRequests {
				t.Fatal("it was counted and not sent")
			}
			if err != nil && !errors.Is(err, errBudget) {
				t.Fatal(err)
			}
		}
		if len(network.sent) != maxRequests {
			t.Errorf("%d requests were sent", len(network.sent))
		}
	})
}
