package sdwan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// contractFolder holds the facts of the vendor's OpenAPI description, which
// "make contract" compares with the description itself.
const contractFolder = "../simulator/testdata/contract"

// contracts are the descriptions of the two forms, with the path of the query
// and that of the profile.
var contracts = map[simulator.Form]struct{ file, query, profile string }{
	simulator.Unified: {"unified.json", unifiedQueryPath, unifiedProfilePath},
	simulator.Legacy:  {"legacy.json", "/v2.1/api/tenants/{tenant_id}" + queryPath, legacyProfilePath},
}

func loadContract(t *testing.T, form simulator.Form) *openapi3.T {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromFile(filepath.Join(contractFolder, contracts[form].file))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// contract is what one form documents.
type contract struct {
	document                 *openapi3.T
	request, answer, profile *openapi3.Schema
}

func (c *contract) operation(t *testing.T, path, method string) *openapi3.Operation {
	t.Helper()
	item := c.document.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		t.Fatalf("the description has no %s %s", method, path)
	}
	return item.GetOperation(method)
}

func contractOf(t *testing.T, form simulator.Form) *contract {
	t.Helper()
	c := &contract{document: loadContract(t, form)}
	query := c.operation(t, contracts[form].query, http.MethodPost)
	c.request = query.RequestBody.Value.Content.Get("application/json").Schema.Value
	c.answer = query.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema.Value
	profile := c.operation(t, contracts[form].profile, http.MethodGet)
	c.profile = profile.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema.Value
	return c
}

// schema gives a schema by its name.
func (c *contract) schema(t *testing.T, name string) *openapi3.Schema {
	t.Helper()
	found := c.document.Components.Schemas[name]
	if found == nil {
		t.Fatalf("the description has no schema %s", name)
	}
	return found.Value
}

// wantValid fails unless a body satisfies a schema.
func wantValid(t *testing.T, schema *openapi3.Schema, body []byte) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if err := schema.VisitJSON(withoutNulls(value), openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails()); err != nil {
		t.Errorf("%v\nin %.2000s", err, body)
	}
}

// withoutNulls takes null members out of objects. The description declares
// nothing nullable, and yet absent values come as null (observed): null means
// absent, on this page as in the client.
func withoutNulls(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			if member == nil {
				delete(value, key)
				continue
			}
			value[key] = withoutNulls(member)
		}
	case []any:
		for i := range value {
			value[i] = withoutNulls(value[i])
		}
	}
	return value
}

