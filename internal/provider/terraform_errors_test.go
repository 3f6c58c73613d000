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
		closed    = "variable \"ready\" {\n  type = bool\n  default = false\n}\n"
		hidden    = "variable \"ready\" {\n  type = bool\n  default = true\n  ephemeral = true\n}\n"
		condition = "{\n condition = var.ready\n error_message = \"Not ready.\"\n}\n"
		later     = "resource \"terraform_data\" \"first\" {}\n"
	)
	for _, test := range []struct {
		words, configuration string
		// warns is whether the run succeeds, apply whether the plan is also applied.
		warns, apply bool
		needs        feature
	}{
		{words: "Resource precondition failed", configuration: closed + "resource \"terraform_data\" \"policy\" {\n lifecycle {\n precondition " + condition + "}\n}\n"},
		{words: "Resource postcondition failed", configuration: closed + "resource \"terraform_data\" \"policy\" {\n lifecycle {\n postcondition " + condition + "}\n}\n"},
		{words: "Check block assertion failed", configuration: closed + "check \"fleet\" {\n assert " + condition + "}\n", warns: true},
		{words: "Cannot apply incomplete plan", configuration: closed + later + "resource \"terraform_data\" \"policy\" {\n lifecycle {\n precondition " + condition + "}\n}\n", apply: true},
		{words: "Invalid index", configuration: "output \"third\" {\n value = tolist([\"a\"])[2]\n}\n"},
		{words: "Attempt to get attribute from null value", configuration: "variable \"image\" {\n type = object({ version = string })\n default = null\n}\noutput \"version\" {\n value = var.image.version\n}\n"},
		{words: "Invalid for_each argument", configuration: later + "resource \"terraform_data\" \"policy\" {\n for_each = toset([terraform_data.first.id])\n}\n"},
		{words: "Invalid count argument", configuration: later + "resource \"terraform_data\" \"policy\" {\n count = length(terraform_data.first.id)\n}\n"},
		{words: "Ephemeral value not allowed", configuration: hidden + "output \"ready\" {\n value = var.ready\n}\n", needs: featureEphemeral},
		{words: "Invalid use of ephemeral value", configuration: hidden + "resource \"terraform_data\" \"policy\" {\n input = var.ready\n}\n", needs: featureEphemeral},
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
