package rollout

import (
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// settling is the settled_for of gates that are drawn.
const settling = 30 * time.Minute

// drawFleetRow draws a row of one of few elements, so that some have several.
// A target tells them apart by their image.
func drawFleetRow(t *rapid.T) imagestatus.Status {
	row := elementRow(
		rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6"}).Draw(t, "element_id"),
		rapid.SampledFrom([]string{"complete", "complete", "-", "failed", "downloading", "upgrade_abort", "odd"}).Draw(t, "upgrade_state"),
		rapid.SampledFrom([]string{wantedVersion, wantedVersion, formerVersion, oddVersion, "-"}).Draw(t, "active_version"),
	)
	row.ActiveImageID = rapid.Ptr(rapid.SampledFrom([]string{"7", "8"}), true).Draw(t, "active_image_id")
	if before := rapid.SampledFrom([]int{-1, 0, 29, 30, 31, 60}).Draw(t, "minutes since the change"); before >= 0 {
		row.UpdatedOnUTC = changedAt("", "", time.Duration(before)*time.Minute).UpdatedOnUTC
	}
	return row
}

// drawElements draws the elements, some of which the fleet may lack.
func drawElements(t *rapid.T) *inventory.Fleet {
	var elements []inventory.Element
	for _, id := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6"}), rapid.ID[string]).Draw(t, "known elements") {
		elements = append(elements, inventory.Element{
			ID:        id,
			Name:      rapid.Ptr(rapid.SampledFrom([]string{"a", "b", "", "9"}), true).Draw(t, "name"),
			SiteID:    rapid.Ptr(rapid.SampledFrom([]string{"11", "12", "1"}), true).Draw(t, "site"),
			Connected: rapid.Ptr(rapid.Bool(), true).Draw(t, "connected"),
		})
	}
	return inventory.NewFleet(elements, []inventory.Site{{ID: "11", Name: new("Frankfurt")}, {ID: "12"}})
}

// drawGate draws a gate over a fleet with some of the rules.
func drawGate(t *rapid.T, fleet *inventory.Fleet) Gate {
	gate := Gate{
		MaxBlocking:      rapid.IntRange(0, 8).Draw(t, "max_blocking_elements"),
		MinElements:      rapid.Int64Range(0, 2).Draw(t, "min_elements"),
		MaxFailed:        rapid.Ptr(rapid.Int64Range(0, 2), true).Draw(t, "max_failed"),
		RequireConnected: rapid.Bool().Draw(t, "require_connected"),
		Now:              timeOfRead,
		Fleet:            fleet,
	}
	percent := func(label string) *big.Rat {
		return big.NewRat(rapid.SampledFrom([]int64{0, 1, 20, 50, 99, 100}).Draw(t, label), 1)
	}
	gate.MinReadyPercent = percent("min_ready_percent")
	if rapid.Bool().Draw(t, "with a share of failures") {
		gate.MaxFailedPercent = percent("max_failed_percent")
	}
	if rapid.Bool().Draw(t, "with settled_for") {
		gate.SettledFor = settling
	}
	switch rapid.IntRange(0, 3).Draw(t, "target") {
	case 1:
		gate.Target = mustTarget(t, wantedVersion, "")
	case 2:
		gate.Target = mustTarget(t, "", "7")
	case 3:
		gate.Target = mustTarget(t, wantedVersion, "7")
	}
	switch rapid.IntRange(0, 2).Draw(t, "asked for") {
	case 1:
		gate.ElementIDs = []string{"1", "2", "8"}
	case 2:
		selected := fleet.Select(inventory.Where{Names: []string{"a", "b", "c"}, SiteIDs: rapid.SampledFrom([][]string{nil, {"11"}}).Draw(t, "sites")})
		gate.Selected = &selected
	}
	return gate
}

func judgeLeavingOut(t testingT, gate Gate, names *inventory.Fleet, leftOut map[string]bool, rows ...imagestatus.Status) Verdict {
	t.Helper()
	tally := gate.StartTally()
	for _, row := range rows {
		if err := tally.Add(row); err != nil {
			t.Fatalf("add %s: %v", rowTexts(row), err)
		}
	}
	tally.LeaveOut(leftOut)
	return tally.Verdict(names)
}

// drawn is a gate with what it looks at.
type drawn struct {
	gate    Gate
	fleet   *inventory.Fleet
	rows    []imagestatus.Status
	leftOut map[string]bool
}

func drawJudgement(t *rapid.T) drawn {
	fleet := drawElements(t)
	return drawn{
		gate: drawGate(t, fleet), fleet: fleet,
		rows:    rapid.SliceOfN(rapid.Custom(drawFleetRow), 0, 10).Draw(t, "rows"),
		leftOut: map[string]bool{"2": rapid.Bool().Draw(t, "2 is left out"), "8": rapid.Bool().Draw(t, "8 is left out")},
	}
}

func (d drawn) judge(t testingT, gate Gate, names *inventory.Fleet) Verdict {
	t.Helper()
	return judgeLeavingOut(t, gate, names, d.leftOut, d.rows...)
}

func TestVerdictByEveryRuleIsOneForEveryOrderOfRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawJudgement(t)
		want := d.judge(t, d.gate, d.fleet)
		shuffled := rapid.Permutation(d.rows).Draw(t, "shuffled")
		if diff := cmp.Diff(want, judgeLeavingOut(t, d.gate, d.fleet, d.leftOut, shuffled...)); diff != "" {
			t.Fatalf("%s in another order (-first +second):\n%s", rowTexts(d.rows...), diff)
		}
	})
}

