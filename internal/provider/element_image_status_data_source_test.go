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

// withoutArguments leaves the attributes of the row.
func withoutArguments(got map[string]any) {
	delete(got, "timeouts")
	delete(got, "element_name")
}

func oneElement(id string) map[string]any { return map[string]any{"element_id": id} }

func TestOneElementTakesOneQueryWhateverTheFleet(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		server := startSimulator(t, simulator.Options{Elements: 120, Seed: 8, Scenario: "mixed", Switches: simulator.Switches{MaxLimit: 5}})
		p := newProtocol(t, variables(server, form)...)
		for _, row := range server.Rows() {
			server.ResetRequests()
			got := p.read(oneType, oneElement(row.Element())).must(t)
			withoutArguments(got)
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
		"an element that is not claimed, or was never upgraded, may have none. To allow for that, use prismasdwan_element_image_statuses, which returns an empty list."
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
			withoutArguments(got)
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
		{everything, "Error: Invalid argument [element_id]\nelement_id is null. No element is chosen. Write the id of an element here, or its name as `element_name`."},
		{map[string]any{"element_id": "1", "element_name": "hub-1"}, "Error: Invalid argument [element_name]\n" +
			"element_name is \"hub-1\". An element is chosen by its id or by its name. Remove `element_name` or `element_id`."},
		{map[string]any{"element_name": ""}, "Error: Invalid Attribute Value Length [element_name]\nAttribute element_name string length must be at least 1, got: 0"},
		{map[string]any{"element_id": "1", "element_name": ""}, "Error: Invalid Attribute Value Length [element_name]\nAttribute element_name string length must be at least 1, got: 0"},
		{map[string]any{"element_id": "", "element_name": "hub-1"}, "Error: Invalid argument [element_id]\nelement_id is \"\". An element id cannot be empty. Write the id of an element, or leave the entry out."},
	} {
		if difference := cmp.Diff(test.want, onlyError(t, p.validate(oneType, test.config))); difference != "" {
			t.Errorf("(-want +got):\n%s", difference)
		}
	}
	for _, config := range []map[string]any{
		{"element_id": unknown}, {"element_name": unknown}, {"element_id": unknown, "element_name": "hub-1"}, {"element_id": "1", "element_name": unknown},
	} {
		if diagnostics := p.validate(oneType, config); len(diagnostics) > 0 {
			t.Errorf("%v is not known yet:\n%s", config, render(diagnostics))
		}
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
