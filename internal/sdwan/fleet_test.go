package sdwan

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// Paths of the lists, spelt without the client's help.
const (
	elementsPath = "/sdwan/v3.2/api/elements"
	sitesPath    = "/sdwan/v4.13/api/sites"
)

// fakeFleet answers the queries and the unpaged lists of elements and sites.
// Ids are elements-001 and sites-001 and so on.
type fakeFleet struct {
	rows int
	// most is the largest page; larger ones are refused.
	most int64
	// replies stand in for the answers to a method and an ending of the path.
	replies map[string]http.HandlerFunc

	lock   sync.Mutex
	asked  []string
	bodies []string
}

func (f *fakeFleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind := "sites"
	if strings.Contains(r.URL.Path, "/elements") {
		kind = "elements"
	}
	var query wireQuery
	var body strings.Builder
	if r.Method == http.MethodPost && (!writeBody(&body, r) || json.Unmarshal([]byte(body.String()), &query) != nil) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.lock.Lock()
	f.asked, f.bodies = append(f.asked, r.Method+" "+r.URL.Path), append(f.bodies, body.String())
	f.lock.Unlock()
	for ending, reply := range f.replies {
		if strings.HasSuffix(r.Method+" "+r.URL.Path, ending) {
			reply(w, r)
			return
		}
	}
	if f.most > 0 && query.Limit > f.most {
		respond(http.StatusBadRequest, "application/json", `{"_error":[{"code":"INVALID_LIMIT_NUMBER"}]}`)(w, r)
		return
	}
	f.answer(w, r, kind, query)
}

// answer has the rows in falling order, so that the client has to sort them.
func (f *fakeFleet) answer(w http.ResponseWriter, r *http.Request, kind string, query wireQuery) {
	var items []string
	for number := f.rows; number > 0; number-- {
		items = append(items, fmt.Sprintf(`{"id":"%s-%03d","name":"n%d"}`, kind, number, number))
	}
	if r.Method == http.MethodGet {
		respond(http.StatusOK, "application/json", fmt.Sprintf(`{"count":%d,"items":[%s]}`, len(items), strings.Join(items, ",")))(w, r)
		return
	}
	page := items[min(int64(len(items)), (query.DestPage-1)*query.Limit):min(int64(len(items)), query.DestPage*query.Limit)]
	respond(http.StatusOK, "application/json", fmt.Sprintf(`{"count":%d,"total_count":%d,"items":[%s]}`, len(page), len(items), strings.Join(page, ",")))(w, r)
}

// requests lists what was asked, sorted.
func (f *fakeFleet) requests() []string {
	f.lock.Lock()
	defer f.lock.Unlock()
	return slices.Sorted(slices.Values(f.asked))
}

// clientOfFleet makes a client of a fleet, and gives what counts its sign-ins.
func clientOfFleet(t *testing.T, fleet *fakeFleet, edits ...func(*Config)) (*Client, *controller) {
	t.Helper()
	fake := &controller{query: fleet.ServeHTTP}
	return clientOf(t, inMemoryConfig(inMemory(fake)), edits...), fake
}

func elementIDs(elements []inventory.Element) []string {
	ids := make([]string, len(elements))
	for i := range elements {
		ids[i] = elements[i].ID
	}
	return ids
}

func siteIDs(sites []inventory.Site) []string {
	ids := make([]string, len(sites))
	for i := range sites {
		ids[i] = sites[i].ID
	}
	return ids
}

// listReads read the two lists and give ids.
var listReads = map[string]func(context.Context, *Client) ([]string, error){
	"elements": func(ctx context.Context, client *Client) ([]string, error) {
		elements, err := client.Elements(ctx)
		return elementIDs(elements), err
	},
	"sites": func(ctx context.Context, client *Client) ([]string, error) {
		sites, err := client.Sites(ctx)
		return siteIDs(sites), err
	},
}

var listPaths = map[string]string{"elements": elementsPath, "sites": sitesPath}

// idsOf are those of so many rows, in order.
func idsOf(kind string, rows int) []string {
	ids := make([]string, rows)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s-%03d", kind, i+1)
	}
	return ids
}

