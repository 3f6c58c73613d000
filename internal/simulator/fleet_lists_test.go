package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// wireElement is what the list says of an element.
type wireElement struct {
	ID              string   `json:"id"`
	Name            *string  `json:"name"`
	SiteID          *string  `json:"site_id"`
	Role            *string  `json:"role"`
	ModelName       *string  `json:"model_name"`
	SerialNumber    *string  `json:"serial_number"`
	HardwareID      *string  `json:"hw_id"`
	SoftwareVersion *string  `json:"software_version"`
	State           *string  `json:"state"`
	Connected       *bool    `json:"connected"`
	Tags            []string `json:"tags"`
	HubClusterID    *string  `json:"cluster_id"`
	HA              *struct {
		ClusterID *string `json:"cluster_id"`
		Enable    *bool   `json:"enable"`
		Priority  int     `json:"priority"`
	} `json:"spoke_ha_config"`
}

func (w wireElement) element() inventory.Element {
	e := inventory.Element{
		ID: w.ID, Name: w.Name, SiteID: w.SiteID, Role: w.Role, ModelName: w.ModelName, SerialNumber: w.SerialNumber,
		HardwareID: w.HardwareID, SoftwareVersion: w.SoftwareVersion, State: w.State, Connected: w.Connected, Tags: w.Tags,
		HubClusterID: w.HubClusterID,
	}
	if w.HA != nil {
		e.HAGroupID, e.HAEnabled = w.HA.ClusterID, w.HA.Enable
	}
	return e
}

// wireSite is what the list says of a site.
type wireSite struct {
	ID   string   `json:"id"`
	Name *string  `json:"name"`
	Tags []string `json:"tags"`
}

func (c *client) elements(body string) reply {
	return c.do(http.MethodPost, c.neighbour("v3.2", "elements/query"), body)
}

func (c *client) sites(body string) reply {
	return c.do(http.MethodPost, c.neighbour("v4.13", "sites/query"), body)
}

// items reads the items of an answer that must be a success.
func items[T any](t *testing.T, answer reply) []T {
	t.Helper()
	if answer.status != http.StatusOK {
		t.Fatalf("got %d %s", answer.status, answer.body)
	}
	var got struct{ Items []T }
	decode(t, answer.body, &got)
	return got.Items
}

// pages reads a list page by page, sorted by id.
func pages[T any](t *testing.T, ask func(string) reply) []T {
	t.Helper()
	all := []T{}
	for number := 1; ; number++ {
		got := items[T](t, ask(fmt.Sprintf(`{"limit":10,"dest_page":%d,"sort_params":{"id":"asc"}}`, number)))
		if len(got) == 0 {
			return all
		}
		all = append(all, got...)
	}
}

func elementsOf(wire []wireElement) []inventory.Element {
	elements := make([]inventory.Element, len(wire))
	for i := range wire {
		elements[i] = wire[i].element()
	}
	slices.SortFunc(elements, func(a, b inventory.Element) int { return strings.Compare(a.ID, b.ID) })
	return elements
}

func sitesOf(wire []wireSite) []inventory.Site {
	sites := make([]inventory.Site, len(wire))
	for i := range wire {
		sites[i] = inventory.Site(wire[i])
	}
	slices.SortFunc(sites, func(a, b inventory.Site) int { return strings.Compare(a.ID, b.ID) })
	return sites
}

