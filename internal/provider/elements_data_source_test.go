package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const elementsType = "prismasdwan_elements"

// device is an element of a fleet with its site, nil where there is none: what a
// test knows of it without the provider's help.
type device struct {
	inventory.Element

	site *inventory.Site
}

// siteName and siteTags are nil where there is no site.
func (d device) siteName() *string {
	if d.site == nil {
		return nil
	}
	return d.site.Name
}

func (d device) siteTags() []string {
	if d.site == nil {
		return nil
	}
	return d.site.Tags
}

// devices are the truth about a fleet, ordered by id.
func devices(elements []inventory.Element, sites []inventory.Site) []device {
	byID := make(map[string]*inventory.Site, len(sites))
	for i := range sites {
		byID[sites[i].ID] = &sites[i]
	}
	all := make([]device, len(elements))
	for i, element := range elements {
		all[i] = device{Element: element}
		if element.SiteID != nil {
			all[i].site = byID[*element.SiteID]
		}
	}
	return all
}

func devicesOf(server *simulator.Server) []device {
	return devices(server.Elements(), server.Sites())
}

func devicesByID(server *simulator.Server) map[string]device {
	all := make(map[string]device)
	for _, d := range devicesOf(server) {
		all[d.ID] = d
	}
	return all
}

func chosen(all []device, holds func(device) bool) []device {
	return slices.DeleteFunc(slices.Clone(all), func(d device) bool { return !holds(d) })
}

func idsOf(all []device) []string {
	ids := make([]string, len(all))
	for i, d := range all {
		ids[i] = d.ID
	}
	return ids
}

// wantElement is an element as the data source returns it.
func wantElement(d device) map[string]any {
	item := d.attributes()
	maps.Copy(item, map[string]any{
		"id": d.ID, "serial_number": orNull(d.SerialNumber), "hw_id": orNull(d.HardwareID), "software_version": orNull(d.SoftwareVersion),
		"state": orNull(d.State), "peer_group": d.PeerGroup(),
	})
	return item
}

// plainTexts is a list of texts as plain makes it.
func plainTexts(values ...string) []any {
	all := make([]any, len(values))
	for i, value := range values {
		all[i] = value
	}
	return all
}

// wantDevices is the whole result.
func wantDevices(all []device) map[string]any {
	items, groups := make([]any, len(all)), make(map[string]any, len(all))
	for i, d := range all {
		items[i], groups[d.ID] = wantElement(d), d.PeerGroup()
	}
	return map[string]any{
		"items": items, "ids": plainTexts(idsOf(all)...), "matched_count": number64(int64(len(all))), "peer_groups": groups,
	}
}

func checkDevices(t *testing.T, got map[string]any, want []device) {
	t.Helper()
	results := maps.Clone(got)
	for _, argument := range []string{"where", "ids_only", "timeouts"} {
		delete(results, argument)
	}
	if difference := cmp.Diff(wantDevices(want), results); difference != "" {
		t.Errorf("the elements are other ones (-want +got):\n%.3000s", difference)
	}
}

func begins(text *string, start string) bool { return text != nil && strings.HasPrefix(*text, start) }

