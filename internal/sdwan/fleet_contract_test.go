package sdwan

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// documentedBases have the bases of the paths as they are documented.
var documentedBases = map[simulator.Form]base{
	simulator.Unified: unifiedBase,
	simulator.Legacy:  {before: "/", after: "/api/tenants/{tenant_id}"},
}

// listedResources are the collections of the fleet with their rows on the wire and
// the schemas of those.
var listedResources = []struct {
	resource  resource
	wire      reflect.Type
	row       string
	queryForm string
}{
	{elementCollection.resource, reflect.TypeFor[wireElement](), "ElementQueryFilterV3N2", "ElementQuery"},
	{elementCollection.resource, reflect.TypeFor[wireElement](), "ElementV3N2", "ElementQuery"},
	{elementCollection.resource, reflect.TypeFor[wireHA](), "SpokeHAConfigV2", "ElementQuery"},
	{siteCollection.resource, reflect.TypeFor[wireSite](), "SiteQueryFilterV4N13", "SiteQuery"},
	{siteCollection.resource, reflect.TypeFor[wireSite](), "SiteV4N13", "SiteQuery"},
	{imageCollection.resource, reflect.TypeFor[wireImage](), "ElementImageV2N4", ""},
	{imageCollection.resource, reflect.TypeFor[wireModel](), "ModelSoftwareMap", ""},
}

func fleetContractOf(t *testing.T, form simulator.Form) *contract {
	t.Helper()
	return &contract{document: loadContract(t, form)}
}

// schemaOf is the schema of a good answer.
func schemaOf(operation *openapi3.Operation) *openapi3.Schema {
	return operation.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema.Value
}

func TestEveryRequestForAListKeepsTheContract(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		for _, listed := range []resource{elementCollection.resource, siteCollection.resource} {
			t.Run(fmt.Sprintf("%s/%s", listed.subject, form), func(t *testing.T) {
				t.Parallel()
				c := fleetContractOf(t, form)
				whole := c.operation(t, documentedBases[form].path(listed.unpaged()), http.MethodGet)
				wantValid(t, schemaOf(whole), []byte(`{"count":0,"id":"1","items":[]}`))
				query := c.operation(t, documentedBases[form].path(listed.query(nil)), http.MethodPost)
				body := query.RequestBody.Value.Content.Get("application/json").Schema.Value
				fleet := &fakeFleet{rows: 2}
				client, _ := clientOfFleet(t, fleet)
				for name, read := range map[string]func() error{
					"elements":       func() error { _, err := client.Elements(t.Context()); return err },
					"elements by id": func() error { _, err := client.ElementsByID(t.Context(), idsOf("elements", 2)); return err },
					"sites":          func() error { _, err := client.Sites(t.Context()); return err },
					"sites by id":    func() error { _, err := client.SitesByID(t.Context(), idsOf("sites", 2)); return err },
				} {
					if err := read(); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
				for _, sent := range fleet.bodies {
					wantValid(t, body, []byte(sent))
				}
			})
		}
	}
}

func TestListOfImagesIsDocumentedAndHasNoQuery(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		c := fleetContractOf(t, form)
		path := documentedBases[form].path(imageCollection.unpaged())
		wantValid(t, schemaOf(c.operation(t, path, http.MethodGet)), []byte(`{"count":1,"id":"1","type":"t","items":[`+exampleImage+`]}`))
		if item := c.document.Paths.Value(documentedBases[form].path(imageCollection.query(nil))); item != nil {
			t.Errorf("%s: the images have a query", form)
		}
		for _, name := range properties(c.schema(t, "ElementImageV2N4")) {
			if name != "_etag" && !slices.Contains(wireNames(reflect.TypeFor[wireImage]()), name) {
				t.Errorf("%s: the client does not read %s", form, name)
			}
		}
	}
}

func TestRowsOfListsReadDocumentedFieldsOnly(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		for _, listed := range listedResources {
			t.Run(fmt.Sprintf("%s/%s", listed.row, form), func(t *testing.T) {
				t.Parallel()
				c := fleetContractOf(t, form)
				documented := properties(c.schema(t, listed.row))
				for _, name := range wireNames(listed.wire) {
					if !slices.Contains(documented, name) {
						t.Errorf("the client reads %s, which is not documented", name)
					}
				}
				if listed.resource.onlyUnpaged {
					return
				}
				// All that a query of the client may have.
				asked := properties(c.schema(t, listed.queryForm))
				for _, name := range []string{"query_params", "sort_params", "limit", "dest_page"} {
					if !slices.Contains(asked, name) {
						t.Errorf("the query has %s, which is not documented", name)
					}
				}
			})
		}
	}
}
