package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// zeroPositions are what the zero values of switches stand for.
var zeroPositions = map[string]any{
	"LimitMode": simulator.LimitClamp, "ClampedOffset": simulator.OffsetOwn, "UnknownKeys": simulator.UnknownIgnored,
	"UnknownQuery": simulator.UnknownRefused, "BindUserAgent": simulator.AgentFree, "Aggregate": simulator.AggregateRows,
	"AggregateNulls": simulator.NullsSkipped, "ProjectionPlaceholders": simulator.PlaceholderDefaults,
	"DefaultOrder": simulator.OrderInsertion, "NeverUpgradedRows": simulator.RowsPresent, "FleetQuery": simulator.FleetQueryAnswered,
	"FleetFilters": simulator.FiltersApplied, "UnboundSite": simulator.UnboundOne,
}

// position spells where a switch is, with the zero values as what they stand for.
func position(t *testing.T, switches simulator.Switches, name string) string {
	t.Helper()
	value := reflect.ValueOf(switches).FieldByName(name)
	if !value.IsValid() {
		t.Fatalf("the simulator has no switch %s", name)
	}
	if zero, has := zeroPositions[name]; has && value.IsZero() {
		return spelt(t, zero)
	}
	return spelt(t, value.Interface())
}

func spelt(t *testing.T, position any) string {
	t.Helper()
	text, err := json.Marshal(position)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// neverWrong fails where a position was settled that is not the controller's.
func neverWrong(t *testing.T, truth simulator.Switches, read *report) {
	t.Helper()
	for name, found := range read.Switches {
		if want := position(t, truth, name); spelt(t, found) != want {
			t.Errorf("%s is settled as %s, and the controller has it at %s", name, spelt(t, found), want)
		}
	}
}

// unseen are the positions that no answer can settle, with the reason.
var unseen = map[string]string{
	"InvalidClientStatus": "a failed sign-in is not tried",
	"WrongTenantStatus":   "another tenant is not asked for",
	"QueriesPerSecond":    "the probe is slower than any limit that is worth the name",
}

// A controller in the positions found answers as the first one did.
func TestEveryPositionIsFoundAndPlayedAgain(t *testing.T) {
	t.Parallel()
	for _, row := range simulator.SwitchPositions() {
		t.Run(row.Name+"_"+row.Position, func(t *testing.T) {
			t.Parallel()
			options := simulator.Options{Elements: 104, Seed: 3, Scenario: "mixed"}
			row.Apply(&options.Switches)
			read := probed(t, simulator.Unified, options)
			neverWrong(t, options.Switches, read)
			found, settled := read.Switches[row.Name]
			if row.Name != "Defaults" && unseen[row.Name] == "" && (!settled || spelt(t, found) != position(t, options.Switches, row.Name)) {
				t.Errorf("%s is not found: settled %t, %v", row.Name, settled, found)
			}
			var file bytes.Buffer
			if err := read.writeJSON(&file); err != nil {
				t.Fatal(err)
			}
			var err error
			if options.Switches, err = simulator.ReadLike(&file); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(read.markdown(), probed(t, simulator.Unified, options).markdown()); diff != "" {
				t.Errorf("the reports differ (-first +again):\n%s", diff)
			}
		})
	}
}

func TestNoFleetAndNoFormLeadsToAWrongPosition(t *testing.T) {
	t.Parallel()
	type controller struct {
		form     simulator.Form
		scenario string
		elements int
	}
	controllers := []controller{{simulator.Legacy, "troubled", 60}, {simulator.Legacy, "steady", 9}}
	for _, scenario := range simulator.Scenarios() {
		for _, elements := range []int{0, 3, 24} {
			controllers = append(controllers, controller{simulator.Unified, scenario, elements})
		}
	}
	for _, one := range controllers {
		t.Run(fmt.Sprintf("%s_%s_%d", one.form, one.scenario, one.elements), func(t *testing.T) {
			t.Parallel()
			for _, row := range simulator.SwitchPositions() {
				var switches simulator.Switches
				row.Apply(&switches)
				// The fleet upgrades while it is asked.
				read := probed(t, one.form, simulator.Options{Elements: one.elements, Seed: 7, Scenario: one.scenario, Switches: switches, Speed: 60})
				neverWrong(t, switches, read)
				if t.Failed() {
					t.Fatalf("with %s at %s", row.Name, row.Position)
				}
			}
		})
	}
}

func TestPairsOfPositionsThatTouchPagingAreNeverTakenForOthers(t *testing.T) {
	t.Parallel()
	var paging []simulator.Position
	for _, row := range simulator.SwitchPositions() {
		if row.Pages {
			paging = append(paging, row)
		}
	}
	for i, one := range paging {
		for j, other := range paging[i+1:] {
			if one.Name == other.Name {
				continue
			}
			t.Run(fmt.Sprintf("%s_%s_and_%s_%s", one.Name, one.Position, other.Name, other.Position), func(t *testing.T) {
				t.Parallel()
				options := simulator.Options{Elements: []int{12, 104}[(i+j)%2], Seed: 5, Scenario: "mixed"}
				one.Apply(&options.Switches)
				other.Apply(&options.Switches)
				neverWrong(t, options.Switches, probed(t, simulator.Unified, options))
			})
		}
	}
}

// A response beyond the client's bound leaves its own questions open, and no others.
func TestResponseThatIsTooLargeEndsNoProbe(t *testing.T) {
	t.Parallel()
	for _, most := range []int64{2_000, 20_000, 60_000} {
		config := configOf(simulator.Unified)
		config.MaxResponseBytes = most
		var read *report
		synctest.Test(t, func(t *testing.T) {
			asked, _ := tenantOf(t, config, simulator.Options{Elements: 60, Scenario: "mixed"})
			var stop error
			if read, stop = asked.askAll(t.Context(), func(*question) {}); stop != nil {
				t.Fatal(stop)
			}
		})
		neverWrong(t, simulator.Switches{}, read)
		if text := read.markdown(); !strings.Contains(text, "too large") {
			t.Errorf("with %d bytes, the report does not say what is too large:\n%s", most, text)
		}
	}
}
