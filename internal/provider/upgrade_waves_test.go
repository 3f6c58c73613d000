package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const wavesType = "prismasdwan_upgrade_waves"

var threeSizes = []string{"3", "25%", "100%"}

// inWaves is a configuration of waves with further arguments.
func inWaves(sizes []string, more ...map[string]any) map[string]any {
	config := map[string]any{"sizes": sizes}
	for _, arguments := range more {
		maps.Copy(config, arguments)
	}
	return config
}

// waveIDs are the ids of each wave's elements.
func waveIDs(got map[string]any) [][]string {
	var waves [][]string
	for _, wave := range list(got["waves"]) {
		var ids []string
		for _, id := range list(object(wave)["element_ids"]) {
			ids = append(ids, fmt.Sprint(id))
		}
		waves = append(waves, ids)
	}
	return waves
}

// stages is what is said of each wave: done or closed, and whether it may begin.
func stages(t *testing.T, got map[string]any) string {
	t.Helper()
	var words []string
	for i, entry := range list(got["waves"]) {
		wave := object(entry)
		word := "closed"
		if done := wave["done"]; done == any(true) {
			word = "done"
		}
		if mayBegin := wave["may_begin"]; mayBegin == any(true) {
			word += "+"
		}
		if wave["ready"] != wave["done"] || wave["number"] != number64(int64(i+1)) {
			t.Errorf("wave %v: ready is %v and done is %v", wave["number"], wave["ready"], wave["done"])
		}
		words = append(words, word)
	}
	return strings.Join(words, ",")
}

// upgradeNow brings elements to the target image.
func upgradeNow(t *testing.T, server *simulator.Server, ids ...string) {
	t.Helper()
	target := simulator.TargetImage()
	for _, id := range ids {
		err := server.Update(id, func(row *imagestatus.Status) {
			row.ActiveImageID, row.ActiveVersion, row.UpgradeState = &target.ID, &target.Version, new("complete")
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func toTarget() map[string]any {
	return map[string]any{"target_version": simulator.TargetImage().Version}
}

func TestWavesHoldTheFleetAndNeverBothMembersOfAPair(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 120, Seed: 3, Scenario: "steady"})
	site := func(e *inventory.Element) string {
		if id, bound := e.Site(); bound {
			return id
		}
		return ""
	}
	for name, test := range map[string]struct {
		keepApart any
		group     func(*inventory.Element) string
		apart     bool
	}{
		"by default": {nil, (*inventory.Element).PeerGroup, true},
		"peer_group": {"peer_group", (*inventory.Element).PeerGroup, true},
		"site":       {"site", site, true},
		"none":       {"none", site, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, form := range forms {
				got := newProtocol(t, variables(server, form)...).read(wavesType, inWaves(threeSizes, map[string]any{"keep_apart": test.keepApart})).must(t)
				pairs := 0
				var members []string
				for _, wave := range waveIDs(got) {
					seen := make(map[string]bool)
					for i := range server.Elements() {
						element := server.Elements()[i]
						if group := test.group(&element); group != "" && slices.Contains(wave, element.ID) {
							if seen[group] {
								pairs++
							}
							seen[group] = true
						}
					}
					members = append(members, wave...)
				}
				if (pairs == 0) != test.apart {
					t.Errorf("%d elements are in a wave with a member of their group", pairs)
				}
				if len(waveIDs(got)[0]) != 3 {
					t.Errorf("the first wave is %q, want 3 elements", waveIDs(got)[0])
				}
				slices.Sort(members)
				if want := idsOf(devicesOf(server)); !slices.Equal(members, want) {
					t.Errorf("the waves hold %q, want every element once: %q", members, want)
				}
			}
		})
	}
}

func TestWavesListTheirElementsAsTheControllerDoes(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "steady"})
	got := newProtocol(t, variables(server, simulator.Unified)...).read(wavesType, inWaves(threeSizes)).must(t)
	described := devicesByID(server)
	for _, entry := range list(got["waves"]) {
		wave := object(entry)
		var want []any
		for _, id := range list(wave["element_ids"]) {
			item := wantElement(described[fmt.Sprint(id)])
			want = append(want, map[string]any{"id": id, "name": item["name"], "site_name": item["site_name"], "peer_group": item["peer_group"]})
		}
		expect(t, wave, map[string]any{"elements": want})
	}
}

