package provider

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// mock is an object as a configuration writes it, for an argument of any type.
type mock map[string]any

// mocked makes a value as a configuration writes it: objects, tuples, texts,
// numbers and booleans.
func mocked(value any) tftypes.Value {
	switch value := value.(type) {
	case tftypes.Value:
		return value
	case map[string]any:
		kinds, members := make(map[string]tftypes.Type), make(map[string]tftypes.Value)
		for name, member := range value {
			members[name] = mocked(member)
			kinds[name] = members[name].Type()
		}
		return tftypes.NewValue(tftypes.Object{AttributeTypes: kinds}, members)
	case []any:
		kinds, members := make([]tftypes.Type, len(value)), make([]tftypes.Value, len(value))
		for i, member := range value {
			members[i] = mocked(member)
			kinds[i] = members[i].Type()
		}
		return tftypes.NewValue(tftypes.Tuple{ElementTypes: kinds}, members)
	case bool:
		return tftypes.NewValue(tftypes.Bool, value)
	case string:
		return tftypes.NewValue(tftypes.String, value)
	case unknownValue:
		return tftypes.NewValue(tftypes.DynamicPseudoType, tftypes.UnknownValue)
	case nil:
		return tftypes.NewValue(tftypes.DynamicPseudoType, nil)
	default:
		return tftypes.NewValue(tftypes.Number, value)
	}
}

// report calls the function with an object.
func (p *protocol) report(gate tftypes.Value) (page tftypes.Value, failure *tfprotov6.FunctionError) {
	p.t.Helper()
	argument, err := tfprotov6.NewDynamicValue(tftypes.DynamicPseudoType, gate)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := p.server.CallFunction(p.t.Context(), &tfprotov6.CallFunctionRequest{
		Name: "report_markdown", Arguments: []*tfprotov6.DynamicValue{&argument},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if response.Error != nil {
		return tftypes.Value{}, response.Error
	}
	page, err = response.Result.Unmarshal(tftypes.String)
	if err != nil {
		p.t.Fatal(err)
	}
	return page, nil
}

// page is the text of a report that must be made.
func (p *protocol) page(gate tftypes.Value) string {
	p.t.Helper()
	value, failure := p.report(gate)
	if failure != nil {
		p.t.Fatalf("%s: %s", gate, failure.Text)
	}
	var page string
	if err := value.As(&page); err != nil {
		p.t.Fatal(err)
	}
	return page
}

func TestReportIsAboutTheGateAsItIsRead(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 50, Seed: 1, Scenario: "mixed"})
	p := newProtocol(t, variables(server, simulator.Legacy)...)
	arguments := map[string]any{"name": "hubs", "max_blocking_elements": 3, "target_version": "= " + simulator.TargetImage().Version}
	names := make(map[string]bool)
	for _, element := range server.Elements() {
		if element.Name != nil {
			names[*element.Name] = true
		}
	}
	for kind, gate := range map[string]tftypes.Value{"data": p.read(gateType, arguments).value, "ephemeral": p.open(gateType, arguments).value} {
		page := p.page(gate)
		for _, want := range []string{
			"## ⛔ Upgrade gate \"hubs\" closed: ", "\n- ", "\npie showData\n", "    \"failed\" : ", "| " + simulator.TargetImage().Version + " | ",
			"| element | site | counts as | state | version | remark |", " unrecognized | ", "`max_blocking_elements` bounds this list",
		} {
			if !strings.Contains(page, want) {
				t.Errorf("the report of a %s gate lacks %q:\n%s", kind, want, page)
			}
		}
		named := 0
		for line := range strings.Lines(page[strings.LastIndex(page, "|---|"):]) {
			if cells := strings.Split(line, "|"); len(cells) > 1 && names[strings.TrimSpace(cells[1])] {
				named++
			}
		}
		if named != 3 {
			t.Errorf("the report of a %s gate names %d elements, want 3:\n%s", kind, named, page)
		}
	}
}

func TestAccReportMarkdown(t *testing.T) {
	t.Parallel()
	report := func(gate string) string { return `provider::prismasdwan::report_markdown(` + gate + `)` }
	closed := knownvalue.StringExact("## ⛔ Upgrade gate closed: 1/2 ready (50%), 1 failed\n\n- One \\*failed\\*.\n")
	functionTest{
		input: `"closed: 1/2 ready (50%), 1 failed"`,
		known: []call{
			{report(`{ ready = true }`), knownvalue.StringExact("## ✅ Upgrade gate open\n")},
			{report(`{ ready = null }`), knownvalue.StringExact("## ❔ Upgrade gate without a verdict\n")},
			{report(`{ ready = false, summary = "closed: 1/2 ready (50%), 1 failed", reasons = tolist(["One *failed*."]), by_phase = tomap({}) }`), closed},
			{report(`{ waves = [], done = true }`), knownvalue.StringRegexp(regexp.MustCompile("^## ✅ Upgrade waves done\n"))},
			{`nonsensitive(` + report(`{ ready = sensitive(true) }`) + `)`, knownvalue.StringExact("## ✅ Upgrade gate open\n")},
		},
		later: []call{
			{report(`{ ready = false, summary = terraform_data.later.output, reasons = ["One *failed*."] }`), closed},
		},
		failures: []failing{
			{report(`null`), `argument must not be null`},
			{report(`true`), `Invalid value for "gate" parameter: The value is true: pass one gate or waves as a whole, such as data.prismasdwan_upgrade_gate.canary.`},
			{report(`{ hubs = { ready = true } }`), `Invalid value for "gate" parameter: The value has neither ready nor waves: pass one gate or waves as a whole, …`},
			{report(`{ ready = "true" }`), `Invalid value for "gate" parameter: Attribute ready is "true": write true, false or null.`},
			{report(`{ ready = sensitive(true) }`), `Output refers to sensitive values`},
		},
	}.run(t)
}

