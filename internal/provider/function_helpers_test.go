package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"
)

// call is a call of a function with what it must give.
type call struct {
	expression string
	want       knownvalue.Check
}

// failing is a call of a function with what Terraform must print of it: in
// one line, however it wraps.
type failing struct {
	expression string
	want       string
}

// functionTest holds a function against its cases in Terraform, without any
// configuration of the provider, as functions must work.
type functionTest struct {
	known []call
	// later are calls with terraform_data.later.output, which is an argument
	// that is not known at plan; what they give is known at apply.
	later []call
	// input is what terraform_data.later comes to.
	input    string
	failures []failing
}

func (f functionTest) run(t *testing.T) {
	t.Helper()
	needsFunctions := []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)}
	var config strings.Builder
	fmt.Fprintf(&config, "resource \"terraform_data\" \"later\" {\n  input = %s\n}\n", f.input)
	var planned []plancheck.PlanCheck
	var stored []statecheck.StateCheck
	output := func(name, expression string) {
		fmt.Fprintf(&config, "output %q {\n  value = %s\n}\n", name, expression)
	}
	for i, call := range f.known {
		name := fmt.Sprintf("known%d", i)
		output(name, call.expression)
		planned = append(planned, plancheck.ExpectKnownOutputValue(name, named{call.expression, call.want}))
		stored = append(stored, statecheck.ExpectKnownOutputValue(name, named{call.expression, call.want}))
	}
	for i, call := range f.later {
		name := fmt.Sprintf("later%d", i)
		output(name, call.expression)
		planned = append(planned, plancheck.ExpectUnknownOutputValue(name))
		stored = append(stored, statecheck.ExpectKnownOutputValue(name, named{call.expression, call.want}))
	}
	var steps []resource.TestStep
	for _, failure := range f.failures {
		steps = append(steps, resource.TestStep{
			Config: "output \"failing\" {\n  value = " + failure.expression + "\n}\n", PlanOnly: true, ExpectError: wrapped(failure.want),
		})
	}
	steps = append(steps, resource.TestStep{
		Config: config.String(), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: planned}, ConfigStateChecks: stored,
	})
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks: needsFunctions, ProtoV6ProviderFactories: factories(), Steps: steps,
	})
}

// named says in an error which call it was.
type named struct {
	name string
	knownvalue.Check
}

// CheckValue compares.
func (n named) CheckValue(got any) error {
	if err := n.Check.CheckValue(got); err != nil {
		return fmt.Errorf("%s: %w", n.name, err)
	}
	return nil
}

// wrapped matches a text over line breaks; "…" stands for anything.
func wrapped(text string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(strings.Join(strings.Fields(text), " "))
	return regexp.MustCompile("(?s)" + strings.ReplaceAll(strings.ReplaceAll(pattern, " ", `\s+`), "…", ".*"))
}

func texts(values ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, len(values))
	for i, value := range values {
		checks[i] = knownvalue.StringExact(value)
	}
	return knownvalue.ListExact(checks)
}
