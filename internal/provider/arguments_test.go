package provider

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// These tests put unusual values into every argument of every surface, as the
// schemas name them, so that a new argument is tested without more work.

// surface is something that is configured and then read, over the protocol.
type surface struct {
	attributes []*tfprotov6.SchemaAttribute
	validate   func(config map[string]any) []*tfprotov6.Diagnostic
	// runs are the calls after the check, which Terraform makes with values
	// that were unknown before. They are made here without the check.
	runs map[string]func(config map[string]any) []*tfprotov6.Diagnostic
}

const runPlan = "plan"

// surfaces returns everything with arguments but the functions. The provider
// block is only checked: to configure again would change what the others do.
func (p *protocol) surfaces() map[string]surface {
	all := map[string]surface{"provider": {attributes: p.schemas.Provider.Block.Attributes, validate: p.validateProvider}}
	for name, schema := range p.schemas.DataSourceSchemas {
		all["data."+name] = surface{
			attributes: schema.Block.Attributes,
			validate:   func(config map[string]any) []*tfprotov6.Diagnostic { return p.validate(name, config) },
			runs: map[string]func(map[string]any) []*tfprotov6.Diagnostic{
				"read": func(config map[string]any) []*tfprotov6.Diagnostic {
					return p.readDynamic(p.t.Context(), name, p.dynamic(schema, config)).diagnostics
				},
			},
		}
	}
	for name, schema := range p.schemas.EphemeralResourceSchemas {
		all["ephemeral."+name] = surface{
			attributes: schema.Block.Attributes,
			validate:   func(config map[string]any) []*tfprotov6.Diagnostic { return p.validateEphemeral(name, config) },
			runs: map[string]func(map[string]any) []*tfprotov6.Diagnostic{
				"open": func(config map[string]any) []*tfprotov6.Diagnostic { return p.openUnchecked(name, config).diagnostics },
			},
		}
	}
	all["action."+actionName] = surface{
		attributes: p.schemas.ActionSchemas[actionName].Schema.Block.Attributes,
		validate:   p.validateAction,
		runs: map[string]func(map[string]any) []*tfprotov6.Diagnostic{
			runPlan: p.planAction,
			"invoke": func(config map[string]any) []*tfprotov6.Diagnostic {
				return p.invokeAction(p.t.Context(), config).diagnostics
			},
		},
	}
	return all
}