func TestReportToleratesWhatIsMissing(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	everything := map[string]any{
		"ready": nil, "summary": nil, "reasons": nil, "ready_percent": nil, "counts": nil, "by_phase": nil, "by_version": nil,
		"blocking_elements": nil, "blocking_truncated": nil, "name": nil, "waves": nil, "done": nil, "current": nil,
	}
	const bare = "## ❔ Upgrade gate without a verdict\n"
	for want, gate := range map[string]map[string]any{
		bare:                              everything,
		"## ✅ Upgrade gate open\n":        {"ready": true, "something_newer": []any{1}},
		"## ⛔ Upgrade gate closed: why\n": {"ready": false, "summary": "closed: why", "counts": map[string]any{}, "reasons": []any{nil, ""}},
		"## ⏳ Upgrade waves not done\n":   {"done": false, "waves": []any{}},
		"| one |":                         {"ready": false, "blocking_elements": []any{map[string]any{"element_name": "one"}, nil, map[string]any{}}},
		"| 2 |  |  | must wait | not yet": {"waves": []any{nil, map[string]any{"may_begin": false, "summary": "not yet", "counts": nil}}},
		"| shelf | attic | failed |": {"current": 2, "waves": []any{
			map[string]any{"number": 1, "ready": false, "blocking_elements": []any{map[string]any{"element_name": "other"}}},
			map[string]any{"number": 2, "ready": false, "blocking_elements": []any{map[string]any{"element_name": "shelf", "site_name": "attic", "class": "failed"}}},
		}},
		"| 7 | `█████░░░░░` 50% | 1/2 | **current** |": {"current": 7, "waves": []any{map[string]any{"number": 7, "counts": map[string]any{"total": 2, "ready": 1}}}},
	} {
		page := p.page(mocked(gate))
		if !strings.Contains(page, want) || strings.HasPrefix(want, "## ") && !strings.HasPrefix(page, want) {
			t.Errorf("%v: got\n%s\nwant %s", gate, page, want)
		}
	}
}

func TestReportOfWhatIsNotKnownIsNotKnown(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	for _, gate := range []tftypes.Value{
		mocked(unknown), mocked(map[string]any{"ready": unknown}), mocked(map[string]any{"ready": true, "blocking_elements": []any{map[string]any{"element_name": unknown}}}),
	} {
		if page, failure := p.report(gate); failure != nil || page.IsKnown() {
			t.Errorf("%s: got %s, %v", gate, page, failure)
		}
	}
}

func TestReportNamesAnAttributeOfAWrongType(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	blocking := func(name string, value any) map[string]any {
		return map[string]any{"blocking_elements": []any{map[string]any{}, map[string]any{name: value}}}
	}
	wave := func(name string, value any) map[string]any {
		return map[string]any{"waves": []any{map[string]any{name: value}}}
	}
	for want, members := range map[string]map[string]any{
		`Attribute ready is "yes": write true, false or null`:                                  {"ready": "yes"},
		`Attribute summary is a list: write a text or null`:                                    {"summary": []any{}},
		`Attribute name is true: write a text or null`:                                         {"name": true},
		`Attribute reasons is "none": write a list or null`:                                    {"reasons": "none"},
		`Attribute reasons[1] is 2: write a text or null`:                                      {"reasons": []any{"a", 2}},
		`Attribute ready_percent is "50": write a number or null`:                              {"ready_percent": "50"},
		`Attribute counts is 3: write an object or null`:                                       {"counts": 3},
		`Attribute counts.total is "3": write a whole number or null`:                          {"counts": map[string]any{"total": "3"}},
		`Attribute by_phase.failed is 1.5: write a whole number or null`:                       {"by_phase": map[string]any{"failed": 1.5, "idle": "x"}},
		`Attribute by_version is a list: write an object or null`:                              {"by_version": []any{}},
		`Attribute blocking_elements is a map: write a list or null`:                           {"blocking_elements": map[string]any{}},
		`Attribute blocking_elements[0] is "1": write an object or null`:                       {"blocking_elements": []any{"1"}},
		`Attribute blocking_elements[1].element_name is 4: write a text or null`:               blocking("element_name", 4),
		`Attribute blocking_elements[1].failure_info is a list: write a text or null`:          blocking("failure_info", []any{}),
		`Attribute blocking_elements[1].download_percent is "9": write a whole number or null`: blocking("download_percent", "9"),
		`Attribute blocking_truncated is 1: write true, false or null`:                         {"blocking_truncated": 1},
		`Attribute waves is "two": write a list or null`:                                       {"waves": "two"},
		`Attribute waves[0].number is "1": write a whole number or null`:                       wave("number", "1"),
		`Attribute waves[0].counts.ready is true: write a whole number or null`:                wave("counts", map[string]any{"ready": true}),
		`Attribute waves[0].may_begin is "no": write true, false or null`:                      wave("may_begin", "no"),
		`Attribute waves[0].reasons[0] is a map: write a text or null`:                         wave("reasons", []any{map[string]any{}}),
		`Attribute waves[0].blocking_elements[0].class is 5: write a text or null`:             wave("blocking_elements", []any{map[string]any{"class": 5}}),
		`Attribute done is "no": write true, false or null`:                                    {"done": "no"},
		`Attribute current is 1e+300: write a whole number or null`:                            {"current": 1e300},
	} {
		gate := map[string]any{"ready": true}
		maps.Copy(gate, members)
		if _, failure := p.report(mocked(gate)); failure == nil || failure.Text != want || *failure.FunctionArgument != 0 {
			t.Errorf("got %+v, want %s", failure, want)
		}
	}
}
