package rollout

import (
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

const (
	remedyWhere    = "Check where: one element of this tenant must satisfy all of its conditions."
	remedyBoth     = "Check where and filters: an element must satisfy both."
	remedyNowhere  = "Correct these values of where, remove them, or claim the elements."
	remedyExcluded = "Remove these values from where, or change its other conditions so that they select these elements too."
)

// branches are elements with names and sites, among them two of one name, one
// whose site has no name, and one without a name.
func branches() *inventory.Fleet {
	return inventory.NewFleet([]inventory.Element{
		{ID: "1", Name: new("BR-FRA-01"), SiteID: new("11"), Role: new("SPOKE"), SerialNumber: new("S1")},
		{ID: "2", Name: new("BR-FRA-02"), SiteID: new("11"), Role: new("SPOKE")},
		{ID: "3", Name: new("DC-1"), SiteID: new("12"), Role: new("HUB")},
		{ID: "4", Name: new("shelf"), Role: new("SPOKE")},
		{ID: "5", Name: new("shelf"), SiteID: new("11"), Role: new("SPOKE")},
		{ID: "6", SiteID: new("11"), Role: new("SPOKE")},
		{ID: "7", Name: new(" "), SiteID: new("11"), Role: new("SPOKE")},
	}, []inventory.Site{{ID: "11", Name: new("Frankfurt")}, {ID: "12"}})
}

func selects(where inventory.Where) *inventory.Selected {
	selected := branches().Select(where)
	return &selected
}

func TestVerdictExplainsWhatADescriptionSelects(t *testing.T) {
	t.Parallel()
	done := func(ids ...string) (rows []imagestatus.Status) {
		for _, id := range ids {
			rows = append(rows, elementRow(id, "complete", wantedVersion))
		}
		return rows
	}
	for _, test := range []struct {
		name              string
		where             inventory.Where
		gate              Gate
		rows              []imagestatus.Status
		leftOut           []string
		hopeless          bool
		summary           string
		reasons, remedies []string
	}{
		{name: "all ready", where: inventory.Where{Names: []string{"BR-*"}}, rows: done("1", "2"), summary: "open: 2/2 ready (100%)"},
		{
			name: "one without a status", where: inventory.Where{Names: []string{"BR-*"}}, rows: done("1"),
			summary: "closed: 1/2 ready (50%), 1 missing", reasons: []string{"1 of 2 elements is ready (50%), 100% required: 1 without a status yet."},
			remedies: []string{remedyNotReady},
		},
		{
			name: "none with a status", where: inventory.Where{Names: []string{"BR-*"}}, gate: Gate{MinReadyPercent: new(big.Rat)},
			summary: "closed: 0/2 ready (0%), 2 missing", reasons: []string{"0 of 2 elements selected by where have a status (min_elements is 1)."},
			remedies: []string{remedyNoStatus},
		},
		{
			name: "no element", where: inventory.Where{Roles: []string{"PA_CONN"}}, gate: Gate{MinReadyPercent: new(big.Rat)}, hopeless: true,
			summary: "closed: 0/0 ready (0%)", reasons: []string{"where selects no element (min_elements is 1)."}, remedies: []string{remedyWhere},
		},
		{
			name: "too few elements", where: inventory.Where{Roles: []string{"HUB"}}, gate: Gate{MinElements: 2}, rows: done("3"), hopeless: true,
			summary: "closed: 1/1 ready (100%)", reasons: []string{"where selects 1 element (min_elements is 2)."}, remedies: []string{remedyWhere},
		},
		{
			name: "a name that no element has", where: inventory.Where{Names: []string{"BR-FRA-01", "BR-FRA-99", "BR-FRA-99"}}, rows: done("1"),
			summary: "closed: 1/2 ready (50%), 1 missing",
			reasons: []string{
				`No element has the name "BR-FRA-99" (where.names); the nearest are "BR-FRA-01" and "BR-FRA-02".`,
				"1 of 2 elements is ready (50%), 100% required: 1 without a status yet.",
			},
			remedies: []string{remedyNowhere, remedyNotReady},
		},
		{
			name: "only a name that no element has", where: inventory.Where{SiteNames: []string{"Rome"}}, gate: Gate{MinReadyPercent: new(big.Rat)},
			summary: "closed: 0/1 ready (0%), 1 missing",
			reasons: []string{
				`No element is at a site with the name "Rome" (where.site_names).`,
				"where selects no element (min_elements is 1).",
			},
			remedies: []string{remedyNowhere, remedyNoStatus},
		},
		{
			name: "a name that no element has, and enough without it", where: inventory.Where{Names: []string{"DC-1", "DC-2"}},
			gate: Gate{MinReadyPercent: mustRat(t, "50")}, rows: done("3"), summary: "open: 1/2 ready (50%), 1 missing (min_ready_percent is 50)",
		},
		{
			name: "many values that no element has", where: inventory.Where{SerialNumbers: []string{"S1", "a", "b", "c", "d"}, SiteIDs: []string{"11", "99"}}, rows: done("1"),
			summary: "closed: 1/6 ready (16.66%), 5 missing",
			reasons: []string{
				`No element is at the site with the id "99" (where.site_ids). No element has the serial number "a" (where.serial_numbers). ` +
					`No element has the serial number "b" (where.serial_numbers). 2 more values of where match no element.`,
				"1 of 6 elements is ready (16.66%), 100% required: 5 without a status yet.",
			},
			remedies: []string{remedyNowhere, remedyNotReady},
		},
		{
			name: "a name that a role leaves out", where: inventory.Where{Names: []string{"DC-1", "BR-FRA-01"}, Roles: []string{"HUB"}}, rows: done("3"), hopeless: true,
			summary: "closed: 1/2 ready (50%), 1 left out",
			reasons: []string{
				`Other conditions of where leave out what it names: element named "BR-FRA-01" (where.names).`,
				"1 of 2 elements is ready (50%), 100% required: 1 left out by other conditions of where.",
			},
			remedies: []string{remedyExcluded},
		},
		{
			name: "filters that leave out some", where: inventory.Where{SiteIDs: []string{"11"}}, rows: done("1"), leftOut: []string{"2", "5", "6", "7", "3"},
			summary: "open: 1/1 ready (100%), 4 not selected by the filters",
		},
		{
			name: "filters that leave out some, and one is missing", where: inventory.Where{SiteIDs: []string{"11"}}, rows: done("1"), leftOut: []string{"2", "5", "6", "1"},
			summary:  "closed: 1/2 ready (50%), 1 missing, 3 not selected by the filters",
			reasons:  []string{"1 of 2 elements is ready (50%), 100% required: 1 without a status yet."},
			remedies: []string{remedyNotReady},
		},
		{
			name: "filters that leave out all", where: inventory.Where{Names: []string{"BR-*"}}, gate: Gate{MinReadyPercent: new(big.Rat)}, leftOut: []string{"1", "2"}, hopeless: true,
			summary: "closed: 0/0 ready (0%), 2 not selected by the filters",
			reasons: []string{"where and the filters select no element (min_elements is 1)."}, remedies: []string{remedyBoth},
		},
	} {
		gate := test.gate
		gate.Selected = selects(test.where)
		tally := gate.StartTally()
		for _, row := range test.rows {
			if err := tally.Add(row); err != nil {
				t.Fatal(err)
			}
		}
		left := make(map[string]bool)
		for _, id := range test.leftOut {
			left[id] = true
		}
		tally.LeaveOut(left)
		got := tally.Verdict(nil)
		if got.Summary != test.summary || got.Hopeless != test.hopeless {
			t.Errorf("%s: got hopeless %t and the summary %q, want %t and %q", test.name, got.Hopeless, got.Summary, test.hopeless, test.summary)
		}
		if diff := cmp.Diff(test.reasons, got.Reasons); diff != "" {
			t.Errorf("%s: reasons (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(test.remedies, got.Remedies); diff != "" {
			t.Errorf("%s: remedies (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestValuesThatSelectNothingBlock(t *testing.T) {
	t.Parallel()
	gate := Gate{MaxBlocking: 9, Selected: selects(inventory.Where{
		Names: []string{"BR-FRA-99", "xyz", "DC-1", "BR-FRA-01"}, Roles: []string{"SPOKE"}, SiteIDs: []string{"11", "99"}, SerialNumbers: []string{"S1", "S2"}, SiteNames: []string{"Frankfurt", "Rome"},
	})}
	got := judge(t, gate)
	var lines []string
	for _, blocker := range got.Blocking {
		lines = append(lines, blocker.String())
	}
	want := []string{
		`element named "DC-1"  left out, by another condition of where`,
		`no element at a site named "Rome"  missing, no such element in this tenant`,
		`no element at the site with the id "99"  missing, no such element in this tenant`,
		`no element named "BR-FRA-99"  missing, the nearest are "BR-FRA-01" and "BR-FRA-02"`,
		`no element named "xyz"  missing, no such element in this tenant`,
		`no element with the serial number "S2"  missing, no such element in this tenant`,
		`1  missing, no status yet`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Worst() != `element named "DC-1"` || !slices.ContainsFunc(got.Blocking, func(b Blocker) bool { return b.ElementID == "" && b.Class == ClassMissing }) {
		t.Errorf("the worst is %q", got.Worst())
	}
}

func TestElementIDsAreThoseOfTheDescription(t *testing.T) {
	t.Parallel()
	gate := Gate{Selected: selects(inventory.Where{SiteIDs: []string{"11"}})}
	for name, ids := range map[string][]string{"by default": nil, "as given": {"1", "2", "5", "6", "7"}} {
		gate.ElementIDs = ids
		if got := gate.StartTally().Missing(); !slices.Equal(got, []string{"1", "2", "5", "6", "7"}) {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