func wantIDs(t *testing.T, kind string, rows int, got []string, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(idsOf(kind, rows), got); diff != "" {
		t.Errorf("the %s differ (-want +got):\n%s", kind, diff)
	}
}

func TestListsAreReadPageByPageInTheOrderOfIDs(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		for kind, read := range listReads {
			t.Run(fmt.Sprintf("%s/%s", kind, form), func(t *testing.T) {
				t.Parallel()
				fleet := &fakeFleet{rows: 45}
				client, _ := clientOfFleet(t, fleet, formed(form), func(c *Config) { c.PageSize, c.MaxConcurrentRequests = 20, 1 })
				got, err := read(t.Context(), client)
				wantIDs(t, kind, 45, got, err)
				path := listPaths[kind]
				if form == simulator.Legacy {
					path = strings.NewReplacer("/sdwan", "", "/api", "/api/tenants/"+simulator.TenantID).Replace(path)
				}
				if diff := cmp.Diff(slices.Repeat([]string{"POST " + path + "/query"}, 3), fleet.requests()); diff != "" {
					t.Errorf("the requests differ (-want +sent):\n%s", diff)
				}
				if want := `{"sort_params":{"id":"asc"},"limit":20,"dest_page":1}`; fleet.bodies[0] != want {
					t.Errorf("the query is %s, want %s", fleet.bodies[0], want)
				}
			})
		}
	}
}

// The bodies of the two queries are equal.
func TestReadsOfTwoCollectionsAreNotJoinedAndThoseOfOneAre(t *testing.T) {
	t.Parallel()
	for name, replies := range map[string]map[string]http.HandlerFunc{
		"query": nil,
		"GET":   {"/query": respond(http.StatusNotFound, "application/json", "{}")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fleet := &fakeFleet{rows: 5, replies: replies}
				fake := &controller{query: slowly(fleet.ServeHTTP)}
				client := clientOf(t, inMemoryConfig(inMemory(fake)))
				var reads sync.WaitGroup
				for range 5 {
					for kind, read := range listReads {
						reads.Go(func() {
							got, err := read(t.Context(), client)
							if err != nil || !slices.Equal(got, idsOf(kind, 5)) {
								t.Errorf("the %s are %q, and the error is %v", kind, got, err)
							}
						})
					}
				}
				reads.Wait()
				elements, sites := "POST "+elementsPath+"/query", "POST "+sitesPath+"/query"
				want := []string{elements, elements, sites, sites} // One for the page that shows the end.
				if name == "GET" {
					want = []string{"GET " + elementsPath, "GET " + sitesPath, elements, sites}
				}
				if diff := cmp.Diff(want, fleet.requests()); diff != "" {
					t.Errorf("the requests differ (-want +sent):\n%s", diff)
				}
			})
		})
	}
}

// Lists that are read together end one another with the failure of the first as
// the cause. That is not the failure of the others: who joined them reads again.
func TestReadEndedByTheFailureOfAnotherIsCancelled(t *testing.T) {
	t.Parallel()
	other := &Error{Kind: KindForbidden, Operation: "read the elements", err: &lateError{}}
	ctx, end := context.WithCancelCause(t.Context())
	asked := make(chan struct{}, 1)
	fleet := &fakeFleet{replies: map[string]http.HandlerFunc{"/query": func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}}}
	client, _ := clientOfFleet(t, fleet, func(c *Config) { c.MaxRetries = 0 })
	go func() {
		<-asked
		end(other)
	}()
	_, err := client.Sites(ctx)
	failure := wantKind(t, err, KindCancelled)
	if failure == other || failure.Operation != "read the sites" {
		t.Errorf("got the failure of another read: %v", failure)
	}
}

