package provider

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// attributes are what the documentation promises of an element, written out by
// hand as wantItem is.
func (d device) attributes() map[string]any {
	siteID := orNull(d.SiteID)
	if d.SiteID != nil && slices.Contains([]string{"", "0", "1"}, *d.SiteID) {
		siteID = nil
	}
	var connected any
	if d.Connected != nil {
		connected = *d.Connected
	}
	return map[string]any{
		"name": orNull(d.Name), "site_id": siteID, "site_name": orNull(d.siteName()), "role": orNull(d.Role), "model_name": orNull(d.ModelName),
		"connected": connected, "tags": tagsOrNull(d.Tags, true), "site_tags": tagsOrNull(d.siteTags(), siteID == nil || d.site != nil),
	}
}

// tagsOrNull tells no tags from those of a site that the list lacks.
func tagsOrNull(tags []string, known bool) any {
	if !known {
		return nil
	}
	return plainTexts(tags...)
}

// wantItemsWithElements are rows whose elements were asked for.
func wantItemsWithElements(server *simulator.Server, rows []imagestatus.Status) []any {
	all := devicesByID(server)
	items := wantItems(rows)
	for i, row := range rows {
		if of, listed := all[row.Element()]; listed {
			object(items[i])["element"] = of.attributes()
		}
	}
	return items
}

// groupOf is what a row is grouped by: of its element, or else of itself.
func groupOf(server *simulator.Server) func(imagestatus.Status, string) any {
	all := devicesByID(server)
	return func(row imagestatus.Status, name string) any {
		if !slices.Contains([]string{"site_name", "site_id", "role", "model_name", "connected"}, name) {
			return fieldValue(row, name)
		}
		of, listed := all[row.Element()]
		if !listed {
			return nil
		}
		value := of.attributes()[name]
		if connected, isBool := value.(bool); isBool {
			return strconv.FormatBool(connected)
		}
		return value
	}
}

// countLists counts the reads of the lists beside the statuses, each of which asks
// for a first page once.
func countLists(server *simulator.Server) string {
	reads := make(map[simulator.RequestKind]int)
	for _, request := range server.Requests() {
		if strings.Contains(request.Body, `"dest_page":1,`) || strings.Contains(request.Body, `"dest_page":1}`) {
			reads[request.Kind]++
		}
	}
	return fmt.Sprintf("elements %d, sites %d", reads[simulator.RequestElements], reads[simulator.RequestSites])
}

// oddFleet has elements that the list lacks, and one whose site the list lacks.
func oddFleet(t *testing.T, switches simulator.Switches) *simulator.Server {
	t.Helper()
	switches.StrayElements = true
	server := startSimulator(t, simulator.Options{Elements: 120, Seed: 3, Scenario: "mixed", Switches: switches})
	lost := devicesByID(server)[server.ElementIDs()[2]].Element
	lost.SiteID, lost.Role, lost.ModelName, lost.Tags = new("4711"), nil, nil, nil
	server.AddElement(lost)
	if err := server.SetConnected(false, server.ElementIDs()[5:9]...); err != nil {
		t.Fatal(err)
	}
	return server
}

func TestRowsDescribeTheirElements(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		for _, unbound := range []simulator.UnboundMode{simulator.UnboundOne, simulator.UnboundNull, simulator.UnboundZero} {
			t.Run(fmt.Sprintf("%s %s", form, unbound), func(t *testing.T) {
				t.Parallel()
				server := oddFleet(t, simulator.Switches{UnboundSite: unbound})
				want := wantItemsWithElements(server, server.Rows())
				nulls := make(map[string]int)
				for _, item := range want {
					if object(item)["element"] == nil {
						nulls["element"]++
					}
					for name, value := range object(object(item)["element"]) {
						if value == nil {
							nulls[name]++
						}
					}
				}
				for _, name := range []string{"element", "name", "site_id", "site_name", "role", "model_name", "site_tags"} {
					if nulls[name] == 0 || nulls[name] == len(want) {
						t.Fatalf("%d of %d rows have a null %s, so that the test would prove nothing", nulls[name], len(want), name)
					}
				}
				got := newProtocol(t, variables(server, form)...).read(statusesType, map[string]any{"with_elements": true}).must(t)
				if difference := cmp.Diff(want, got["items"]); difference != "" {
					t.Errorf("items (-want +got):\n%.3000s", difference)
				}
			})
		}
	}
}

