package rollout

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// judgeNamed judges with names, and insists that they change the texts only.
func judgeNamed(t testingT, gate Gate, names *inventory.Fleet, rows ...imagestatus.Status) Verdict {
	t.Helper()
	tally := gate.StartTally()
	for _, row := range rows {
		if err := tally.Add(row); err != nil {
			t.Fatalf("add %s: %v", rowTexts(row), err)
		}
	}
	return tally.Verdict(names)
}

func TestElementsAreCalledByNameAndSite(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 70)
	names := inventory.NewFleet(append(branches().Elements(),
		inventory.Element{ID: "8", Name: &long, SiteID: new("13")},
		inventory.Element{ID: "9", Name: new("a\x1b[31m\nb"), SiteID: new("14")},
	), []inventory.Site{{ID: "11", Name: new("Frankfurt")}, {ID: "12"}, {ID: "13", Name: new("\t")}, {ID: "14", Name: &long}})
	for id, want := range map[string]struct {
		label      string
		name, site *string
	}{
		"1":  {"BR-FRA-01 (Frankfurt)", new("BR-FRA-01"), new("Frankfurt")},
		"3":  {"DC-1", new("DC-1"), nil},
		"4":  {"shelf (id 4)", new("shelf"), nil},
		"5":  {"shelf (Frankfurt, id 5)", new("shelf"), new("Frankfurt")},
		"6":  {"6", nil, nil},
		"7":  {"7", nil, nil},
		"8":  {strings.Repeat("n", 64) + "…", &long, nil},
		"9":  {"a [31m b (" + strings.Repeat("n", 64) + "…)", new("a [31m b"), &long},
		"10": {"10", nil, nil},
	} {
		got := judgeNamed(t, Gate{MaxBlocking: 1}, names, elementRow(id, "failed", wantedVersion))
		if got.Worst() != want.label || deref(got.Blocking[0].Name) != deref(want.name) || deref(got.Blocking[0].SiteName) != deref(want.site) {
			t.Errorf("element %s: got %q, the name %q and the site %q; want %q, %q and %q",
				id, got.Worst(), deref(got.Blocking[0].Name), deref(got.Blocking[0].SiteName), want.label, deref(want.name), deref(want.site))
		}
		if line := want.label + "  failed, state failed, version 6.3.6-b9"; got.Blocking[0].String() != line {
			t.Errorf("element %s: got %q, want %q", id, got.Blocking[0], line)
		}
		if reason := "1 element failed (max_failed is 0): " + want.label + " (failed)."; got.Reasons[0] != reason {
			t.Errorf("element %s: got %q, want %q", id, got.Reasons[0], reason)
		}
	}
	if got := (&Verdict{}).Worst(); got != "" {
		t.Errorf("the worst of no element is %q", got)
	}
}

func TestLeftOutElementsAreNamed(t *testing.T) {
	t.Parallel()
	tally := Gate{ElementIDs: []string{"1", "6", "4", "3", "2"}}.StartTally()
	tally.LeaveOut(map[string]bool{"1": true, "4": true, "6": true, "3": true})
	want := []string{
		`The filters leave out 4 of the 5 elements named in element_ids: BR-FRA-01 (Frankfurt), "6", shelf (id 4) and 1 more.`,
		`The filters leave out 4 of the 5 elements named in element_ids: "1", "6", "4" and 1 more.`,
	}
	if diff := cmp.Diff(want, []string{tally.Verdict(branches()).Reasons[0], tally.Verdict(nil).Reasons[0]}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProgressNamesTheWorstElement(t *testing.T) {
	t.Parallel()
	rows := []imagestatus.Status{
		elementRow("1", "failed", wantedVersion), elementRow("2", "complete", wantedVersion), elementRow("3", "downloading", formerVersion),
	}
	for _, test := range []struct {
		name  string
		names *inventory.Fleet
		gate  Gate
		rows  []imagestatus.Status
		want  string
	}{
		{"without names", nil, Gate{MaxBlocking: 9}, rows, "1/3 ready (33.33%), 1 pending, 1 failed"},
		{"with names", branches(), Gate{MaxBlocking: 9}, rows, "1/3 ready (33.33%), 1 pending, 1 failed: BR-FRA-01 (Frankfurt)"},
		{"beside worse counts", branches(), Gate{MaxBlocking: 9, ElementIDs: []string{"x"}}, rows, "1/4 ready (25%), 1 pending, 1 failed: BR-FRA-01 (Frankfurt), 1 missing"},
		{"several", branches(), Gate{MaxBlocking: 9}, append(rows, elementRow("4", "failed", wantedVersion)), "1/4 ready (25%), 1 pending, 2 failed: BR-FRA-01 (Frankfurt) and 1 more"},
		{"none failed", branches(), Gate{MaxBlocking: 9}, rows[1:], "1/2 ready (50%), 1 pending: DC-1"},
		{"none shown", branches(), Gate{}, rows, "1/3 ready (33.33%), 1 pending, 1 failed"},
		{"a name that is not known", branches(), Gate{MaxBlocking: 9}, []imagestatus.Status{elementRow("6", "failed", wantedVersion)}, "0/1 ready (0%), 1 failed"},
		{"open", branches(), Gate{MaxBlocking: 9, MinReadyPercent: mustRat(t, "50")}, rows[1:], "1/2 ready (50%), 1 pending; open for 0 s of 0 s"},
	} {
		verdict := judgeNamed(t, test.gate, test.names, test.rows...)
		got := Progress{Verdict: &verdict, Next: 30 * time.Second, Left: -1}.String()
		if want := test.want + "; next check in 30 s"; got != want {
			t.Errorf("%s: got %q, want %q", test.name, got, want)
		}
	}
}