func TestWavesAreDoneOneAfterTheOther(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 30, Seed: 1, Scenario: "steady"})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	config := inWaves(threeSizes, toTarget(), map[string]any{"element_ids": server.ElementIDs(), "keep_apart": "none"})
	waves := waveIDs(p.read(wavesType, config).must(t))
	says := func(want, summary string, current any) {
		t.Helper()
		got := p.read(wavesType, config).must(t)
		if got := stages(t, got); got != want {
			t.Errorf("got the waves %q, want %q", got, want)
		}
		expect(t, got, map[string]any{"current": current, "done": current == nil, "summary": summary})
	}
	if len(waves) != 3 {
		t.Fatalf("got %d waves: %q", len(waves), waves)
	}
	rest := len(waves[2])
	says("closed+,closed,closed", "wave 1 of 3: 0/3 ready (0%), 3 pending; waves 2 and 3 are held", number64(1))
	upgradeNow(t, server, waves[0]...)
	says("done+,closed+,closed", fmt.Sprintf("wave 2 of 3: 0/%d ready (0%%), %d pending; wave 3 is held", len(waves[1]), len(waves[1])), number64(2))
	upgradeNow(t, server, waves[1]...)
	says("done+,done+,closed+", fmt.Sprintf("wave 3 of 3: 0/%d ready (0%%), %d pending", rest, rest), number64(3))
	upgradeNow(t, server, waves[2]...)
	says("done+,done+,done+", "done: 3 waves, 30 elements", nil)
	if err := server.Fail(waves[0][1], "disk full"); err != nil {
		t.Fatal(err)
	}
	says("closed+,done,done", "wave 1 of 3: 2/3 ready (66.66%), 1 failed; waves 2 and 3 are held", number64(1))
}

func TestWavesAreJudgedFromOneReadOfEachList(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	p := fleet.protocol(t, simulator.Unified)
	all := []string{fleet.ids["DC-FRA-01"], fleet.ids["DC-FRA-02"], fleet.ids["BR-LON-01"], fleet.ids["BR-LON-02"]}
	byID := map[string]any{"element_ids": all}
	noLists := map[string]any{"list_elements": false}
	// A list is read as a whole until a page has nothing new; what is read by ids is one page.
	const whole, some = 2, 1
	for _, test := range []struct {
		name                   string
		config                 map[string]any
		elements, sites, reads int
	}{
		{"the tenant", inWaves(threeSizes), whole, whole, whole},
		{"the tenant without lists", inWaves(threeSizes, noLists), whole, 0, whole},
		{"closed waves without lists", inWaves(threeSizes, noLists, toTarget()), whole, some, whole},
		{"a description", inWaves(threeSizes, whereOf(map[string]any{"roles": []string{"HUB"}})), whole, whole, some},
		{"a description without lists", inWaves(threeSizes, noLists, whereOf(map[string]any{"roles": []string{"HUB"}})), whole, 0, some},
		{"a description by sites without lists", inWaves(threeSizes, noLists, whereOf(map[string]any{"site_names": []string{"London"}})), whole, whole, some},
		{"ids", inWaves(threeSizes, byID), some, some, some},
		{"ids without lists", inWaves(threeSizes, byID, noLists), some, 0, some},
		{"ids that need not be kept apart", inWaves(threeSizes, byID, noLists, map[string]any{"keep_apart": "none"}), 0, 0, some},
		{"nothing", inWaves(threeSizes, map[string]any{"element_ids": []string{}}), 0, 0, 0},
	} {
		fleet.ResetRequests()
		got := p.read(wavesType, test.config).must(t)
		for kind, want := range map[simulator.RequestKind]int{
			simulator.RequestElements: test.elements, simulator.RequestSites: test.sites, simulator.RequestQuery: test.reads,
		} {
			if got := fleet.Count(kind); got != want {
				t.Errorf("%s: %d requests of kind %s, want %d", test.name, got, kind, want)
			}
		}
		for _, wave := range list(got["waves"]) {
			if listed := object(wave)["elements"] != nil && object(wave)["element_ids"] != nil; listed != (test.config["list_elements"] == nil) {
				t.Errorf("%s: lists are there: %t", test.name, listed)
			}
		}
	}
}