func TestElementsAreDescribedWhateverElseIsAskedFor(t *testing.T) {
	t.Parallel()
	server := oddFleet(t, simulator.Switches{})
	rows := server.Rows()
	p := newProtocol(t, variables(server, simulator.Unified)...)
	fields := make([]imagestatus.Status, len(rows))
	for i, row := range rows {
		fields[i] = imagestatus.Status{UpgradeState: row.UpgradeState}
	}
	byField := wantItemsWithElements(server, rows)
	for i, item := range byField {
		narrowed := wantItems(fields)[i]
		object(narrowed)["element"] = object(item)["element"]
		byField[i] = narrowed
	}
	for _, test := range []struct {
		name   string
		config map[string]any
		want   []any
	}{
		{"fields without element_id", map[string]any{"request": map[string]any{"retrieved_fields": []string{"upgrade_state"}}}, byField},
		{"ids", map[string]any{"element_ids": elementsOf(rows[3:7])}, wantItemsWithElements(server, rows[3:7])},
		{"a limit", map[string]any{"limit": 5}, wantItemsWithElements(server, rows[:5])},
		{"a page", map[string]any{"limit": 5, "dest_page": 2}, wantItemsWithElements(server, rows[5:10])},
		{"nothing", map[string]any{"element_ids": []string{}}, []any{}},
		{"a description", whereOf(map[string]any{"site_names": []string{"BR-*"}}), wantItemsWithElements(server, rowsOfDevices(server, func(d device) bool {
			return begins(d.siteName(), "BR-")
		}))},
	} {
		config := map[string]any{"with_elements": true}
		maps.Copy(config, test.config)
		if difference := cmp.Diff(test.want, p.read(statusesType, config).must(t)["items"]); difference != "" {
			t.Errorf("%s (-want +got):\n%.2000s", test.name, difference)
		}
	}
	for _, with := range []any{nil, false} {
		if difference := cmp.Diff(wantItems(rows), p.read(statusesType, map[string]any{"with_elements": with}).must(t)["items"]); difference != "" {
			t.Errorf("with_elements = %v (-want +got):\n%.2000s", with, difference)
		}
	}
	masked := map[string]any{"with_elements": true, "request": map[string]any{"retrieved_fields": []string{"id"}, "retrieved_fields_mask": true}}
	const want = "Error: Invalid argument [request.retrieved_fields_mask]\nrequest.retrieved_fields_mask is \"true\". " +
		"No field of a row can be trusted with it, and `with_elements` needs `element_id`. Leave out one of the two."
	if got := onlyError(t, p.validate(statusesType, masked)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Each list is read once for a data source, and none that it has no use for.
func TestListsAreReadOnceAndWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	roles, sites := map[string]any{"roles": []string{"HUB"}}, map[string]any{"site_names": []string{"DC-*"}}
	grouped := func(where map[string]any, by ...string) map[string]any {
		config := aggregateOf("count", "element_id", by...)
		if where != nil {
			config["where"] = where
		}
		return config
	}
	for _, test := range []struct {
		surface string
		config  map[string]any
		want    string
	}{
		{statusesType, everything, "elements 0, sites 0"},
		{statusesType, map[string]any{"with_elements": false}, "elements 0, sites 0"},
		{statusesType, map[string]any{"with_elements": true}, "elements 1, sites 1"},
		{statusesType, map[string]any{"with_elements": true, "element_ids": []string{}}, "elements 0, sites 0"},
		{statusesType, map[string]any{"where": roles}, "elements 1, sites 0"},
		{statusesType, map[string]any{"where": sites}, "elements 1, sites 1"},
		{statusesType, map[string]any{"where": roles, "with_elements": true}, "elements 1, sites 1"},
		{statusesType, map[string]any{"where": sites, "with_elements": true}, "elements 1, sites 1"},
		{aggregateType, grouped(nil, "phase", "active_version"), "elements 0, sites 0"},
		{aggregateType, grouped(nil, "role"), "elements 1, sites 0"},
		{aggregateType, grouped(nil, "site_id", "connected", "model_name"), "elements 1, sites 0"},
		{aggregateType, grouped(nil, "site_name"), "elements 1, sites 1"},
		{aggregateType, grouped(roles, "role"), "elements 1, sites 0"},
		{aggregateType, grouped(sites, "role"), "elements 1, sites 1"},
		{aggregateType, grouped(roles, "site_name", "phase"), "elements 1, sites 1"},
	} {
		for _, form := range forms {
			server := startSimulator(t, simulator.Options{Elements: 40, Seed: 3, Scenario: "mixed"})
			newProtocol(t, variables(server, form)...).read(test.surface, test.config).must(t)
			if got := countLists(server); got != test.want {
				t.Errorf("%s %v, %s: %s, want %s", test.surface, test.config, form, got, test.want)
			}
		}
	}
}

func TestListsThatWereAskedForAndCannotBeReadAreErrors(t *testing.T) {
	t.Parallel()
	for list, fault := range map[string]simulator.Fault{
		"elements": {Kind: "forbidden_403", On: simulator.RequestElements},
		"sites":    {Kind: "forbidden_403", On: simulator.RequestSites},
	} {
		for surface, config := range map[string]map[string]any{
			statusesType: {"with_elements": true}, aggregateType: aggregateOf("count", "id", "site_name"),
		} {
			server := startSimulator(t, simulator.Options{Elements: 20})
			if err := server.SetFaults(fault); err != nil {
				t.Fatal(err)
			}
			failure := newProtocol(t, variables(server, simulator.Unified)...).read(surface, config).failure(t)
			if !strings.HasPrefix(failure, "Error: Access denied by the controller\nCould not read the "+list+": ") {
				t.Errorf("%s: %s", surface, failure)
			}
		}
	}
	server := startSimulator(t, simulator.Options{Elements: 20, Switches: simulator.Switches{FleetDenied: true}})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	p.read(statusesType, everything).must(t)
	p.read(aggregateType, aggregateOf("count", "id", "phase")).must(t)
}

func TestGroupsOfElementsAddUpToTheRows(t *testing.T) {
	t.Parallel()
	for _, mode := range []simulator.AggregateMode{simulator.AggregateRows, simulator.AggregateIgnored} {
		server := oddFleet(t, simulator.Switches{Aggregate: mode})
		rows, valueOf := server.Rows(), groupOf(server)
		for _, form := range forms {
			p := newProtocol(t, variables(server, form)...)
			for _, by := range [][]string{
				{"site_name"}, {"site_id"}, {"role"}, {"model_name"}, {"connected"},
				{"role", "active_version"}, {"phase", "site_name", "connected"},
			} {
				for _, compute := range []any{nil, "auto", "provider"} {
					config := aggregateOf("sum", "download_percent", by...)
					config["compute"] = compute
					got := p.read(aggregateType, config).must(t)
					want := wantResultsBy(rows, "sum", "download_percent", by, valueOf)
					if difference := cmp.Diff(want, got["results"], approximately); difference != "" {
						t.Errorf("%s, by %v (-want +got):\n%.2000s", mode, by, difference)
					}
					expect(t, got, map[string]any{"computed_by": "provider", "matched_count": number64(int64(len(rows))), "value": nil})
				}
			}
		}
	}
}

func TestGroupsThatTheControllerCannotMakeAreRefusedAtPlan(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	for _, test := range []struct {
		by   []string
		want string
	}{
		{[]string{"phase"}, "`phase`"},
		{[]string{"active_version", "site_name", "connected"}, "`site_name`, `connected`"},
	} {
		config := aggregateOf("count", "element_id", test.by...)
		config["compute"] = "controller"
		want := "Error: Invalid argument [compute]\ncompute is \"controller\". The controller cannot group by " + test.want +
			". Use `auto` or `provider`, or group by fields of the row."
		if got := onlyError(t, p.validate(aggregateType, config)); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	unlisted := onlyError(t, p.validate(aggregateType, aggregateOf("count", "id", "site")))
	for _, name := range []string{"`phase`", "`connected`", "`model_name`", "`role`", "`site_id`", "`site_name`"} {
		if !strings.Contains(unlisted, name) {
			t.Errorf("the remedy does not list %s: %s", name, unlisted)
		}
	}
	// A name of an element is no group, and what filters compare is a row.
	for surface, config := range map[string]map[string]any{
		aggregateType: aggregateOf("count", "id", "name"),
		statusesType:  {"filters": []map[string]any{filter("site_name", "", "BR-FRA-01")}},
	} {
		if got := onlyError(t, p.validate(surface, config)); !strings.Contains(got, "No such field.") {
			t.Error(got)
		}
	}
}

func TestAccElementsOfRowsAndGroups(t *testing.T) {
	t.Parallel()
	server := mixedFleet(t, 120)
	hubs := rowsOfDevices(server, func(d device) bool { return has(d.Role, "HUB") })
	const bySite, address = "data.prismasdwan_element_image_status_aggregate.by_site", statusesAddress
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{
			{
				Config: `
					data "prismasdwan_element_image_statuses" "fleet" {
						where         = { roles = ["HUB"] }
						with_elements = true
					}
					data "prismasdwan_element_image_status_aggregate" "by_site" {
						where     = { roles = ["HUB"] }
						aggregate = { operator = "count", field = "element_id" }
						group_by  = ["site_name", "connected"]
					}
					output "names" {
						value = [for item in data.prismasdwan_element_image_statuses.fleet.items : item.element.name]
					}`,
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("items"), equals(wantItemsWithElements(server, hubs))),
					statecheck.ExpectKnownValue(bySite, tfjsonpath.New("results"), equals(wantResultsBy(hubs, "count", "element_id", []string{"site_name", "connected"}, groupOf(server)))),
					statecheck.ExpectKnownValue(bySite, tfjsonpath.New("computed_by"), knownvalue.StringExact("provider")),
				},
			},
		},
	})
}

func TestElementsAndSitesAreReadAtTheSameTime(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 20, Latency: 100 * time.Millisecond})
	newProtocol(t, variables(server, simulator.Unified)...).read(statusesType, map[string]any{"with_elements": true}).must(t)
	if together := server.MaxConcurrent(); together != 2 {
		t.Errorf("%d reads were under way at once, want those of both lists", together)
	}
}
