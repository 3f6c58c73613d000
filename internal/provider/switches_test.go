package provider

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const gateType = "prismasdwan_upgrade_gate"

// question is one thing that a user may ask of the provider, with a check of
// what it gives. Everything must come out the same however the controller
// decides what nobody knows about it.
type question struct {
	name string
	read func(p *protocol, server *simulator.Server) reading
	// variables sign in otherwise than rightly.
	variables []string
	// pairs says that it is asked in every pair of positions too.
	pairs bool
	check func(t *testing.T, got map[string]any, server *simulator.Server)
}

// settledOnes are the elements of a server whose last upgrade completed; there
// are some in every position of the switches.
func settledOnes(server *simulator.Server) []imagestatus.Status {
	return where(server.Rows(), func(row imagestatus.Status) bool {
		return has(row.UpgradeState, "complete", "done", "upgrade_complete")
	})
}

// failedOne is an element in a failed phase that has a name of its own.
func failedOne(server *simulator.Server) string {
	for _, row := range server.Rows() {
		if row.Phase() == imagestatus.PhaseFailed && nameOf(row.Element(), server) != "" {
			return row.Element()
		}
	}
	return ""
}

// nameOf is the name of an element, "" where it is not listed or has no name of
// its own.
func nameOf(id string, server *simulator.Server) string {
	bearers, name := make(map[string]int), ""
	elements := server.Elements()
	for i := range elements {
		if elements[i].Name == nil {
			continue
		}
		bearers[*elements[i].Name]++
		if elements[i].ID == id {
			name = *elements[i].Name
		}
	}
	if bearers[name] != 1 {
		return ""
	}
	return name
}

func checkItems(t *testing.T, got map[string]any, want []imagestatus.Status) {
	t.Helper()
	if difference := gocmp.Diff(wantItems(want), got["items"]); difference != "" {
		t.Errorf("items (-want +got):\n%.2000s", difference)
	}
}