// descriptions are conditions on the fleet of Elements: 120, Seed: 3, each with
// the elements that it selects, decided here by other means.
var descriptions = []struct {
	name       string
	conditions map[string]any
	holds      func(device) bool
	// needsSites says that it cannot be decided from the elements alone.
	needsSites bool
	// none says that it selects nothing.
	none bool
}{
	{"names", map[string]any{"names": []string{"dc-nyc-01-a", "br-par-01-a"}}, func(d device) bool { return has(d.Name, "dc-nyc-01-a") || has(d.Name, "br-par-01-a") }, false, false},
	{"pattern of names", map[string]any{"names": []string{"br-*-a"}}, func(d device) bool { return begins(d.Name, "br-") && strings.HasSuffix(*d.Name, "-a") }, false, false},
	{"pattern with one character", map[string]any{"names": []string{"dc-nyc-0?-?"}}, func(d device) bool { return begins(d.Name, "dc-nyc-0") }, false, false},
	{"any name at all", map[string]any{"names": []string{"*"}}, func(d device) bool { return d.Name != nil }, false, false},
	{"letter case counts", map[string]any{"names": []string{"BR-*"}}, func(device) bool { return false }, false, true},
	{"site_names", map[string]any{"site_names": []string{"DC-NYC-01"}}, func(d device) bool {
		return has(d.siteName(), "DC-NYC-01")
	}, true, false},
	{"pattern of site_names", map[string]any{"site_names": []string{"BR-*"}}, func(d device) bool {
		return begins(d.siteName(), "BR-")
	}, true, false},
	{"roles", map[string]any{"roles": []string{"HUB"}}, func(d device) bool { return has(d.Role, "HUB") }, false, false},
	{"several roles", map[string]any{"roles": []string{"NONE", "PA_CONN"}}, func(d device) bool { return has(d.Role, "NONE") || has(d.Role, "PA_CONN") }, false, false},
	{"models", map[string]any{"models": []string{"ion 3200"}}, func(d device) bool { return has(d.ModelName, "ion 3200") }, false, false},
	{"a model that nothing is", map[string]any{"models": []string{"ion 1"}}, func(device) bool { return false }, false, true},
	{"tags_any", map[string]any{"tags_any": []string{"canary", "maint:0300UTC"}}, func(d device) bool {
		return slices.Contains(d.Tags, "canary") || slices.Contains(d.Tags, "maint:0300UTC")
	}, false, false},
	{"tags_all", map[string]any{"tags_all": []string{"canary", "maint:0300UTC"}}, func(d device) bool {
		return slices.Contains(d.Tags, "canary") && slices.Contains(d.Tags, "maint:0300UTC")
	}, false, false},
	{"site_tags_any", map[string]any{"site_tags_any": []string{"emea", "apac"}}, func(d device) bool {
		return slices.Contains(d.siteTags(), "emea") || slices.Contains(d.siteTags(), "apac")
	}, true, false},
	{"site_tags_all", map[string]any{"site_tags_all": []string{"emea", "maint:0100UTC"}}, func(d device) bool {
		return slices.Contains(d.siteTags(), "emea") && slices.Contains(d.siteTags(), "maint:0100UTC")
	}, true, false},
	{"connected", map[string]any{"connected": true}, func(d device) bool { return d.Connected != nil && *d.Connected }, false, false},
	{"not connected", map[string]any{"connected": false}, func(d device) bool { return d.Connected != nil && !*d.Connected }, false, false},
	{"role and site tag", map[string]any{"roles": []string{"HUB"}, "site_tags_any": []string{"amer"}}, func(d device) bool {
		return has(d.Role, "HUB") && slices.Contains(d.siteTags(), "amer")
	}, true, false},
	{"an empty list", map[string]any{"tags_any": []string{}}, func(device) bool { return false }, false, true},
	{"an empty list beside a condition", map[string]any{"roles": []string{"HUB"}, "site_tags_all": []string{}}, func(device) bool { return false }, true, true},
}

// describedFleet is the fleet of descriptions; some elements are disconnected.
func describedFleet(t *testing.T, switches simulator.Switches) *simulator.Server {
	t.Helper()
	server := startSimulator(t, simulator.Options{Elements: 120, Seed: 3, Switches: switches})
	ids := server.ElementIDs()
	if err := server.SetConnected(false, ids[3], ids[40], ids[77]); err != nil {
		t.Fatal(err)
	}
	return server
}

func TestElementsAreTheOnesDescribed(t *testing.T) {
	t.Parallel()
	server := describedFleet(t, simulator.Switches{})
	all := devicesOf(server)
	for _, form := range forms {
		p := newProtocol(t, variables(server, form)...)
		for _, test := range descriptions {
			t.Run(string(form)+" "+test.name, func(t *testing.T) {
				t.Parallel()
				want := chosen(all, test.holds)
				if len(want) == 0 != test.none || len(want) == len(all) {
					t.Fatalf("the description selects %d of %d elements, so that it proves nothing", len(want), len(all))
				}
				checkDevices(t, p.in(t).read(elementsType, whereOf(test.conditions)).must(t), want)
			})
		}
	}
}

// fleetPositions are the positions of the switches in which elements and sites
// can be read, and which have to do with them.
func fleetPositions() []simulator.Position {
	return slices.DeleteFunc(simulator.SwitchPositions(), func(p simulator.Position) bool {
		return p.Name != "Defaults" && !p.Fleet || p.Nameless
	})
}

