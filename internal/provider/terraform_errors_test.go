package provider

import (
	"strings"
	"testing"
)

// TestAccTroubleshootingHasTerraformsOwnErrors has the CLI print the errors and
// warnings of its own that the guide explains.
func TestAccTroubleshootingHasTerraformsOwnErrors(t *testing.T) {
	t.Parallel()
	const (
		closed    = "variable \"ready\" {\n  default = false\n}\n"
		hidden    = "variable \"ready\" {\n  default   = true\n  ephemeral = true\n}\n"
		later     = "resource \"terraform_data\" \"first\" {}\n"
		condition = ` {
      condition     = var.ready
      error_message = "Not ready."
    }`
	)
	held := func(by string) string {
		return closed + later + "resource \"terraform_data\" \"policy\" {\n  lifecycle {\n    " + by + condition + "\n  }\n}\n"
	}
	policy := func(argument string) string {
		return "resource \"terraform_data\" \"policy\" {\n  " + argument + "\n}\n"
	}
	output := func(value string) string { return "output \"shown\" {\n  value = " + value + "\n}\n" }
	for _, test := range []struct {
		words, configuration string
		// warns is whether the run succeeds, apply whether the plan is also applied.
		warns, apply bool
		needs        feature
	}{
		{words: "Resource precondition failed", configuration: held("precondition")},
		{words: "Resource postcondition failed", configuration: held("postcondition")},
		{words: "Check block assertion failed", configuration: closed + "check \"fleet\" {\n  assert" + condition + "\n}\n", warns: true},
		{words: "Cannot apply incomplete plan", configuration: held("precondition"), apply: true},
		{words: "Invalid index", configuration: output(`tolist(["a"])[2]`)},
		{words: "Attempt to get attribute from null value", configuration: "variable \"image\" {\n  default = null\n}\n" + output("var.image.version")},
		{words: "Invalid for_each argument", configuration: later + policy("for_each = toset([terraform_data.first.id])")},
		{words: "Invalid count argument", configuration: later + policy("count = length(terraform_data.first.id)")},
		{words: "Ephemeral value not allowed", configuration: hidden + output("var.ready"), needs: featureEphemeral},
		{words: "Invalid use of ephemeral value", configuration: hidden + policy("input = var.ready"), needs: featureEphemeral},
	} {
		t.Run(test.words, func(t *testing.T) {
			t.Parallel()
			c := newTerminal(t, nil, map[string]string{"main.tf": test.configuration})
			if test.needs != "" {
				c.needs(test.needs)
				if runsOpenTofu() {
					t.Skip("OpenTofu has other words for it")
				}
			}
			output, succeeded := c.run("plan", "-input=false", "-out=tfplan")
			if test.apply {
				output, succeeded = c.run("apply", "-input=false", "tfplan")
			}
			c.check([]string{"plan"}, output, succeeded, test.warns, []string{test.words})
			guide := readPage(t, troubleshootingGuide)
			if !strings.Contains(guide, "\n### "+test.words+"\n") && !strings.Contains(guide, "*"+test.words+"*") {
				t.Errorf("the guide has no entry %q", test.words)
			}
		})
	}
}
