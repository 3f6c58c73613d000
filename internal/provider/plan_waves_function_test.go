package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
)

func TestAccPlanWaves(t *testing.T) {
	t.Parallel()
	const fleet = `[for i in range(100) : tostring(1000 + i)]`
	waves := func(elements string) string {
		return `provider::prismasdwan::plan_waves(` + elements + `, ["1", "10%", "100%"])`
	}
	yes := knownvalue.Bool(true)
	functionTest{
		input: `["3", "1", "2"]`,
		known: []call{
			// A partition of the fleet: three waves, the first of one element.
			{`sort(flatten(` + waves(fleet) + `)) == sort(` + fleet + `)`, yes},
			{`[for wave in ` + waves(fleet) + ` : length(wave) > 0]`, knownvalue.ListExact([]knownvalue.Check{yes, yes, yes})},
			{`length(` + waves(fleet) + `[0])`, knownvalue.Int64Exact(1)},
			// The order of the elements and repeated ones make no difference.
			{waves(fleet) + ` == ` + waves(`concat(reverse(`+fleet+`), ["1000"])`), yes},
			// A larger fleet moves no element to an earlier wave.
			{`length(setsubtract(` + waves(`concat(`+fleet+`, ["1", "2", "3"])`) + `[0], concat(` + waves(fleet) + `[0], ["1", "2", "3"]))) == 0`, yes},
			{`provider::prismasdwan::plan_waves(["2", "1"], ["100%"])`, knownvalue.ListExact([]knownvalue.Check{texts("1", "2")})},
			{`provider::prismasdwan::plan_waves([], ["1", "100%"])`, knownvalue.ListExact([]knownvalue.Check{texts(), texts()})},
		},
		later: []call{
			{`sort(flatten(` + waves(`terraform_data.later.output`) + `))`, texts("1", "2", "3")},
			{`provider::prismasdwan::plan_waves(["9"], [terraform_data.later.output[1], "100%"])`, knownvalue.ListExact([]knownvalue.Check{texts("9"), texts()})},
		},
		failures: []failing{
			{
				`provider::prismasdwan::plan_waves(["1"], ["1", "10%"])`,
				`Invalid value for "sizes" parameter: The last wave size must be "100%", so that no element is left out.`,
			},
			{
				`provider::prismasdwan::plan_waves(["1"], ["50%", "10%", "100%"])`,
				`Invalid value for "sizes" parameter: The wave size "10%" is not larger than the one before it: sizes are cumulative, so each says how much of the fleet is done after its wave.`,
			},
			{
				`provider::prismasdwan::plan_waves(["1"], ["few", "100%"])`,
				`Invalid value for "sizes" parameter: "few" is not a wave size: write a number of elements such as 1, or a share such as 10%.`,
			},
			{`provider::prismasdwan::plan_waves(null, ["100%"])`, `Invalid value for "element_ids" parameter: argument must not be null.`},
			{`provider::prismasdwan::plan_waves(["1"], null)`, `Invalid value for "sizes" parameter: argument must not be null.`},
			{
				`provider::prismasdwan::plan_waves(["1", "2\r"], ["100%"])`,
				`Invalid value for "element_ids" parameter: Entry 1, counted from 0, is "2\r": An element id has no white space, line end or invisible character. Remove it; the function trimspace does so for a line of a file.`,
			},
			{`provider::prismasdwan::plan_waves([null], ["100%"])`, `Invalid value for "element_ids" parameter: Entry 0, counted from 0, is null: write a value, or leave the entry out.`},
		},
	}.run(t)
}

