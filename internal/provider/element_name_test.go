package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func namedElement(name string) map[string]any { return map[string]any{"element_name": name} }

// rename gives an element of the fleet a name.
func rename(t *testing.T, server *simulator.Server, id, name string) {
	t.Helper()
	if err := server.UpdateElement(id, func(element *inventory.Element) { element.Name = &name }); err != nil {
		t.Fatal(err)
	}
}

func TestElementByNameIsTheOneByID(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		server := mixedFleet(t, 70)
		// In `where` these would be patterns.
		rename(t, server, server.ElementIDs()[0], "br-*")
		rename(t, server, server.ElementIDs()[1], "br-?ra-01-b")
		p := newProtocol(t, variables(server, form)...)
		names := make(map[string]int)
		for _, of := range devicesByID(server) {
			if of.Name != nil {
				names[*of.Name]++
			}
		}
		rows := rowsOfDevices(server, func(d device) bool { return d.Name != nil && names[*d.Name] == 1 })
		if len(rows) < 60 || len(rows) == len(server.Rows()) {
			t.Fatalf("%d of %d elements have a name of their own", len(rows), len(server.Rows()))
		}
		all := devicesByID(server)
		for _, row := range rows {
			name := *all[row.Element()].Name
			got := p.read(oneType, namedElement(name)).must(t)
			if got["element_name"] != name {
				t.Errorf("%s: element_name is %v, want %q", form, got["element_name"], name)
			}
			withoutArguments(got)
			if difference := cmp.Diff(wantItem(row), got); difference != "" {
				t.Errorf("%s: %s (-want +got):\n%s", form, name, difference)
			}
		}
		if sites := server.Count(simulator.RequestSites); sites != 0 {
			t.Errorf("%s: the sites were asked for %d times, which no name needs", form, sites)
		}
	}
}

func TestNameOfSeveralElementsIsAnErrorWithTheCandidates(t *testing.T) {
	t.Parallel()
	server := mixedFleet(t, 70)
	elements := server.ElementIDs()
	const name = "hub"
	unbound := elementsOf(rowsOfDevices(server, func(d device) bool { return d.attributes()["site_id"] == nil }))[0]
	named := []string{elements[0], elements[5], unbound}
	for _, id := range named {
		rename(t, server, id, name)
	}
	if err := server.UpdateElement(elements[5], func(element *inventory.Element) { element.ModelName = nil }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(named)
	all := devicesByID(server)
	site, model := all[elements[0]].site, *all[elements[0]].ModelName
	other := all[elements[5]].site
	lines := func(first, second string) string {
		text := map[string]string{
			elements[0]: fmt.Sprintf("  %s (site %s, model %q)", elements[0], first, model),
			elements[5]: fmt.Sprintf("  %s (site %s)", elements[5], second),
			unbound:     fmt.Sprintf("  %s (no site, model %q)", unbound, *all[unbound].ModelName),
		}
		var sorted []string
		for _, id := range named {
			sorted = append(sorted, text[id])
		}
		return "Error: Invalid argument [element_name]\nelement_name is \"hub\". 3 elements of this tenant have this name. " +
			"Write the id of one of them as `element_id` instead.\n" + strings.Join(sorted, "\n")
	}
	p := newProtocol(t, variables(server, simulator.Unified)...)
	want := lines(fmt.Sprintf("%q", *site.Name), fmt.Sprintf("%q", *other.Name))
	if difference := cmp.Diff(want, p.read(oneType, namedElement(name)).failure(t)); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
	// What only explains is left out where it cannot be had.
	for _, kind := range []simulator.FaultKind{"forbidden_403", "unavailable_503", "html_200"} {
		if err := server.SetFaults(simulator.Fault{Kind: kind, On: simulator.RequestSites}); err != nil {
			t.Fatal(err)
		}
		if difference := cmp.Diff(lines(site.ID, other.ID), p.read(oneType, namedElement(name)).failure(t)); difference != "" {
			t.Errorf("%s (-want +got):\n%s", kind, difference)
		}
	}
	if queries := server.Count(simulator.RequestQuery); queries != 0 {
		t.Errorf("%d statuses were asked for", queries)
	}
}

func TestManyCandidatesAreBounded(t *testing.T) {
	t.Parallel()
	server := mixedFleet(t, 30)
	for _, id := range server.ElementIDs()[:14] {
		rename(t, server, id, "hub")
	}
	failure := newProtocol(t, variables(server, simulator.Legacy)...).read(oneType, namedElement("hub")).failure(t)
	if candidates := strings.Count(failure, "(site "); candidates != maxCandidates || !strings.HasSuffix(failure, "\n  … and 4 more") {
		t.Errorf("%d candidates in:\n%s", candidates, failure)
	}
}

func TestNameThatNoElementHasIsAnError(t *testing.T) {
	t.Parallel()
	server := mixedFleet(t, 70)
	const invalidName = "Error: Invalid argument [element_name]\nelement_name is "
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for name, want := range map[string]string{
		"BR-FRA-01-A":  "\"BR-FRA-01-A\". No element of this tenant has this name. Did you mean \"br-fra-01-a\", ",
		"br-fra-01-a ": "\"br-fra-01-a \". No element of this tenant has this name. Did you mean \"br-fra-01-a\", ",
		"br-fra-01-?":  "\"br-fra-01-?\". No element of this tenant has this name. Did you mean \"br-fra-01-a\", \"br-fra-01-b\" or ",
		"*":            "\"*\". No element of this tenant has this name, or one like it. Correct it, or write `element_id`.",
	} {
		if got := p.read(oneType, namedElement(name)).failure(t); !strings.HasPrefix(got, invalidName+want) {
			t.Errorf("got\n%s\nwant\n%s", got, invalidName+want)
		}
	}
	if queries := server.Count(simulator.RequestQuery); queries != 0 {
		t.Errorf("%d statuses were asked for", queries)
	}
}

func TestNamedElementWithoutAStatusIsAnErrorAtItsName(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 5})
	server.AddElement(inventory.Element{ID: "4711", Name: new("shell")})
	want := "Error: Element has no image status [element_name]\nThe controller has no image status for the element \"shell\" (id 4711). " +
		"An element that is not claimed, or was never upgraded, may have none. To allow for that, use prismasdwan_element_image_statuses, which returns an empty list."
	if difference := cmp.Diff(want, newProtocol(t, variables(server, simulator.Legacy)...).read(oneType, namedElement("shell")).failure(t)); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
}