func TestFurtherRuleNeverOpensAGate(t *testing.T) {
	t.Parallel()
	opened := 0
	rapid.Check(t, func(t *rapid.T) {
		d := drawJudgement(t)
		d.gate.RequireConnected, d.gate.SettledFor = false, 0
		lenient := d.judge(t, d.gate, nil)
		if lenient.Ready {
			opened++
		}
		for name, strict := range map[string]func(*Gate){
			"require_connected":                 func(g *Gate) { g.RequireConnected = true },
			"settled_for":                       func(g *Gate) { g.SettledFor = settling },
			"both":                              func(g *Gate) { g.RequireConnected, g.SettledFor = true, settling },
			"a lower max_failed_percent":        func(g *Gate) { g.MaxFailedPercent = lower(g.MaxFailedPercent) },
			"max_failed beside another bound":   func(g *Gate) { g.MaxFailed = new(min(1, orMost(g.MaxFailed))) },
			"max_failed_percent beside another": func(g *Gate) { g.MaxFailed, g.MaxFailedPercent = new(deref(g.MaxFailed)), lower(g.MaxFailedPercent) },
		} {
			gate := d.gate
			if gate.MaxFailed == nil && gate.MaxFailedPercent == nil {
				gate.MaxFailed = new(int64(0))
			}
			strict(&gate)
			got := d.judge(t, gate, nil)
			if got.Ready && !lenient.Ready {
				t.Fatalf("%s opens the gate: %q, and without %q", name, got.Summary, lenient.Summary)
			}
			if got.Counts.Total != lenient.Counts.Total || got.Counts.Ready > lenient.Counts.Ready {
				t.Fatalf("%s: got %+v, want no more elements ready of as many as in %+v", name, got.Counts, lenient.Counts)
			}
		}
	})
	// Of the fewer cases of -short, one run in twenty-five has no open gate.
	if opened == 0 && !testing.Short() {
		t.Error("no gate was open, want some")
	}
}

// lower is a share below another one; nil is every share.
func lower(share *big.Rat) *big.Rat {
	if share == nil {
		return big.NewRat(50, 1)
	}
	return new(big.Rat).Mul(share, big.NewRat(1, 2))
}

func orMost(number *int64) int64 {
	if number == nil {
		return 1 << 40
	}
	return *number
}

func TestNamesChangeNothingButWords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawJudgement(t)
		bare, named := d.judge(t, d.gate, nil), d.judge(t, d.gate, d.fleet)
		if len(bare.Blocking) != len(named.Blocking) || len(bare.Reasons) != len(named.Reasons) {
			t.Fatalf("got %q and %q with names, %q and %q without", named.Reasons, named.Blocking, bare.Reasons, bare.Blocking)
		}
		for i := range named.Blocking {
			blocker := &named.Blocking[i]
			blocker.Name, blocker.SiteName, blocker.Label = nil, nil, bare.Blocking[i].Label
		}
		named.Reasons = bare.Reasons
		if diff := cmp.Diff(bare, named); diff != "" {
			t.Fatalf("(-without names +with names):\n%s", diff)
		}
	})
}

func TestVerdictMayBeAskedForAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawJudgement(t)
		tally := d.gate.StartTally()
		half := rapid.IntRange(0, len(d.rows)).Draw(t, "rows before the first verdict")
		for i, row := range d.rows {
			if i == half {
				tally.Verdict(d.fleet)
			}
			if err := tally.Add(row); err != nil {
				t.Fatal(err)
			}
		}
		tally.LeaveOut(d.leftOut)
		want := d.judge(t, d.gate, nil)
		for _, names := range []*inventory.Fleet{nil, d.fleet, nil} {
			got := tally.Verdict(names)
			if names != nil {
				continue
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("(-first +again):\n%s", diff)
			}
		}
	})
}

// The naive reading of the new rules: each element by its newest rows alone.
func TestElementIsReadyIfItsNewestRowsSatisfyEveryRule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawJudgement(t)
		var want int64
		for _, id := range []string{"1", "2", "3", "4", "5", "6"} {
			var newest []imagestatus.Status
			for _, row := range d.rows {
				if row.Element() != id {
					continue
				}
				if len(newest) > 0 && deref(row.UpdatedOnUTC) > deref(newest[0].UpdatedOnUTC) {
					newest = nil
				}
				if len(newest) == 0 || deref(row.UpdatedOnUTC) == deref(newest[0].UpdatedOnUTC) {
					newest = append(newest, row)
				}
			}
			ready := len(newest) > 0
			for _, row := range newest {
				ready = ready && ClassOf(row.Phase(), d.gate.Target.Reached(&row)) == ClassReady
				stamp := deref(row.UpdatedOnUTC)
				ready = ready && (d.gate.SettledFor == 0 || stamp != 0 && timeOfRead.Unix()-stamp/10_000_000 >= int64(settling/time.Second))
			}
			if element, known := d.fleet.Element(id); d.gate.RequireConnected {
				ready = ready && known && deref(element.Connected)
			}
			if ready {
				want++
			}
		}
		if got := d.judge(t, d.gate, nil).Counts.Ready; got != want {
			t.Fatalf("%s: got %d ready, want %d", rowTexts(d.rows...), got, want)
		}
	})
}