// questions are asked for in every position of every switch.
var questions = []question{
	{
		name: "rows of the fleet", pairs: true,
		read: func(p *protocol, _ *simulator.Server) reading { return p.read(statusesType, everything) },
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			checkItems(t, got, server.Rows())
			expect(t, got, map[string]any{"matched_count": number64(int64(len(server.Rows()))), "truncated": false})
		},
	},
	{
		name: "first rows by another order", pairs: true,
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(statusesType, map[string]any{"limit": 25, "sort_by": map[string]any{"field": "id", "direction": "desc"}})
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			want := server.Rows()
			slices.SortFunc(want, func(a, b imagestatus.Status) int { return strings.Compare(*b.ID, *a.ID) })
			checkItems(t, got, want[:25])
			expect(t, got, map[string]any{"truncated": true})
		},
	},
	{
		name: "fields that were asked for",
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(statusesType, map[string]any{"request": map[string]any{"retrieved_fields": []string{"element_id", "upgrade_state"}}})
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			var want []imagestatus.Status
			for _, row := range server.Rows() {
				want = append(want, imagestatus.Status{ElementID: row.ElementID, UpgradeState: row.UpgradeState})
			}
			checkItems(t, got, want)
		},
	},
	{
		name: "rows as text",
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(statusesType, map[string]any{"fields": []string{"element_id", "active_version", "phase"}})
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			checkText(t, got, some(wantItems(server.Rows()), "element_id", "active_version", "phase"))
		},
	},
	{
		name: "rows of a selection", pairs: true,
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(statusesType, map[string]any{"filters": []map[string]any{filter("upgrade_state", "", "complete", "done", "upgrade_complete")}})
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			checkItems(t, got, settledOnes(server))
		},
	},
	{
		name: "rows of a phase", pairs: true,
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(statusesType, map[string]any{"filters": []map[string]any{filter("phase", "", "failed", "aborted")}, "limit": 50})
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			checkItems(t, got, where(server.Rows(), func(row imagestatus.Status) bool {
				return row.Phase() == imagestatus.PhaseFailed || row.Phase() == imagestatus.PhaseAborted
			}))
		},
	},
	{
		name: "one element",
		read: func(p *protocol, server *simulator.Server) reading {
			return p.read(oneType, oneElement(settledOnes(server)[1].Element()))
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			withoutArguments(got)
			if difference := gocmp.Diff(wantItem(settledOnes(server)[1]), got); difference != "" {
				t.Errorf("(-want +got):\n%s", difference)
			}
		},
	},
	{
		name: "count by version", pairs: true,
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(aggregateType, aggregateOf("count", "id", "active_version"))
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			checkAggregate(t, "count", got, server.Rows(), "count", "id", []string{"active_version"})
		},
	},
	{
		name: "mean by phase",
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(aggregateType, aggregateOf("avg", "download_percent", "phase"))
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			checkAggregate(t, "avg", got, server.Rows(), "avg", "download_percent", []string{"phase"})
		},
	},
	{
		name: "count of a selection",
		read: func(p *protocol, server *simulator.Server) reading {
			config := aggregateOf("count", "element_id")
			config["element_ids"] = elementsOf(settledOnes(server))
			return p.read(aggregateType, config)
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			checkAggregate(t, "count", got, settledOnes(server), "count", "element_id", nil)
		},
	},
	{
		name: "rows of hubs with their elements", pairs: true,
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(statusesType, map[string]any{"where": map[string]any{"roles": []string{inventory.RoleHub}}, "with_elements": true})
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			hubs := rowsOfDevices(server, func(d device) bool { return has(d.Role, inventory.RoleHub) })
			if difference := gocmp.Diff(wantItemsWithElements(server, hubs), got["items"]); difference != "" || len(hubs) == 0 {
				t.Errorf("items of %d hubs (-want +got):\n%.2000s", len(hubs), difference)
			}
		},
	},
	{
		name: "count of sites by a pattern",
		read: func(p *protocol, _ *simulator.Server) reading {
			config := aggregateOf("count", "element_id", "phase")
			config["where"] = map[string]any{"site_names": []string{"BR-*"}, "connected": true}
			return p.read(aggregateType, config)
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			branches := rowsOfDevices(server, func(d device) bool {
				return begins(d.siteName(), "BR-") && *d.Connected
			})
			checkAggregate(t, "count", got, branches, "count", "element_id", []string{"phase"})
		},
	},
	{
		name: "count by site, role and connection",
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(aggregateType, aggregateOf("count", "element_id", "site_name", "role", "connected"))
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			want := wantResultsBy(server.Rows(), "count", "element_id", []string{"site_name", "role", "connected"}, groupOf(server))
			if difference := gocmp.Diff(want, got["results"], approximately); difference != "" {
				t.Errorf("results (-want +got):\n%.2000s", difference)
			}
		},
	},
	{
		name: "one element by name",
		read: func(p *protocol, _ *simulator.Server) reading { return p.read(oneType, namedElement("br-fra-01-a")) },
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			withoutArguments(got)
			row := rowsOfDevices(server, func(d device) bool { return has(d.Name, "br-fra-01-a") })[0]
			if difference := gocmp.Diff(wantItem(row), got); difference != "" {
				t.Errorf("(-want +got):\n%s", difference)
			}
		},
	},
	{
		name: "closed gate over the fleet", pairs: true,
		read: func(p *protocol, _ *simulator.Server) reading { return p.read(gateType, everything) },
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			expect(t, got, map[string]any{"ready": false})
			expect(t, object(got["counts"]), map[string]any{"total": number64(int64(len(server.Rows())))})
			if len(list(got["reasons"])) == 0 {
				t.Error("the gate gives no reason")
			}
		},
	},
	{
		name: "open gate over a selection", pairs: true,
		read: func(p *protocol, server *simulator.Server) reading {
			return p.read(gateType, map[string]any{"element_ids": elementsOf(settledOnes(server)), "enforce": true})
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			expect(t, got, map[string]any{"ready": true})
			expect(t, object(got["counts"]), map[string]any{"ready": number64(int64(len(settledOnes(server))))})
		},
	},
	{
		name: "ephemeral gate over a selection",
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.open(gateType, map[string]any{"filters": []map[string]any{filter("upgrade_state", "", "complete", "done", "upgrade_complete")}})
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			expect(t, got, map[string]any{"ready": true})
			expect(t, object(got["counts"]), map[string]any{"ready": number64(int64(len(settledOnes(server))))})
		},
	},
	{
		name: "gate over an element that has no row",
		read: func(p *protocol, server *simulator.Server) reading {
			return p.read(gateType, map[string]any{"element_ids": append(elementsOf(settledOnes(server)), "404")})
		},
		check: func(t *testing.T, got map[string]any, _ *simulator.Server) {
			t.Helper()
			expect(t, got, map[string]any{"ready": false})
			expect(t, object(got["counts"]), map[string]any{"missing": number64(1)})
		},
	},
	{
		name: "closed gate by name", pairs: true,
		read: func(p *protocol, server *simulator.Server) reading {
			return p.read(gateType, gateWhere(map[string]any{"names": []string{nameOf(failedOne(server), server)}}))
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			expect(t, got, map[string]any{"ready": false})
			for _, blocker := range list(got["blocking_elements"]) {
				expect(t, object(blocker), map[string]any{"element_name": nameOf(failedOne(server), server)})
			}
			if len(list(got["blocking_elements"])) == 0 {
				t.Error("the gate shows no element")
			}
		},
	},
	{
		name: "open gate by name",
		read: func(p *protocol, server *simulator.Server) reading {
			var names []string
			for _, row := range settledOnes(server) {
				if name := nameOf(row.Element(), server); name != "" {
					names = append(names, name)
				}
			}
			return p.read(gateType, gateWhere(map[string]any{"names": names}, map[string]any{"filters": []map[string]any{filter("phase", "", "succeeded")}}))
		},
		check: func(t *testing.T, got map[string]any, _ *simulator.Server) {
			t.Helper()
			expect(t, got, map[string]any{"ready": true})
		},
	},
	{
		name: "elements of the fleet", pairs: true,
		read: func(p *protocol, _ *simulator.Server) reading { return p.read(elementsType, everything) },
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			checkDevices(t, got, devicesOf(server))
		},
	},
	{
		name: "elements by role and site tag",
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(elementsType, whereOf(map[string]any{"roles": []string{"SPOKE"}, "site_tags_any": []string{"emea"}}))
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			checkDevices(t, got, chosen(devicesOf(server), func(d device) bool {
				return has(d.Role, "SPOKE") && slices.Contains(d.siteTags(), "emea")
			}))
		},
	},
	{
		name: "ids by name",
		read: func(p *protocol, _ *simulator.Server) reading {
			config := whereOf(map[string]any{"names": []string{"br-*"}})
			config["ids_only"] = true
			return p.read(elementsType, config)
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			want := wantDevices(chosen(devicesOf(server), func(d device) bool { return begins(d.Name, "br-") }))
			want["items"] = nil
			expect(t, got, want)
		},
	},
	{
		name: "waves of the fleet", pairs: true,
		read: func(p *protocol, _ *simulator.Server) reading { return p.read(wavesType, inWaves(threeSizes)) },
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			members := slices.Concat(waveIDs(got)...)
			want := idsOf(devicesOf(server))
			for _, row := range server.Rows() {
				if id := row.Element(); id != "" && !slices.Contains(want, id) {
					want = append(want, id)
				}
			}
			slices.Sort(members)
			slices.Sort(want)
			if !slices.Equal(members, want) {
				t.Errorf("the waves hold %d elements, want each of the %d that have a row or are listed:\n%s", len(members), len(want), gocmp.Diff(want, members))
			}
			expect(t, got, map[string]any{"done": false})
		},
	},
	{
		name: "gate over a wave",
		read: func(p *protocol, _ *simulator.Server) reading {
			return p.read(gateType, map[string]any{"wave": map[string]any{"sizes": []string{"100%"}, "number": 1}, "filters": []map[string]any{filter("phase", "", "succeeded")}})
		},
		check: func(t *testing.T, got map[string]any, _ *simulator.Server) {
			t.Helper()
			expect(t, object(got["counts"]), map[string]any{"failed": number64(0), "left_out": number64(0)})
		},
	},
	{
		name: questionImages,
		read: func(p *protocol, _ *simulator.Server) reading { return p.read(imagesType, everything) },
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			if difference := gocmp.Diff(wantImages(server.Images()), got["items"]); difference != "" {
				t.Errorf("items (-want +got):\n%.2000s", difference)
			}
			expect(t, got, map[string]any{"latest": "6.10.0-b1", "recommended": "6.3.6-b9", "latest_lts": "6.3.5-b9"})
		},
	},
	{
		name: "gate on a target that no image has",
		read: func(p *protocol, server *simulator.Server) reading {
			return p.read(gateType, map[string]any{"element_ids": elementsOf(settledOnes(server)), "target_version": "9.9.9-b1"})
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			expect(t, got, map[string]any{"ready": false})
			expect(t, object(got["counts"]), map[string]any{"total": number64(int64(len(settledOnes(server))))})
			reasons := list(got["reasons"])
			want := "No image of this tenant satisfies 9.9.9-b1; the nearest is 7.0.1-b3, which is no-support."
			if says := reasons[len(reasons)-1] == want; says == server.Switches().ImagesDenied {
				t.Errorf("the reasons are %q", reasons)
			}
		},
	},
	{
		name: questionVerified,
		read: func(p *protocol, server *simulator.Server) reading {
			return p.read(gateType, map[string]any{"element_ids": elementsOf(settledOnes(server)), "target_version": "6.3.6-b9", "verify_target": true})
		},
		check: func(t *testing.T, got map[string]any, server *simulator.Server) {
			t.Helper()
			expect(t, object(got["counts"]), map[string]any{"total": number64(int64(len(settledOnes(server))))})
		},
	},
	{
		name:      "wrong secret",
		variables: []string{"PRISMASDWAN_CLIENT_SECRET=guessed", "PRISMASDWAN_AUTH_TOKEN=guessed"},
		read:      func(p *protocol, _ *simulator.Server) reading { return p.read(statusesType, everything) },
	},
	{
		name:      "wrong tenant",
		variables: []string{"PRISMASDWAN_TSG_ID=77", "PRISMASDWAN_TENANT_ID=77"},
		read:      func(p *protocol, _ *simulator.Server) reading { return p.read(statusesType, everything) },
	},
}

