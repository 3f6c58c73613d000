package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// schemasOf gives every schema of the provider by the name of its surface.
func schemasOf(p *protocol) map[string]*tfprotov6.Schema {
	schemas := map[string]*tfprotov6.Schema{"provider": p.schemas.Provider}
	for name, schema := range p.schemas.DataSourceSchemas {
		schemas["data."+name] = schema
	}
	for name, schema := range p.schemas.EphemeralResourceSchemas {
		schemas["ephemeral."+name] = schema
	}
	for name, schema := range p.schemas.ActionSchemas {
		schemas["action."+name] = schema.Schema
	}
	return schemas
}

// walk visits attributes with the nested ones.
func walk(at string, attributes []*tfprotov6.SchemaAttribute, visit func(at string, attribute *tfprotov6.SchemaAttribute)) {
	for _, attribute := range attributes {
		name := at + "." + attribute.Name
		visit(name, attribute)
		if attribute.NestedType != nil {
			walk(name, attribute.NestedType.Attributes, visit)
		}
	}
}

func TestEverythingIsDescribedInMarkdownSentences(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	check := func(what, description string, kind tfprotov6.StringKind) {
		if !strings.HasSuffix(description, ".") || kind != tfprotov6.StringKindMarkdown {
			t.Errorf("%s is described as %q, want Markdown that ends in a period", what, description)
		}
		if strings.Count(description, "`")%2 != 0 {
			t.Errorf("%s has a backquote without its partner: %q", what, description)
		}
		if first := strings.TrimLeft(description, "`*("); first != "" && description[0] != '`' && strings.ToUpper(first[:1]) != first[:1] {
			t.Errorf("%s begins in lower case: %q", what, description)
		}
	}
	for surface, schema := range schemasOf(p) {
		check(surface, schema.Block.Description, schema.Block.DescriptionKind)
		walk(surface, schema.Block.Attributes, func(at string, attribute *tfprotov6.SchemaAttribute) {
			check(at, attribute.Description, attribute.DescriptionKind)
		})
	}
	for name, function := range p.schemas.Functions {
		check("function "+name, function.Description, function.DescriptionKind)
		if function.Summary == "" || strings.HasSuffix(function.Summary, ".") {
			t.Errorf("function %s has the summary %q, want a heading", name, function.Summary)
		}
		for _, parameter := range parametersOf(function) {
			check("function "+name+" "+parameter.Name, parameter.Description, parameter.DescriptionKind)
		}
	}
	if len(p.schemas.DataSourceSchemas) != 7 || len(p.schemas.EphemeralResourceSchemas) != 1 || len(p.schemas.ActionSchemas) != 1 || len(p.schemas.Functions) != 6 {
		t.Error("the number of surfaces is another one than DESIGN.md has")
	}
}

func TestSecretsAreSensitiveAndNothingElseIs(t *testing.T) {
	t.Parallel()
	var sensitive []string
	for surface, schema := range schemasOf(startProtocol(t)) {
		walk(surface, schema.Block.Attributes, func(at string, attribute *tfprotov6.SchemaAttribute) {
			if attribute.Sensitive {
				sensitive = append(sensitive, at)
			}
		})
	}
	slices.Sort(sensitive)
	if want := []string{"provider.auth_token", "provider.client_secret"}; !slices.Equal(sensitive, want) {
		t.Errorf("sensitive attributes are %v, want %v", sensitive, want)
	}
}

func TestSettingsAreOptionalAndNameTheirVariablesAndDefaults(t *testing.T) {
	t.Parallel()
	withoutDefault := []string{"client_id", "client_secret", "tsg_id", "auth_token"}
	vendor := map[string]string{
		"endpoint": "SCM_HOST", "client_id": "SCM_CLIENT_ID", "client_secret": "SCM_CLIENT_SECRET", "tsg_id": "SCM_SCOPE", "token_url": "SCM_AUTH_URL",
	}
	for _, attribute := range startProtocol(t).schemas.Provider.Block.Attributes {
		if !attribute.Optional || attribute.Required || attribute.Computed {
			t.Errorf("%s is not optional", attribute.Name)
		}
		needed := []string{"Environment variable: `PRISMASDWAN_" + strings.ToUpper(attribute.Name) + "`"}
		if name, named := vendor[attribute.Name]; named {
			needed = append(needed, "else `"+name+"`")
		}
		if slices.Contains(withoutDefault, attribute.Name) {
			needed = append(needed, "Conflicts with `")
		} else {
			needed = append(needed, " Default: ")
		}
		for _, text := range needed {
			if !strings.Contains(attribute.Description, text) {
				t.Errorf("%s is described as %q, which lacks %q", attribute.Name, attribute.Description, text)
			}
		}
	}
}