func TestAcceptedPageSizeBelongsToItsCollection(t *testing.T) {
	t.Parallel()
	fleet := &fakeFleet{rows: 3, most: safePageSize}
	client, _ := clientOfFleet(t, fleet)
	for range 2 {
		if _, err := client.Elements(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.Sites(t.Context()); err != nil {
		t.Fatal(err)
	}
	var limits []int64
	for _, body := range fleet.bodies {
		var query wireQuery
		if err := json.Unmarshal([]byte(body), &query); err != nil {
			t.Fatal(err)
		}
		limits = append(limits, query.Limit)
	}
	if want := []int64{1000, 100, 3, 100, 3, 1000, 100, 3}; !slices.Equal(limits, want) {
		t.Errorf("pages of %v rows were asked for, want %v", limits, want)
	}
}

// denied answers as for a role that may not, or a path that is not there.
func denied(status int) http.HandlerFunc {
	return respond(status, "application/json", `{"_error":[{"code":"A"}]}`)
}

func TestRefusedQueryIsReplacedByTheUnpagedListForTheLifeOfTheClient(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusNotFound} {
		for kind, read := range listReads {
			t.Run(fmt.Sprintf("%s/%d", kind, status), func(t *testing.T) {
				t.Parallel()
				fleet := &fakeFleet{rows: 5, replies: map[string]http.HandlerFunc{"/query": denied(status)}}
				client, fake := clientOfFleet(t, fleet)
				got, err := read(t.Context(), client)
				wantIDs(t, kind, 5, got, err)
				queries := fake.count("/query")
				// A refused session is renewed first.
				if renewed := fake.count("/profile") > 1; renewed != (status == http.StatusForbidden) {
					t.Errorf("the profile was read %d times", fake.count("/profile"))
				}
				got, err = read(t.Context(), client)
				wantIDs(t, kind, 5, got, err)
				if again := fake.count("/query") - queries; again != 0 || fake.count(listPaths[kind]) != 2 {
					t.Errorf("the second read asked %d queries and %d lists in all", again, fake.count(listPaths[kind]))
				}
			})
		}
	}
}

func TestListRefusedInBothWaysNamesBoth(t *testing.T) {
	t.Parallel()
	for query, kind := range map[int]Kind{http.StatusForbidden: KindForbidden, http.StatusNotFound: KindNotFound} {
		for _, whole := range []int{http.StatusForbidden, http.StatusNotFound} {
			t.Run(fmt.Sprintf("%d and %d", query, whole), func(t *testing.T) {
				t.Parallel()
				fleet := &fakeFleet{replies: map[string]http.HandlerFunc{"/query": denied(query), "/elements": denied(whole)}}
				client, fake := clientOfFleet(t, fleet)
				_, err := client.Elements(t.Context())
				failure := wantKind(t, err, kind)
				wantText(t, failure.Error(), "read the elements: ", "the answer is "+statusText(query),
					"and to GET "+fakeEndpoint+elementsPath+" the answer is "+statusText(whole), "Request: POST "+fakeEndpoint+elementsPath+"/query")
				if failure.Subject != "elements" || failure.Status != query {
					t.Errorf("the error is about %q with status %d", failure.Subject, failure.Status)
				}
				// Access may be given meanwhile, so the query is asked again.
				before := fake.count("/query")
				if _, err = client.Elements(t.Context()); err == nil || fake.count("/query") == before {
					t.Errorf("the next read asked no query and ended with %v", err)
				}
			})
		}
	}
}

func TestListRefusedLaterNamesBothAndTheQueryIsAskedAgain(t *testing.T) {
	t.Parallel()
	fleet := &fakeFleet{rows: 2}
	whole := inTurn(func(w http.ResponseWriter, r *http.Request) { fleet.answer(w, r, "elements", wireQuery{}) }, denied(http.StatusNotFound))
	query := inTurn(denied(http.StatusNotFound), emptyPage)
	fleet.replies = map[string]http.HandlerFunc{"/query": query, "/elements": whole}
	client, _ := clientOfFleet(t, fleet)
	for step, want := range []string{"", "and to GET ", ""} {
		_, err := client.Elements(t.Context())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("read %d ended with %v, want %q", step+1, err, want)
		}
	}
}

