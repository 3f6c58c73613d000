// Command schema prints the provider's schemas in the form of "terraform
// providers schema -json". It asks the provider itself, so that the pages of
// actions are written too where the installed Terraform knows none. No text of
// a page may live here, and nothing that the released binary needs.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/provider"
)

// formatVersion is that of Terraform's own output.
const formatVersion = "1.0"

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	server := provider.NewServer(provider.New("dev", os.LookupEnv)())()
	answer, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return fmt.Errorf("ask the provider: %w", err)
	}
	for _, diagnostic := range answer.Diagnostics {
		return fmt.Errorf("%s: %s", diagnostic.Summary, diagnostic.Detail)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document{
		FormatVersion: formatVersion,
		Schemas: map[string]surfaces{"prismasdwan": {
			Provider:    newSchema(answer.Provider),
			DataSources: newSchemas(answer.DataSourceSchemas),
			Ephemerals:  newSchemas(answer.EphemeralResourceSchemas),
			Actions:     newActions(answer.ActionSchemas),
			Functions:   newFunctions(answer.Functions),
		}},
	})
}

type document struct {
	FormatVersion string              `json:"format_version"`
	Schemas       map[string]surfaces `json:"provider_schemas"`
}

type surfaces struct {
	Provider    *schema             `json:"provider"`
	DataSources map[string]*schema  `json:"data_source_schemas"`
	Ephemerals  map[string]*schema  `json:"ephemeral_resource_schemas"`
	Actions     map[string]*schema  `json:"action_schemas"`
	Functions   map[string]function `json:"functions"`
}

type schema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

type block struct {
	Attributes      map[string]attribute `json:"attributes"`
	Description     string               `json:"description"`
	DescriptionKind string               `json:"description_kind"`
}

type attribute struct {
	Type            *typed  `json:"type,omitempty"`
	Nested          *nested `json:"nested_type,omitempty"`
	Description     string  `json:"description"`
	DescriptionKind string  `json:"description_kind"`
	Required        bool    `json:"required,omitempty"`
	Optional        bool    `json:"optional,omitempty"`
	Computed        bool    `json:"computed,omitempty"`
	Sensitive       bool    `json:"sensitive,omitempty"`
}

type nested struct {
	Attributes map[string]attribute `json:"attributes"`
	Mode       string               `json:"nesting_mode"`
}

type function struct {
	Description string      `json:"description"`
	Summary     string      `json:"summary"`
	Return      typed       `json:"return_type"`
	Parameters  []parameter `json:"parameters"`
	Variadic    *parameter  `json:"variadic_parameter,omitempty"`
}

type parameter struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Nullable    bool   `json:"is_nullable,omitempty"`
	Type        typed  `json:"type"`
}

// typed writes a type as Terraform does, such as ["list","string"].
type typed struct{ tftypes.Type }

// MarshalJSON writes the type.
func (t typed) MarshalJSON() ([]byte, error) {
	return t.Type.MarshalJSON() //nolint:staticcheck // There is no other way to write a type.
}

// descriptionKind is that of all descriptions of this provider.
const descriptionKind = "markdown"

func newSchemas(schemas map[string]*tfprotov6.Schema) map[string]*schema {
	converted := make(map[string]*schema, len(schemas))
	for name, one := range schemas {
		converted[name] = newSchema(one)
	}
	return converted
}

func newActions(actions map[string]*tfprotov6.ActionSchema) map[string]*schema {
	converted := make(map[string]*schema, len(actions))
	for name, action := range actions {
		converted[name] = newSchema(action.Schema)
	}
	return converted
}

func newSchema(from *tfprotov6.Schema) *schema {
	return &schema{Version: from.Version, Block: block{
		Attributes: newAttributes(from.Block.Attributes), Description: from.Block.Description, DescriptionKind: descriptionKind,
	}}
}

func newAttributes(attributes []*tfprotov6.SchemaAttribute) map[string]attribute {
	converted := make(map[string]attribute, len(attributes))
	for _, from := range attributes {
		to := attribute{
			Description: from.Description, DescriptionKind: descriptionKind,
			Required: from.Required, Optional: from.Optional, Computed: from.Computed, Sensitive: from.Sensitive,
		}
		if from.NestedType != nil {
			to.Nested = &nested{Attributes: newAttributes(from.NestedType.Attributes), Mode: nestingModes[from.NestedType.Nesting]}
		} else {
			to.Type = &typed{from.Type}
		}
		converted[from.Name] = to
	}
	return converted
}

var nestingModes = map[tfprotov6.SchemaObjectNestingMode]string{
	tfprotov6.SchemaObjectNestingModeSingle: "single",
	tfprotov6.SchemaObjectNestingModeList:   "list",
	tfprotov6.SchemaObjectNestingModeMap:    "map",
	tfprotov6.SchemaObjectNestingModeSet:    "set",
}

func newFunctions(functions map[string]*tfprotov6.Function) map[string]function {
	converted := make(map[string]function, len(functions))
	for name, from := range functions {
		to := function{Description: from.Description, Summary: from.Summary, Return: typed{from.Return.Type}}
		for _, one := range from.Parameters {
			to.Parameters = append(to.Parameters, newParameter(one))
		}
		if from.VariadicParameter != nil {
			to.Variadic = new(newParameter(from.VariadicParameter))
		}
		converted[name] = to
	}
	return converted
}

func newParameter(from *tfprotov6.FunctionParameter) parameter {
	return parameter{Name: from.Name, Description: from.Description, Nullable: from.AllowNullValue, Type: typed{from.Type}}
}