func TestFleetIsReadWholeInEveryPosition(t *testing.T) {
	t.Parallel()
	for _, position := range simulator.SwitchPositions() {
		if position.Name == "QueriesPerSecond" {
			continue // So many pages reach the rate limit.
		}
		for _, form := range bothForms {
			t.Run(position.Name+"/"+position.Position+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				var switches simulator.Switches
				position.Apply(&switches)
				server := start(t, simulator.Options{Elements: 114, Scenario: "rollout", Switches: switches})
				c := signedIn(t, server, form)
				readable := !position.Denied && !position.Nameless
				if readable && position.Name != "FleetQuery" {
					if diff := cmp.Diff(server.Elements(), elementsOf(pages[wireElement](t, c.elements))); diff != "" {
						t.Errorf("elements by pages (-want +got):\n%s", diff)
					}
					if diff := cmp.Diff(server.Sites(), sitesOf(pages[wireSite](t, c.sites))); diff != "" {
						t.Errorf("sites by pages (-want +got):\n%s", diff)
					}
				} else if answer := c.elements(`{}`); answer.status != http.StatusForbidden && position.Position != "404" {
					t.Errorf("query: got %d %s", answer.status, answer.body)
				}
				elements := c.do(http.MethodGet, c.neighbour("v3.2", "elements"), "")
				sites := c.do(http.MethodGet, c.neighbour("v4.13", "sites"), "")
				if !readable {
					if elements.status != http.StatusForbidden || sites.status != http.StatusForbidden {
						t.Errorf("got %d and %d, want 403", elements.status, sites.status)
					}
					return
				}
				if diff := cmp.Diff(server.Elements(), elementsOf(items[wireElement](t, elements))); diff != "" {
					t.Errorf("elements at once (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(server.Sites(), sitesOf(items[wireSite](t, sites))); diff != "" {
					t.Errorf("sites at once (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestFleetSwitchesShowWhatIsUnknown(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Elements: 103, Scenario: "mixed"})
	count := func(holds func(inventory.Element) bool) int {
		found := 0
		for _, e := range s.Elements() {
			if holds(e) {
				found++
			}
		}
		return found
	}
	plain := s.ElementIDs()
	rows := s.Rows()
	unbound := count(func(e inventory.Element) bool { return *e.SiteID == "1" })
	for _, test := range []struct {
		name     string
		switches simulator.Switches
		holds    func(inventory.Element) bool
		want     int
	}{
		{"null", simulator.Switches{UnboundSite: simulator.UnboundNull}, func(e inventory.Element) bool { return e.SiteID == nil }, unbound},
		{"zero", simulator.Switches{UnboundSite: simulator.UnboundZero}, func(e inventory.Element) bool { return e.SiteID != nil && *e.SiteID == "0" }, unbound},
		{"role", simulator.Switches{UnknownRole: true}, func(e inventory.Element) bool { return *e.Role == simulator.UnlistedRole }, 10},
		{"state", simulator.Switches{UnknownElementState: true}, func(e inventory.Element) bool { return *e.State == simulator.UnlistedElementState }, 10},
		{"without a row", simulator.Switches{StrayElements: true}, func(e inventory.Element) bool { return !slices.Contains(plain, e.ID) }, 2},
		{"with a row", simulator.Switches{StrayElements: true}, func(e inventory.Element) bool { return slices.Contains(plain, e.ID) }, 101},
	} {
		s.SetSwitches(simulator.Switches{})
		if got := count(test.holds); got == test.want {
			t.Errorf("%s: the default shows %d as well", test.name, got)
		}
		s.SetSwitches(test.switches)
		if got := count(test.holds); got != test.want {
			t.Errorf("%s: got %d elements, want %d", test.name, got, test.want)
		}
		if diff := cmp.Diff(rows, s.Rows()); diff != "" {
			t.Errorf("%s changes the rows:\n%s", test.name, diff)
		}
	}
	if unbound == 0 {
		t.Error("no element is unbound")
	}
}

func TestFleetHasWhatRealOnesHave(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Elements: 400, Seed: 1})
	fleet := inventory.NewFleet(s.Elements(), s.Sites())
	groups := make(map[string]int)
	kinds := make(map[string]int)
	names := make(map[string]int)
	for _, e := range fleet.Elements() {
		groups[e.PeerGroup()]++
		if e.Name != nil {
			names[*e.Name]++
		}
		for kind, holds := range map[string]bool{
			"null name": e.Name == nil, "cloud": *e.Role == "PA_CONN", "unbound": *e.State == "ready",
			"HA off": e.HAEnabled != nil && !*e.HAEnabled, "canary": slices.Contains(e.Tags, simulator.WaveCanary),
			"connected": *e.Connected,
		} {
			if holds {
				kinds[kind]++
			}
		}
	}
	for group, members := range groups {
		kind, _, _ := strings.Cut(group, "/")
		kinds[fmt.Sprintf("%s of %d", kind, members)]++
	}
	siteNames := make(map[string]int)
	for _, site := range s.Sites() {
		siteNames[*site.Name]++
		for _, tag := range site.Tags {
			kinds["site in "+tag]++
		}
	}
	for _, counts := range []map[string]int{names, siteNames} {
		if !slices.ContainsFunc(valuesIn(counts), func(n int) bool { return n == 2 }) {
			t.Error("no name is there twice")
		}
	}
	for _, kind := range []string{
		"null name", "cloud", "unbound", "HA off", "hub-cluster of 2", "hub-cluster of 3", "ha-group of 2", "site of 1", "site of 2",
		"element of 1", "site in emea", "site in amer", "site in apac", "site in canary",
	} {
		if kinds[kind] == 0 {
			t.Errorf("the fleet has none of %q", kind)
		}
	}
	if sites := len(s.Sites()); sites < 180 || sites > 240 {
		t.Errorf("400 elements are at %d sites", sites)
	}
	if kinds["canary"] < len(s.Wave(simulator.WaveCanary))-3 || kinds["connected"] != 400 {
		t.Errorf("the fleet has %v", kinds)
	}
	again := simulate(t, simulator.Options{Elements: 400, Seed: 1})
	if diff := cmp.Diff(s.Elements(), again.Elements()); diff != "" {
		t.Errorf("the same options made other elements:\n%s", diff)
	}
}

func valuesIn(counts map[string]int) []int {
	var values []int
	for _, count := range counts {
		values = append(values, count)
	}
	return values
}

func TestFleetFilters(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 60, Seed: 1})
	c := signedIn(t, server, simulator.Unified)
	truth := server.Elements()
	first := truth[0]
	total := func(holds func(inventory.Element) bool) int {
		return len(slices.DeleteFunc(slices.Clone(truth), func(e inventory.Element) bool { return !holds(e) }))
	}
	hubs := total(func(e inventory.Element) bool { return *e.Role == "HUB" })
	canary := total(func(e inventory.Element) bool { return slices.Contains(e.Tags, "canary") })
	for _, test := range []struct {
		filter                     string
		filters, ignored, refusals int
	}{
		{`"id":{"in":["` + first.ID + `"]}`, 1, 1, 200},
		{`"or":{"name":{"re":"br-fra-01"}}`, 2, 2, 200},
		{`"site_id":{"in":["` + *first.SiteID + `"]}`, total(func(e inventory.Element) bool { return *e.SiteID == *first.SiteID }), -1, 200},
		{`"role":{"eq":"HUB"}`, hubs, 60, 400},
		{`"tags":{"in":["canary"]}`, canary, 60, 400},
		{`"tags":{"neq":"canary"}`, 60 - canary, 60, 400},
		{`"connected":{"eq":true}`, 60, 60, 400},
		{`"connected":{"eq":false}`, 0, 60, 400},
	} {
		body := `{"limit":100,"query_params":{` + test.filter + `}}`
		if test.ignored < 0 {
			test.ignored = test.filters
		}
		server.SetSwitches(simulator.Switches{})
		if got := len(items[wireElement](t, c.elements(body))); got != test.filters {
			t.Errorf("%s: got %d elements, want %d", test.filter, got, test.filters)
		}
		server.SetSwitches(simulator.Switches{FleetFilters: simulator.FiltersIgnored})
		if got := len(items[wireElement](t, c.elements(body))); got != test.ignored {
			t.Errorf("%s, ignored: got %d elements, want %d", test.filter, got, test.ignored)
		}
		server.SetSwitches(simulator.Switches{FleetFilters: simulator.FiltersRefused})
		if answer := c.elements(body); answer.status != test.refusals {
			t.Errorf("%s, refused: got %d %s, want %d", test.filter, answer.status, answer.body, test.refusals)
		}
	}
}

func TestFleetProjectionFabricates(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 3, Seed: 1})
	c := signedIn(t, server, simulator.Unified)
	for _, item := range items[map[string]json.RawMessage](t, c.elements(`{"retrieved_fields":["model_name"]}`)) {
		got := []string{string(item["site_id"]), string(item["role"]), string(item["connected"]), string(item["tags"])}
		if diff := cmp.Diff([]string{`"1"`, `"NONE"`, "false", "null"}, got); diff != "" || len(item["id"]) != 21 || string(item["model_name"]) == `""` {
			t.Errorf("%s (-want +got):\n%s", item, diff)
		}
	}
}