// A set of results takes Terraform quadratic time, and a block cannot be used
// as a value.
func TestResultsAreListsAndThereAreNoBlocks(t *testing.T) {
	t.Parallel()
	for surface, schema := range schemasOf(startProtocol(t)) {
		if len(schema.Block.BlockTypes) > 0 {
			t.Errorf("%s has blocks", surface)
		}
		walk(surface, schema.Block.Attributes, func(at string, attribute *tfprotov6.SchemaAttribute) {
			nested := attribute.NestedType != nil && attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSet
			if nested || attribute.Type != nil && attribute.Type.Is(tftypes.Set{}) {
				t.Errorf("%s is a set", at)
			}
			if attribute.Name == "id" && strings.Count(at, ".") == 2 && surface != "data."+oneType {
				t.Errorf("%s is an id that the controller has not given", at)
			}
		})
	}
}

// inputs are the body fields of the query with where a user writes them.
// Empty are the two that are never sent; the documentation says why.
var inputs = map[string]string{
	"_etag":                     "",
	"isReadPreferenceSecondary": "",
	"aggregate":                 "data." + aggregateType + ".aggregate",
	"dest_page":                 "data." + statusesType + ".dest_page",
	"getDeleted":                "data." + statusesType + ".request.get_deleted",
	"group_by":                  "data." + aggregateType + ".group_by",
	"id":                        "data." + statusesType + ".request.id",
	"last_query_ts":             "data." + statusesType + ".request.last_query_ts",
	"limit":                     "data." + statusesType + ".limit",
	"next_query":                "data." + statusesType + ".request.next_query",
	"query_params":              "data." + statusesType + ".query_params",
	"retrieved_fields":          "data." + statusesType + ".request.retrieved_fields",
	"retrieved_fields_mask":     "data." + statusesType + ".request.retrieved_fields_mask",
	"sort_case_insensitive":     "data." + statusesType + ".request.sort_case_insensitive",
	"sort_params":               "data." + statusesType + ".sort_by",
	"total_count":               "data." + statusesType + ".request.total_count",
}

// itemAttributes are the properties of an item whose attribute has another
// name.
var itemAttributes = map[string]string{"_etag": "etag"}

// aggregateAttributes are the properties of Aggregate; data is an answer.
var aggregateAttributes = map[string]string{"data": "data." + aggregateType + ".results"}

func TestEveryPropertyOfTheSpecificationHasItsAttribute(t *testing.T) {
	t.Parallel()
	attributes := make(map[string]bool)
	for surface, schema := range schemasOf(startProtocol(t)) {
		walk(surface, schema.Block.Attributes, func(at string, _ *tfprotov6.SchemaAttribute) { attributes[at] = true })
	}
	for _, file := range []string{"unified.json", "legacy.json"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			properties := specification(t, file)
			for schema, attributeOf := range map[string]func(string) (string, bool){
				"ElementImageStatusQuery": func(property string) (string, bool) {
					attribute, listed := inputs[property]
					return attribute, listed
				},
				"ElementImageStatusQueryFilterV2N1": func(property string) (string, bool) {
					return "data." + statusesType + ".items." + renamed(itemAttributes, property), true
				},
				"ListQueryResponse": func(property string) (string, bool) { return "data." + statusesType + ".response." + property, true },
				"Aggregate": func(property string) (string, bool) {
					if attribute, elsewhere := aggregateAttributes[property]; elsewhere {
						return attribute, true
					}
					return "data." + aggregateType + ".aggregate." + property, true
				},
				"AggregateData": func(property string) (string, bool) {
					return "data." + aggregateType + ".results." + renamed(map[string]string{"view": "group"}, property), true
				},
			} {
				if len(properties[schema]) == 0 {
					t.Errorf("%s has no schema %s", file, schema)
				}
				for _, property := range properties[schema] {
					if attribute, listed := attributeOf(property); !listed || attribute != "" && !attributes[attribute] {
						t.Errorf("%s.%s has no attribute (looked for %q)", schema, property, attribute)
					}
				}
			}
		})
	}
	documentation := startProtocol(t).schemas.DataSourceSchemas[statusesType]
	walk("", documentation.Block.Attributes, func(at string, attribute *tfprotov6.SchemaAttribute) {
		if at == ".request" && (!strings.Contains(attribute.Description, "`_etag`") || !strings.Contains(attribute.Description, "`isReadPreferenceSecondary`")) {
			t.Errorf("the description of request does not say what is never sent: %q", attribute.Description)
		}
	})
}