func TestAccPlanWavesKeepsPeersApart(t *testing.T) {
	t.Parallel()
	// By hash the order is 4, 3, 1, 2.
	plan := func(options string) string {
		return `provider::prismasdwan::plan_waves(["1", "2", "3", "4"], ["1", "3", "100%"], ` + options + `)`
	}
	waves := func(lists ...knownvalue.Check) knownvalue.Check { return knownvalue.ListExact(lists) }
	usual := waves(texts("4"), texts("1", "3"), texts("2"))
	apart := waves(texts("4"), texts("2", "3"), texts("1"))
	functionTest{
		input: `"1"`,
		known: []call{
			{`provider::prismasdwan::plan_waves(["1", "2", "3", "4"], ["1", "3", "100%"])`, usual},
			{plan(`{}`), usual},
			{plan(`[]...`), usual},
			{plan(`{ "1" = "site/9", "3" = "site/9" }`), apart},
			{plan(`tomap({ "1" = "site/9", "3" = "site/9", "77" = "site/9" })`), apart},
			{plan(`{ groups = { "1" = "site/9", "3" = "site/9" } }`), apart},
			{plan(`{ groups = tomap({ "1" = "site/9", "3" = "site/9" }), first = null, last = [] }`), apart},
			{plan(`{ groups = null, first = null, last = null }`), usual},
			{`nonsensitive(` + plan(`{ groups = sensitive({ "1" = "site/9", "3" = "site/9" }) }`) + `)`, apart},
			{plan(`{ first = ["1"] }`), waves(texts("1"), texts("3", "4"), texts("2"))},
			{plan(`{ first = toset(["1"]), last = tolist(["3"]) }`), waves(texts("1"), texts("2", "4"), texts("3"))},
			// One group of four makes a wave more than there are sizes.
			{plan(`{ for id in ["1", "2", "3", "4"] : id => "hub-cluster/3" }`), waves(texts("4"), texts("3"), texts("1"), texts("2"))},
		},
		later: []call{
			{plan(`{ "3" = "site/9", (terraform_data.later.output) = "site/9" }`), apart},
			{plan(`{ "1" = "site/9", "3" = "site/${terraform_data.later.output + 8}" }`), apart},
			{plan(`{ groups = { "1" = "site/1", "3" = "site/${terraform_data.later.output}" } }`), apart},
			{plan(`{ first = [terraform_data.later.output] }`), waves(texts("1"), texts("3", "4"), texts("2"))},
			{plan(`jsondecode(terraform_data.later.output == "1" ? "{\"first\": [\"1\"]}" : "{}")`), waves(texts("1"), texts("3", "4"), texts("2"))},
		},
		failures: []failing{
			{plan(`null`), `Invalid value for "options" parameter: argument must not be null.`},
			{plan(`tomap(null)`), `Invalid value for "options" parameter: argument must not be null.`},
			{plan(`["1"]`), `Invalid value for "options" parameter: The value is a list: write a map of element ids to groups, or an object with groups, first and last.`},
			{plan(`"site/9"`), `Invalid value for "options" parameter: The value is "site/9": write a map of element ids to groups, or an object with groups, first and last.`},
			{plan(`{}, {}`), `Invalid value for "options" parameter: There are 2 options, and one is allowed: write one object with groups, first and last.`},
			{plan(`{ first = ["1"], group = {} }`), `Invalid value for "options" parameter: "group" is no option: write groups, first or last.`},
			{plan(`{ frist = ["1"] }`), `Invalid value for "options" parameter: The entry "frist" is a list: write an element id with its group as text, or an object with groups, first and last.`},
			{plan(`{ "1" = 9 }`), `Invalid value for "options" parameter: The entry "1" is 9: write an element id with its group as text, or an object with groups, first and last.`},
			{plan(`{ "1" = null }`), `Invalid value for "options" parameter: The entry "1" is null: write an element id with its group as text, or an object with groups, first and last.`},
			{plan(`{ "1" = "" }`), `Invalid value for "options" parameter: Option groups is "": Element "1" has an empty group. Write a group, or leave the element out.`},
			{plan(`{ "1 " = "site/9" }`), `Invalid value for "options" parameter: A key of the groups is "1 ": An element id has no white space, line end or invisible character. Remove it; …`},
			{plan(`{ groups = ["1"] }`), `Invalid value for "options" parameter: Option groups is a list: write a map of element ids to groups.`},
			{plan(`{ first = "1" }`), `Invalid value for "options" parameter: Option first is "1": write a list of element ids.`},
			{plan(`{ last = [1] }`), `Invalid value for "options" parameter: Option last[0] is 1: write an element id as text.`},
			{plan(`{ last = ["1", null] }`), `Invalid value for "options" parameter: Option last[1] is null: write an element id as text.`},
			{plan(`{ first = ["9"] }`), `Invalid value for "options" parameter: Option first[0] is "9": It is not one of the elements to split. Add it to them, or remove it from first.`},
			{plan(`{ first = ["1"], last = ["1"] }`), `Invalid value for "options" parameter: Option last[0] is "1": It is pinned to the first wave, too. Remove it from first or from last.`},
			{
				plan(`{ groups = { "1" = "site/9", "2" = "site/9" }, first = ["1", "2"] }`),
				`Invalid value for "options" parameter: Option first[1] is "2": Its peer "1" of the group "site/9" is pinned to the same wave. Two members of a group are never in one wave. Remove one of the two pins.`,
			},
		},
	}.run(t)
}

// Terraform does not call a function with null or with an unknown value in an
// argument. A client that does must not get waves in which peers meet.
func TestPlanWavesRefusesOptionsThatAreNullOrNotKnown(t *testing.T) {
	t.Parallel()
	object := func(name string, value attr.Value) attr.Value {
		return types.ObjectValueMust(map[string]attr.Type{name: value.Type(t.Context())}, map[string]attr.Value{name: value})
	}
	texts := func(entries ...attr.Value) types.List { return types.ListValueMust(types.StringType, entries) }
	const notKnown = " is not known yet: write an element id"
	for want, option := range map[string]types.Dynamic{
		"The value is not known yet":              types.DynamicUnknown(),
		"Option groups is not known yet":          types.DynamicValue(object("groups", types.MapUnknown(types.StringType))),
		"Option last is not known yet":            types.DynamicValue(object("last", types.DynamicUnknown())),
		"Option first[0]" + notKnown + " as text": types.DynamicValue(object("first", texts(types.StringUnknown()))),
		`The entry "7"` + notKnown + " with its group as text, or an object with groups, first and last":    types.DynamicValue(object("7", types.StringUnknown())),
		`The entry "8"` + notKnown + " with its group as text, or an object with groups, first and last":    types.DynamicValue(object("groups", object("8", types.StringUnknown()))),
		"The value is null: leave it out, or write {} for no options":                                       types.DynamicValue(types.MapNull(types.StringType)),
		"The value is true: write a map of element ids to groups, or an object with groups, first and last": types.DynamicValue(types.BoolValue(true)),
	} {
		arguments := function.NewArgumentsData([]attr.Value{
			texts(types.StringValue("1")), texts(types.StringValue("100%")),
			types.TupleValueMust([]attr.Type{types.DynamicType}, []attr.Value{option}),
		})
		resp := function.RunResponse{Result: function.NewResultData(types.ListUnknown(types.ListType{ElemType: types.StringType}))}
		newPlanWavesFunction().Run(t.Context(), function.RunRequest{Arguments: arguments}, &resp)
		if resp.Error == nil || resp.Error.Text != want || *resp.Error.FunctionArgument != 2 {
			t.Errorf("got %v, want %q", resp.Error, want)
		}
	}
}