func TestFleetLimitBelongsToItsLists(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 60, Switches: simulator.Switches{MaxFleetLimit: 7}})
	c := signedIn(t, server, simulator.Legacy)
	if elements, rows := items[wireElement](t, c.elements(`{"limit":50}`)), c.rows(`{"limit":50}`).Items; len(elements) != 7 || len(rows) != 50 {
		t.Errorf("pages of %d elements and %d rows, want 7 and 50", len(elements), len(rows))
	}
}

func TestFleetIsEditedByHand(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Elements: 3})
	id, text := s.ElementIDs()[1], func(text string) *string { return &text }
	s.AddSite(inventory.Site{ID: "17", Name: text("Frankfurt")})
	s.AddElement(inventory.Element{ID: "23", SiteID: text("17"), Connected: new(false)})
	if err := s.UpdateElement(id, func(e *inventory.Element) { e.ID, e.Name, e.SiteID = "5", nil, text("17") }); err != nil {
		t.Error(err)
	}
	if err := s.UpdateSite("17", func(site *inventory.Site) { site.Tags = []string{"pilot"} }); err != nil {
		t.Error(err)
	}
	fleet := inventory.NewFleet(s.Elements(), s.Sites())
	for id, connected := range map[string]bool{id: true, "23": false} {
		e, found := fleet.Element(id)
		if !found || e.Name != nil || *e.Connected != connected || *fleet.SiteOf(e).Name != "Frankfurt" || fleet.SiteOf(e).Tags[0] != "pilot" {
			t.Errorf("element %s is %+v", id, e)
		}
	}
	if s.UpdateElement("99", func(*inventory.Element) {}) == nil || s.UpdateSite("99", func(*inventory.Site) {}) == nil {
		t.Error("what does not exist is edited")
	}
	if err := s.Remove("23"); err != nil || len(s.Elements()) != 3 || len(s.Rows()) != 3 {
		t.Errorf("%v: %d elements are left", err, len(s.Elements()))
	}
}