const (
	questionImages   = "images of the tenant"
	questionVerified = "gate on a verified target"
)

// ofImages are the questions that need the list of images.
var ofImages = map[string]bool{questionImages: true, questionVerified: true}

const (
	refusedSignIn = "Error: Sign-in refused"
	refusedTenant = "Error: Tenant not accepted"
	deniedAccess  = "Error: Access denied by the controller"
	ignoredFilter = "Error: Controller ignored the filter"
	inconsistent  = "Error: Rows do not add up"
)

// unreadable are the questions that a controller cannot be asked while its
// number of matches does not count them. A question about elements by name is
// answered where each of them has its row, and one by filters where the matches
// are fewer than the largest number of the controller.
var unreadable = map[string]map[string]bool{
	"TotalCountOfPage": {
		"rows of the fleet": true, "first rows by another order": true, "rows of a selection": true, "rows of a phase": true, "fields that were asked for": true, "rows as text": true,
		"count by version": true, "mean by phase": true, "closed gate over the fleet": true,
		"ephemeral gate over a selection": true, "gate over an element that has no row": true,
		"elements of the fleet": true, "elements by role and site tag": true, "ids by name": true,
		"rows of hubs with their elements": true, "count of sites by a pattern": true, "count by site, role and connection": true, "one element by name": true,
	},
	"MaxTotalCount": {
		"rows of the fleet": true, "first rows by another order": true, "rows of a phase": true, "fields that were asked for": true, "rows as text": true,
		"count by version": true, "mean by phase": true, "closed gate over the fleet": true,
		"elements of the fleet": true, "elements by role and site tag": true, "ids by name": true,
		"rows of hubs with their elements": true, "count of sites by a pattern": true, "count by site, role and connection": true, "one element by name": true,
	},
}