func renamed(names map[string]string, property string) string {
	if name, other := names[property]; other {
		return name
	}
	return property
}

// specification lists the properties of each schema of a form, as the facts of
// the vendor's description have them.
func specification(t *testing.T, file string) map[string][]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "simulator", "testdata", "contract", file))
	if err != nil {
		t.Fatal(err)
	}
	var facts struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(content, &facts); err != nil {
		t.Fatal(err)
	}
	properties := make(map[string][]string)
	for name, schema := range facts.Components.Schemas {
		properties[name] = slices.Sorted(maps.Keys(schema.Properties))
	}
	return properties
}

// described is an attribute in the snapshot.
type described struct {
	Type      string                `json:"type,omitempty"`
	Nesting   string                `json:"nesting,omitempty"`
	Nested    map[string]*described `json:"attributes,omitempty"`
	Required  bool                  `json:"required,omitempty"`
	Optional  bool                  `json:"optional,omitempty"`
	Computed  bool                  `json:"computed,omitempty"`
	Sensitive bool                  `json:"sensitive,omitempty"`
}

func describe(attributes []*tfprotov6.SchemaAttribute) map[string]*described {
	all := make(map[string]*described, len(attributes))
	for _, attribute := range attributes {
		one := &described{
			Required: attribute.Required, Optional: attribute.Optional, Computed: attribute.Computed, Sensitive: attribute.Sensitive,
		}
		if attribute.NestedType != nil {
			one.Nesting = attribute.NestedType.Nesting.String()
			one.Nested = describe(attribute.NestedType.Attributes)
		} else {
			one.Type = attribute.Type.String()
		}
		all[attribute.Name] = one
	}
	return all
}

// parametersOf has the variadic parameter last.
func parametersOf(function *tfprotov6.Function) []*tfprotov6.FunctionParameter {
	if function.VariadicParameter == nil {
		return function.Parameters
	}
	return append(slices.Clone(function.Parameters), function.VariadicParameter)
}

// describeFunction writes a function as it is called.
func describeFunction(function *tfprotov6.Function) string {
	var parameters []string
	for _, parameter := range parametersOf(function) {
		written := parameter.Name + " " + parameter.Type.String()
		if parameter == function.VariadicParameter {
			written += "..."
		}
		if parameter.AllowNullValue {
			written += " or null"
		}
		parameters = append(parameters, written)
	}
	return fmt.Sprintf("(%s) %s", strings.Join(parameters, ", "), function.Return.Type)
}

// What users have written must go on working: a change of the snapshot is a
// change that the CHANGELOG tells, and one that takes something away waits for
// a major release.
func TestSchemaIsTheOneOfTheSnapshot(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	snapshot := map[string]any{}
	for surface, schema := range schemasOf(p) {
		snapshot[surface] = describe(schema.Block.Attributes)
	}
	for name, function := range p.schemas.Functions {
		snapshot["function."+name] = describeFunction(function)
	}
	got, err := json.MarshalIndent(snapshot, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	file := filepath.Join("testdata", "schema.json")
	if *update {
		write(t, file, string(got))
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(string(want), string(got)); difference != "" {
		t.Errorf("the schema has changed; if that is meant, run it with -update (-want +got):\n%s", difference)
	}
}
