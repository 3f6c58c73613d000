package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// inMemory serves a handler without a network, so that a test runs on virtual time.
type inMemory struct {
	handler http.Handler
	// sent lists method and path of each request.
	sent []string
	// twist may replace an answer.
	twist twist
}

// twist gives an answer in the place of another one.
type twist func(*http.Request, *http.Response) *http.Response

func (m *inMemory) RoundTrip(request *http.Request) (*http.Response, error) {
	served := request.Clone(request.Context())
	if served.Body == nil {
		served.Body = http.NoBody
	}
	m.sent = append(m.sent, request.Method+" "+request.URL.Path)
	recorder := httptest.NewRecorder()
	m.handler.ServeHTTP(recorder, served)
	response := recorder.Result()
	response.Request = request
	if m.twist != nil {
		return m.twist(request, response), nil
	}
	return response, nil
}

const (
	endpoint = "https://controller.test"
	tokenURL = "https://issuer.test/oauth2/access_token"
)

func configOf(form simulator.Form) sdwan.Config {
	if form == simulator.Legacy {
		return sdwan.Config{Endpoint: endpoint, Legacy: &sdwan.Legacy{AuthToken: simulator.AuthToken}}
	}
	return sdwan.Config{Endpoint: endpoint, Unified: &sdwan.Unified{
		ClientID: simulator.ClientID, ClientSecret: simulator.ClientSecret, TSGID: simulator.TSGID, TokenURL: tokenURL,
	}}
}

// tenantOf is a tenant of a simulated controller in memory.
func tenantOf(t *testing.T, config sdwan.Config, options simulator.Options) (*tenant, *inMemory) {
	t.Helper()
	controller, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	network := &inMemory{handler: controller}
	asked, err := newTenant(config, network)
	if err != nil {
		t.Fatal(err)
	}
	return asked, network
}

// probed runs every question against a controller, on virtual time.
func probed(t *testing.T, form simulator.Form, options simulator.Options) *report {
	t.Helper()
	var read *report
	synctest.Test(t, func(t *testing.T) {
		asked, _ := tenantOf(t, configOf(form), options)
		var stop error
		if read, stop = asked.askAll(t.Context(), func(*question) {}); stop != nil {
			t.Fatal(stop)
		}
	})
	return read
}
