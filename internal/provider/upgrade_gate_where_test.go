package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// namedFleet is a small fleet of which everything is known: a hub pair and two
// branches, all on target and connected.
type namedFleet struct {
	*simulator.Server

	ids map[string]string // of elements, by name
}

func newNamedFleet(t *testing.T) namedFleet {
	t.Helper()
	fleet := namedFleet{startSimulator(t, simulator.Options{Elements: 4, Seed: 1, Scenario: "steady"}), make(map[string]string)}
	sites := []inventory.Site{
		{ID: "1700000000000000101", Name: new("Frankfurt"), Tags: []string{"emea"}},
		{ID: "1700000000000000102", Name: new("London"), Tags: []string{"emea", "canary"}},
	}
	for _, site := range sites {
		fleet.AddSite(site)
	}
	for i, named := range []struct {
		name, role string
		site       inventory.Site
		tags       []string
	}{
		{"DC-FRA-01", "HUB", sites[0], nil},
		{"DC-FRA-02", "HUB", sites[0], nil},
		{"BR-LON-01", "SPOKE", sites[1], []string{"canary"}},
		{"BR-LON-02", "SPOKE", sites[1], nil},
	} {
		id := fleet.ElementIDs()[i]
		fleet.ids[named.name] = id
		err := fleet.UpdateElement(id, func(e *inventory.Element) {
			e.Name, e.Role, e.SiteID, e.Tags, e.Connected = &named.name, &named.role, &named.site.ID, named.tags, new(true)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	fleet.ResetRequests()
	return fleet
}

func (f namedFleet) fail(t *testing.T, name string) {
	t.Helper()
	if err := f.Fail(f.ids[name], "disk full"); err != nil {
		t.Fatal(err)
	}
}

// asked counts the requests for a list of the fleet.
func (f namedFleet) asked(kinds ...simulator.RequestKind) int {
	sum := 0
	for _, kind := range kinds {
		sum += f.Count(kind)
	}
	return sum
}

// protocol signs in with further variables.
func (f namedFleet) protocol(t *testing.T, form simulator.Form, more ...string) *protocol {
	t.Helper()
	return newProtocol(t, append(f.Environment(form), append(slices.Clone(impatient), more...)...)...)
}

func gateWhere(conditions map[string]any, more ...map[string]any) map[string]any {
	config := map[string]any{"where": conditions}
	for _, arguments := range more {
		maps.Copy(config, arguments)
	}
	return config
}

func TestGateJudgesTheElementsThatWhereSelects(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	fleet.fail(t, "BR-LON-02")
	failedOnly := map[string]any{"filters": []map[string]any{filter("phase", "", "failed")}}
	succeededOnly := map[string]any{"filters": []map[string]any{filter("phase", "neq", "failed")}}
	for name, test := range map[string]struct {
		config map[string]any
		counts string // the summary's beginning
		says   []string
	}{
		"role":          {gateWhere(map[string]any{"roles": []string{"HUB"}}), "open: 2/2 ready (100%)", nil},
		"tag":           {gateWhere(map[string]any{"tags_any": []string{"canary"}}), "open: 1/1 ready (100%)", nil},
		"site tags":     {gateWhere(map[string]any{"site_tags_all": []string{"emea", "canary"}}), "closed: 1/2 ready (50%), 1 failed", []string{"BR-LON-02 (London) (failed: disk full)"}},
		"pattern":       {gateWhere(map[string]any{"names": []string{"BR-*-0?"}}), "closed: 1/2 ready (50%), 1 failed", nil},
		"connection":    {gateWhere(map[string]any{"connected": false}), "closed: 0/0 ready (0%)", []string{"where selects no element"}},
		"an empty list": {gateWhere(map[string]any{"names": []string{}}), "closed: 0/0 ready (0%)", []string{"where selects no element"}},
		"a misspelt name": {
			gateWhere(map[string]any{"names": []string{"DC-FRA-01", "DC-FRA-2"}}), "closed: 1/2 ready (50%), 1 missing",
			[]string{`No element has the name "DC-FRA-2" (where.names)`, `"DC-FRA-02"`},
		},
		"a value that another condition leaves out": {
			gateWhere(map[string]any{"names": []string{"DC-FRA-01", "BR-LON-01"}, "roles": []string{"HUB"}}), "closed: 1/2 ready (50%), 1 left out",
			[]string{`element named "BR-LON-01" (where.names)`},
		},
		"beside filters, both hold": {gateWhere(map[string]any{"site_names": []string{"London"}}, succeededOnly), "open: 1/1 ready (100%), 1 not selected by the filters", nil},
		"nothing is left":           {gateWhere(map[string]any{"roles": []string{"HUB"}}, failedOnly), "closed: 0/0 ready (0%)", []string{"where and the filters select no element"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, form := range forms {
				p := fleet.protocol(t, form)
				for kind, read := range map[string]func(string, map[string]any) reading{"data source": p.read, "ephemeral resource": p.open} {
					got := read(gateType, test.config).despiteWarnings(t)
					if summary := fmt.Sprint(got["summary"]); !strings.HasPrefix(summary, test.counts) {
						t.Errorf("%s: got the summary %q, want a beginning of %q", kind, summary, test.counts)
					}
					if ready := strings.HasPrefix(test.counts, "open"); got["ready"] != ready {
						t.Errorf("%s: ready is %v, want %t", kind, got["ready"], ready)
					}
					for _, says := range test.says {
						if reasons := fmt.Sprint(got["reasons"]); !strings.Contains(reasons, says) {
							t.Errorf("%s: the reasons do not say %q: %s", kind, says, reasons)
						}
					}
				}
			}
		})
	}
}

// An action fails its plan only for what waiting cannot change: an element that
// no list has yet may be claimed.
func TestActionWaitsForElementsThatAreNotClaimedYet(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	p := fleet.protocol(t, simulator.Unified)
	for config, says := range map[string]string{
		"names":  "",
		"models": "where selects no element",
	} {
		checkSays(t, p.planAction(gateWhere(map[string]any{config: []string{"BR-PAR-01"}})), says)
	}
}

func TestWhereThatCannotBeReadIsAnErrorAndNeverAVerdict(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		conditions map[string]any
		fault      simulator.RequestKind
		says       string
	}{
		"elements":         {map[string]any{"roles": []string{"HUB"}}, simulator.RequestElements, "Could not read the elements"},
		"sites":            {map[string]any{"site_tags_any": []string{"emea"}}, simulator.RequestSites, "Could not read the sites"},
		"sites not needed": {map[string]any{"roles": []string{"HUB"}}, simulator.RequestSites, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fleet := newNamedFleet(t)
			if err := fleet.SetFaults(simulator.Fault{Kind: "forbidden_403", On: test.fault, Every: 1}); err != nil {
				t.Fatal(err)
			}
			got := fleet.protocol(t, simulator.Legacy).read(gateType, gateWhere(test.conditions))
			if test.says == "" {
				expect(t, got.must(t), map[string]any{"ready": true})
				return
			}
			if failure := got.failure(t); !strings.HasPrefix(failure, deniedAccess) || !strings.Contains(failure, test.says) {
				t.Errorf("got %q, want access denied, and %q", failure, test.says)
			}
		})
	}
}

func TestConnectionIsRequiredOfEveryElementThatWouldBeReady(t *testing.T) {
	t.Parallel()
	required := map[string]any{"require_connected": true}
	for name, config := range map[string]func(namedFleet) map[string]any{
		"everything": func(namedFleet) map[string]any { return required },
		"element_ids": func(f namedFleet) map[string]any {
			return map[string]any{"require_connected": true, "element_ids": f.ElementIDs()}
		},
		"where": func(namedFleet) map[string]any { return gateWhere(map[string]any{"names": []string{"*"}}, required) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fleet := newNamedFleet(t)
			p := fleet.protocol(t, simulator.Unified)
			expect(t, p.read(gateType, config(fleet)).must(t), map[string]any{"ready": true})

			if err := fleet.SetConnected(false, fleet.ids["BR-LON-01"]); err != nil {
				t.Fatal(err)
			}
			closed := p.read(gateType, config(fleet)).must(t)
			expect(t, closed, map[string]any{"ready": false, "summary": "closed: 3/4 ready (75%), 1 disconnected"})
			blocker := object(list(closed["blocking_elements"])[0])
			expect(t, blocker, map[string]any{"element_name": "BR-LON-01", "site_name": "London", "class": "disconnected"})

			if err := fleet.SetFaults(simulator.Fault{Kind: "forbidden_403", On: simulator.RequestElements, Every: 1}); err != nil {
				t.Fatal(err)
			}
			if failure := p.read(gateType, config(fleet)).failure(t); !strings.Contains(failure, "Could not read the elements") {
				t.Errorf("got %q, want that the elements cannot be read", failure)
			}
		})
	}
}