// What nothing may open: each case is a fleet all of which is ready.
func TestNothingOpensAWaveWrongly(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config map[string]any
		spoil  func(*testing.T, namedFleet)
		stages string
		says   string
	}{
		"everything is ready": {config: inWaves([]string{"1", "100%"}), stages: "done+,done+,done+"},
		"an empty list of ids": {
			config: inWaves(threeSizes, map[string]any{"element_ids": []string{}}), stages: "closed+", says: "Wave 1 has no element (min_elements is 1).",
		},
		"a description of nothing": {
			config: inWaves(threeSizes, whereOf(map[string]any{"roles": []string{}})), stages: "closed+", says: "Wave 1 has no element (min_elements is 1).",
		},
		"a misspelt name": {
			config: inWaves([]string{"1", "100%"}, whereOf(map[string]any{"names": []string{"DC-FRA-01", "DC-FRA-02", "DC-FRA-3"}})),
			stages: "closed+,closed", says: `No element has the name "DC-FRA-3" (where.names)`,
		},
		"a name that another condition leaves out": {
			config: inWaves([]string{"1", "100%"}, whereOf(map[string]any{"names": []string{"DC-FRA-01", "BR-LON-01"}, "roles": []string{"HUB"}})),
			stages: "closed+", says: `element named "BR-LON-01" (where.names)`,
		},
		"an element of the list that has no row": {
			config: inWaves([]string{"1", "100%"}), stages: "closed+,done,done", says: "1 without a status yet",
			spoil: func(t *testing.T, f namedFleet) {
				t.Helper()
				f.AddElement(inventory.Element{ID: "1800000000000000001", Name: new("BR-NEW-01")})
			},
		},
		"a row whose element is not in the list": {
			config: inWaves([]string{"1", "100%"}), stages: "done+,done+,closed+", says: "1 pending",
			spoil: func(t *testing.T, f namedFleet) {
				t.Helper()
				f.AddRow(imagestatus.Status{ID: new("1800000000000000002"), ElementID: new("1800000000000000003"), UpgradeState: new("downloading")})
			},
		},
		"an id that no element has": {
			config: inWaves([]string{"1", "100%"}, map[string]any{"element_ids": []string{"1800000000000000004"}}), stages: "closed+", says: "1 without a status yet",
		},
		"filters that leave out what is named": {
			config: inWaves([]string{"100%"}, map[string]any{"filters": []map[string]any{filter("phase", "", "failed")}}), stages: "closed+,closed", says: "Wave 1 and the filters select no element",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fleet := newNamedFleet(t)
			if test.spoil != nil {
				test.spoil(t, fleet)
			}
			for _, form := range forms {
				got := fleet.protocol(t, form).read(wavesType, test.config).must(t)
				if got := stages(t, got); got != test.stages {
					t.Errorf("got the waves %q, want %q", got, test.stages)
				}
				if done := test.says == ""; got["done"] != done || done != (got["current"] == nil) {
					t.Errorf("done is %v and current is %v", got["done"], got["current"])
				}
				if reasons := fmt.Sprint(got["waves"]); !strings.Contains(reasons, test.says) {
					t.Errorf("the reasons do not say %q: %s", test.says, reasons)
				}
			}
		})
	}
}

func TestListsThatCannotBeReadDecideOrExplain(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	fleet.SetSwitches(simulator.Switches{FleetDenied: true})
	byID := map[string]any{"element_ids": []string{fleet.ids["DC-FRA-01"], fleet.ids["BR-LON-01"]}}
	anyTwo := map[string]any{"keep_apart": "none"}
	for name, test := range map[string]struct {
		config map[string]any
		fails  bool
	}{
		"the tenant":                     {inWaves(threeSizes, anyTwo), true},
		"a description":                  {inWaves(threeSizes, anyTwo, whereOf(map[string]any{"roles": []string{"HUB"}})), true},
		"ids to keep apart":              {inWaves(threeSizes, byID), true},
		"ids to keep apart by site":      {inWaves(threeSizes, byID, map[string]any{"keep_apart": "site"}), true},
		"ids whose connection decides":   {inWaves(threeSizes, byID, anyTwo, map[string]any{"require_connected": true}), true},
		"ids in any wave":                {inWaves(threeSizes, byID, anyTwo), false},
		"ids in any wave, without lists": {inWaves(threeSizes, byID, anyTwo, map[string]any{"list_elements": false}), false},
	} {
		for _, form := range forms {
			read := fleet.protocol(t, form).read(wavesType, test.config)
			if test.fails {
				if got := read.failure(t); !strings.HasPrefix(got, "Error: Access denied by the controller") {
					t.Errorf("%s: got %s", name, got)
				}
				continue
			}
			got := read.despiteWarnings(t)
			if got := stages(t, got); got != "done+" {
				t.Errorf("%s: got the waves %q", name, got)
			}
			listed := test.config["list_elements"] == nil
			if warned := strings.Contains(render(read.diagnostics), "Warning: "+summaryNamesUnread); warned != listed {
				t.Errorf("%s: warned: %t, want %t:\n%s", name, warned, listed, render(read.diagnostics))
			}
			if !listed {
				continue
			}
			for _, element := range list(object(list(got["waves"])[0])["elements"]) {
				expect(t, object(element), map[string]any{"name": nil, "site_name": nil, "peer_group": nil})
			}
		}
	}
}