// ofElements are the questions that need the lists of elements and sites.
var ofElements = map[string]bool{
	"closed gate by name":                true,
	"count by site, role and connection": true,
	"count of sites by a pattern":        true,
	"elements by role and site tag":      true,
	"elements of the fleet":              true,
	"gate over a wave":                   true,
	"ids by name":                        true,
	"one element by name":                true,
	"open gate by name":                  true,
	"rows of hubs with their elements":   true,
	"waves of the fleet":                 true,
}

// wantedError gives the summary of the error that a question must end in; ""
// is no error. It is the whole list of what a position of a switch makes
// impossible: what is not here must work.
func wantedError(position simulator.Position, form simulator.Form, question string) string {
	switch {
	case unreadable[position.Name][question], unreadable[position.Name] != nil && ofElements[question]:
		return inconsistent
	case question == "wrong secret":
		return refusedSignIn
	case question == "wrong tenant" && form == simulator.Legacy:
		return refusedTenant
	case question == "wrong tenant":
		return refusedSignIn
	case position.Denied, position.Nameless && ofElements[question], position.Imageless && ofImages[question]:
		return deniedAccess
	case position.Name == "IgnoreFilters":
		return map[string]string{
			"rows of a selection":                  ignoredFilter,
			"one element":                          ignoredFilter,
			"count of a selection":                 ignoredFilter,
			"open gate over a selection":           ignoredFilter,
			"ephemeral gate over a selection":      ignoredFilter,
			"gate over an element that has no row": ignoredFilter,
			questionVerified:                       ignoredFilter,
			"gate on a target that no image has":   ignoredFilter,
			"gate over a wave":                     ignoredFilter,
			"closed gate by name":                  ignoredFilter,
			"open gate by name":                    ignoredFilter,
			"rows of hubs with their elements":     ignoredFilter,
			"count of sites by a pattern":          ignoredFilter,
			"one element by name":                  ignoredFilter,
		}[question]
	default:
		return ""
	}
}