func (p *protocol) validateAction(config map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	response, err := p.actions().ValidateActionConfig(p.t.Context(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: actionName, Config: p.dynamic(p.schemas.ActionSchemas[actionName].Schema, config),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return response.Diagnostics
}

// argument is one argument of a surface, at any depth.
type argument struct {
	surface string
	// path leads to it by names alone, such as filters.operator.
	path      []string
	attribute *tfprotov6.SchemaAttribute
}

func (a argument) String() string { return a.surface + "." + a.name() }

// name is the path as one text, by which the tables of these tests go.
func (a argument) name() string { return strings.Join(a.path, ".") }

// written is the path as a diagnostic writes it, where lists have one entry.
func (a argument) written() string {
	return strings.NewReplacer("filters.", "filters[0].", "overrides.", "overrides[0].").Replace(a.name())
}

func (a argument) isText() bool {
	return a.attribute.Type != nil && a.attribute.Type.Is(tftypes.String)
}

func (a argument) isList() bool {
	return a.attribute.Type != nil && a.attribute.Type.Is(tftypes.List{}) ||
		a.attribute.NestedType != nil && a.attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeList
}

// argumentsOf lists what can be written into a configuration.
func argumentsOf(surface string, attributes []*tfprotov6.SchemaAttribute, above ...string) []argument {
	var all []argument
	for _, attribute := range attributes {
		if !attribute.Optional && !attribute.Required {
			continue
		}
		path := append(slices.Clip(above), attribute.Name)
		all = append(all, argument{surface: surface, path: path, attribute: attribute})
		if attribute.NestedType != nil {
			all = append(all, argumentsOf(surface, attribute.NestedType.Attributes, path...)...)
		}
	}
	return all
}

// needed are values for required arguments, by name, and for one of two of which
// one is required.
func needed(server *simulator.Server) map[string]any {
	return map[string]any{
		"element_id":         server.ElementIDs()[0],
		"sizes":              []any{"100%"},
		"wave.sizes":         []any{"100%"},
		"wave.number":        1,
		"overrides.wave":     1,
		"filters.field":      "id",
		"filters.values":     []any{"1"},
		"sort_by.field":      "id",
		"aggregate.operator": "count",
		"aggregate.field":    "id",
	}
}

// alongside are arguments that another one requires beside it, by its name.
// `where` needs one condition that is not null, and an element one of two names.
var alongside = func() map[string]map[string]any {
	beside := map[string]map[string]any{
		"request.retrieved_fields_mask": {"retrieved_fields": []any{"id"}},
		"dest_page":                     {"limit": 1},
		"where.connected":               {"names": []any{"*"}},
		// The first element of every simulated fleet.
		"element_id": {"element_name": "br-fra-01-a"},
	}
	for _, list := range whereLists {
		beside["where."+string(list.criterion)] = map[string]any{"connected": true}
	}
	return beside
}()

// configuration gives the argument the value, in a configuration that is
// otherwise as small as one can be.
func (a argument) configuration(needed map[string]any, attributes []*tfprotov6.SchemaAttribute, value any) map[string]any {
	return configuration(needed, attributes, a.path, nil, value)
}

func configuration(needed map[string]any, attributes []*tfprotov6.SchemaAttribute, path, above []string, value any) map[string]any {
	config := make(map[string]any)
	for _, attribute := range attributes {
		at := append(slices.Clip(above), attribute.Name)
		on := len(path) > 0 && path[0] == attribute.Name
		switch {
		case on && len(path) == 1:
			config[attribute.Name] = value
			maps.Copy(config, alongside[strings.Join(at, ".")])
		case on || attribute.Required && attribute.NestedType != nil:
			rest := []string(nil)
			if on {
				rest = path[1:]
			}
			nested := configuration(needed, attribute.NestedType.Attributes, rest, at, value)
			config[attribute.Name] = nested
			if attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeList {
				config[attribute.Name] = []any{nested}
			}
		case attribute.Required, len(above) == 0 && attribute.Name == "element_id":
			config[attribute.Name] = needed[strings.Join(at, ".")]
		}
	}
	return config
}

// meaningful are the arguments whose empty text or list has a meaning of its
// own, with the words in which the description says so. An argument with "[]"
// behind it stands for an entry of the list.
var meaningful = func() map[string]string {
	words := map[string]string{
		"element_ids":      emptySelectsNothing,
		"states":           emptySelectsNothing,
		"first":            "An empty list pins none",
		"last":             "An empty list pins none",
		"group_by":         "An empty list is the same as none",
		"filters.values[]": "An empty text is a value like any other",
	}
	for _, list := range whereLists {
		words["where."+string(list.criterion)] = emptySelectsNothing
	}
	return words
}()

const emptySelectsNothing = "An empty list selects nothing"

// TestEmptyValuesAreNeverNoCondition holds that an empty text or list is an
// error which names its argument, at the check and, for a value that becomes
// known later, at the run; unless the description gives it a meaning.
func TestEmptyValuesAreNeverNoCondition(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3, Seed: 1})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	tested := 0
	for name, surface := range p.surfaces() {
		for _, argument := range argumentsOf(name, surface.attributes) {
			for value, entry := range emptyValues(argument) {
				tested++
				config := argument.configuration(needed(server), surface.attributes, entry.value)
				if words, isMeaningful := meaningful[argument.name()+entry.suffix]; isMeaningful {
					if !strings.Contains(argument.attribute.Description, words) {
						t.Errorf("the description of %s does not say %q: %s", argument, words, argument.attribute.Description)
					}
					if diagnostics := surface.validate(config); hasError(diagnostics) {
						t.Errorf("%s = %s has a meaning, and is refused:\n%s", argument, value, render(diagnostics))
					}
					continue
				}
				if problem := refusal(surface.validate(config), argument.written()); problem != "" {
					t.Errorf("validate %s = %s: %s", argument, value, problem)
				}
				for run, call := range surface.runs {
					if problem := refusal(call(config), argument.written()); problem != "" {
						t.Errorf("%s %s = %s: %s", run, argument, value, problem)
					}
				}
			}
		}
	}
	if tested < 50 {
		t.Errorf("only %d values were tested", tested)
	}
}

type emptyValue struct {
	value any
	// suffix is "[]" for an entry of a list.
	suffix string
}

