package provider

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// rowsOfDevices are the rows of the elements for which a condition holds.
func rowsOfDevices(server *simulator.Server, holds func(device) bool) []imagestatus.Status {
	all := devicesByID(server)
	return where(server.Rows(), func(row imagestatus.Status) bool {
		of, listed := all[row.Element()]
		return listed && holds(of)
	})
}

func whereOf(conditions map[string]any) map[string]any { return map[string]any{"where": conditions} }

// mixedFleet has every oddity of elements and sites.
func mixedFleet(t *testing.T, elements int) *simulator.Server {
	t.Helper()
	return startSimulator(t, simulator.Options{Elements: elements, Seed: 3, Scenario: "mixed"})
}

func TestWhereSelectsWhatItDescribes(t *testing.T) {
	t.Parallel()
	server := mixedFleet(t, 240)
	if err := server.SetConnected(false, server.ElementIDs()[5:25]...); err != nil {
		t.Fatal(err)
	}
	serial := *devicesByID(server)[server.ElementIDs()[4]].SerialNumber
	for _, test := range []struct {
		name   string
		config map[string]any
		holds  func(device) bool
		keeps  func(imagestatus.Status) bool
		// nothing says that no row is wanted.
		nothing bool
	}{
		{name: "a name", config: whereOf(map[string]any{"names": []string{"br-fra-01-a"}}), holds: func(d device) bool { return has(d.Name, "br-fra-01-a") }},
		{name: "a pattern", config: whereOf(map[string]any{"names": []string{"*-b"}}), holds: func(d device) bool { return d.Name != nil && strings.HasSuffix(*d.Name, "-b") }},
		{name: "a site", config: whereOf(map[string]any{"site_names": []string{"BR-FRA-01"}}), holds: func(d device) bool { return has(d.siteName(), "BR-FRA-01") }},
		{name: "sites by a pattern", config: whereOf(map[string]any{"site_names": []string{"DC-*"}}), holds: func(d device) bool { return begins(d.siteName(), "DC-") }},
		{name: "roles", config: whereOf(map[string]any{"roles": []string{"HUB", "PA_CONN"}}), holds: func(d device) bool { return has(d.Role, "HUB", "PA_CONN") }},
		{name: "models", config: whereOf(map[string]any{"models": []string{"ion 3200"}}), holds: func(d device) bool { return has(d.ModelName, "ion 3200") }},
		{name: "a serial number", config: whereOf(map[string]any{"serial_numbers": []string{serial}}), holds: func(d device) bool { return has(d.SerialNumber, serial) || has(d.HardwareID, serial) }},
		{name: "tags of elements", config: whereOf(map[string]any{"tags_any": []string{"canary", "nothing"}}), holds: func(d device) bool { return slices.Contains(d.Tags, "canary") }},
		{name: "tags of sites", config: whereOf(map[string]any{"site_tags_all": []string{"emea", "maint:0100UTC"}}), holds: func(d device) bool {
			return slices.Contains(d.siteTags(), "emea") && slices.Contains(d.siteTags(), "maint:0100UTC")
		}},
		{name: "a connection", config: whereOf(map[string]any{"connected": false}), holds: func(d device) bool { return !*d.Connected }},
		{name: "several conditions", config: whereOf(map[string]any{"roles": []string{"SPOKE"}, "site_tags_any": []string{"emea"}, "connected": true}), holds: func(d device) bool {
			return has(d.Role, "SPOKE") && slices.Contains(d.siteTags(), "emea") && *d.Connected
		}},
		{
			name: "a filter beside it", config: map[string]any{"where": map[string]any{"roles": []string{"SPOKE"}}, "filters": []map[string]any{filter("upgrade_state", "", "complete", "failed")}},
			holds: func(d device) bool { return has(d.Role, "SPOKE") }, keeps: func(row imagestatus.Status) bool { return has(row.UpgradeState, "complete", "failed") },
		},
		{
			name: "a filter on phase beside it", config: map[string]any{"where": map[string]any{"roles": []string{"SPOKE"}}, "filters": []map[string]any{filter("phase", "neq", "failed")}},
			holds: func(d device) bool { return has(d.Role, "SPOKE") }, keeps: func(row imagestatus.Status) bool { return row.Phase() != imagestatus.PhaseFailed },
		},
		{
			name: "a filter on ids beside it", config: map[string]any{"where": map[string]any{"roles": []string{"SPOKE"}}, "filters": []map[string]any{filter("element_id", "", server.ElementIDs()[:9]...)}},
			holds: func(d device) bool { return has(d.Role, "SPOKE") }, keeps: func(row imagestatus.Status) bool { return slices.Contains(server.ElementIDs()[:9], row.Element()) },
		},
		{name: "an empty list", config: whereOf(map[string]any{"names": []string{}}), nothing: true},
		{name: "an empty list beside another one", config: whereOf(map[string]any{"roles": []string{"HUB"}, "tags_all": []string{}}), nothing: true},
		{name: "a model that no element is of", config: whereOf(map[string]any{"models": []string{"ion 0"}}), nothing: true},
		{name: "a pattern that no name is like", config: whereOf(map[string]any{"names": []string{"no-*"}}), nothing: true},
	} {
		for _, form := range forms {
			t.Run(fmt.Sprintf("%s, %s", test.name, form), func(t *testing.T) {
				t.Parallel()
				rows := rowsOfDevices(server, func(d device) bool { return !test.nothing && test.holds(d) })
				if test.keeps != nil {
					rows = where(rows, test.keeps)
				}
				if (len(rows) == 0) != test.nothing || len(rows) == len(server.Rows()) {
					t.Fatalf("%d rows are wanted, so that the test would prove nothing", len(rows))
				}
				p := newProtocol(t, variables(server, form)...)
				expect(t, p.read(statusesType, test.config).must(t), map[string]any{
					"items": wantItems(rows), "matched_count": number64(int64(len(rows))), "returned_count": number64(int64(len(rows))), "truncated": false,
				})
				counted := aggregateOf("count", "element_id", "active_version")
				maps.Copy(counted, test.config)
				got := p.read(aggregateType, counted).must(t)
				checkAggregate(t, "count", got, rows, "count", "element_id", []string{"active_version"})
				expect(t, got, map[string]any{"computed_by": "provider"})
			})
		}
	}
}

