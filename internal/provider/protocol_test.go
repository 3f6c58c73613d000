package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// protocol speaks to the provider as Terraform does, without the Terraform
// CLI: for what the CLI adds nothing to, at a hundredth of the time.
type protocol struct {
	t       testing.TB
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
	// deferral is whether the client can do without an answer for now.
	deferral bool
}

// newProtocol gives a provider that is configured by the variables alone.
func newProtocol(tb testing.TB, variables ...string) *protocol {
	tb.Helper()
	p := startProtocol(tb, variables...)
	if diagnostics := p.configure(nil); len(diagnostics) > 0 {
		tb.Fatalf("configure the provider:\n%s", render(diagnostics))
	}
	return p
}

// startProtocol gives a provider that is not configured yet.
func startProtocol(tb testing.TB, variables ...string) *protocol {
	tb.Helper()
	p := &protocol{t: tb, server: NewServer(New("test", environment(variables...))())()}
	schemas, err := p.server.GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	if len(schemas.Diagnostics) > 0 {
		tb.Fatalf("get the schemas:\n%s", render(schemas.Diagnostics))
	}
	p.schemas = schemas
	return p
}

// in gives the same provider for a subtest.
func (p *protocol) in(tb testing.TB) *protocol {
	tb.Helper()
	same := *p
	same.t = tb
	return &same
}

// unknownValue stands for a value that is known after an apply only.
type unknownValue struct{}

// unknown may be given for any argument.
var unknown = unknownValue{}

// dynamic makes a configuration of a schema; arguments that are not given are
// null.
func (p *protocol) dynamic(schema *tfprotov6.Schema, config map[string]any) *tfprotov6.DynamicValue {
	p.t.Helper()
	if schema == nil {
		p.t.Fatal("the provider has no such schema")
	}
	kind := schema.ValueType()
	if config == nil {
		config = map[string]any{}
	}
	value, err := terraformValue(kind, config)
	if err != nil {
		p.t.Fatal(err)
	}
	encoded, err := tfprotov6.NewDynamicValue(kind, value)
	if err != nil {
		p.t.Fatal(err)
	}
	return &encoded
}

