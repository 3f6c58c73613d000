package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

func TestAccUpgradePhase(t *testing.T) {
	t.Parallel()
	test := functionTest{
		input: `"verifying"`,
		known: []call{
			{`provider::prismasdwan::upgrade_phase("verifying")`, knownvalue.StringExact("installing")},
			{`provider::prismasdwan::upgrade_phase("in-progress")`, knownvalue.StringExact("installing")},
			{`provider::prismasdwan::upgrade_phase("download_complete")`, knownvalue.StringExact("staged")},
			{`provider::prismasdwan::upgrade_phase("invalid")`, knownvalue.StringExact("unknown")},
			{`provider::prismasdwan::upgrade_phase("quarantined")`, knownvalue.StringExact("unknown")},
			{`provider::prismasdwan::upgrade_phase("Complete")`, knownvalue.StringExact("unknown")},
			{`provider::prismasdwan::upgrade_phase("")`, knownvalue.StringExact("unknown")},
		},
		later: []call{
			{`provider::prismasdwan::upgrade_phase(terraform_data.later.output)`, knownvalue.StringExact("installing")},
		},
		failures: []failing{
			{`provider::prismasdwan::upgrade_phase(["complete"])`, `Invalid value for "state" parameter: string required`},
			{`provider::prismasdwan::upgrade_phase()`, `Not enough function arguments`},
		},
	}
	if !runsOpenTofu() {
		// OpenTofu sends a null argument without any value, which the framework
		// refuses; the function's description says so.
		test.known = append(test.known, call{`provider::prismasdwan::upgrade_phase(null)`, knownvalue.StringExact("idle")})
	}
	for _, state := range append(imagestatus.States(), imagestatus.SiblingStates()...) {
		test.known = append(test.known, call{`provider::prismasdwan::upgrade_phase("` + string(state) + `")`, knownvalue.StringExact(string(state.Phase()))})
	}
	test.run(t)
}