// Limits count the rows that are described, not those that were read.
func TestWhereWithALimitTellsWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	server := mixedFleet(t, 120)
	rows := rowsOfDevices(server, func(d device) bool { return has(d.Role, "SPOKE") })
	config := whereOf(map[string]any{"roles": []string{"SPOKE"}})
	config["limit"] = 10
	expect(t, newProtocol(t, variables(server, simulator.Unified)...).read(statusesType, config).must(t), map[string]any{
		"items": wantItems(rows[:10]), "matched_count": number64(int64(len(rows))), "truncated": true,
	})
}

// regions are tags of sites, of which a site has one at most.
var regions = []string{"emea", "amer", "apac"}

func isRegion(tag string) bool { return slices.Contains(regions, tag) }

// Few elements are asked for by id, and of many the rows are kept that belong to
// them: what comes out must not tell.
func TestWhereSelectsTheSameRowsHoweverManyTheyAre(t *testing.T) {
	t.Parallel()
	server := mixedFleet(t, 1400)
	rows := rowsOfDevices(server, func(d device) bool { return has(d.Role, "SPOKE") })
	if len(rows) <= sdwan.DefaultPageSize {
		t.Fatalf("%d rows are described, so few that they are asked for by id", len(rows))
	}
	for _, form := range forms {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			p := newProtocol(t, variables(server, form)...)
			read := func(conditions map[string]any) []any {
				return list(p.read(statusesType, whereOf(conditions)).must(t)["items"])
			}
			together := read(map[string]any{"roles": []string{"SPOKE"}})
			var parts []any
			for _, model := range []string{"ion 1200", "ion 3000", "ion 3200", "ion 3102v", "ion 1200-s"} {
				for _, region := range regions {
					parts = append(parts, read(map[string]any{"roles": []string{"SPOKE"}, "models": []string{model}, "site_tags_any": []string{region}})...)
				}
			}
			untagged := rowsOfDevices(server, func(d device) bool { return has(d.Role, "SPOKE") && !slices.ContainsFunc(d.siteTags(), isRegion) })
			parts = append(parts, wantItems(untagged)...)
			slices.SortFunc(parts, func(a, b any) int {
				return strings.Compare(fmt.Sprint(object(a)["element_id"]), fmt.Sprint(object(b)["element_id"]))
			})
			if difference := cmp.Diff(wantItems(rows), together); difference != "" {
				t.Errorf("all at once (-want +got):\n%.2000s", difference)
			}
			if difference := cmp.Diff(together, parts); difference != "" {
				t.Errorf("in parts (-at once +in parts):\n%.2000s", difference)
			}
		})
	}
}