// impossible are the switches that make an answer impossible: few, and no more
// without a reason.
var impossible = []string{"FleetDenied", "IgnoreFilters", "ImagesDenied", "MaxTotalCount", "RolesDenied", "TotalCountOfPage"}

func TestEverySurfaceWorksInEveryPositionOfEverySwitch(t *testing.T) {
	t.Parallel()
	for _, position := range switchPositions(t) {
		t.Run(position.Name+"="+position.Position, func(t *testing.T) {
			t.Parallel()
			askEverything(t, position)
		})
	}
}

// askEverything asks each question by each form of sign-in.
func askEverything(t *testing.T, position simulator.Position) {
	t.Helper()
	// Every state once, and more than a page of 100 where pages matter.
	fleet := switchedOptions(42)
	if position.Pages {
		fleet = switchedOptions(103)
	}
	position.Apply(&fleet.Switches)
	ask := overNetwork(t, fleet)
	if fleet.Switches.QueriesPerSecond > 0 {
		ask = inMemory(fleet) // Its waits would take most of the time of all positions.
	}
	failures := 0
	for _, form := range forms {
		for _, question := range questions {
			t.Run(string(form)+" "+question.name, func(t *testing.T) {
				ask(t, form, ofForm(question.variables, form), func(t *testing.T, p *protocol, server *simulator.Server) {
					t.Helper()
					got := question.read(p, server)
					if question.check != nil && hasError(got.diagnostics) {
						failures++
					}
					possible := outcomes(position, fleet.Elements, form, question.name)
					if slices.Contains(possible, "") && (len(possible) == 1 || !hasError(got.diagnostics)) {
						question.check(t, got.must(t), server)
						return
					}
					failure := got.failure(t)
					if !endsIn(failure, possible) {
						t.Errorf("got %q, want one of %q", failure, possible)
					}
					summary, _, _ := strings.Cut(failure, "\n")
					t.Logf("ends in %q", summary)
				})
			})
		}
	}
	if fails := failures > 0; position.Name != likeName && fails != slices.Contains(impossible, position.Name) {
		t.Errorf("%d questions end in an error, want some only where the switch is one of %q", failures, impossible)
	}
}

