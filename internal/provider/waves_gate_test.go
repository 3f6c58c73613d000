package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// ofWave is a gate over one of the waves of a configuration of waves.
func ofWave(number int, config map[string]any) map[string]any {
	gate, wave := make(map[string]any), map[string]any{"number": number}
	for name, value := range config {
		if name == "sizes" || name == "keep_apart" {
			wave[name] = value
		} else {
			gate[name] = value
		}
	}
	gate["wave"] = wave
	return gate
}

func TestGateOverAWaveIsTheWaveOfTheDataSource(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "troubled", Switches: simulator.Switches{StrayElements: true}})
	for name, config := range map[string]map[string]any{
		"the tenant":        inWaves(threeSizes, toTarget()),
		"a description":     inWaves(threeSizes, toTarget(), whereOf(map[string]any{"roles": []string{"SPOKE"}})),
		"ids":               inWaves(threeSizes, toTarget(), map[string]any{"element_ids": server.ElementIDs()[:30]}),
		"ids in any wave":   inWaves(threeSizes, toTarget(), map[string]any{"element_ids": server.ElementIDs()[:30], "keep_apart": "none"}),
		"beside filters":    inWaves(threeSizes, toTarget(), map[string]any{"filters": []map[string]any{filter("phase", "neq", "failed")}}),
		"connected by site": inWaves(threeSizes, toTarget(), map[string]any{"require_connected": true, "keep_apart": "site"}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, form := range forms {
				p := newProtocol(t, variables(server, form)...)
				for i, entry := range list(p.read(wavesType, config).must(t)["waves"]) {
					wave := object(entry)
					for kind, read := range map[string]func(string, map[string]any) reading{"data source": p.read, "ephemeral resource": p.open} {
						got := read(gateType, ofWave(i+1, config)).despiteWarnings(t)
						for _, result := range []string{"ready", "summary", "reasons", "counts"} {
							if fmt.Sprint(got[result]) != fmt.Sprint(wave[result]) {
								t.Errorf("%s over wave %d: %s is %v, want %v", kind, i+1, result, got[result], wave[result])
							}
						}
					}
				}
			}
		})
	}
}

func TestGateOverAWaveIsCalledByItsNumberUnlessItHasAName(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	fleet.fail(t, "BR-LON-02")
	p := fleet.protocol(t, simulator.Unified)
	for name, want := range map[string]string{"": "wave 1", "pilots": "pilots"} {
		wave := ofWave(1, inWaves([]string{"100%"}, map[string]any{"keep_apart": "none", "enforce": true}))
		if name != "" {
			wave["name"] = name
		}
		said := p.read(gateType, wave).failure(t)
		for _, text := range []string{"Error: Upgrade gate closed: " + want + ", 3/4 ready (75%), 1 failed", fmt.Sprintf("The upgrade gate %q is closed", want), "BR-LON-02 (London)  failed"} {
			if !strings.Contains(said, text) {
				t.Errorf("the message does not say %q:\n%s", text, said)
			}
		}
	}
}

func TestWaveThatThereIsNotIsClosedOrAnError(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	p := fleet.protocol(t, simulator.Unified)
	hub := whereOf(map[string]any{"names": []string{"DC-FRA-01"}})
	for number, says := range map[int]string{
		1: "",
		2: "Wave 2 has no element (min_elements is 1).",
		3: "Wave 3 has no element (min_elements is 1).",
		4: "Error: Invalid argument [wave.number]\nwave.number is \"4\". The last wave is number 3. Write a number from 1 to 3, or add a size.",
		0: "wave.number",
	} {
		config := ofWave(number, inWaves(threeSizes, hub, map[string]any{"enforce": true}))
		checkSays(t, p.read(gateType, config).diagnostics, says)
		checkSays(t, p.open(gateType, config).diagnostics, says)
		delete(config, "enforce")
		checkSays(t, p.planAction(config), says)
		checkSays(t, p.invokeAction(t.Context(), config).diagnostics, says)
	}
	// Without reading anything, where no wave can be added.
	config := ofWave(4, inWaves(threeSizes, map[string]any{"keep_apart": "none"}))
	checkSays(t, p.validate(gateType, config), "The last wave is number 3.")
	checkSays(t, p.validate(gateType, map[string]any{"query_params": "{}", "wave": map[string]any{"sizes": threeSizes, "number": 1}}), "query_params")
	checkSays(t, p.validate(gateType, ofWave(1, inWaves([]string{"1"}))), `wave.sizes is ["1"]. The last wave size must be "100%"`)
	for name, value := range map[string]any{"number": unknown, "sizes": unknown, "keep_apart": unknown} {
		wave := map[string]any{"sizes": threeSizes, "number": 4, name: value}
		if name != "keep_apart" {
			wave["keep_apart"] = "none"
		}
		checkSays(t, p.validate(gateType, map[string]any{"wave": wave}), "")
		checkSays(t, p.planAction(map[string]any{"wave": wave}), "")
	}
}