func TestWhereThatCannotBeUsedIsAnErrorAtItsPlace(t *testing.T) {
	t.Parallel()
	server := mixedFleet(t, 120)
	p := newProtocol(t, variables(server, simulator.Unified)...)
	hubs := map[string]any{"roles": []string{"HUB"}}
	with := func(more map[string]any) map[string]any {
		config := whereOf(hubs)
		maps.Copy(config, more)
		return config
	}
	const derived = " with conditions that only the provider can check: `where`, or a filter on `phase`."
	for _, test := range []struct {
		name, want string
		config     map[string]any
		rows       bool // of the data source of rows alone
	}{
		{
			name: "beside element_ids", config: with(map[string]any{"element_ids": []string{"1"}}),
			want: "Error: Invalid Attribute Combination [where]\nAttribute \"element_ids\" cannot be specified when \"where\" is specified",
		},
		{
			name: "beside query_params", config: with(map[string]any{"query_params": "{}"}),
			want: "Error: Invalid Attribute Combination [where]\nAttribute \"query_params\" cannot be specified when \"where\" is specified",
		},
		{
			name: "a name that is none", config: whereOf(map[string]any{"names": []string{"br-fra-01-x", "br-fra-01-a"}}),
			want: "Error: Invalid argument [where.names[0]]\nwhere.names[0] is \"br-fra-01-x\". No element of this tenant has this value. Did you mean \"br-fra-01-a\"",
		},
		{
			name: "a name that another condition leaves out", config: whereOf(map[string]any{"names": []string{"br-fra-01-a"}, "roles": []string{"HUB"}}),
			want: "Error: Invalid argument [where.names[0]]\nwhere.names[0] is \"br-fra-01-a\". The tenant has elements with this value, but another condition of `where` leaves them out.",
		},
		{
			name: "a site that is none", config: whereOf(map[string]any{"site_names": []string{"BR-*", "Paris"}}),
			want: "Error: Invalid argument [where.site_names[1]]\nwhere.site_names[1] is \"Paris\". No element of this tenant has this value.",
		},
		{
			name: "no condition", config: whereOf(map[string]any{}),
			want: "Error: Invalid argument [where]\nwhere is {}. It has no condition.",
		},
		{
			name: "a page of the controller", config: with(map[string]any{"limit": 5, "dest_page": 1}), rows: true,
			want: "Error: Invalid argument [dest_page]\ndest_page is \"1\". A page of the controller cannot be combined" + derived,
		},
		{
			name: "a mask", config: with(map[string]any{"request": map[string]any{"retrieved_fields": []string{"id"}, "retrieved_fields_mask": true}}), rows: true,
			want: "Error: Invalid argument [request.retrieved_fields_mask]\nrequest.retrieved_fields_mask is \"true\". No field of a row can be trusted with it",
		},
	} {
		configs := map[string]map[string]any{statusesType: test.config}
		if !test.rows {
			configs[aggregateType] = aggregateOf("count", "id")
			maps.Copy(configs[aggregateType], test.config)
		}
		for surface, config := range configs {
			if got := onlyOrFirst(t, p.read(surface, config)); !strings.HasPrefix(got, test.want) {
				t.Errorf("%s, %s: got\n%s\nwant\n%s", surface, test.name, got, test.want)
			}
		}
	}
	byController := aggregateOf("count", "id")
	maps.Copy(byController, with(map[string]any{"compute": "controller"}))
	const want = "Error: Invalid argument [compute]\ncompute is \"controller\". The controller can compare neither `where` nor the `phase` of a filter. Use `auto` or `provider`, or filter by fields of the row."
	if got := onlyError(t, p.validate(aggregateType, byController)); got != want {
		t.Errorf("compute: got\n%s\nwant\n%s", got, want)
	}
}

