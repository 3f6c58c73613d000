package sdwan

import (
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// spelled writes a request out as far as both versions of HTTP have it.
func spelled(r *http.Request, host string, body []byte) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s\nContent-Length: %d\n", r.Method, r.URL.RequestURI(), r.ContentLength)
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if name != "Content-Length" {
			fmt.Fprintf(&text, "%s: %s\n", name, strings.ReplaceAll(strings.Join(r.Header[name], ", "), host, "HOST"))
		}
	}
	fmt.Fprintf(&text, "\n%s\n", body)
	return text.String()
}

// spellings of all requests of one read over a version of HTTP.
func sentOver(t *testing.T, http2 bool, form simulator.Form) []string {
	t.Helper()
	var lock sync.Mutex
	var sent []string
	fake := new(controller)
	version := map[bool]int{false: 1, true: 2}[http2]
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.ProtoMajor != version || len(r.TransferEncoding) > 0 {
			t.Errorf("%s %s came over %s with the encoding %v and %v", r.Method, r.URL.Path, r.Proto, r.TransferEncoding, err)
		}
		lock.Lock()
		sent = append(sent, spelled(r, r.Host, body))
		lock.Unlock()
		fake.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = http2
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	client := clientOf(t, inMemoryConfig(nil), func(c *Config) {
		if form == simulator.Legacy {
			inLegacyForm(c)
			withoutTenant(c)
		} else {
			c.Unified.TokenURL = server.URL + "/oauth2/access_token"
		}
		c.Endpoint, c.CertificateAuthorities, c.UserAgent = server.URL, trusted, "an-agent/7"
	})
	if err := readOnce(t.Context(), client); err != nil {
		t.Error(err)
	}
	return sent
}

// A gateway may refuse a GET whose end is left open, as HTTP/2 can.
func TestRequestsAreTheSameOverBothVersionsOfHTTP(t *testing.T) {
	t.Parallel()
	const (
		query    = `{"sort_params":{"element_id":"asc"},"limit":1000,"dest_page":1}`
		unified  = "Authorization: Bearer " + fakeAccessToken + "\n"
		legacy   = "X-Auth-Token: " + simulator.AuthToken + "\n"
		agent    = "User-Agent: an-agent/7\n"
		encoding = "Accept-Encoding: gzip\n"
		accepts  = "Accept: application/json\n" + encoding
		json     = "Content-Type: application/json\n"
	)
	basic := Unified{ClientID: simulator.ClientID, ClientSecret: simulator.ClientSecret}.basic()
	form := "grant_type=client_credentials&scope=tsg_id%3A" + simulator.TSGID
	length := func(body string) string { return fmt.Sprintf("Content-Length: %d\n", len(body)) }
	for name, want := range map[simulator.Form][]string{
		simulator.Unified: {
			"POST /oauth2/access_token\n" + length(form) + encoding + "Authorization: Basic " + basic + "\n" +
				"Content-Type: application/x-www-form-urlencoded\n" + agent + "\n" + form + "\n",
			"GET " + unifiedProfilePath + "\n" + length("") + accepts + unified + agent + "\n\n",
			"POST " + unifiedQueryPath + "\n" + length(query) + accepts + unified + json + agent + "\n" + query + "\n",
		},
		simulator.Legacy: {
			"GET " + legacyProfilePath + "\n" + length("") + accepts + agent + legacy + "\n\n",
			"POST /v2.1/api/tenants/" + simulator.TenantID + queryPath + "\n" + length(query) + accepts + json + agent + legacy + "\n" + query + "\n",
		},
	} {
		for _, http2 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/HTTP2=%v", name, http2), func(t *testing.T) {
				t.Parallel()
				if diff := cmp.Diff(want, sentOver(t, http2, name)); diff != "" {
					t.Errorf("the requests differ (-want +sent):\n%s", diff)
				}
			})
		}
	}
}
