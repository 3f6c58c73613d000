package simulator_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// contractFolder holds the facts of the vendor's OpenAPI description, which
// "make contract" compares with the description itself.
const contractFolder = "testdata/contract"

func fleetContract(t *testing.T, form simulator.Form) *openapi3.T {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromFile(filepath.Join(contractFolder, string(form)+".json"))
	if err != nil {
		t.Fatal(err)
	}
	// The documented states are Java names; recorded ones are spelt otherwise.
	for _, name := range []string{"ElementV3N2", "ElementQueryFilterV3N2"} {
		element := document.Components.Schemas[name].Value
		element.Properties["state"].Value.Enum = nil
		// An element without a site can have a null in its place.
		element.Required = nil
	}
	return document
}

// withoutNulls takes null members out of objects: the description declares nothing
// nullable, and yet absent values come as null (observed).
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

func wantValid(t *testing.T, schema *openapi3.SchemaRef, body []byte) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if err := schema.Value.VisitJSON(withoutNulls(value), openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails()); err != nil {
		t.Errorf("%v\nin %.1000s", err, body)
	}
}

// fleetEndpoints are the lists of the fleet, with a body that each takes.
var fleetEndpoints = []struct{ method, version, path, body string }{
	{http.MethodPost, "v3.2", "elements/query", `{"limit":1000,"dest_page":1,"sort_params":{"id":"asc"},"query_params":{"site_id":{"neq":"7"}}}`},
	{http.MethodGet, "v3.2", "elements", ""},
	{http.MethodPost, "v4.13", "sites/query", `{"limit":1000,"sort_params":{"name":"desc"},"region_group_by":null,"view":null}`},
	{http.MethodGet, "v4.13", "sites", ""},
	{http.MethodGet, "v2.4", "element_images", ""},
}

func TestListsOfTheFleetKeepTheContract(t *testing.T) {
	t.Parallel()
	for _, form := range bothForms {
		document := fleetContract(t, form)
		for _, position := range simulator.SwitchPositions() {
			if slices.Contains([]string{"NumbersAsText", "UnknownRole"}, position.Name) {
				continue // These are there to break the contract.
			}
			t.Run(string(form)+"/"+position.Name+"/"+position.Position, func(t *testing.T) {
				t.Parallel()
				var switches simulator.Switches
				position.Apply(&switches)
				server := start(t, simulator.Options{Elements: 103, Switches: switches})
				c := signedIn(t, server, form)
				for _, endpoint := range fleetEndpoints {
					path := c.neighbour(endpoint.version, endpoint.path)
					documented := "/" + endpoint.version + "/api/tenants/{tenant_id}/" + endpoint.path
					if form == simulator.Unified {
						documented = path
					}
					operation := document.Paths.Value(documented).GetOperation(endpoint.method)
					if operation.RequestBody != nil {
						wantValid(t, operation.RequestBody.Value.Content.Get("application/json").Schema, []byte(endpoint.body))
					}
					answer := c.do(endpoint.method, path, endpoint.body)
					if answer.status == http.StatusOK {
						wantValid(t, operation.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema, answer.body)
					} else if !position.Denied && !position.Fleet && position.Name != "MaxLimit" {
						t.Errorf("%s: got %d %s", path, answer.status, answer.body)
					}
				}
			})
		}
	}
}

// Every documented field is in every item, and every documented key of a body
// is known.
func TestListsOfTheFleetAreComplete(t *testing.T) {
	t.Parallel()
	for _, form := range bothForms {
		document := fleetContract(t, form)
		server := start(t, simulator.Options{Elements: 2, Switches: simulator.Switches{UnknownKeys: simulator.UnknownRefused}})
		c := signedIn(t, server, form)
		for _, endpoint := range []struct{ version, path, item, body string }{
			{"v3.2", "elements", "ElementV3N2", "ElementQuery"},
			{"v4.13", "sites", "SiteV4N13", "SiteQuery"},
			{"v2.4", "element_images", "ElementImageV2N4", ""},
		} {
			path := c.neighbour(endpoint.version, endpoint.path)
			item := items[map[string]json.RawMessage](t, c.do(http.MethodGet, path, ""))[0]
			for name := range document.Components.Schemas[endpoint.item].Value.Properties {
				if _, present := item[name]; !present && name != "tenant_id" {
					t.Errorf("%s: items lack %s", path, name)
				}
			}
			if endpoint.body == "" {
				if answer := c.do(http.MethodPost, path+"/query", `{}`); answer.status != http.StatusNotFound || document.Paths.Value(path+"/query") != nil {
					t.Errorf("%s: a query is answered with %d", path, answer.status)
				}
				continue
			}
			for key := range document.Components.Schemas[endpoint.body].Value.Properties {
				if answer := c.do(http.MethodPost, path+"/query", `{"`+key+`":null}`); answer.status != http.StatusOK {
					t.Errorf("%s: %s is answered with %d %s", path, key, answer.status, answer.body)
				}
			}
			if answer := c.do(http.MethodPost, path+"/query", `{"legacy":null}`); answer.status != http.StatusBadRequest {
				t.Errorf("%s: an unknown key is answered with %d", path, answer.status)
			}
		}
	}
}