func TestElementsAreTheOnesDescribedInEveryPositionOfTheFleetsSwitches(t *testing.T) {
	t.Parallel()
	for _, position := range fleetPositions() {
		t.Run(position.Name+"="+position.Position, func(t *testing.T) {
			t.Parallel()
			var switches simulator.Switches
			position.Apply(&switches)
			server := describedFleet(t, switches)
			all := devicesOf(server)
			for _, form := range forms {
				p := newProtocol(t, variables(server, form)...)
				for _, test := range descriptions {
					t.Run(string(form)+" "+test.name, func(t *testing.T) {
						checkDevices(t, p.in(t).read(elementsType, whereOf(test.conditions)).must(t), chosen(all, test.holds))
					})
				}
			}
		})
	}
}

func TestElementsWithoutADescriptionAreTheFleet(t *testing.T) {
	t.Parallel()
	server := describedFleet(t, simulator.Switches{})
	all := devicesOf(server)
	for _, form := range forms {
		got := newProtocol(t, variables(server, form)...).read(elementsType, everything).must(t)
		checkDevices(t, got, all)
	}
	// The fleet has what is unusual, so that the comparison above means something.
	for oddity, holds := range map[string]func(device) bool{
		"no name":             func(d device) bool { return d.Name == nil },
		"no site":             func(d device) bool { _, bound := d.Site(); return !bound && d.SiteID != nil },
		"no tags":             func(d device) bool { return d.Tags == nil },
		"a site without tags": func(d device) bool { return d.site != nil && d.site.Tags == nil },
		"an HA group":         func(d device) bool { return strings.HasPrefix(d.PeerGroup(), "ha-group/") },
		"a hub cluster":       func(d device) bool { return strings.HasPrefix(d.PeerGroup(), "hub-cluster/") },
		"no peer":             func(d device) bool { return d.PeerGroup() == "element/"+d.ID },
		"a name that is taken": func(d device) bool {
			return len(chosen(all, func(o device) bool { return d.Name != nil && has(o.Name, *d.Name) })) > 1
		},
	} {
		if len(chosen(all, holds)) == 0 {
			t.Errorf("no element has %s", oddity)
		}
	}
}

// An identifier is taken from the fleet, as it differs from seed to seed.
func TestElementsAreFoundByTheirIdentifiers(t *testing.T) {
	t.Parallel()
	server := describedFleet(t, simulator.Switches{})
	all := devicesOf(server)
	p := newProtocol(t, variables(server, simulator.Unified)...)
	one, other := all[0], all[10]
	bound := chosen(all, func(d device) bool { return d.site != nil })[0]
	for name, test := range map[string]struct {
		conditions map[string]any
		holds      func(device) bool
	}{
		"serial number and hardware id": {
			map[string]any{"serial_numbers": []string{*one.SerialNumber, *other.HardwareID}},
			func(d device) bool { return d.ID == one.ID || d.ID == other.ID },
		},
		"site": {
			map[string]any{"site_ids": []string{bound.site.ID}},
			func(d device) bool { return d.site != nil && d.site.ID == bound.site.ID },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDevices(t, p.in(t).read(elementsType, whereOf(test.conditions)).must(t), chosen(all, test.holds))
		})
	}
}

func TestANameOfSeveralElementsSelectsThemAll(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 5, Seed: 1})
	ids := server.ElementIDs()
	for _, id := range ids[1:3] {
		if err := server.UpdateElement(id, func(e *inventory.Element) { e.Name = new("twin") }); err != nil {
			t.Fatal(err)
		}
	}
	got := newProtocol(t, variables(server, simulator.Legacy)...).read(elementsType, whereOf(map[string]any{"names": []string{"twin"}})).must(t)
	expect(t, got, map[string]any{"ids": plainTexts(ids[1:3]...)})
}

// Whatever the controller leaves out is null, but for tags.
func TestWhatAnElementLacksIsNull(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 1, Seed: 1})
	server.AddElement(inventory.Element{ID: "1"})
	server.AddElement(inventory.Element{ID: "2", SiteID: new("404")})
	items := list(newProtocol(t, variables(server, simulator.Unified)...).read(elementsType, everything).must(t)["items"])
	if len(items) != 3 {
		t.Fatalf("%d elements, want 3", len(items))
	}
	want := wantElement(device{Element: inventory.Element{ID: "1", Connected: new(true)}})
	if difference := cmp.Diff(want, items[0]); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
	// The site is not in the list of sites: its tags are not known.
	expect(t, object(items[2]), map[string]any{"site_id": "404", "site_name": nil, "site_tags": nil, "tags": []any{}, "peer_group": "site/404"})
}