func TestWhatIsNoRefusalOfTheQueryAsksForNoList(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fake *controller
		kind Kind
	}{
		"401":                 {playing("query", denied(http.StatusUnauthorized)), KindCredentials},
		"400":                 {playing("query", denied(http.StatusBadRequest)), KindRefused},
		"500":                 {playing("query", denied(http.StatusInternalServerError)), KindUnavailable},
		"another tenant":      {playing("query", respond(404, "application/json", `{"_error":[{"code":"TENANT_ID_INVALID_0001"}]}`)), KindTenant},
		"a sign-in with 403":  {playing("profile", denied(http.StatusForbidden)), KindForbidden},
		"a sign-in with 404":  {playing("profile", denied(http.StatusNotFound)), KindNotFound},
		"a row without an id": {playing("query", respond(200, "application/json", `{"items":[{"name":"a"}]}`)), KindMalformed},
		"a null row":          {playing("query", respond(200, "application/json", `{"items":[null]}`)), KindMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, inMemoryConfig(inMemory(test.fake)))
			_, err := client.Elements(t.Context())
			failure := wantKind(t, err, test.kind)
			if got := test.fake.count("/elements"); got != 0 || strings.Contains(failure.Problem, " to GET ") {
				t.Errorf("%d lists were asked for, and the error is %v", got, failure)
			}
		})
	}
}

// queryRefused makes the unpaged list the only way, with an answer of its own.
func queryRefused(list http.HandlerFunc) *fakeFleet {
	return &fakeFleet{rows: 3, replies: map[string]http.HandlerFunc{"/query": denied(http.StatusNotFound), "/sites": list}}
}

func TestUnpagedListIsCompleteOrAnError(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		sites int
		kind  Kind
	}{
		`{"items":[]}`:           {0, ""},
		`{"count":0,"items":[]}`: {0, ""},
		`{"items":[{"id":"sites-002"},{"id":"sites-001"}]}`:                                 {2, ""},
		`{"count":"2","id":"x","type":"t","items":[{"id":"sites-001"},{"id":"sites-002"}]}`: {2, ""},
		`{"count":null,"items":[{"id":"sites-001"},{"id":"sites-001"}]}`:                    {1, ""},
		`{"count":3,"items":[{"id":"sites-001"},{"id":"sites-002"}]}`:                       {0, KindInconsistent},
		`{"count":0,"items":[{"id":"sites-001"}]}`:                                          {0, KindInconsistent},
		`{"total_count":2,"items":[{"id":"sites-001"}]}`:                                    {0, KindInconsistent},
		`{"count":1}`:                                 {0, KindMalformed},
		`{"count":1,"items":null}`:                    {0, KindMalformed},
		`{"count":1,"items":{}}`:                      {0, KindMalformed},
		`[]`:                                          {0, KindMalformed},
		`{"count":1,"items":[{"id":""}]}`:             {0, KindMalformed},
		`{"count":1,"items":[{"id":"sites-001"}`:      {0, KindMalformed},
		`{"_error":[{"code":"INTERNAL"}],"items":[]}`: {0, KindUnavailable},
		`{"_status_code":"500","items":[]}`:           {0, KindMalformed},
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			client, _ := clientOfFleet(t, queryRefused(respond(http.StatusOK, "application/json", body)))
			sites, err := client.Sites(t.Context())
			if want.kind == "" {
				wantIDs(t, "sites", want.sites, siteIDs(sites), err)
				return
			}
			failure := wantKind(t, err, want.kind)
			if sites != nil || failure.Subject != "sites" {
				t.Errorf("got %v, and an error about %q", sites, failure.Subject)
			}
		})
	}
}

// A GET passes the same renewals, holds and retries as a query.
func TestUnpagedListIsTriedAgainAsQueriesAre(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]http.HandlerFunc{
		"401": denied(http.StatusUnauthorized), "403": denied(http.StatusForbidden), "500": denied(http.StatusInternalServerError),
		"429": comeBack(http.StatusTooManyRequests, text("7"), "{}"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fleet := queryRefused(nil)
				fleet.replies["/sites"] = inTurn(first, func(w http.ResponseWriter, r *http.Request) { fleet.answer(w, r, "sites", wireQuery{}) })
				client, fake := clientOfFleet(t, fleet)
				began := time.Now()
				sites, err := client.Sites(t.Context())
				wantIDs(t, "sites", 3, siteIDs(sites), err)
				if took := time.Since(began); name == "429" && took < 7*time.Second {
					t.Errorf("the list was asked for again after %s", took)
				}
				if got := fake.count("/sites"); got != 2 {
					t.Errorf("%d lists were asked for, want 2", got)
				}
			})
		})
	}
}