func TestSettledAndFailedSharesHoldAGate(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	p := fleet.protocol(t, simulator.Unified)
	if err := fleet.Update(fleet.ids["DC-FRA-01"], func(row *imagestatus.Status) {
		row.UpdatedOnUTC = new(time.Now().Add(-time.Minute).Unix() * 10_000_000)
	}); err != nil {
		t.Fatal(err)
	}
	unsettled := p.read(gateType, map[string]any{"settled_for": "30m"}).must(t)
	expect(t, unsettled, map[string]any{"ready": false, "summary": "closed: 3/4 ready (75%), 1 pending"})
	if reasons := fmt.Sprint(unsettled["reasons"]); !strings.Contains(reasons, "1 element changed less than 30 m ago (settled_for).") {
		t.Errorf("the reasons do not name settled_for: %s", reasons)
	}
	expect(t, p.read(gateType, map[string]any{"settled_for": "10s"}).must(t), map[string]any{"ready": true})

	fleet.fail(t, "BR-LON-02")
	share := func(percent float64, more map[string]any) map[string]any {
		config := map[string]any{"min_ready_percent": 50, "max_failed_percent": percent}
		maps.Copy(config, more)
		return config
	}
	for name, test := range map[string]struct {
		config map[string]any
		ready  bool
	}{
		"just enough":           {share(25, nil), true},
		"a little less":         {share(24.99, nil), false},
		"the number is smaller": {share(25, map[string]any{"max_failed": 0}), false},
		"both hold":             {share(25, map[string]any{"max_failed": 1}), true},
	} {
		if got := p.read(gateType, test.config).must(t); got["ready"] != test.ready {
			t.Errorf("%s: ready is %v, want %t: %v", name, got["ready"], test.ready, got["summary"])
		}
	}
}