func TestContractTellsGoodFromBad(t *testing.T) {
	t.Parallel()
	c := contractOf(t, simulator.Unified)
	for body, valid := range map[string]bool{
		`{"limit":100,"sort_params":{"id":"asc"}}`:      true,
		`{"limit":2147483647,"aggregate":null}`:         true,
		`{"limit":"100"}`:                               false,
		`{"limit":1.5}`:                                 false,
		`{"query_params":[]}`:                           false,
		`{"group_by":[1]}`:                              false,
		`{"aggregate":{"operator":"median"}}`:           false,
		`{"aggregate":{"operator":"max","field":true}}`: false,
	} {
		var value any
		if err := json.Unmarshal([]byte(body), &value); err != nil {
			t.Fatal(err)
		}
		if err := c.request.VisitJSON(withoutNulls(value)); (err == nil) != valid {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// fullQuery sets everything that a query can set.
func fullQuery(t *testing.T) imagestatus.Query {
	t.Helper()
	selection, err := imagestatus.SelectFilters([]string{"1773934978552002945"}, []imagestatus.Filter{
		{Field: "upgrade_state", Operator: imagestatus.OperatorNeq, Values: []string{"failed"}},
		{Field: "download_percent", Operator: imagestatus.OperatorGte, Values: []string{"0"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return imagestatus.Query{
		Selection: selection, Sort: &imagestatus.Sort{Field: "active_version", Descending: true}, Limit: 10, Page: 1,
		Request: imagestatus.Request{
			GetDeleted: new(true), ID: new("q1"), LastQueryTS: new(int64(1773935101223)), NextQuery: json.RawMessage(`{"limit":{"eq":100}}`),
			RetrievedFields: []string{"upgrade_state"}, RetrievedFieldsMask: new(false), SortCaseInsensitive: new(true), TotalCount: new(int64(7)),
		},
	}
}

// sentBodies gives the bodies of all queries that a client sends for reads and
// aggregates of several shapes.
func sentBodies(t *testing.T, form simulator.Form) []string {
	t.Helper()
	simulated := newSimulator(t, simulator.Options{Elements: 12, Seed: 1})
	client := clientOf(t, inMemoryConfig(inMemory(simulated)), formed(form), func(c *Config) { c.PageSize = 5 })
	params, err := imagestatus.SelectParams(`{"or":{"upgrade_state":{"eq":"complete"},"active_version":{"re":"^6"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	full := fullQuery(t)
	for name, query := range map[string]imagestatus.Query{
		"everything set": full, "nothing set": {}, "query_params": {Selection: params}, "limit": {Limit: 3, Sort: &imagestatus.Sort{Field: "id"}},
	} {
		if _, _, err := readAll(t.Context(), client, query); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, operator := range imagestatus.AggregateOperators() {
		asked := imagestatus.Aggregate{
			Operator: operator, Field: "download_percent", GroupBy: []string{"upgrade_state", "active_version"},
			Name: new("n"), Statistic: new("s"), Unit: new("u"),
		}
		for _, how := range Computes() {
			for _, query := range []imagestatus.Query{{}, full} {
				query.Request.RetrievedFields, query.Page = nil, 0
				if _, err := client.Aggregate(t.Context(), query, asked, how); err != nil && KindOf(err) != KindNoAggregate {
					t.Errorf("%s, %s: %v", operator, how, err)
				}
			}
		}
	}
	var bodies []string
	for _, request := range simulated.Requests() {
		if request.Kind == simulator.RequestQuery {
			bodies = append(bodies, request.Body)
		}
	}
	return bodies
}

// formed picks the form of the sign-in.
func formed(form simulator.Form) func(*Config) {
	return func(c *Config) {
		if form == simulator.Legacy {
			inLegacyForm(c)
		}
	}
}

func TestEveryQueryKeepsTheContract(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			c := contractOf(t, form)
			sent := make(map[string]bool)
			for _, body := range sentBodies(t, form) {
				wantValid(t, c.request, []byte(body))
				var keys map[string]json.RawMessage
				if err := json.Unmarshal([]byte(body), &keys); err != nil {
					t.Fatal(err)
				}
				for key := range keys {
					sent[key] = true
				}
			}
			// Nothing undocumented is sent, and all that is documented can be.
			want := slices.DeleteFunc(properties(c.request), func(name string) bool { return slices.Contains(neverSent, name) })
			if diff := cmp.Diff(want, sortedNames(sent)); diff != "" {
				t.Errorf("the keys of the bodies differ from the contract (-contract +sent):\n%s", diff)
			}
		})
	}
}

// neverSent are the documented body fields without a use: _etag is ignored for
// a POST, and isReadPreferenceSecondary never crosses the wire (documented).
var neverSent = []string{"_etag", "isReadPreferenceSecondary"}

// properties lists the property names of a schema and of what it is made of.
func properties(schema *openapi3.Schema) []string {
	names := make(map[string]bool)
	for name := range schema.Properties {
		names[name] = true
	}
	for _, part := range schema.AllOf {
		for _, name := range properties(part.Value) {
			names[name] = true
		}
	}
	return sortedNames(names)
}

func sortedNames(names map[string]bool) []string {
	list := make([]string, 0, len(names))
	for name := range names {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// wireNames lists the names that a struct has on the wire.
func wireNames(wire reflect.Type) []string {
	names := make(map[string]bool)
	for field := range wire.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" {
			names[name] = true
		}
	}
	return sortedNames(names)
}

func TestEveryDocumentedFieldHasItsPlace(t *testing.T) {
	t.Parallel()
	both := []simulator.Form{simulator.Unified, simulator.Legacy}
	for name, test := range map[string]struct {
		schema string
		wire   reflect.Type
		forms  []simulator.Form
		// left are documented and without a place.
		left []string
		// besides are read although they are not documented here.
		besides []string
	}{
		"query":     {"ElementImageStatusQuery", reflect.TypeFor[wireQuery](), both, neverSent, nil},
		"aggregate": {"Aggregate", reflect.TypeFor[wireAggregate](), both, []string{"data"}, nil},
		"item": {
			"ElementImageStatusQueryFilterV2N1", reflect.TypeFor[wireStatus](), both, nil,
			[]string{"_created_on_utc", "_updated_on_utc"}, // Observed.
		},
		"unified envelope": {
			"ListQueryResponse", reflect.TypeFor[statusPage](), []simulator.Form{simulator.Unified}, nil,
			[]string{"items", "tenant_id"}, // The items come from another schema, the tenant in the legacy form.
		},
		"legacy envelope": {
			"ListQueryResponse", reflect.TypeFor[statusPage](), []simulator.Form{simulator.Legacy}, nil,
			[]string{"items", "description"}, // The description comes in the unified form.
		},
	} {
		for _, form := range test.forms {
			t.Run(fmt.Sprintf("%s/%s", name, form), func(t *testing.T) {
				t.Parallel()
				want := append(properties(contractOf(t, form).schema(t, test.schema)), test.besides...)
				want = slices.DeleteFunc(want, func(name string) bool { return slices.Contains(test.left, name) })
				slices.Sort(want)
				if diff := cmp.Diff(want, wireNames(test.wire)); diff != "" {
					t.Errorf("fields differ (-contract +client):\n%s", diff)
				}
			})
		}
	}
}

func TestQueryHasSixteenDocumentedFields(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		c := contractOf(t, form)
		if got := properties(c.request); len(got) != 16 {
			t.Errorf("%s: the query has %d fields: %q", form, len(got), got)
		}
		for _, name := range neverSent {
			if !slices.Contains(properties(c.request), name) {
				t.Errorf("%s: %s is left out for no reason", form, name)
			}
		}
		want := []string{
			"count", "deleted_count", "deleted_ids", "description", "id", "items", "next_query", "total_count",
		}
		if form == simulator.Legacy {
			want = append(want[:3], "id", "items", "next_query", "tenant_id", "total_count")
		}
		if diff := cmp.Diff(want, properties(c.answer)); diff != "" {
			t.Errorf("%s: the answer has other fields (-want +got):\n%s", form, diff)
		}
	}
}

// recorder keeps the answers to profiles and queries.
type recorder struct {
	next http.RoundTripper

	lock     sync.Mutex
	profiles [][]byte
	pages    [][]byte
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.next.RoundTrip(request)
	if err != nil || response.StatusCode != http.StatusOK {
		return response, err
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		return nil, err
	}
	response.Body = respondWith(body.Bytes())
	r.lock.Lock()
	defer r.lock.Unlock()
	switch {
	case strings.HasSuffix(request.URL.Path, "/profile"):
		r.profiles = append(r.profiles, body.Bytes())
	case strings.HasSuffix(request.URL.Path, queryPath):
		r.pages = append(r.pages, body.Bytes())
	}
	return response, nil
}

func TestEveryAnswerOfTheSimulatorKeepsTheContract(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		c := contractOf(t, form)
		for _, position := range simulator.SwitchPositions() {
			t.Run(fmt.Sprintf("%s/%s/%s", position.Name, position.Position, form), func(t *testing.T) {
				t.Parallel()
				var switches simulator.Switches
				position.Apply(&switches)
				var recorded *recorder
				synctest.Test(t, func(t *testing.T) { recorded = answersOf(t, form, switches) })
				if len(recorded.profiles) == 0 || len(recorded.pages) == 0 != position.Denied {
					t.Errorf("%d profiles and %d pages were answered", len(recorded.profiles), len(recorded.pages))
				}
				for _, body := range recorded.profiles {
					wantValid(t, c.profile, body)
				}
				for _, body := range recorded.pages {
					if position.Name == "NumbersAsText" {
						// This position is there to break the contract.
						body = textsAsNumbers.ReplaceAll(body, []byte("$1$2"))
					}
					wantValid(t, c.answer, body)
				}
			})
		}
	}
}

// textsAsNumbers finds the integers that are spelt as texts, by their keys.
var textsAsNumbers = regexp.MustCompile(
	`("(?:count|total_count|deleted_count|aggregated_value|value|_etag|_schema|[a-z_]*_utc|download_percent|[a-z]*_interval|software_version_change_time)":)"(-?\d+)"`)

// answersOf reads, filters, projects and aggregates, and keeps the answers.
func answersOf(t *testing.T, form simulator.Form, switches simulator.Switches) *recorder {
	t.Helper()
	simulated := newSimulator(t, simulator.Options{Elements: 40, Seed: 1, Scenario: "mixed", Switches: switches})
	for _, row := range simulated.Rows() {
		// The scenario holds a state that the contract does not.
		if row.State() == simulator.UnlistedState {
			if err := simulated.SetState(row.Element(), "invalid"); err != nil {
				t.Fatal(err)
			}
		}
	}
	recorded := &recorder{next: inMemory(simulated)}
	client := clientOf(t, inMemoryConfig(recorded), formed(form), func(c *Config) {
		if c.Legacy != nil {
			withoutTenant(c)
		}
	})
	full := fullQuery(t)
	full.Page, full.Request.RetrievedFields = 0, nil
	projected := imagestatus.Query{Request: imagestatus.Request{RetrievedFields: []string{"upgrade_state", "active_version"}}}
	for _, query := range []imagestatus.Query{{}, {Limit: 7, Page: 2}, full, projected} {
		// Some positions fail some reads; what is answered counts here.
		_, _, _ = readAll(t.Context(), client, query)
	}
	for _, operator := range imagestatus.AggregateOperators() {
		for _, groupBy := range [][]string{nil, {"upgrade_state"}} {
			asked := imagestatus.Aggregate{Operator: operator, Field: "download_percent", GroupBy: groupBy, Unit: new("percent")}
			_, _ = client.Aggregate(t.Context(), imagestatus.Query{}, asked, ComputeController)
		}
	}
	return recorded
}