// Who is in a wave is resolved at each read: an element that joins between plan
// and apply is judged at apply.
func TestWaveIsResolvedAtEachRead(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	p := fleet.protocol(t, simulator.Unified)
	config := ofWave(1, inWaves([]string{"100%"}, whereOf(map[string]any{"tags_any": []string{"canary"}})))
	if got := p.open(gateType, config).must(t); got["summary"] != "open: 1/1 ready (100%)" {
		t.Fatalf("got %v", got["summary"])
	}
	fleet.fail(t, "DC-FRA-01")
	if err := fleet.UpdateElement(fleet.ids["DC-FRA-01"], func(e *inventory.Element) { e.Tags = []string{"canary"} }); err != nil {
		t.Fatal(err)
	}
	got := p.open(gateType, config).despiteWarnings(t)
	if got["summary"] != "closed: 1/2 ready (50%), 1 failed" {
		t.Errorf("got %v", got["summary"])
	}
	checkSays(t, p.planAction(config), "Waiting does not fix this.")
}

func TestActionWaitsForAWave(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "steady", Speed: 600})
	p := newProtocol(t, append(server.Environment(simulator.Unified), impatient...)...)
	config := inWaves(threeSizes, toTarget())
	first := waveIDs(p.read(wavesType, config).must(t))[0]
	if err := server.Upgrade(first, simulator.TargetImage(), simulator.Plan{}); err != nil {
		t.Fatal(err)
	}
	action := ofWave(1, config)
	action["wait"] = map[string]any{"interval": "1s"}
	checkSays(t, p.planAction(action), "")
	invoked := p.invokeAction(t.Context(), action)
	checkSays(t, invoked.diagnostics, "")
	if last := invoked.progress[len(invoked.progress)-1]; !strings.HasPrefix(last, "open: 3/3 ready (100%)") {
		t.Errorf("the last look is told as %q", last)
	}
	action = ofWave(2, config)
	action["timeouts"] = map[string]any{"invoke": "2s"}
	checkSays(t, p.invokeAction(context.WithoutCancel(t.Context()), action).diagnostics, "Upgrade gate did not open in time: wave 2, ")
}

func TestAccEphemeralGateOverAWaveHoldsASavedPlan(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "steady"})
	config := inWaves(threeSizes, whereOf(map[string]any{"roles": []string{"SPOKE"}}))
	waves := waveIDs(newProtocol(t, variables(server, simulator.Unified)...).read(wavesType, config).must(t))
	upgradeNow(t, server, waves[0]...)
	terminal := newTerminal(t, server, map[string]string{"main.tf": `
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
ephemeral "prismasdwan_upgrade_gate" "first" {
  where          = { roles = ["SPOKE"] }
  target_version = "` + simulator.TargetImage().Version + `"
  wave           = { sizes = ["3", "25%", "100%"], number = 1 }
}
resource "terraform_data" "policy" {
  lifecycle {
    precondition {
      condition     = ephemeral.prismasdwan_upgrade_gate.first.ready
      error_message = "held"
    }
  }
}
`})
	terminal.needs(featureEphemeral)
	terminal.succeeds([]string{"plan", "-out=saved"})
	if err := server.Fail(waves[0][0], "image does not boot"); err != nil {
		t.Fatal(err)
	}
	terminal.fails([]string{"apply", "saved"}, conditionFailed, "Warning: Upgrade gate closed: wave 1, 2/3 ready (66.66%), 1 failed", "image does not boot")
	terminal.holdsNothing()
	upgradeNow(t, server, slices.Clone(waves[0])...)
	terminal.succeeds([]string{"apply", "-auto-approve"}, "1 added")
}