// Sites are read for what needs them and for nothing else.
func TestSitesAreReadOnlyWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	server := describedFleet(t, simulator.Switches{})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for _, test := range descriptions {
		for _, idsOnly := range []bool{false, true} {
			server.ResetRequests()
			config := whereOf(test.conditions)
			config["ids_only"] = idsOnly
			got := p.read(elementsType, config).must(t)
			if read, want := server.Count(simulator.RequestSites) > 0, test.needsSites || !idsOnly; read != want {
				t.Errorf("%s, ids_only = %t: the sites are read: %t, want %t", test.name, idsOnly, read, want)
			}
			if server.Count(simulator.RequestElements) == 0 || server.Count(simulator.RequestQuery) > 0 {
				t.Errorf("%s: the requests are %+v", test.name, server.Requests())
			}
			if null := got["items"] == nil; null != idsOnly {
				t.Errorf("%s, ids_only = %t: items are null: %t", test.name, idsOnly, null)
			}
			want := chosen(devicesOf(server), test.holds)
			expect(t, got, map[string]any{
				"ids": plainTexts(idsOf(want)...), "matched_count": number64(int64(len(want))), "peer_groups": wantDevices(want)["peer_groups"],
			})
		}
	}
}

const sitesWarning = "Warning: Sites not read\n" +
	"`site_name` and `site_tags` of `items` are null, because the list of sites cannot be read; everything else is complete. Set `ids_only` to do without `items`.\n\n" +
	"Could not read the sites: "

// Names explain and never decide: without sites there are elements, with a
// warning; what is selected by a site is an error.
func TestSitesThatCannotBeReadAreAWarningUnlessTheyDecide(t *testing.T) {
	t.Parallel()
	server := describedFleet(t, simulator.Switches{})
	fault(t, server, simulator.Fault{Kind: "forbidden_403", On: simulator.RequestSites})
	for _, form := range forms {
		p := newProtocol(t, variables(server, form)...)
		for _, test := range descriptions {
			t.Run(string(form)+" "+test.name, func(t *testing.T) {
				t.Parallel()
				got := p.in(t).read(elementsType, whereOf(test.conditions))
				if test.needsSites {
					if text := got.failure(t); !strings.HasPrefix(text, deniedAccess+"\nCould not read the sites: ") {
						t.Errorf("got %q", text)
					}
					return
				}
				if text := render(got.diagnostics); len(got.diagnostics) != 1 || !strings.HasPrefix(text, sitesWarning) || !strings.Contains(text, "Status: 403") {
					t.Errorf("want one warning, got:\n%s", text)
				}
				got.diagnostics = nil
				var want []any
				for _, d := range chosen(devicesOf(server), test.holds) {
					item := wantElement(d)
					item["site_name"] = nil
					if d.site != nil {
						item["site_tags"] = nil
					}
					want = append(want, item)
				}
				if difference := cmp.Diff(want, list(got.must(t)["items"])); len(want)+len(list(got.must(t)["items"])) > 0 && difference != "" {
					t.Errorf("(-want +got):\n%.2000s", difference)
				}
			})
		}
	}
	ids := newProtocol(t, variables(server, simulator.Unified)...).read(elementsType, map[string]any{"ids_only": true}).must(t)
	expect(t, ids, map[string]any{"matched_count": number64(int64(len(server.Elements())))})
}

func TestElementsThatCannotBeReadAreAnError(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3, Switches: simulator.Switches{FleetDenied: true}})
	for _, config := range []map[string]any{everything, {"ids_only": true}, whereOf(map[string]any{"names": []string{"*"}})} {
		if text := newProtocol(t, variables(server, simulator.Unified)...).read(elementsType, config).failure(t); !strings.HasPrefix(text, deniedAccess+"\nCould not read the elements: ") {
			t.Errorf("got %q", text)
		}
	}
}

func TestInterruptedReadOfSitesIsAnError(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, simulator.Unified, append(slices.Clone(matrixVariables), "PRISMASDWAN_MAX_CONCURRENT_REQUESTS=4", "PRISMASDWAN_REQUEST_TIMEOUT=1h"), func(t *testing.T, v *virtual) {
		v.play(simulator.Fault{Kind: "hang_before_headers", On: simulator.RequestSites})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(time.Minute, cancel)
		if text := v.readIn(ctx, elementsType, everything).failure(t); !strings.HasPrefix(text, "Error: Read cancelled\n") {
			t.Errorf("got %q", text)
		}
	})
}

