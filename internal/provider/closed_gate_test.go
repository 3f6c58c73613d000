package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// gateSurfaces are all that judge a fleet, each with the check of its arguments
// and what it says of a gate.
var gateSurfaces = []struct {
	name            string
	validate, judge func(*protocol, map[string]any) []*tfprotov6.Diagnostic
}{
	{
		"data source",
		func(p *protocol, config map[string]any) []*tfprotov6.Diagnostic { return p.validate(gateType, config) },
		func(p *protocol, config map[string]any) []*tfprotov6.Diagnostic {
			return p.readDynamic(p.t.Context(), gateType, p.dynamic(p.schemas.DataSourceSchemas[gateType], config)).diagnostics
		},
	},
	{
		"ephemeral resource",
		func(p *protocol, config map[string]any) []*tfprotov6.Diagnostic {
			return p.open(gateType, config).diagnostics
		},
		func(p *protocol, config map[string]any) []*tfprotov6.Diagnostic {
			return (&virtual{protocol: p}).openIn(p.t.Context(), config).diagnostics
		},
	},
	{
		"action",
		func(p *protocol, config map[string]any) []*tfprotov6.Diagnostic { return p.planAction(config) },
		func(p *protocol, config map[string]any) []*tfprotov6.Diagnostic {
			limited := map[string]any{"timeouts": map[string]any{"invoke": "10s"}}
			maps.Copy(limited, config)
			return p.invokeAction(p.t.Context(), limited).diagnostics
		},
	},
}

// A value that becomes known at apply is not validated again by every CLI.
func TestFractionIsNotTakenForAPercentage(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 50, Seed: 1, Scenario: "steady"})
	for _, surface := range gateSurfaces {
		p := newProtocol(t, append(server.Environment(simulator.Unified), impatient...)...)
		for percent, says := range map[float64]string{
			0.95: `min_ready_percent is "0.95". The value is a percentage, and less than 1%. Write 95 for 95%.`,
			-1:   `min_ready_percent is "-1". It is not a percentage from 0 to 100.`,
			101:  `min_ready_percent is "101". It is not a percentage from 0 to 100.`,
		} {
			config := map[string]any{"min_ready_percent": percent}
			checkSays(t, surface.validate(p, config), says)
			checkSays(t, surface.judge(p, config), says)
		}
	}
	if reads := server.Count(simulator.RequestQuery); reads > 0 {
		t.Errorf("the fleet was read %d times", reads)
	}
}

// narrowed is a gate on elements of which its filter selects those that are
// complete.
func narrowed(elementIDs ...string) map[string]any {
	return map[string]any{"element_ids": elementIDs, "filters": []map[string]any{filter("upgrade_state", "", "complete")}}
}

func TestElementsThatTheFiltersLeaveOutAreToldFromThoseWithoutAStatus(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 50, Seed: 1, Scenario: "mixed"})
	elements := make(map[imagestatus.State]string)
	for _, row := range server.Rows() {
		elements[row.State()] = row.Element()
	}
	complete, failed := elements["complete"], elements["failed"]
	for name, test := range map[string]struct {
		config map[string]any
		want   map[string]any
		// says is the reason of the action's plan; "" is for a plan that passes.
		says string
	}{
		"left out and missing": {narrowed(complete, failed, "1"), counted(3, 1, 1, 1), `The filters leave out 1 of the 3 elements named in element_ids: "` + failed + `".`},
		"left out only":        {narrowed(failed), counted(1, 0, 0, 1), "The filters leave out 1 of the 1 element"},
		"missing only":         {narrowed(complete, "1"), counted(2, 1, 1, 0), ""},
		"all selected":         {narrowed(complete), counted(1, 1, 0, 0), ""},
		"missing, no filter":   {map[string]any{"element_ids": []string{complete, "1"}}, counted(2, 1, 1, 0), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProtocol(t, append(server.Environment(simulator.Legacy), append(impatient, "PRISMASDWAN_SHOW_NAMES=false")...)...)
			got := p.read(gateType, test.config).must(t)
			if text := fmt.Sprint(got["counts"]); text != fmt.Sprint(test.want) {
				t.Errorf("got %s, want %s", text, fmt.Sprint(test.want))
			}
			checkSays(t, p.planAction(test.config), test.says)
		})
	}
}

// counted are the counts of a verdict in which no element is pending,
// disconnected, failed or unrecognized.
func counted(total, ready, missing, leftOut int64) map[string]any {
	return map[string]any{
		"total": number64(total), "ready": number64(ready), "pending": number64(0), "disconnected": number64(0), "failed": number64(0),
		"unrecognized": number64(0), "missing": number64(missing), "left_out": number64(leftOut),
	}
}

func TestOneMoreReadTellsWhatTheFiltersLeaveOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config func(complete, failed string) map[string]any
		want   int
	}{
		"only where an element is in no row": {func(complete, _ string) map[string]any { return narrowed(complete) }, 1},
		"only where there are filters": {func(complete, _ string) map[string]any {
			return map[string]any{"element_ids": []string{complete, "1"}}
		}, 1},
		"once": {func(complete, failed string) map[string]any { return narrowed(complete, failed, "1") }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 2, Seed: 1, Scenario: "steady"})
			complete, failed := server.ElementIDs()[0], server.ElementIDs()[1]
			for element, state := range map[string]imagestatus.State{complete: "complete", failed: "failed"} {
				if err := server.SetState(element, state); err != nil {
					t.Fatal(err)
				}
			}
			newProtocol(t, append(server.Environment(simulator.Legacy), impatient...)...).read(gateType, test.config(complete, failed)).must(t)
			if got := countSelections(t, server); got != test.want {
				t.Errorf("the fleet was read %d times, want %d", got, test.want)
			}
		})
	}
}