func TestUnpagedListThatFailsOtherwiseSaysWhyItWasAsked(t *testing.T) {
	t.Parallel()
	client, _ := clientOfFleet(t, queryRefused(denied(http.StatusServiceUnavailable)))
	_, err := client.Sites(t.Context())
	failure := wantKind(t, err, KindUnavailable)
	wantText(t, failure.Error(), "read the sites: ", "the answer is 503 Service Unavailable",
		"because to POST "+fakeEndpoint+sitesPath+"/query the answer is 404 Not Found")
}

func TestListsByIDHoldWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	asked := []string{"elements-003", "elements-001", "elements-003"}
	one := respond(http.StatusOK, "application/json", `{"total_count":2,"items":[{"id":"elements-001"},{"id":"elements-003"}]}`)
	fleet := &fakeFleet{replies: map[string]http.HandlerFunc{"/query": one}}
	client, _ := clientOfFleet(t, fleet)
	elements, err := client.ElementsByID(t.Context(), asked)
	if err != nil || !slices.Equal(elementIDs(elements), []string{"elements-001", "elements-003"}) {
		t.Errorf("got %v and %v", elements, err)
	}
	// Both came, so that no page past them is needed.
	if want := []string{`{"query_params":{"id":{"in":["elements-001","elements-003"]}},"sort_params":{"id":"asc"},"limit":1000,"dest_page":1}`}; !slices.Equal(fleet.bodies, want) {
		t.Errorf("the queries are %q, want %q", fleet.bodies, want)
	}

	_, err = client.ElementsByID(t.Context(), []string{"elements-001"})
	failure := wantKind(t, err, KindFilterIgnored)
	wantText(t, failure.Error(), `read the elements: filter ignored: the controller returned element "elements-003"`)

	unpaged, _ := clientOfFleet(t, queryRefused(func(w http.ResponseWriter, r *http.Request) {
		(&fakeFleet{rows: 3}).answer(w, r, "sites", wireQuery{})
	}))
	sites, err := unpaged.SitesByID(t.Context(), []string{"sites-002", "sites-009"})
	if err != nil || !slices.Equal(siteIDs(sites), []string{"sites-002"}) {
		t.Errorf("got %v and %v", sites, err)
	}
}

func TestManyIDsAreKeptOutOfTheWholeList(t *testing.T) {
	t.Parallel()
	asked := make([]string, maxNamed+1)
	for i := range asked {
		asked[i] = fmt.Sprintf("elements-%03d", i+2)
	}
	paged := &fakeFleet{rows: 3}
	unpaged := queryRefused(func(w http.ResponseWriter, r *http.Request) {
		(&fakeFleet{rows: 3}).answer(w, r, "elements", wireQuery{})
	})
	for name, fleet := range map[string]*fakeFleet{"queries": paged, "one list": unpaged} {
		client, _ := clientOfFleet(t, fleet)
		elements, err := client.ElementsByID(t.Context(), asked)
		if err != nil || !slices.Equal(elementIDs(elements), []string{"elements-002", "elements-003"}) {
			t.Errorf("%s: got %v and %v", name, elementIDs(elements), err)
		}
	}
	for _, body := range paged.bodies {
		if strings.Contains(body, "query_params") {
			t.Errorf("the controller was asked for ids: %.80s", body)
		}
	}
}

func TestNoIDIsNoRequest(t *testing.T) {
	t.Parallel()
	client, fake := clientOfFleet(t, &fakeFleet{rows: 3})
	for _, ids := range [][]string{nil, {}} {
		elements, err := client.ElementsByID(t.Context(), ids)
		sites, second := client.SitesByID(t.Context(), ids)
		if err != nil || second != nil || len(elements)+len(sites) != 0 || len(fake.requests) != 0 {
			t.Errorf("got %v, %v, %v, %v and %d requests", elements, sites, err, second, len(fake.requests))
		}
	}
}