func TestNameNeedsTheListOfElementsAndAnIDDoesNot(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 5, Switches: simulator.Switches{FleetDenied: true}})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	if failure := p.read(oneType, namedElement("br-fra-01-a")).failure(t); !strings.HasPrefix(failure, "Error: Access denied by the controller\nCould not read the elements: ") {
		t.Error(failure)
	}
	p.read(oneType, oneElement(server.ElementIDs()[0])).must(t)
}

func TestAccElementByName(t *testing.T) {
	t.Parallel()
	server := mixedFleet(t, 20)
	const address, name = "data.prismasdwan_element_image_status.one", "br-fra-01-a"
	row := rowsOfDevices(server, func(d device) bool { return has(d.Name, name) })[0]
	var other imagestatus.Status
	for _, candidate := range server.Rows() {
		if candidate.Element() != row.Element() {
			other = candidate
		}
	}
	checks := []statecheck.StateCheck{
		statecheck.ExpectKnownValue(address, tfjsonpath.New("element_id"), knownvalue.StringExact(row.Element())),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("active_version"), equals(wantItem(row)["active_version"])),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("element_name"), knownvalue.StringExact(name)),
	}
	known := `data "prismasdwan_element_image_status" "one" { element_name = "` + name + `" }`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{
			{
				Config:      `data "prismasdwan_element_image_status" "one" {}`,
				ExpectError: regexp.MustCompile(`(?s)Invalid argument.*element_id is null\. No element is chosen\.`),
			},
			{
				Config:      `data "prismasdwan_element_image_status" "one" { element_name = "br-fra-01-z" }`,
				ExpectError: regexp.MustCompile(`(?s)element_name = "br-fra-01-z".*No\s+element\s+of\s+this\s+tenant\s+has\s+this\s+name\.\s+Did\s+you\s+mean`),
			},
			{
				Config: `
					resource "terraform_data" "later" { input = "` + name + `" }
					data "prismasdwan_element_image_status" "one" { element_name = terraform_data.later.output }`,
				ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{readAtApply{address}}},
				ConfigStateChecks: checks,
			},
			{
				Config: known, ConfigStateChecks: checks,
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{
				PreConfig:   func() { rename(t, server, other.Element(), name) },
				Config:      known,
				ExpectError: regexp.MustCompile(`(?s)2\s+elements\s+of\s+this\s+tenant\s+have\s+this\s+name.*` + row.Element()),
			},
		},
	})
}
