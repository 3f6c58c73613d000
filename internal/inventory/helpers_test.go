package inventory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// smallFleet has a pair of hubs, a branch with an HA group, one with two
// elements and no group, and elements that are bound to no site.
func smallFleet() *Fleet {
	element := func(id, name, site, role string, edits ...func(*Element)) Element {
		made := Element{ID: id, Name: &name, SiteID: &site, Role: &role, ModelName: new("ion 3200"), Connected: new(true)}
		for _, edit := range edits {
			edit(&made)
		}
		return made
	}
	cluster := func(id string) func(*Element) { return func(e *Element) { e.HubClusterID = &id } }
	group := func(id string, enabled bool) func(*Element) {
		return func(e *Element) { e.HAGroupID, e.HAEnabled = &id, &enabled }
	}
	tags := func(tags ...string) func(*Element) { return func(e *Element) { e.Tags = tags } }
	return NewFleet([]Element{
		element("107", "shelf-1", "1", "SPOKE", func(e *Element) { e.SiteID, e.Connected = nil, nil }),
		element("101", "dc-1", "11", "HUB", cluster("900"), tags("canary")),
		element("102", "dc-2", "11", "HUB", cluster("900"), func(e *Element) { e.Connected = new(false) }),
		element("103", "fra-1", "12", "SPOKE", group("900", true), tags("canary", "pci")),
		element("104", "fra-2", "12", "SPOKE", group("900", true)),
		element("105", "ber-1", "13", "SPOKE", group("901", false), func(e *Element) { e.SerialNumber, e.HardwareID = new("S5"), new("H5") }),
		element("106", "ber-1", "13", "SPOKE", func(e *Element) { e.Name = nil }),
		element("108", "shelf-1", "1", "SPOKE"),
	}, []Site{
		{ID: "11", Name: new("DC-FRA"), Tags: []string{"emea", "core"}},
		{ID: "12", Name: new("BR-FRA-01"), Tags: []string{"emea"}},
		{ID: "13", Name: new("BR-BER-01")},
		{ID: "1", Name: new("never a site"), Tags: []string{"emea"}},
	})
}

func wantSame(t *testing.T, want, got any) {
	t.Helper()
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
}