// validateProvider checks a provider block, as "terraform validate" does.
func (p *protocol) validateProvider(config map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	response, err := p.server.ValidateProviderConfig(p.t.Context(), &tfprotov6.ValidateProviderConfigRequest{
		Config: p.dynamic(p.schemas.Provider, config),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return response.Diagnostics
}

// configure checks and applies a provider block.
func (p *protocol) configure(config map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	if diagnostics := p.validateProvider(config); hasError(diagnostics) {
		return diagnostics
	}
	response, err := p.server.ConfigureProvider(p.t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion:   "1.11.4",
		Config:             p.dynamic(p.schemas.Provider, config),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: p.deferral},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return response.Diagnostics
}

// reading is what came of a read.
type reading struct {
	value       tftypes.Value
	diagnostics []*tfprotov6.Diagnostic
	deferred    *tfprotov6.Deferred
}

// validate checks the arguments of a data source, as "terraform validate" does.
func (p *protocol) validate(typeName string, config map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	response, err := p.server.ValidateDataResourceConfig(p.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: typeName, Config: p.dynamic(p.schemas.DataSourceSchemas[typeName], config),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return response.Diagnostics
}

// read checks the arguments of a data source and reads it.
func (p *protocol) read(typeName string, config map[string]any) reading {
	p.t.Helper()
	if diagnostics := p.validate(typeName, config); hasError(diagnostics) {
		return reading{diagnostics: diagnostics}
	}
	schema := p.schemas.DataSourceSchemas[typeName]
	return p.readDynamic(p.t.Context(), typeName, p.dynamic(schema, config))
}

// readDynamic reads without a check, for what is to be measured.
func (p *protocol) readDynamic(ctx context.Context, typeName string, config *tfprotov6.DynamicValue) reading {
	p.t.Helper()
	response, err := p.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{
		TypeName: typeName, Config: config,
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: p.deferral},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return reading{
		value:       p.decode(p.schemas.DataSourceSchemas[typeName], response.State),
		diagnostics: response.Diagnostics,
		deferred:    response.Deferred,
	}
}

// validateEphemeral checks the arguments of an ephemeral resource.
func (p *protocol) validateEphemeral(typeName string, config map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	response, err := p.server.ValidateEphemeralResourceConfig(p.t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{
		TypeName: typeName, Config: p.dynamic(p.schemas.EphemeralResourceSchemas[typeName], config),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return response.Diagnostics
}

// open checks the arguments of an ephemeral resource and opens it.
func (p *protocol) open(typeName string, config map[string]any) reading {
	p.t.Helper()
	if diagnostics := p.validateEphemeral(typeName, config); hasError(diagnostics) {
		return reading{diagnostics: diagnostics}
	}
	return p.openUnchecked(typeName, config)
}

// openUnchecked opens an ephemeral resource without a check of its arguments.
func (p *protocol) openUnchecked(typeName string, config map[string]any) reading {
	p.t.Helper()
	schema := p.schemas.EphemeralResourceSchemas[typeName]
	response, err := p.server.OpenEphemeralResource(p.t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: typeName, Config: p.dynamic(schema, config),
		ClientCapabilities: &tfprotov6.OpenEphemeralResourceClientCapabilities{DeferralAllowed: p.deferral},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return reading{value: p.decode(schema, response.Result), diagnostics: response.Diagnostics, deferred: response.Deferred}
}

func (p *protocol) decode(schema *tfprotov6.Schema, encoded *tfprotov6.DynamicValue) tftypes.Value {
	p.t.Helper()
	if encoded == nil {
		return tftypes.Value{}
	}
	value, err := encoded.Unmarshal(schema.ValueType())
	if err != nil {
		p.t.Fatal(err)
	}
	return value
}

// must gives the attributes of a read that went without any diagnostic.
func (r reading) must(tb testing.TB) map[string]any {
	tb.Helper()
	if len(r.diagnostics) > 0 {
		tb.Fatalf("the read ended with diagnostics:\n%s", render(r.diagnostics))
	}
	return r.despiteWarnings(tb)
}

// despiteWarnings gives the attributes of a read that went without an error.
func (r reading) despiteWarnings(tb testing.TB) map[string]any {
	tb.Helper()
	if hasError(r.diagnostics) {
		tb.Fatalf("the read ended with an error:\n%s", render(r.diagnostics))
	}
	attributes, isObject := plain(r.value).(map[string]any)
	if !isObject {
		tb.Fatalf("the read gave no object but %s", r.value)
	}
	return attributes
}

// json is the value as Terraform writes it into state.
func (r reading) json(tb testing.TB) string {
	tb.Helper()
	text, err := json.Marshal(plain(r.value))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// failure gives the whole text of the only diagnostic, which must be an error.
func (r reading) failure(tb testing.TB) string {
	tb.Helper()
	return onlyError(tb, r.diagnostics)
}

func onlyError(tb testing.TB, diagnostics []*tfprotov6.Diagnostic) string {
	tb.Helper()
	text := render(diagnostics)
	if len(diagnostics) != 1 || !hasError(diagnostics) {
		tb.Fatalf("want exactly one error, got %d diagnostics:\n%s", len(diagnostics), text)
	}
	return text
}

func hasError(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

// render writes diagnostics as a person reads them: severity, summary, the
// attribute in brackets, and the detail.
func render(diagnostics []*tfprotov6.Diagnostic) string {
	var texts []string
	for _, diagnostic := range diagnostics {
		severity := "Error"
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityWarning {
			severity = "Warning"
		}
		text := severity + ": " + diagnostic.Summary
		if at := attributeName(diagnostic.Attribute); at != "" {
			text += " [" + at + "]"
		}
		texts = append(texts, text+"\n"+diagnostic.Detail)
	}
	return strings.Join(texts, "\n---\n")
}

// attributeName writes a path as Terraform does, such as filters[1].values.
func attributeName(path *tftypes.AttributePath) string {
	var name strings.Builder
	for _, step := range path.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			if name.Len() > 0 {
				name.WriteByte('.')
			}
			name.WriteString(string(step))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&name, "[%d]", int64(step))
		case tftypes.ElementKeyString:
			fmt.Fprintf(&name, "[%q]", string(step))
		default:
			fmt.Fprintf(&name, "[%v]", step)
		}
	}
	return name.String()
}

// transient are the parts of a diagnostic that differ from run to run, or from
// system to system.
var transient = []struct {
	pattern     *regexp.Regexp
	replacement string
}{
	{regexp.MustCompile(`http://127\.0\.0\.1:\d+`), "http://CONTROLLER"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "CONTROLLER"},
	{regexp.MustCompile(`Request id: \S+`), "Request id: ID"},
	// What Windows says in place of the words of other systems.
	{regexp.MustCompile(`connectex: No connection could be made because the target machine actively refused it\.`), "connect: connection refused"},
	{regexp.MustCompile(`The system cannot find the (?:path|file) specified\.`), "no such file or directory"},
	{regexp.MustCompile(`(Attempts: \d+) in [0-9.a-zµ]+`), "$1 in TIME"},
}

// steady takes out of a text what differs from run to run.
func steady(text string) string {
	for _, part := range transient {
		text = part.pattern.ReplaceAllString(text, part.replacement)
	}
	return text
}

// terraformValue makes a Terraform value of a type from Go values: maps,
// lists, texts, numbers, booleans, nil for null and unknown.
func terraformValue(kind tftypes.Type, value any) (tftypes.Value, error) {
	if _, isText := value.(string); isText && kind.Is(tftypes.DynamicPseudoType) {
		kind = tftypes.String
	}
	switch value := value.(type) {
	case mock:
		return mocked(map[string]any(value)), nil
	case nil:
		return tftypes.NewValue(kind, nil), nil
	case unknownValue:
		return tftypes.NewValue(kind, tftypes.UnknownValue), nil
	case map[string]any:
		return objectValue(kind, value)
	case []string:
		members := make([]any, len(value))
		for i, member := range value {
			members[i] = member
		}
		return listValue(kind, members)
	case []map[string]any:
		members := make([]any, len(value))
		for i, member := range value {
			members[i] = member
		}
		return listValue(kind, members)
	case []any:
		return listValue(kind, value)
	default:
		if err := tftypes.ValidateValue(kind, value); err != nil {
			return tftypes.Value{}, fmt.Errorf("%v is no %s: %w", value, kind, err)
		}
		return tftypes.NewValue(kind, value), nil
	}
}

func objectValue(kind tftypes.Type, members map[string]any) (tftypes.Value, error) {
	object, isObject := kind.(tftypes.Object)
	if !isObject {
		return tftypes.Value{}, fmt.Errorf("%v is given where a %s belongs", members, kind)
	}
	values := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, memberKind := range object.AttributeTypes {
		value, err := terraformValue(memberKind, members[name])
		if err != nil {
			return tftypes.Value{}, fmt.Errorf("%s: %w", name, err)
		}
		values[name] = value
	}
	for name := range members {
		if _, known := object.AttributeTypes[name]; !known {
			return tftypes.Value{}, fmt.Errorf("there is no attribute %s", name)
		}
	}
	return tftypes.NewValue(object, values), nil
}

func listValue(kind tftypes.Type, members []any) (tftypes.Value, error) {
	list, isList := kind.(tftypes.List)
	if !isList {
		return tftypes.Value{}, fmt.Errorf("%v is given where a %s belongs", members, kind)
	}
	values := make([]tftypes.Value, len(members))
	for i, member := range members {
		value, err := terraformValue(list.ElementType, member)
		if err != nil {
			return tftypes.Value{}, fmt.Errorf("[%d]: %w", i, err)
		}
		values[i] = value
	}
	return tftypes.NewValue(list, values), nil
}

// plain makes Go values of a Terraform value as encoding/json would of its
// JSON: numbers are json.Number with all their digits.
func plain(value tftypes.Value) any {
	if value.IsNull() {
		return nil
	}
	if !value.IsKnown() {
		return unknown
	}
	var members []tftypes.Value
	if value.As(&members) == nil {
		list := make([]any, len(members))
		for i, member := range members {
			list[i] = plain(member)
		}
		return list
	}
	var attributes map[string]tftypes.Value
	if value.As(&attributes) == nil {
		object := make(map[string]any, len(attributes))
		for name, attribute := range attributes {
			object[name] = plain(attribute)
		}
		return object
	}
	return plainScalar(value)
}

func plainScalar(value tftypes.Value) any {
	var text string
	if value.As(&text) == nil {
		return text
	}
	var number big.Float
	if value.As(&number) == nil {
		return json.Number(number.Text('f', -1))
	}
	var truth bool
	if value.As(&truth) == nil {
		return truth
	}
	return fmt.Sprintf("%s is of a type that plain does not know", value)
}

// number64 is an integer as plain gives it.
func number64(number int64) json.Number { return json.Number(strconv.FormatInt(number, 10)) }

// expect holds some attributes against the wanted ones.
func expect(t *testing.T, got, want map[string]any) {
	t.Helper()
	for name, value := range want {
		if difference := cmp.Diff(value, got[name], approximately); difference != "" {
			t.Errorf("%s (-want +got):\n%.3000s", name, difference)
		}
	}
}