// emptyValues are the zero values of a text, of a list and of its entries, by
// how they are written.
func emptyValues(of argument) map[string]emptyValue {
	switch {
	case of.isText():
		return map[string]emptyValue{`""`: {value: ""}}
	case of.isList() && of.attribute.NestedType != nil:
		return map[string]emptyValue{`[]`: {value: []any{}}}
	case of.isList():
		return map[string]emptyValue{`[]`: {value: []any{}}, `[""]`: {value: []any{""}, suffix: "[]"}}
	default:
		return nil
	}
}

// refusal says in what diagnostics differ from errors about an argument that
// a user can act on.
func refusal(diagnostics []*tfprotov6.Diagnostic, written string) string {
	if !hasError(diagnostics) {
		return fmt.Sprintf("there is no error:\n%s", render(diagnostics))
	}
	for _, diagnostic := range diagnostics {
		text := diagnostic.Summary + "\n" + diagnostic.Detail
		if at := attributeName(diagnostic.Attribute); !strings.HasPrefix(at, written) {
			return fmt.Sprintf("the error is at %q, want %s:\n%s", at, written, text)
		}
		if !strings.Contains(diagnostic.Detail, written) {
			return fmt.Sprintf("the error does not name %s:\n%s", written, text)
		}
		if blamesProvider.MatchString(text) {
			return "the provider blames itself:\n" + text
		}
	}
	return ""
}

// blamesProvider finds what the framework says of values that a provider did
// not foresee.
var blamesProvider = regexp.MustCompile(`(?i)always an error in the provider|\breport\b|Value Conversion Error`)

// TestNullsAndUnknownsAreForeseenEverywhere puts null and unknown into every
// argument and every entry of a list. Null is absent, or is an error that
// names the argument or the entry. Unknown is no error at the check, and never
// read with.
func TestNullsAndUnknownsAreForeseenEverywhere(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3, Seed: 1})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for name, surface := range p.surfaces() {
		for _, argument := range argumentsOf(name, surface.attributes) {
			probe := func(value any, written string) {
				config := argument.configuration(needed(server), surface.attributes, value)
				calls := map[string]func(map[string]any) []*tfprotov6.Diagnostic{"validate": surface.validate}
				maps.Copy(calls, surface.runs)
				for run, call := range calls {
					if problem := foreseen(argument, value, run, call(config), written); problem != "" {
						t.Errorf("%s %s = %v: %s", run, argument, value, problem)
					}
				}
			}
			probe(nil, argument.written())
			probe(unknown, argument.written())
			if argument.isList() {
				probe([]any{nil}, argument.written()+"[0]")
				probe([]any{unknown}, argument.written()+"[0]")
			}
		}
	}
}

// foreseen says in what the answer to a null or an unknown value differs from
// what it should be.
func foreseen(of argument, value any, run string, diagnostics []*tfprotov6.Diagnostic, written string) string {
	entries, isEntry := value.([]any)
	if isEntry {
		value = entries[0]
	}
	switch {
	case value == nil && !isEntry && !of.attribute.Required, value != nil && (run == "validate" || run == runPlan):
		for _, diagnostic := range diagnostics {
			if text := render(diagnostics); blamesProvider.MatchString(text) || diagnostic.Attribute != nil {
				return "there is an error about an argument:\n" + text
			}
		}
		return ""
	default:
		return refusal(diagnostics, written)
	}
}