// The time for the sites is over, but the elements are there.
func TestSitesThatTakeTooLongAreAWarning(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, simulator.Unified, append(slices.Clone(matrixVariables), "PRISMASDWAN_MAX_CONCURRENT_REQUESTS=4", "PRISMASDWAN_REQUEST_TIMEOUT=1h"), func(t *testing.T, v *virtual) {
		v.play(simulator.Fault{Kind: "hang_before_headers", On: simulator.RequestSites})
		read := v.readIn(t.Context(), elementsType, map[string]any{"timeouts": map[string]any{"read": "90s"}})
		if text := render(read.diagnostics); !strings.HasPrefix(text, sitesWarning) || hasError(read.diagnostics) {
			t.Errorf("got %q", text)
		}
		read.diagnostics = nil
		expect(t, read.must(t), map[string]any{"matched_count": number64(matrixElements)})
	})
}

func TestValuesThatSelectNothingAreErrorsAtTheirPlace(t *testing.T) {
	t.Parallel()
	server := describedFleet(t, simulator.Switches{})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	const (
		unknownValue = "No element of this tenant has this value. Correct it, or leave it out."
		leftOut      = "The tenant has elements with this value, but another condition of `where` leaves them out. Remove the value, or change the other condition."
	)
	for _, test := range []struct {
		name       string
		conditions map[string]any
		want       string
	}{
		{
			"misspelt name", map[string]any{"names": []string{"dc-nyc-01-a", "dc-ncy-01-a"}},
			"[where.names[1]]\nwhere.names[1] is \"dc-ncy-01-a\". No element of this tenant has this value. Did you mean \"dc-nyc-01-a\", \"dc-nyc-01-b\"",
		},
		{
			"name in the wrong case", map[string]any{"names": []string{"DC-NYC-01-A"}},
			"[where.names[0]]\nwhere.names[0] is \"DC-NYC-01-A\". No element of this tenant has this value. Did you mean \"dc-nyc-01-a\"",
		},
		{"name far from all", map[string]any{"names": []string{"router"}}, "[where.names[0]]\nwhere.names[0] is \"router\". " + unknownValue},
		{"site name", map[string]any{"site_names": []string{"BR-*", "Mars"}}, "[where.site_names[1]]\nwhere.site_names[1] is \"Mars\". " + unknownValue},
		{"site id", map[string]any{"site_ids": []string{"1"}}, "[where.site_ids[0]]\nwhere.site_ids[0] is \"1\". " + unknownValue},
		{"serial number", map[string]any{"serial_numbers": []string{"404"}}, "[where.serial_numbers[0]]\nwhere.serial_numbers[0] is \"404\". " + unknownValue},
		{
			"name that another condition leaves out", map[string]any{"names": []string{"dc-nyc-01-a"}, "roles": []string{"SPOKE"}},
			"[where.names[0]]\nwhere.names[0] is \"dc-nyc-01-a\". " + leftOut,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, idsOnly := range []bool{false, true} {
				config := whereOf(test.conditions)
				config["ids_only"] = idsOnly
				if got := p.in(t).read(elementsType, config).failure(t); !strings.HasPrefix(got, "Error: Invalid argument "+test.want) {
					t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
				}
			}
		})
	}
}

func TestAFileOfWrongSerialNumbersIsNotAsManyErrors(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3})
	serials := make([]string, 3000)
	for i := range serials {
		serials[i] = fmt.Sprint("SN-", i)
	}
	diagnostics := newProtocol(t, variables(server, simulator.Unified)...).read(elementsType, whereOf(map[string]any{"serial_numbers": serials})).diagnostics
	if len(diagnostics) != maxUnmatched || !strings.HasSuffix(diagnostics[maxUnmatched-1].Detail, "Further values that select no element: 2990.") {
		t.Errorf("got %d errors:\n%.2000s", len(diagnostics), render(diagnostics))
	}
}

func TestElementsMakeTheSameStateInWhateverOrderTheyCome(t *testing.T) {
	t.Parallel()
	server := describedFleet(t, simulator.Switches{DefaultOrder: simulator.OrderShuffled, MaxFleetLimit: 7})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	first := p.read(elementsType, everything).json(t)
	if second := p.read(elementsType, everything).json(t); first != second {
		t.Errorf("two reads differ:\n%s", cmp.Diff(first, second))
	}
}