func TestRulesThatCannotBeUsedNameTheirArgument(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	for says, config := range map[string]map[string]any{
		`max_failed_percent is "101". It is not a percentage from 0 to 100.`: {"max_failed_percent": 101},
		`settled_for is "0s". It is not a duration above zero.`:              {"settled_for": "0s"},
		"where is {}. It has no condition.":                                  {"where": map[string]any{}},
		`where.names[0] is "". An entry cannot be empty.`:                    gateWhere(map[string]any{"names": []string{""}}),
		`where.roles[0] value must be one of`:                                gateWhere(map[string]any{"roles": []string{"hub"}}),
		`"element_ids" cannot be specified when "where" is specified`:        gateWhere(map[string]any{"connected": true}, map[string]any{"element_ids": []string{"1"}}),
		`"query_params" cannot be specified when "where" is specified`:       gateWhere(map[string]any{"connected": true}, map[string]any{"query_params": "{}"}),
	} {
		for kind, diagnostics := range map[string][]*tfprotov6.Diagnostic{
			"data source": p.validate(gateType, config), "ephemeral resource": p.validateEphemeral(gateType, config), "action": p.validateAction(config),
		} {
			if text := strings.Join(strings.Fields(render(diagnostics)), " "); !strings.Contains(text, says) {
				t.Errorf("%s: the diagnostics do not say %q: %s", kind, says, text)
			}
		}
	}
}

// TestAccGateByNameHoldsInEveryPositionOfEverySwitch runs the guide's example:
// its gates are open when a plan is saved, and then a hub fails, so that the saved
// plan is held and the hub is named. What a position makes impossible is an error
// and never an open gate.
func TestAccGateByNameHoldsInEveryPositionOfEverySwitch(t *testing.T) {
	t.Parallel()
	for _, position := range switchPositions(t) {
		t.Run(position.Name+"="+position.Position, func(t *testing.T) {
			t.Parallel()
			var switches simulator.Switches
			position.Apply(&switches)
			server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "steady", Switches: switches})
			terminal := newTerminal(t, server, readExample(t, "guides/gate-by-name"))
			terminal.needs(featureEphemeral)
			possible := outcomes(position, 60, simulator.Unified, "open gate by name")
			output, planned := terminal.run("plan", "-out=saved.tfplan")
			if !planned {
				if !slices.ContainsFunc(possible, func(summary string) bool { return summary != "" && strings.Contains(output, summary) }) {
					t.Errorf("the plan does not end in one of %q:\n%s", possible, output)
				}
				return
			}
			if !slices.Contains(possible, "") || !strings.Contains(output, "1 to add") {
				t.Fatalf("the plan succeeds, but may end in %q:\n%s", possible, output)
			}
			hub := settledHub(t, server)
			if err := server.Fail(hub, "disk full"); err != nil {
				t.Fatal(err)
			}
			label := nameOf(hub, server)
			terminal.fails([]string{"apply", "saved.tfplan"},
				"Warning: Upgrade gate closed: hubs, ", "1 element failed (max_failed is 0): "+label, "disk full", "Resource precondition failed")
			if err := server.SetState(hub, "complete"); err != nil {
				t.Fatal(err)
			}
			if err := server.SetConnected(false, hub); err != nil {
				t.Fatal(err)
			}
			terminal.fails([]string{"plan"}, "1 disconnected", label, "not connected to the controller", "Resource precondition failed")
		})
	}
}

// settledHub is a hub with a status and a name of its own.
func settledHub(t *testing.T, server *simulator.Server) string {
	t.Helper()
	listed := make(map[string]bool)
	for _, row := range server.Rows() {
		listed[row.Element()] = true
	}
	for _, element := range server.Elements() {
		if element.Role != nil && *element.Role == inventory.RoleHub && listed[element.ID] && nameOf(element.ID, server) != "" {
			return element.ID
		}
	}
	t.Fatal("there is no hub")
	return ""
}