// emptyCalls are calls of functions with an empty, null or unknown argument,
// with the position that the error has, or -1 where the call has a meaning.
func TestFunctionsForeseeEmptyNullAndUnknown(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	whole := []any{"100%"}
	usual := map[string][]any{
		"compare_versions":  {"6.3.6-b9", "6.3.6-b9"},
		"version_satisfies": {"6.3.6-b9", "6.3.6"},
		"parse_schedule":    {"08-21-2026 02:00:00"},
		"upgrade_phase":     {"complete"},
		"plan_waves":        {[]any{"1"}, whole},
		"report_markdown":   {mock{"ready": true}},
	}
	meaningful := map[string]string{
		"upgrade_phase.state \"\"":     "an empty text `unknown`",
		"upgrade_phase.state null":     "Null returns `idle`",
		"plan_waves.element_ids []":    "An empty list makes waves without elements",
		"report_markdown.gate unknown": "An unknown value returns an unknown text",
	}
	for name, function := range p.schemas.Functions {
		for position, parameter := range function.Parameters {
			values := map[string]any{`""`: "", "null": nil, "unknown": unknown}
			if parameter.Type.Is(tftypes.List{}) {
				values = map[string]any{
					"[]": []any{}, `[""]`: []any{""}, "null": nil, "unknown": unknown, "[null]": []any{nil}, "[unknown]": []any{unknown},
				}
			}
			for written, value := range values {
				arguments := slices.Clone(usual[name])
				arguments[position] = value
				failure := p.functionError(name, arguments)
				key := name + "." + parameter.Name + " " + written
				words, isMeaningful := meaningful[key]
				switch {
				case isMeaningful && failure != nil:
					t.Errorf("%s has a meaning, and is refused: %s", key, failure.Text)
				case isMeaningful && !strings.Contains(function.Description+parameter.Description, words):
					t.Errorf("the description does not say %q of %s", words, key)
				case !isMeaningful && failure == nil:
					t.Errorf("%s is no error", key)
				case !isMeaningful && (failure.FunctionArgument == nil || *failure.FunctionArgument != int64(position) || blamesProvider.MatchString(failure.Text)):
					t.Errorf("%s: the error is about another argument, or blames the provider: %s", key, failure.Text)
				}
			}
		}
	}
}

func TestElementIDsFromAFileAreRefusedWhereTheyAreWrong(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	for _, id := range []string{"1\r", "1\n", " 1", "1\t", "1 2", "\ufeff1", "\u00a01", "1\u200b"} {
		want := fmt.Sprintf("is %q. An element id has no white space, line end or invisible character. "+
			"Remove it; the function trimspace does so for a line of a file.", id)
		for at, diagnostics := range map[string][]*tfprotov6.Diagnostic{
			"element_ids[1]": p.validate(gateType, map[string]any{"element_ids": []string{"1", id}}),
			"element_id":     p.validate(oneType, map[string]any{"element_id": id}),
		} {
			if got, want := onlyError(t, diagnostics), "Error: Invalid argument ["+at+"]\n"+at+" "+want; got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		}
		if got := p.callFunction("plan_waves", []any{[]any{"1", id}, []any{"100%"}}); !strings.Contains(got, fmt.Sprintf("is %q", id)) {
			t.Errorf("plan_waves of %q: %s", id, got)
		}
	}
}

func TestAFileOfWrongElementIDsIsNotAsManyErrors(t *testing.T) {
	t.Parallel()
	ids := strings.Split(strings.Repeat("1773934978552002945\r\n", 3000), "\n")
	diagnostics := startProtocol(t).validate(gateType, map[string]any{"element_ids": ids[:3000]})
	if len(diagnostics) != 3 || !strings.HasSuffix(diagnostics[2].Detail, "Wrong entries after this one: 2997.") {
		t.Errorf("got %d errors:\n%.2000s", len(diagnostics), render(diagnostics))
	}
}

func TestTimeoutsAreAboveZero(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	for name, surface := range p.surfaces() {
		for _, argument := range argumentsOf(name, surface.attributes) {
			if len(argument.path) != 2 || argument.path[0] != "timeouts" {
				continue
			}
			for _, duration := range []string{"0s", "0", "-5m", "5", "soon"} {
				config := map[string]any{"timeouts": map[string]any{argument.path[1]: duration}}
				want := fmt.Sprintf("%s is %q. It is not a duration above zero. Write a number with its unit, such as 90s, 5m or 1h30m.", argument.name(), duration)
				if got := render(surface.validate(config)); !strings.Contains(got, want) {
					t.Errorf("%s = %q: got:\n%s\nwant:\n%s", argument, duration, got, want)
				}
			}
			config := argument.configuration(map[string]any{"element_id": "1", "sizes": []any{"100%"}, "aggregate.operator": "count", "aggregate.field": "id"}, surface.attributes, "1ms")
			if diagnostics := surface.validate(config); len(diagnostics) > 0 {
				t.Errorf("%s of a millisecond:\n%s", argument, render(diagnostics))
			}
		}
	}
}

func TestAnEmptyExpressionIsNoCondition(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	for _, config := range []map[string]any{
		{"filters": []map[string]any{filter("active_version", "re", "")}},
		{"query_params": `{"active_version": {"re": ""}}`},
	} {
		if got := onlyError(t, p.validate(gateType, config)); !strings.Contains(got, "An empty regular expression matches every row.") {
			t.Errorf("%v: %s", config, got)
		}
	}
}

