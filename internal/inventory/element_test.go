package inventory

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPeerGroupIsClusterThenHAGroupThenSiteThenElement(t *testing.T) {
	t.Parallel()
	fleet := smallFleet()
	for id, want := range map[string]string{
		"101": "hub-cluster/900", "102": "hub-cluster/900",
		"103": "ha-group/900", "104": "ha-group/900",
		"105": "site/13", "106": "site/13",
		"107": "element/107", "108": "element/108",
	} {
		element, found := fleet.Element(id)
		if !found {
			t.Fatalf("the fleet lacks %s", id)
		}
		if got := element.PeerGroup(); got != want {
			t.Errorf("element %s: got %q, want %q", id, got, want)
		}
	}
}

func TestSiteIDsOfUnboundElementsAreNoSites(t *testing.T) {
	t.Parallel()
	for _, id := range []*string{nil, new(""), new("0"), new("1")} {
		element := Element{ID: "7", SiteID: id}
		if site, bound := element.Site(); bound {
			t.Errorf("site id %q counts as a site", site)
		}
	}
	element := Element{ID: "7", SiteID: new("11")}
	if site, bound := element.Site(); !bound || site != "11" {
		t.Errorf("got %q, %t", site, bound)
	}
}

// Two elements are peers only through what both of them say.
func TestPeerGroupsOfDifferentKindsNeverMeet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) Element {
			id := rapid.StringMatching(`[2-4]`)
			return Element{
				ID:           rapid.StringMatching(`[5-9]`).Draw(t, label+" id"),
				SiteID:       rapid.Ptr(id, true).Draw(t, label+" site"),
				Role:         rapid.Ptr(rapid.SampledFrom(Roles()), true).Draw(t, label+" role"),
				HubClusterID: rapid.Ptr(id, true).Draw(t, label+" cluster"),
				HAGroupID:    rapid.Ptr(id, true).Draw(t, label+" group"),
				HAEnabled:    rapid.Ptr(rapid.Bool(), true).Draw(t, label+" enabled"),
			}
		}
		a, b := draw("a"), draw("b")
		if a.PeerGroup() != b.PeerGroup() || a.ID == b.ID {
			return
		}
		sameCluster := deref(a.Role) == RoleHub && deref(b.Role) == RoleHub && deref(a.HubClusterID) == deref(b.HubClusterID)
		sameGroup := deref(a.HAEnabled) && deref(b.HAEnabled) && deref(a.HAGroupID) == deref(b.HAGroupID)
		sameSite := deref(a.SiteID) != "" && deref(a.SiteID) == deref(b.SiteID)
		if !sameCluster && !sameGroup && !sameSite {
			t.Fatalf("%+v and %+v are taken for peers (%s)", a, b, a.PeerGroup())
		}
	})
}