// asking runs a test with a provider that has further variables, and with its
// controller.
type asking func(t *testing.T, form simulator.Form, more []string, test func(*testing.T, *protocol, *simulator.Server))

// overNetwork asks one server, which listens until the test ends.
func overNetwork(t *testing.T, fleet simulator.Options) asking {
	t.Helper()
	server, plain := switchedFleet(t, fleet), make(map[simulator.Form]*protocol)
	for _, form := range forms {
		plain[form] = newProtocol(t, variables(server, form)...)
	}
	return func(t *testing.T, form simulator.Form, more []string, test func(*testing.T, *protocol, *simulator.Server)) {
		t.Helper()
		p := plain[form]
		if len(more) > 0 {
			p = newProtocol(t, append(variables(server, form), more...)...)
		}
		test(t, p.in(t), server)
	}
}

// inMemory asks a controller of its own each time, on virtual time.
func inMemory(fleet simulator.Options) asking {
	return func(t *testing.T, form simulator.Form, more []string, test func(*testing.T, *protocol, *simulator.Server)) {
		t.Helper()
		inVirtualTimeOver(t, fleet, form, append(slices.Clone(impatient), more...), func(t *testing.T, v *virtual) {
			t.Helper()
			test(t, v.protocol, v.named())
		})
	}
}

func switchedOptions(elements int) simulator.Options {
	return simulator.Options{Elements: elements, Seed: 11, Scenario: "mixed"}
}

func switchedFleet(t *testing.T, fleet simulator.Options) *simulator.Server {
	t.Helper()
	server := startSimulator(t, fleet)
	if len(settledOnes(server)) < 2 {
		t.Fatal("the fleet has nothing to select")
	}
	return server
}

// TestEverySurfaceWorksInEveryPairOfPositions turns two switches at a time, of
// those that have to do with pages and totals. What one of them makes impossible
// stays so, and no pair leads to a wrong result.
func TestEverySurfaceWorksInEveryPairOfPositions(t *testing.T) {
	t.Parallel()
	positions := slices.DeleteFunc(simulator.SwitchPositions(), func(position simulator.Position) bool { return !position.Pages })
	for i, first := range positions {
		for _, second := range positions[i+1:] {
			if first.Name == second.Name {
				continue
			}
			t.Run(first.Name+"="+first.Position+"+"+second.Name+"="+second.Position, func(t *testing.T) {
				t.Parallel()
				fleet := switchedOptions(103)
				first.Apply(&fleet.Switches)
				second.Apply(&fleet.Switches)
				server := switchedFleet(t, fleet)
				p := newProtocol(t, variables(server, simulator.Unified)...)
				for _, question := range questions {
					if !question.pairs {
						continue
					}
					got := question.read(p.in(t), server)
					if want := wantedOfPair(fleet.Switches, first, second, question.name); want == "" {
						question.check(t, got.must(t), server)
					} else if failure := got.failure(t); !strings.HasPrefix(failure, want+"\n") {
						t.Errorf("%s: got %q, want %q", question.name, failure, want)
					}
					if t.Failed() {
						t.Fatalf("%s: see above", question.name)
					}
				}
			})
		}
	}
}

// wantedOfPair is what either position makes impossible, but that a number of
// matches which is absent cannot be wrong.
func wantedOfPair(switches simulator.Switches, first, second simulator.Position, question string) string {
	if switches.TotalCountAbsent {
		return ""
	}
	return cmp.Or(wantedError(first, simulator.Unified, question), wantedError(second, simulator.Unified, question))
}

// ofForm leaves out the variables of the other form, which would be a second
// sign-in.
func ofForm(variables []string, form simulator.Form) []string {
	return slices.DeleteFunc(slices.Clone(variables), func(variable string) bool {
		legacy := strings.HasPrefix(variable, "PRISMASDWAN_AUTH_TOKEN=") || strings.HasPrefix(variable, "PRISMASDWAN_TENANT_ID=")
		return legacy != (form == simulator.Legacy)
	})
}