// onlyOrFirst is the first error of a read, where a conflict may be reported on both
// of its sides.
func onlyOrFirst(t *testing.T, r reading) string {
	t.Helper()
	if !hasError(r.diagnostics) {
		t.Fatalf("there is no error:\n%s", render(r.diagnostics))
	}
	slices.SortStableFunc(r.diagnostics, func(a, b *tfprotov6.Diagnostic) int {
		return strings.Compare(attributeName(b.Attribute), attributeName(a.Attribute))
	})
	return render(r.diagnostics[:1])
}

func TestUnreadableListsOfAWhereAreErrors(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		server := startSimulator(t, simulator.Options{Elements: 20, Switches: simulator.Switches{FleetDenied: true}})
		p := newProtocol(t, variables(server, form)...)
		failure := p.read(statusesType, whereOf(map[string]any{"roles": []string{"HUB"}})).failure(t)
		if !strings.HasPrefix(failure, "Error: Access denied by the controller\nCould not read the elements: ") || !strings.Contains(failure, "the account may not read this.") {
			t.Error(failure)
		}
		if queries := server.Count(simulator.RequestQuery); queries != 0 {
			t.Errorf("%d queries were sent for a selection that is not known", queries)
		}
	}
}

func TestAccWhere(t *testing.T) {
	t.Parallel()
	server := mixedFleet(t, 120)
	hubs := rowsOfDevices(server, func(d device) bool { return has(d.Role, "HUB") })
	pair := rowsOfDevices(server, func(d device) bool { return has(d.siteName(), "BR-FRA-01") && has(d.Name, "br-fra-01-a") })
	const later, counted = "data.prismasdwan_element_image_statuses.later", "data.prismasdwan_element_image_status_aggregate.hubs"
	config := `
		resource "terraform_data" "site" { input = "BR-FRA-01" }
		data "prismasdwan_element_image_statuses" "fleet" {
			where = { roles = ["HUB"] }
		}
		data "prismasdwan_element_image_statuses" "later" {
			where   = { site_names = [terraform_data.site.output], names = ["*-a"] }
			filters = [{ field = "element_id", operator = "neq", values = ["1"] }]
		}
		data "prismasdwan_element_image_status_aggregate" "hubs" {
			where     = { roles = ["HUB"] }
			aggregate = { operator = "count", field = "element_id" }
			group_by  = ["phase"]
		}`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Legacy),
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{readAtApply{later}},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(statusesAddress, tfjsonpath.New("items"), equals(wantItems(hubs))),
					statecheck.ExpectKnownValue(later, tfjsonpath.New("items"), equals(wantItems(pair))),
					statecheck.ExpectKnownValue(counted, tfjsonpath.New("results"), equals(wantResults(hubs, "count", "element_id", []string{"phase"}))),
					statecheck.ExpectKnownValue(counted, tfjsonpath.New("computed_by"), knownvalue.StringExact("provider")),
				},
			},
			{
				Config:      `data "prismasdwan_element_image_statuses" "fleet" { where = { names = ["br-fra-01-z"] } }`,
				ExpectError: regexp.MustCompile(`(?s)Invalid argument.*where\.names\[0\] is "br-fra-01-z"\. No element of this tenant has this value\.\s+Did\s+you\s+mean`),
			},
		},
	})
}