func TestObserverIsToldTheBodiesOfEveryCollection(t *testing.T) {
	t.Parallel()
	var told []Attempt
	fleet := queryRefused(respond(http.StatusOK, "application/json", `{"items":[]}`))
	client, _ := clientOfFleet(t, fleet, func(c *Config) {
		c.ObserveBodies = true
		c.Observe = func(_ context.Context, attempt Attempt) { told = append(told, attempt) }
	})
	if _, err := client.Sites(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, attempt := range told {
		signsIn := !strings.Contains(attempt.URL, "/sites")
		if signsIn != (attempt.ResponseBody == "") || (attempt.RequestBody != "") != strings.HasSuffix(attempt.URL, "/query") {
			t.Errorf("of %s %s, the bodies are told as %q and %q", attempt.Method, attempt.URL, attempt.RequestBody, attempt.ResponseBody)
		}
	}
	if len(told) != 4 {
		t.Errorf("%d requests were told, want 4", len(told))
	}
}

// exampleElement has the fields that were recorded, and those of a pair.
const exampleElement = `{"id":"1773934978552002945","name":"BR-FRA-01","site_id":"1700000000000002945","role":"SPOKE","model_name":"ion 3200",
 "serial_number":"S1","hw_id":"H1","software_version":"6.3.6-b9","state":"bound","connected":true,"tags":["canary"],"cluster_id":null,
 "allowed_roles":["HUB","SPOKE"],"spoke_ha_config":{"cluster_id":"17","enable":true,"priority":200,"track":{"interfaces":null}},
 "hub_cluster_config":null,"admin_action":null,"_etag":7}`

// rowsIn reads the rows of a body, which must be a good answer.
func rowsIn[Wire, Row any](t *testing.T, of collection[Wire, Row], body string) []Row {
	t.Helper()
	page, failure := pageOf[Wire](&answer{status: 200, body: []byte(body)}, new(exchange))
	if failure != nil {
		t.Fatalf("%s: %v", body, failure)
	}
	rows := make([]Row, len(page.Items))
	for i := range page.Items {
		rows[i] = of.row(&page.Items[i])
	}
	return rows
}

func TestElementIsReadInEverySpelling(t *testing.T) {
	t.Parallel()
	whole := inventory.Element{
		ID: "1773934978552002945", Name: new("BR-FRA-01"), SiteID: new("1700000000000002945"), Role: new("SPOKE"), ModelName: new("ion 3200"),
		SerialNumber: new("S1"), HardwareID: new("H1"), SoftwareVersion: new("6.3.6-b9"), State: new("bound"), Connected: new(true),
		Tags: []string{"canary"}, HAGroupID: new("17"), HAEnabled: new(true),
	}
	for item, want := range map[string]inventory.Element{
		exampleElement: whole,
		`{"id":"1","name":null,"site_id":null,"role":null,"model_name":null,"serial_number":null,"hw_id":null,"software_version":null,"state":null,"connected":null,"tags":null,"cluster_id":null,"spoke_ha_config":null}`: {ID: "1"},
		`{"id":"1"}`: {ID: "1"},
		`{"id":"1","name":"","tags":[],"connected":false,"spoke_ha_config":{}}`:                      {ID: "1", Name: new(""), Tags: []string{}, Connected: new(false)},
		`{"id":1773934978552002945,"site_id":1,"cluster_id":17}`:                                     {ID: "1773934978552002945", SiteID: new("1"), HubClusterID: new("17")},
		`{"id":"1","connected":"true","spoke_ha_config":{"cluster_id":"","enable":"false"}}`:         {ID: "1", Connected: new(true), HAGroupID: new(""), HAEnabled: new(false)},
		`{"id":"1","spoke_ha_config":{"cluster_id":null,"enable":null,"priority":"x"},"new":[1,{}]}`: {ID: "1"},
	} {
		if diff := cmp.Diff([]inventory.Element{want}, rowsIn(t, elementCollection, `{"items":[`+item+`]}`)); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", item, diff)
		}
	}
}