// TestAccTargetThatBecomesEmptyIsRefusedAtApply has a target that is not known
// at plan.
func TestAccTargetThatBecomesEmptyIsRefusedAtApply(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3, Seed: 1})
	gate := func(kind string) string {
		return kind + ` "prismasdwan_upgrade_gate" "fleet" {
  target_version = terraform_data.later.output
}
resource "terraform_data" "policy" {
  lifecycle {
    precondition {
      condition     = ` + kind + `.prismasdwan_upgrade_gate.fleet.ready
      error_message = "closed"
    }
  }
}
`
	}
	for name, test := range map[string]struct {
		needs feature
		block string
	}{
		"data":      {"", gate("data")},
		"ephemeral": {featureEphemeral, gate("ephemeral")},
		"action": {featureAction, `action "prismasdwan_await_upgrade" "fleet" {
  config {
    target_version = terraform_data.later.output
  }
}
resource "terraform_data" "policy" {
  lifecycle {
    action_trigger {
      events  = [before_create]
      actions = [action.prismasdwan_await_upgrade.fleet]
    }
  }
}
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTerminal(t, server, map[string]string{"main.tf": `
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
resource "terraform_data" "later" {
  input = ""
}
` + test.block})
			if test.needs != "" {
				c.needs(test.needs)
			}
			c.succeeds([]string{"plan", "-input=false"}, "known after apply")
			c.fails([]string{"apply", "-auto-approve", "-input=false"}, `target_version is "". An empty text is not a version.`)
			c.holdsNothing()
		})
	}
}

// TestTroubleshootingHasAnEntryForTheFrameworksWords holds the guide against
// what the framework and its validators print of wrong arguments.
func TestTroubleshootingHasAnEntryForTheFrameworksWords(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	guide, err := os.ReadFile("../../templates/guides/troubleshooting.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]any{"operator": "count", "field": "id"}
	for summary, test := range map[string]struct {
		typeName string
		config   map[string]any
	}{
		"Invalid Attribute Value":        {statusesType, map[string]any{"limit": 0}},
		"Invalid Attribute Value Length": {statusesType, map[string]any{"request": map[string]any{"id": ""}}},
		"Invalid Attribute Value Match":  {statusesType, map[string]any{"sort_by": map[string]any{"field": "name"}}},
		"Invalid Attribute Combination":  {statusesType, map[string]any{"limit": 1, "query_params": "{}", "element_ids": []any{"1"}}},
		"Duplicate List Value":           {aggregateType, map[string]any{"aggregate": count, "group_by": []any{"phase", "phase"}}},
		summaryMissingRequired:           {aggregateType, nil},
	} {
		if got := onlyError(t, p.validate(test.typeName, test.config)); !strings.HasPrefix(got, "Error: "+summary+" [") {
			t.Errorf("%v: want %q, got:\n%s", test.config, summary, got)
		}
		if !strings.Contains(string(guide), "\n### "+summary+"\n") && !strings.Contains(string(guide), "*"+summary+"*") {
			t.Errorf("the guide has no entry %q", summary)
		}
	}
}

// TestAccTerraformBlamesTheConfigurationFirst shows why the guide has entries
// for errors of Terraform's own: without a provider block, its error comes
// before the provider's.
func TestAccTerraformBlamesTheConfigurationFirst(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../templates/guides/troubleshooting.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	c := newTerminal(t, nil, map[string]string{"main.tf": `
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
data "prismasdwan_element_image_statuses" "fleet" {
}
`})
	c.fails([]string{"plan", "-input=false"}, "Error: Invalid provider configuration", "requires explicit configuration. Add a provider block to the root module", "Error: Missing credentials")
	for _, title := range []string{"Invalid provider configuration", "Missing credentials", "Missing required argument", "Incorrect attribute value type"} {
		if !strings.Contains(string(guide), "\n### "+title+"\n") {
			t.Errorf("the guide has no entry %q", title)
		}
	}
}

func TestNamesThatTheProviderDoesNotHaveAreErrors(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	other := p.dynamic(p.schemas.Provider, nil)
	one, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: "prismasdwan_site", Config: other})
	if err != nil || !hasError(one.Diagnostics) {
		t.Errorf("a data source: %v, %v", one, err)
	}
	two, err := p.actions().ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: "prismasdwan_reboot", Config: other})
	if err != nil || !hasError(two.Diagnostics) {
		t.Errorf("an action: %v, %v", two, err)
	}
}
