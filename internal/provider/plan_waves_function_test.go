package provider

import (
	"testing"

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