func TestSiteIsReadInEverySpelling(t *testing.T) {
	t.Parallel()
	for item, want := range map[string]inventory.Site{
		`{"id":"17","name":"Frankfurt","tags":["canary","maint:1100UTC"],"element_cluster_role":"SPOKE","address":{"city":"x"}}`: {ID: "17", Name: new("Frankfurt"), Tags: []string{"canary", "maint:1100UTC"}},
		`{"id":17,"name":null,"tags":null}`: {ID: "17"},
		`{"id":"17"}`:                       {ID: "17"},
	} {
		if diff := cmp.Diff([]inventory.Site{want}, rowsIn(t, siteCollection, `{"items":[`+item+`]}`)); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", item, diff)
		}
	}
}

func TestWrongTypesOfAnElementNameTheField(t *testing.T) {
	t.Parallel()
	for item, problem := range map[string]string{
		`{"id":true}`:            "the field items.id holds a value",
		`{"id":1.5}`:             "the field items.id holds a value",
		`{"site_id":["1"]}`:      "the field items.site_id holds a value",
		`{"name":7}`:             "the field items.name holds a number",
		`{"tags":"canary"}`:      "the field items.tags holds a text",
		`{"connected":1}`:        "the field items.connected holds a value that is neither true nor false, 1",
		`{"connected":"yes"}`:    `the field items.connected holds a value that is neither true nor false, "yes"`,
		`{"spoke_ha_config":[]}`: "the field items.spoke_ha_config holds a list",
		`{"spoke_ha_config":{"enable":"` + strings.Repeat("x", 99) + `"}}`: "the field items.spoke_ha_config.enable holds a value that is neither true nor false",
	} {
		_, failure := pageOf[wireElement](&answer{status: 200, body: []byte(`{"items":[` + item + `]}`)}, new(exchange))
		if failure == nil || failure.Kind != KindMalformed || !strings.Contains(failure.Problem, problem) || strings.Contains(failure.Problem, "xxx") {
			t.Errorf("%s: got %v, want %q", item, failure, problem)
		}
	}
}

// fuzzRows holds that an accepted answer has items, that each row has its id or
// is anonymous, and that nothing panics.
func fuzzRows[Wire, Row any](f *testing.F, of collection[Wire, Row], seeds ...string) {
	f.Helper()
	for _, seed := range append(seeds, `{"items":[]}`, `{"items":[null,{"id":7}]}`, `{"count":"1","items":null}`, `{"_error":[{"code":"A"}]}`, ``, `[]`, nested(50, `{"items":[]}`)) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		page, failure := pageOf[Wire](&answer{status: 200, body: body}, new(exchange))
		if (page == nil) == (failure == nil) {
			t.Fatalf("a page (%v) and an error (%v)", page, failure)
		}
		if failure != nil {
			_ = failure.Error()
			return
		}
		var raw struct {
			Items []struct {
				ID any `json:"id"`
			} `json:"items"`
		}
		if err := json.Unmarshal(jsonText(body), &raw); err != nil || len(raw.Items) != len(page.Items) {
			t.Fatalf("%d items are read as %d (%v)", len(raw.Items), len(page.Items), err)
		}
		for i := range page.Items {
			row := of.row(&page.Items[i])
			id := of.identity(&row)
			if text, is := raw.Items[i].ID.(string); is && id != text || raw.Items[i].ID == nil && id != "" {
				t.Errorf("the id %v is read as %q", raw.Items[i].ID, id)
			}
		}
	})
}

func FuzzDecodeElements(f *testing.F) {
	fuzzRows(f, elementCollection, `{"items":[`+exampleElement+`]}`, `{"items":[{"connected":"true","spoke_ha_config":{"enable":1}}]}`)
}

func FuzzDecodeSites(f *testing.F) {
	fuzzRows(f, siteCollection, `{"count":1,"items":[{"id":"17","name":"Frankfurt","tags":["canary"]}]}`)
}