func TestRequestsOfTheFleetAreCountedAndFail(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 12})
	c := signedIn(t, server, simulator.Unified)
	setFaults(t, server,
		simulator.Fault{Kind: "unavailable_503", On: simulator.RequestElements, Nth: 1},
		simulator.Fault{Kind: "row_lost", On: simulator.RequestSites, Nth: 2},
		simulator.Fault{Kind: "html_200", On: simulator.RequestImages})
	if answer := c.elements(`{}`); answer.status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", answer.status)
	}
	whole := len(items[wireSite](t, c.sites(`{}`)))
	if got := items[wireSite](t, c.do(http.MethodGet, c.neighbour("v4.13", "sites"), "")); len(got) != whole-1 || whole != len(server.Sites()) {
		t.Errorf("got %d sites, want one less than %d", len(got), whole)
	}
	gatewayBody := c.do(http.MethodGet, c.neighbour("v2.4", "element_images"), "").body
	if !strings.Contains(string(gatewayBody), "<html>") {
		t.Errorf("images are %s", gatewayBody)
	}
	for kind, want := range map[simulator.RequestKind]int{
		simulator.RequestElements: 1, simulator.RequestSites: 2, simulator.RequestImages: 1, simulator.RequestQuery: 0, simulator.RequestOther: 0,
	} {
		if got := server.Count(kind); got != want {
			t.Errorf("%d requests of %s, want %d", got, kind, want)
		}
	}
	if err := server.SetFaults(simulator.Fault{Kind: "unknown_states", On: simulator.RequestElements}); err == nil {
		t.Error("elements have upgrade states")
	}
}

func TestAnElementIsOfflineWhileItReboots(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Elements: 2})
	upgrade(t, s, s.ElementIDs()[:1], simulator.Plan{})
	for _, step := range []struct {
		after     time.Duration
		connected bool
	}{{time.Minute, true}, {8 * time.Minute, false}, {5 * time.Minute, true}} {
		s.Advance(step.after)
		if got := *s.Elements()[0].Connected; got != step.connected {
			t.Errorf("after another %s the element is connected: %t", step.after, got)
		}
	}
}
