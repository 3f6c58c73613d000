package provider

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const oneType = "prismasdwan_element_image_status"

func oneElement(id string) map[string]any { return map[string]any{"element_id": id} }

func TestOneElementTakesOneQueryWhateverTheFleet(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		server := startSimulator(t, simulator.Options{Elements: 120, Seed: 8, Scenario: "mixed", Switches: simulator.Switches{MaxLimit: 5}})
		p := newProtocol(t, variables(server, form)...)
		for _, row := range server.Rows() {
			server.ResetRequests()
			got := p.read(oneType, oneElement(row.Element())).must(t)
			delete(got, "timeouts")
			if difference := cmp.Diff(wantItem(row), got); difference != "" {
				t.Errorf("%s: element %s (-want +got):\n%s", form, row.Element(), difference)
			}
			if queries := server.Count(simulator.RequestQuery); queries != 1 {
				t.Errorf("%s: %d queries, want 1", form, queries)
			}
		}
	}
}

func TestElementWithoutAStatusIsAnError(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 5})
	want := "Error: Element has no image status [element_id]\n" +
		"The controller has no image status for the element \"12345\". Check the id, which is the element's and not the machine's or the site's; " +
		"an element that is not claimed, or was never upgraded, may have none. To allow for that, use prismasdwan_element_image_statuses, which gives an empty list."
	got := newProtocol(t, variables(server, simulator.Legacy)...).read(oneType, oneElement("12345")).failure(t)
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
}

func TestNewestOfSeveralRowsCounts(t *testing.T) {
	t.Parallel()
	// The controller has no order among the rows of one element.
	for _, order := range []simulator.OrderMode{simulator.OrderInsertion, simulator.OrderShuffled} {
		for _, newest := range []int64{-1, 1} {
			server := startSimulator(t, simulator.Options{Elements: 5, Switches: simulator.Switches{DefaultOrder: order}})
			row := server.Rows()[2]
			other := row
			id, state, updated := "17", "failed", *row.UpdatedOnUTC+newest*10_000_000
			other.ID, other.UpgradeState, other.UpdatedOnUTC = &id, &state, &updated
			server.AddRow(other)
			want := row
			if newest > 0 {
				want = other
			}
			got := newProtocol(t, variables(server, simulator.Unified)...).read(oneType, oneElement(row.Element())).must(t)
			delete(got, "timeouts")
			if difference := cmp.Diff(wantItem(want), got); difference != "" {
				t.Errorf("%s %d (-want +got):\n%s", order, newest, difference)
			}
		}
	}
}

func TestOneElementNeedsItsID(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	for _, test := range []struct {
		config map[string]any
		want   string
	}{
		{oneElement(""), "Error: Invalid argument [element_id]\nelement_id is \"\". An element id cannot be empty. Write the id of an element, or leave the entry out."},
		{everything, "Error: Missing Configuration for Required Attribute [element_id]\n" +
			"Must set a configuration value for the element_id attribute as the provider has marked it as required.\n\n" +
			"Refer to the provider documentation or contact the provider developers for additional information about configurable attributes that are required."},
	} {
		if difference := cmp.Diff(test.want, onlyError(t, p.validate(oneType, test.config))); difference != "" {
			t.Errorf("(-want +got):\n%s", difference)
		}
	}
	if diagnostics := p.validate(oneType, map[string]any{"element_id": unknown}); len(diagnostics) > 0 {
		t.Errorf("an id that is not known yet:\n%s", render(diagnostics))
	}
}

func TestAccOneElement(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 20, Seed: 8, Scenario: "mixed"})
	row := server.Rows()[7]
	const address = "data.prismasdwan_element_image_status.one"
	var checks []statecheck.StateCheck
	for name, value := range wantItem(row) {
		checks = append(checks, statecheck.ExpectKnownValue(address, tfjsonpath.New(name), equals(value)))
	}
	known := `data "prismasdwan_element_image_status" "one" { element_id = "` + row.Element() + `" }`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{
			{
				Config:      `data "prismasdwan_element_image_status" "one" { element_id = "12345" }`,
				ExpectError: regexp.MustCompile(`(?s)Element has no image status.*element_id = "12345".*The controller has no image status for the element\s+"12345"`),
			},
			{
				Config: `
					resource "terraform_data" "later" { input = "` + row.Element() + `" }
					data "prismasdwan_element_image_status" "one" { element_id = terraform_data.later.output }`,
				ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{readAtApply{address}}},
				ConfigStateChecks: checks,
			},
			{Config: known, ConfigStateChecks: checks},
		},
	})
}
