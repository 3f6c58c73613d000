package provider

import (
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// closedText is a closed gate over the fleet as the action's plan says it.
func closedText(t *testing.T, p *protocol, config map[string]any) string {
	t.Helper()
	return render(p.planAction(config))
}

func TestClosedGateReadsNamesInTwoRequestsAndAnOpenOneInNone(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	p := fleet.protocol(t, simulator.Unified)
	expect(t, p.read(gateType, everything).must(t), map[string]any{"ready": true})
	if got := fleet.asked(simulator.RequestElements, simulator.RequestSites); got != 0 {
		t.Errorf("an open gate sent %d requests for names, want none", got)
	}
	fleet.fail(t, "BR-LON-02")
	fleet.fail(t, "DC-FRA-01")
	closed := p.read(gateType, everything).must(t)
	if elements, sites := fleet.asked(simulator.RequestElements), fleet.asked(simulator.RequestSites); elements != 1 || sites != 1 {
		t.Errorf("a closed gate sent %d requests for elements and %d for sites, want one each", elements, sites)
	}
	for i, want := range []map[string]any{
		{"element_id": fleet.ids["DC-FRA-01"], "element_name": "DC-FRA-01", "site_name": "Frankfurt"},
		{"element_id": fleet.ids["BR-LON-02"], "element_name": "BR-LON-02", "site_name": "London"},
	} {
		expect(t, object(list(closed["blocking_elements"])[i]), want)
	}
}

// Whatever becomes of the names, the verdict is the same; the text has ids and
// says why.
func TestNamesThatCannotBeReadDecideNothing(t *testing.T) {
	t.Parallel()
	const elementsClause = "elements are shown by their ids, as their names could not be read"
	const sitesClause = "elements are shown without their sites, as these could not be read"
	for name, test := range map[string]struct {
		faults []simulator.Fault
		says   string
		label  string
	}{
		"readable":           {nil, "", "DC-FRA-01 (Frankfurt)"},
		"elements forbidden": {[]simulator.Fault{{Kind: "forbidden_403", On: simulator.RequestElements, Every: 1}}, elementsClause + " (access denied)", ""},
		"elements fail":      {[]simulator.Fault{{Kind: "unavailable_503", On: simulator.RequestElements, Every: 1}}, elementsClause + " (controller unavailable)", ""},
		"elements hang up":   {[]simulator.Fault{{Kind: "reset_before_headers", On: simulator.RequestElements, Every: 1}}, elementsClause, ""},
		"sites forbidden":    {[]simulator.Fault{{Kind: "forbidden_403", On: simulator.RequestSites, Every: 1}}, sitesClause + " (access denied)", "DC-FRA-01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fleet := newNamedFleet(t)
			fleet.fail(t, "DC-FRA-01")
			plain := fleet.protocol(t, simulator.Legacy, "PRISMASDWAN_SHOW_NAMES=false")
			want := plain.read(gateType, everything).must(t)
			if asked := fleet.asked(simulator.RequestElements, simulator.RequestSites); asked != 0 {
				t.Errorf("without names, %d requests went to the lists of the fleet", asked)
			}
			if err := fleet.SetFaults(test.faults...); err != nil {
				t.Fatal(err)
			}
			p := fleet.protocol(t, simulator.Legacy)
			got := p.read(gateType, everything).must(t)
			for _, decided := range []string{"ready", "summary", "counts", "ready_percent", "by_phase", "by_state", "by_version"} {
				if difference := gocmp.Diff(want[decided], got[decided]); difference != "" {
					t.Errorf("%s differs from the verdict without names (-want +got):\n%s", decided, difference)
				}
			}
			text := closedText(t, p, everything)
			if test.label == "" {
				test.label = fleet.ids["DC-FRA-01"]
			}
			if !strings.Contains(text, test.label+"  failed") || !strings.Contains(text, test.says) {
				t.Errorf("the text does not have %q and %q:\n%s", test.label, test.says, text)
			}
			if test.says == "" && strings.Contains(text, "could not be read") {
				t.Errorf("names that were read are said to be missing:\n%s", text)
			}
		})
	}
}

func TestElementsWithoutANameOfTheirOwnAreShownWithTheirIDs(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	rename := func(name string, to *string) {
		if err := fleet.UpdateElement(fleet.ids[name], func(e *inventory.Element) { e.Name = to }); err != nil {
			t.Fatal(err)
		}
		fleet.fail(t, name)
	}
	rename("DC-FRA-01", nil)
	rename("DC-FRA-02", new("twin"))
	rename("BR-LON-01", new("twin"))
	rename("BR-LON-02", new(`"; rm`+"\x1b[31m"))
	text := closedText(t, fleet.protocol(t, simulator.Unified), everything)
	for _, label := range []string{
		fleet.ids["DC-FRA-01"] + "  failed",
		"twin (Frankfurt, id " + fleet.ids["DC-FRA-02"] + ")",
		"twin (London, id " + fleet.ids["BR-LON-01"] + ")",
	} {
		if !strings.Contains(text, label) {
			t.Errorf("the text does not have %q:\n%s", label, text)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Errorf("a name reaches the terminal as a command: %q", text)
	}
}

func TestWaitReadsEachNameOnce(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
		t.Helper()
		failing := v.controller.ElementIDs()[0]
		if err := v.controller.SetState(failing, "downloading"); err != nil {
			t.Fatal(err)
		}
		v.read(gateType, map[string]any{"max_failed": 1, "wait": map[string]any{"interval": "10s"}, "timeouts": map[string]any{"read": "65s"}}).must(t)
		if elements := v.controller.Count(simulator.RequestElements); elements != 1 {
			t.Errorf("the elements were read %d times, want once", elements)
		}
		if looks := v.controller.Count(simulator.RequestQuery); looks < 5 {
			t.Errorf("the fleet was read %d times, want several", looks)
		}
	})
}

// A list that does not answer takes some seconds from the verdict, and no more.
func TestNamesAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
		t.Helper()
		if err := v.controller.SetFaults(simulator.Fault{Kind: "hang_before_headers", On: simulator.RequestElements, Every: 1}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		expect(t, v.read(gateType, everything).must(t), map[string]any{"ready": false})
		if took := time.Since(began); took > namesTimeout+time.Second {
			t.Errorf("the gate waited %s for names, want at most %s", took, namesTimeout)
		}
	})
}