func TestAccElementsInTerraform(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			server := describedFleet(t, simulator.Switches{})
			hubs := wantDevices(chosen(devicesOf(server), func(d device) bool {
				return has(d.Role, "HUB") && slices.Contains(d.siteTags(), "amer")
			}))
			at := func(name, attribute string, check knownvalue.Check) statecheck.StateCheck {
				return statecheck.ExpectKnownValue("data."+elementsType+"."+name, tfjsonpath.New(attribute), check)
			}
			config := `
data "prismasdwan_elements" "hubs" {
  where = { roles = ["HUB"], site_tags_any = ["amer"] }
}
data "prismasdwan_elements" "same" {
  ids_only = true
  where    = { names = [for item in data.prismasdwan_elements.hubs.items : item.name] }
}
data "prismasdwan_elements" "none" {
  where = { names = ["nobody-*"] }
}
output "tagged" {
  value = [for item in data.prismasdwan_elements.hubs.items : item.id if contains(item.tags, "canary") || contains(item.site_tags, "amer")]
}
`
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: connected(server, form),
				Steps: []resource.TestStep{
					{
						Config: config,
						ConfigStateChecks: []statecheck.StateCheck{
							at("hubs", "items", equals(hubs["items"])),
							at("hubs", "ids", equals(hubs["ids"])),
							at("hubs", "peer_groups", equals(hubs["peer_groups"])),
							at("hubs", "matched_count", equals(hubs["matched_count"])),
							at("same", "ids", equals(hubs["ids"])),
							at("same", "items", knownvalue.Null()),
							at("none", "items", knownvalue.ListSizeExact(0)),
							at("none", "ids", knownvalue.ListSizeExact(0)),
							at("none", "peer_groups", knownvalue.MapSizeExact(0)),
							at("none", "matched_count", knownvalue.Int64Exact(0)),
							statecheck.ExpectKnownOutputValue("tagged", equals(hubs["ids"])),
						},
					},
					{
						Config:           config,
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
					},
					{
						Config:      `data "prismasdwan_elements" "hub" { where = { names = ["dc-ncy-01-a"] } }`,
						ExpectError: regexp.MustCompile(`(?s)where\.names\[0\] is "dc-ncy-01-a".*Did\s+you\s+mean`),
					},
				},
			})
		})
	}
}

// TestAccEveryDescriptionSelectsItsElementsInTerraform has a data source for
// each description, in every position of the fleet's switches.
func TestAccEveryDescriptionSelectsItsElementsInTerraform(t *testing.T) {
	t.Parallel()
	var config strings.Builder
	for i, test := range descriptions {
		conditions, err := json.Marshal(test.conditions)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&config, "data %q \"d%d\" {\n  where = %s\n}\n", elementsType, i, conditions)
	}
	for i, position := range fleetPositions() {
		form := forms[i%len(forms)]
		t.Run(position.Name+"="+position.Position+" "+string(form), func(t *testing.T) {
			t.Parallel()
			var switches simulator.Switches
			position.Apply(&switches)
			server := describedFleet(t, switches)
			var checks []statecheck.StateCheck
			for i, test := range descriptions {
				for attribute, want := range wantDevices(chosen(devicesOf(server), test.holds)) {
					checks = append(checks, statecheck.ExpectKnownValue(fmt.Sprintf("data.%s.d%d", elementsType, i), tfjsonpath.New(attribute), equals(want)))
				}
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: connected(server, form),
				Steps:                    []resource.TestStep{{Config: config.String(), ConfigStateChecks: checks}},
			})
		})
	}
}

func TestAccExampleNamesTheBranchesThatAreOffline(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1})
	branch := chosen(devicesOf(server), func(d device) bool { return begins(d.Name, "br-") })[0]
	if err := server.SetConnected(false, branch.ID); err != nil {
		t.Fatal(err)
	}
	terminal := newTerminal(t, server, exampleFiles(t, "data-sources/"+elementsType, server))
	terminal.succeeds([]string{"apply", "-auto-approve"}, "Branches that are offline: "+*branch.Name+".")
}

// A description that is not known at plan is resolved at apply.
func TestAccDescriptionThatIsNotKnownYetIsReadAtApply(t *testing.T) {
	t.Parallel()
	server := describedFleet(t, simulator.Switches{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{{
			Config: `
resource "terraform_data" "role" {
  input = "HUB"
}
data "prismasdwan_elements" "later" {
  where = { roles = [terraform_data.role.output] }
}
`,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{readAtApply{"data.prismasdwan_elements.later"}}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.prismasdwan_elements.later", tfjsonpath.New("ids"),
					equals(plainTexts(idsOf(chosen(devicesOf(server), func(d device) bool { return has(d.Role, "HUB") }))...))),
			},
		}},
	})
}