func TestSitesThatCannotBeReadLeaveWavesAsTheyAre(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	p := fleet.protocol(t, simulator.Unified)
	for name, config := range map[string]map[string]any{
		"the tenant": inWaves(threeSizes, toTarget()),
		"ids":        inWaves(threeSizes, toTarget(), map[string]any{"element_ids": fleet.ElementIDs()}),
	} {
		want := p.read(wavesType, config).must(t)
		fault(t, fleet.Server, simulator.Fault{Kind: "unavailable_503", On: simulator.RequestSites, Every: 1})
		read := p.read(wavesType, config)
		fault(t, fleet.Server)
		got := read.despiteWarnings(t)
		if text := render(read.diagnostics); !strings.Contains(text, "Warning: "+summaryNamesUnread) {
			t.Errorf("%s: there is no warning: %s", name, text)
		}
		if got, want := fmt.Sprint(waveIDs(got), stages(t, got), got["summary"]), fmt.Sprint(waveIDs(want), stages(t, want), want["summary"]); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestOverridesAndPinsAreOfTheirWaveAlone(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	fleet.fail(t, "BR-LON-02")
	p := fleet.protocol(t, simulator.Unified)
	first, last := []string{fleet.ids["DC-FRA-01"], fleet.ids["BR-LON-02"]}, []string{fleet.ids["BR-LON-01"], fleet.ids["DC-FRA-02"]}
	pinned := map[string]any{"first": first, "last": last, "keep_apart": "none"}
	for name, test := range map[string]struct {
		config map[string]any
		stages string
	}{
		"the same rule for all waves": {inWaves([]string{"2", "100%"}, pinned), "closed+,done"},
		"a lenient first wave": {inWaves([]string{"2", "100%"}, pinned, map[string]any{
			"overrides": []map[string]any{{"wave": 1, "min_ready_percent": 50, "max_failed": 1}},
		}), "done+,done+"},
		"a lenient second wave": {inWaves([]string{"2", "100%"}, pinned, map[string]any{
			"overrides": []map[string]any{{"wave": 2, "min_ready_percent": 0, "max_failed_percent": 100}},
		}), "closed+,done"},
		"a strict first wave": {inWaves([]string{"2", "100%"}, pinned, map[string]any{
			"min_ready_percent": 50, "max_failed": 1, "overrides": []map[string]any{{"wave": 1, "max_failed": 0}},
		}), "closed+,done"},
		"a wave that there is not": {inWaves([]string{"2", "100%"}, pinned, map[string]any{
			"min_ready_percent": 50, "max_failed": 1, "overrides": []map[string]any{{"wave": 9, "max_failed": 0}},
		}), "done+,done+"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := p.in(t).read(wavesType, test.config).must(t)
			for i, pins := range [][]string{first, last} {
				if wave := waveIDs(got)[i]; !slices.Equal(wave, slices.Sorted(slices.Values(pins))) {
					t.Errorf("wave %d is %q, want %q", i+1, wave, pins)
				}
			}
			if got := stages(t, got); got != test.stages {
				t.Errorf("got the waves %q, want %q", got, test.stages)
			}
		})
	}
}

func TestWrongArgumentsOfWavesAreNamed(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	p := fleet.protocol(t, simulator.Unified)
	hub, peer := fleet.ids["DC-FRA-01"], fleet.ids["DC-FRA-02"]
	for want, config := range map[string]map[string]any{
		`sizes is ["25%"]. The last wave size must be "100%", so that no element is left out.`:   inWaves([]string{"25%"}),
		`sizes is ["5", "3", "100%"]. The wave size "3" is not larger than the one before it`:    inWaves([]string{"5", "3", "100%"}),
		`overrides[0].min_ready_percent is "0.95". The value is a percentage, and less than 1%.`: inWaves(threeSizes, map[string]any{"overrides": []map[string]any{{"wave": 1, "min_ready_percent": 0.95}}}),
		`overrides[1].max_failed_percent is "101". It is not a percentage`:                       inWaves(threeSizes, map[string]any{"overrides": []map[string]any{{"wave": 1}, {"wave": 2, "max_failed_percent": 101}}}),
		`overrides[1].wave is "2". An earlier entry is about the same wave. Merge the two.`:      inWaves(threeSizes, map[string]any{"overrides": []map[string]any{{"wave": 2}, {"wave": 2}}}),
		`first[0] is "1". It is not one of the elements to split.`:                               inWaves(threeSizes, map[string]any{"first": []string{"1"}}),
		`last[0] is "` + hub + `". It is pinned to the first wave, too.`:                         inWaves(threeSizes, map[string]any{"first": []string{hub}, "last": []string{hub}}),
		`first[1] is "` + peer + `". Its peer`:                                                   inWaves(threeSizes, map[string]any{"keep_apart": "site", "first": []string{hub, peer}}),
	} {
		if got := render(p.read(wavesType, config).diagnostics); !strings.HasPrefix(got, "Error: Invalid argument ") || !strings.Contains(got, want) {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	}
}

func TestNamesOfClosedWavesAreOfTheirElements(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	fleet.fail(t, "BR-LON-02")
	for _, config := range []map[string]any{
		inWaves([]string{"100%"}, map[string]any{"max_blocking_elements": 1}),
		inWaves([]string{"100%"}, map[string]any{"max_blocking_elements": 1, "list_elements": false}),
		inWaves([]string{"100%"}, map[string]any{"max_blocking_elements": 1, "list_elements": false, "keep_apart": "none", "element_ids": fleet.ElementIDs()}),
	} {
		got := fleet.protocol(t, simulator.Unified).read(wavesType, config).must(t)
		said := fmt.Sprint(got["waves"])
		if !strings.Contains(said, "BR-LON-02 (London) (failed: disk full)") || !strings.Contains(said, "element_name:BR-LON-02") {
			t.Errorf("the waves do not name the element: %s", said)
		}
		// Without names there are ids.
		got = fleet.protocol(t, simulator.Unified, "PRISMASDWAN_SHOW_NAMES=false").read(wavesType, config).must(t)
		if config["keep_apart"] != nil && strings.Contains(fmt.Sprint(got["waves"]), "BR-LON-02") {
			t.Errorf("names are read though they are not wanted: %v", got["waves"])
		}
	}
}

// A wave without lists takes as much state for ten times the elements, but for
// the digits of its numbers.
func TestStateOfAWaveWithoutListsDoesNotGrowWithTheFleet(t *testing.T) {
	t.Parallel()
	sizes := make(map[int][]int)
	for _, elements := range []int{500, 5_000} {
		server := startSimulator(t, simulator.Options{Elements: elements, Seed: 1, Scenario: "steady"})
		got := newProtocol(t, variables(server, simulator.Unified)...).
			read(wavesType, inWaves(threeSizes, toTarget(), map[string]any{"list_elements": false})).must(t)
		for _, wave := range list(got["waves"]) {
			text, err := json.Marshal(wave)
			if err != nil {
				t.Fatal(err)
			}
			sizes[elements] = append(sizes[elements], len(text))
		}
	}
	for i, size := range sizes[5_000] {
		if size > 700 || size-sizes[500][i] > 40 {
			t.Errorf("wave %d takes %d bytes in a fleet of 5,000 elements and %d in one of 500", i+1, size, sizes[500][i])
		}
	}
	t.Logf("bytes of each wave by fleet size: %v", sizes)
}

func TestAccWavesInTerraform(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 30, Seed: 1, Scenario: "steady"})
			waves := waveIDs(newProtocol(t, variables(server, form)...).read(wavesType, inWaves(threeSizes, whereOf(map[string]any{"roles": []string{"SPOKE"}}))).must(t))
			upgradeNow(t, server, waves[0]...)
			config := `
data "prismasdwan_upgrade_waves" "branches" {
  where          = { roles = ["SPOKE"] }
  sizes          = ["3", "25%", "100%"]
  target_version = "` + simulator.TargetImage().Version + `"
}
data "prismasdwan_upgrade_waves" "report" {
  sizes         = ["1", "100%"]
  list_elements = false
}
output "may_begin" {
  value = [for wave in data.prismasdwan_upgrade_waves.branches.waves : wave.number if wave.may_begin]
}
output "elements" {
  value = [for wave in data.prismasdwan_upgrade_waves.branches.waves : wave.element_ids]
}
`
			var lists []any
			for _, wave := range waves {
				lists = append(lists, plainTexts(wave...))
			}
			at := tfjsonpath.New[string]
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: connected(server, form),
				Steps: []resource.TestStep{
					{
						Config:      `data "prismasdwan_upgrade_waves" "all" { sizes = ["3", "25%"] }`,
						ExpectError: regexp.MustCompile(`(?s)sizes\s+is\s+\["3",\s+"25%"\].*"100%"`),
					},
					{
						Config: config,
						ConfigStateChecks: []statecheck.StateCheck{
							statecheck.ExpectKnownOutputValue("elements", equals(lists)),
							statecheck.ExpectKnownOutputValue("may_begin", equals([]any{number64(1), number64(2)})),
							statecheck.ExpectKnownValue("data.prismasdwan_upgrade_waves.branches", at("current"), knownvalue.Int64Exact(2)),
							statecheck.ExpectKnownValue("data.prismasdwan_upgrade_waves.branches", at("done"), knownvalue.Bool(false)),
							statecheck.ExpectKnownValue("data.prismasdwan_upgrade_waves.branches", at("waves").AtSliceIndex(0).AtMapKey("counts").AtMapKey("ready"), knownvalue.Int64Exact(3)),
							statecheck.ExpectKnownValue("data.prismasdwan_upgrade_waves.report", at("waves").AtSliceIndex(0).AtMapKey("element_ids"), knownvalue.Null()),
							statecheck.ExpectKnownValue("data.prismasdwan_upgrade_waves.report", at("waves").AtSliceIndex(0).AtMapKey("elements"), knownvalue.Null()),
						},
					},
					{
						Config:           config,
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
					},
				},
			})
		})
	}
}