// countSelections is the number of queries that are not further pages of one.
func countSelections(t *testing.T, server *simulator.Server) int {
	t.Helper()
	seen := make(map[string]bool)
	for _, request := range server.Requests() {
		if request.Kind == simulator.RequestQuery {
			var body struct {
				Params json.RawMessage `json:"query_params"`
			}
			if err := json.Unmarshal([]byte(request.Body), &body); err != nil {
				t.Fatal(err)
			}
			seen[string(body.Params)] = true
		}
	}
	return len(seen)
}

func TestWaitIsForElementsThatHaveNoStatusYet(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"data source", "action"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
				element := v.controller.ElementIDs()[0]
				claimed := v.controller.Rows()[0]
				if err := v.controller.Remove(element); err != nil {
					t.Fatal(err)
				}
				time.AfterFunc(5*time.Minute, func() { v.controller.AddRow(claimed) })
				config := map[string]any{"element_ids": []string{element}, "wait": map[string]any{"interval": "1m"}}
				began := time.Now()
				if way == "action" {
					checkSays(t, v.planAction(config), "")
					checkSays(t, v.invokeAction(t.Context(), config).diagnostics, "")
				} else if summary := fmt.Sprint(v.readIn(t.Context(), gateType, config).must(t)["summary"]); !strings.HasPrefix(summary, "open: ") {
					t.Errorf("got %s, want it open", summary)
				}
				if took := time.Since(began); took < 5*time.Minute {
					t.Errorf("the wait took %s and the element had no status for 5 m", took)
				}
			})
		})
	}
}

func TestVersionThatCannotBeReadIsNamedAndEndsTheWait(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
		element := v.controller.ElementIDs()[0]
		report := func(version string, state imagestatus.State) {
			t.Helper()
			err := v.controller.Update(element, func(row *imagestatus.Status) { row.ActiveVersion, row.UpgradeState = &version, new(string(state)) })
			if err != nil {
				t.Fatal(err)
			}
		}
		config := map[string]any{"element_ids": []string{element}, "target_version": "6.3.6", "wait": map[string]any{"interval": "1m"}}
		report("6.3.6-b9-hf1", "complete")
		began := time.Now()
		for _, diagnostics := range [][]*tfprotov6.Diagnostic{v.planAction(config), v.invokeAction(t.Context(), config).diagnostics} {
			checkSays(t, diagnostics, `1 element reports a version that this provider cannot read, so that it is not known whether it is the target: "6.3.6-b9-hf1" (1).`)
			checkSays(t, diagnostics, "Use target_image_id in place of target_version")
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("the wait took %s and should have ended with its first look", took)
		}
		report("6.3.6-b9-hf1", "installing")
		time.AfterFunc(5*time.Minute, func() { report("6.3.6", "complete") })
		checkSays(t, v.planAction(config), "")
		checkSays(t, v.invokeAction(t.Context(), config).diagnostics, "")
	})
}

func TestOpenGateNamesTheThresholdsThatDifferFromTheirDefaults(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
		got := v.readIn(t.Context(), gateType, matrixGate(nil)).must(t)
		want := "open: 24/25 ready (96%), 1 failed (min_ready_percent is 96, max_failed is 1, min_elements is 25)"
		if got["summary"] != want {
			t.Errorf("got the summary %q, want %q", got["summary"], want)
		}
	})
}

// fourGates are ephemeral gates on one failed element each, none of which holds
// anything.
func fourGates(elements []string, arguments func(i int) string) map[string]string {
	var text strings.Builder
	text.WriteString(`
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
`)
	for i, element := range elements {
		// OpenTofu opens an ephemeral resource at apply only if something refers to it.
		fmt.Fprintf(&text, `resource "terraform_data" "policy%d" {
  lifecycle {
    precondition {
      condition     = ephemeral.prismasdwan_upgrade_gate.gate%d.ready != null
      error_message = "The gate has no verdict."
    }
  }
}
`, i, i)
		fmt.Fprintf(&text, "ephemeral \"prismasdwan_upgrade_gate\" \"gate%d\" {\n  element_ids = [%q]\n%s\n}\n", i, element, arguments(i))
	}
	return map[string]string{"main.tf": text.String()}
}

func TestAccEachOfSeveralClosedGatesIsShownWhole(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string]func(i int) string{
		"gates with names":    func(i int) string { return fmt.Sprintf("  name = \"wave %d\"\n  max_blocking_elements = 0", i) },
		"gates without names": func(int) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 4, Seed: 1, Scenario: "steady"})
			for i, element := range server.ElementIDs() {
				if err := server.Fail(element, fmt.Sprintf("disk %d is full", i)); err != nil {
					t.Fatal(err)
				}
			}
			terminal := newTerminal(t, server, fourGates(server.ElementIDs(), arguments))
			terminal.needs(featureEphemeral)
			for _, command := range [][]string{{"plan", "-out=saved"}, {"apply", "saved"}} {
				output, succeeded := terminal.run(command...)
				terminal.check(command, output, succeeded, true, nil)
				if whole := strings.Count(output, "What to do:"); whole != 4 || strings.Contains(output, "similar warning") {
					t.Errorf("%v shows %d of 4 gates whole:\n%s", command, whole, output)
				}
				for i := range server.ElementIDs() {
					if said := fmt.Sprintf("disk %d is full", i); name == "gates without names" && !strings.Contains(output, said) {
						t.Errorf("%v does not say %q:\n%s", command, said, output)
					}
					if said := fmt.Sprintf("Warning: Upgrade gate closed: wave %d, 0/1 ready (0%%), 1 failed", i); name == "gates with names" && !strings.Contains(output, said) {
						t.Errorf("%v does not say %q:\n%s", command, said, output)
					}
				}
			}
		})
	}
}
