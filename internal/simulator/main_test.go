package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// bothForms are the two forms of the API.
var bothForms = []simulator.Form{simulator.Unified, simulator.Legacy}

// simulate makes a simulator that no server serves.
func simulate(t rapid.TB, options simulator.Options) *simulator.Simulator {
	t.Helper()
	s, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// start serves a simulator for the length of the test.
func start(t *testing.T, options simulator.Options) *simulator.Server {
	t.Helper()
	server, err := simulator.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// client is a client that follows the published API with net/http alone.
type client struct {
	t      *testing.T
	server *simulator.Server
	form   simulator.Form
	token  string
	agent  string
	http   *http.Client
}

const testAgent = "simulator-test/1"

// newClient is a client that has not signed in.
func newClient(t *testing.T, server *simulator.Server, form simulator.Form) *client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, server: server, form: form, agent: testAgent, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signedIn is a client whose session is primed.
func signedIn(t *testing.T, server *simulator.Server, form simulator.Form) *client {
	t.Helper()
	c := newClient(t, server, form)
	c.signIn()
	return c
}

func (c *client) signIn() {
	c.t.Helper()
	if c.form == simulator.Legacy {
		c.token = simulator.AuthToken
		return
	}
	c.token = c.newToken()
	if answer := c.profile(); answer.status != http.StatusOK {
		c.t.Fatalf("profile: %d %s", answer.status, answer.body)
	}
}

// profile reads the profile in the unified form.
func (c *client) profile() reply {
	c.t.Helper()
	return c.do(http.MethodGet, "/sdwan/v2.1/api/profile", "")
}

func (c *client) newToken() string {
	c.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"tsg_id:" + simulator.TSGID + " email profile"}}
	answer := c.requestToken("/oauth2/access_token", form, simulator.ClientID, simulator.ClientSecret)
	token, isText := answer.object()["access_token"].(string)
	if answer.status != http.StatusOK || !isText {
		c.t.Fatalf("token: %d %s", answer.status, answer.body)
	}
	return token
}

// requestToken asks for a token, with Basic authentication unless id is empty.
func (c *client) requestToken(path string, form url.Values, id, secret string) reply {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if id != "" {
		request.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	}
	return c.send(request)
}

// reply is an answer that has been read.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
	err    error
}

func (r reply) object() map[string]any {
	r.t.Helper()
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader(r.body))
	decoder.UseNumber()
	if err := decoder.Decode(&object); err != nil {
		r.t.Fatalf("answer %d is no JSON object: %v\n%.300s", r.status, err, r.body)
	}
	return object
}

// code is the code of the first error in an answer.
func (r reply) code() string {
	r.t.Helper()
	var body struct {
		Error []struct{ Code string } `json:"_error"`
	}
	if err := json.Unmarshal(r.body, &body); err != nil || len(body.Error) == 0 {
		return ""
	}
	return body.Error[0].Code
}

func (c *client) send(request *http.Request) reply {
	c.t.Helper()
	request.Header.Set("User-Agent", c.agent)
	response, err := c.http.Do(request)
	if err != nil {
		return reply{t: c.t, err: err}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return reply{c.t, response.StatusCode, response.Header, body, err}
}

func (c *client) do(method, path, body string) reply {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.server.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.form == simulator.Legacy {
		request.Header.Set("X-Auth-Token", c.token)
	} else {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return c.send(request)
}

var queryPaths = map[simulator.Form]string{
	simulator.Unified: "/sdwan/v2.1/api/software/current_status/query",
	simulator.Legacy:  "/v2.1/api/tenants/" + simulator.TenantID + "/software/current_status/query",
}

func (c *client) query(body string) reply {
	c.t.Helper()
	return c.do(http.MethodPost, queryPaths[c.form], body)
}

// handle has a simulator answer a query in the legacy form without a connection.
func handle(ctx context.Context, s http.Handler, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, queryPaths[simulator.Legacy], strings.NewReader(body))
	request.Header.Set("X-Auth-Token", simulator.AuthToken)
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, request)
	return answer
}

// page is the part of an envelope that most tests look at.
type page struct {
	Count      json.Number                  `json:"count"`
	TotalCount json.Number                  `json:"total_count"`
	Items      []map[string]json.RawMessage `json:"items"`
}

// rows makes a query that must succeed.
func (c *client) rows(body string) page {
	c.t.Helper()
	answer := c.query(body)
	if answer.status != http.StatusOK || answer.err != nil {
		c.t.Fatalf("query %s: %d %s %v", body, answer.status, answer.body, answer.err)
	}
	var got page
	if err := json.Unmarshal(answer.body, &got); err != nil {
		c.t.Fatalf("query %s: %v\n%.300s", body, err, answer.body)
	}
	return got
}

// values lists one field over the items of a page, still in JSON.
func (p page) values(field string) []string {
	values := make([]string, len(p.Items))
	for i, item := range p.Items {
		values[i] = string(item[field])
	}
	return values
}

// statusOf reads an item into the domain's row.
func statusOf(t *testing.T, item map[string]json.RawMessage) imagestatus.Status {
	t.Helper()
	var row imagestatus.Status
	texts := map[string]**string{
		"id": &row.ID, "element_id": &row.ElementID, "active_image_id": &row.ActiveImageID, "active_version": &row.ActiveVersion,
		"previous_image_id": &row.PreviousImageID, "rollback_version": &row.RollbackVersion, "upgrade_image_id": &row.UpgradeImageID,
		"upgrade_state": &row.UpgradeState, "scheduled_download": &row.ScheduledDownload, "scheduled_upgrade": &row.ScheduledUpgrade,
		"failure_info": &row.FailureInfo,
	}
	numbers := map[string]**int64{
		"download_percent": &row.DownloadPercent, "download_interval": &row.DownloadInterval, "upgrade_interval": &row.UpgradeInterval,
		"software_version_change_time": &row.SoftwareVersionChangeTime, "_etag": &row.Etag,
		"_created_on_utc": &row.CreatedOnUTC, "_updated_on_utc": &row.UpdatedOnUTC,
	}
	for name, into := range texts {
		decode(t, item[name], into)
	}
	for name, into := range numbers {
		decode(t, json.RawMessage(strings.TrimSuffix(strings.Trim(string(item[name]), `"`), ".0")), into)
	}
	return row
}

func decode(t *testing.T, raw json.RawMessage, into any) {
	t.Helper()
	if len(raw) == 0 {
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("decode %s: %v", raw, err)
	}
}

// everything reads the whole fleet by pages, sorted by element.
func (c *client) everything(limit string) []imagestatus.Status {
	c.t.Helper()
	var all []imagestatus.Status
	for number := 1; ; number++ {
		body, err := json.Marshal(map[string]any{"limit": limit, "dest_page": number, "sort_params": map[string]string{"element_id": "asc"}})
		if err != nil {
			c.t.Fatal(err)
		}
		got := c.rows(string(body))
		if len(got.Items) == 0 {
			return all
		}
		for _, item := range got.Items {
			all = append(all, statusOf(c.t, item))
		}
	}
}