// Sizes that are not known at plan are read with at apply.
func TestAccWavesThatAreNotKnownYetAreReadAtApply(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 10, Seed: 1, Scenario: "steady"})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{{
			Config: `
resource "terraform_data" "first" {
  input = "2"
}
data "prismasdwan_upgrade_waves" "later" {
  sizes      = [terraform_data.first.output, "100%"]
  keep_apart = "none"
}
`,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{readAtApply{"data.prismasdwan_upgrade_waves.later"}}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.prismasdwan_upgrade_waves.later", tfjsonpath.New("waves").AtSliceIndex(0).AtMapKey("element_ids"), knownvalue.ListSizeExact(2)),
				statecheck.ExpectKnownValue("data.prismasdwan_upgrade_waves.later", tfjsonpath.New("waves"), knownvalue.ListSizeExact(2)),
			},
		}},
	})
}

// The waves after the current one are not on target because they are held, which
// no image explains.
func TestTargetIsExplainedForTheCurrentWave(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	got := fleet.protocol(t, simulator.Unified).read(wavesType, inWaves([]string{"1", "100%"}, map[string]any{"target_version": "6.3.66-b9"})).must(t)
	const says = "No image of this tenant satisfies 6.3.66-b9; the nearest is 6.3.6-b9."
	for i, wave := range list(got["waves"]) {
		reasons := fmt.Sprint(object(wave)["reasons"])
		if strings.Contains(reasons, says) != (i == 0) {
			t.Errorf("wave %d: the reasons are %s", i+1, reasons)
		}
	}
	if reads := fleet.Count(simulator.RequestImages); reads != 1 {
		t.Errorf("the images were read %d times, want once", reads)
	}
}
