package provider

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// guidedRollout is the example of the guide "Upgrade in waves" with two waves
// that have begun, of which the first was done and has an element that fails.
type guidedRollout struct {
	*terminal

	server *simulator.Server
	begun  string
	waves  [][]string
}

// newGuidedRollout edits the example; each old text must be in it once.
func newGuidedRollout(t *testing.T, edits ...[2]string) guidedRollout {
	t.Helper()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "steady"})
	files := exampleFiles(t, "guides/waves", server)
	for _, edit := range edits {
		if strings.Count(files["main.tf"], edit[0]) != 1 {
			t.Fatalf("the example does not have %q once", edit[0])
		}
		files["main.tf"] = strings.ReplaceAll(files["main.tf"], edit[0], edit[1])
	}
	files["target.auto.tfvars"] = fmt.Sprintf("target_version = %q\n", simulator.TargetImage().Version)
	rollout := guidedRollout{terminal: newTerminal(t, server, files), server: server}
	rollout.waves = waveIDs(newProtocol(t, variables(server, simulator.Unified)...).read(wavesType, inWaves(threeSizes, whereOf(map[string]any{"roles": []string{"SPOKE"}}))).must(t))
	rollout.succeeds([]string{"apply", "-auto-approve"}, "Apply complete! Resources: 1 added")
	upgradeNow(t, server, rollout.waves[0]...)
	rollout.succeeds([]string{"apply", "-auto-approve", "-var", "up_to_wave=2"}, "Apply complete! Resources: 1 added, 0 changed, 0 destroyed")
	rollout.begun = "begun=" + rollout.shell(`terraform output -json begun 2>/dev/null`)
	if err := server.Fail(rollout.waves[0][0], "disk full"); err != nil {
		t.Fatal(err)
	}
	return rollout
}

func (r guidedRollout) plan(upToWave int, more ...string) (output string, succeeded bool) {
	return r.run(append([]string{"plan", "-input=false", "-var", fmt.Sprintf("up_to_wave=%d", upToWave)}, more...)...)
}

const conditionFailed = "Error: Resource precondition failed"

// A gate that closes again neither destroys nor blocks what has begun, and holds
// what is new.
func TestAccGateThatClosesAgainHoldsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	r := newGuidedRollout(t)
	r.succeeds([]string{"plan", "-input=false", "-var", "up_to_wave=2", "-var", r.begun}, "without changing any real infrastructure")
	r.succeeds([]string{"apply", "-auto-approve", "-var", "up_to_wave=2", "-var", r.begun}, "Apply complete! Resources: 0 added, 0 changed, 0 destroyed")
	r.fails([]string{"plan", "-input=false", "-var", "up_to_wave=3", "-var", r.begun}, conditionFailed, "Wave 3 is held: wave 1 of ", "2/3 ready (66.66%), 1 failed")
	// A change of what has begun is new as well, but for the first wave, which may always begin.
	r.fails([]string{"plan", "-input=false", "-var", "up_to_wave=2", "-var", r.begun, "-var", "target_version=6.3.6"}, conditionFailed, "Wave 2 is held: ")
	r.succeeds([]string{"plan", "-input=false", "-var", "up_to_wave=1", "-var", r.begun, "-var", "target_version=6.3.6"}, `terraform_data.policy["1"] will be updated in-place`)
	// Without the memory the plan fails; it never destroys.
	r.fails([]string{"plan", "-input=false", "-var", "up_to_wave=2"}, conditionFailed, "Wave 2 is held: ")

	upgradeNow(t, r.server, slices.Concat(r.waves[0], r.waves[1])...)
	r.succeeds([]string{"plan", "-input=false", "-var", "up_to_wave=3", "-var", r.begun}, `terraform_data.policy["3"] will be created`, "Plan: 1 to add, 0 to change, 0 to destroy.")
}

func TestAccPoliciesOfTheWavesThatMayBeginAreDestroyed(t *testing.T) {
	t.Parallel()
	r := newGuidedRollout(t, [2]string{"if wave.number <= var.up_to_wave", "if wave.number <= var.up_to_wave && wave.may_begin"})
	output, planned := r.plan(2, "-var", r.begun)
	if !planned || !strings.Contains(output, `terraform_data.policy["2"] will be destroyed`) {
		t.Errorf("the guide says that this destroys the second policy:\n%s", output)
	}
}

func TestAccBareConditionOfAWaveFailsThePlanOfAllWaves(t *testing.T) {
	t.Parallel()
	r := newGuidedRollout(t, [2]string{"each.value.may_begin || try(var.begun[each.key] == local.policies[each.key], false)", "each.value.may_begin"})
	output, planned := r.plan(2, "-var", r.begun)
	if planned || !strings.Contains(output, conditionFailed) || !strings.Contains(output, "Wave 2 is held: ") {
		t.Errorf("the guide says that this fails although nothing changes:\n%s", output)
	}
}

// The thresholds of the example let one element in ten fail in each of its waves.
func TestThresholdsOfTheExampleSuitEachOfItsWaves(t *testing.T) {
	t.Parallel()
	content := readExample(t, "guides/waves")["main.tf"]
	for _, line := range []string{`sizes          = ["3", "25%", "100%"]`, "min_ready_percent  = 90\n", "max_failed_percent = 10\n", `where          = { roles = ["SPOKE"] }`} {
		if !strings.Contains(content, line) {
			t.Fatalf("the example does not have %q", line)
		}
	}
	server := startSimulator(t, simulator.Options{Elements: 120, Seed: 1, Scenario: "steady"})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	config := inWaves(threeSizes, toTarget(), whereOf(map[string]any{"roles": []string{"SPOKE"}}), map[string]any{"min_ready_percent": 90, "max_failed_percent": 10})
	several := 0
	for i, wave := range waveIDs(p.read(wavesType, config).must(t)) {
		upgradeNow(t, server, wave...)
		for failed := range len(wave)/10 + 1 {
			if err := server.Fail(wave[failed], "disk full"); err != nil {
				t.Fatal(err)
			}
			got := object(list(p.read(wavesType, config).must(t)["waves"])[i])
			if want := failed < len(wave)/10; got["done"] != want {
				t.Errorf("wave %d of %d elements with %d failed: done is %v, want %t: %v", i+1, len(wave), failed+1, got["done"], want, got["summary"])
			}
		}
		if len(wave) >= 10 {
			several++
		}
	}
	if several == 0 {
		t.Error("no wave may have a failed element, so that this proves little")
	}
}

// One apply upgrades wave after wave, and a gate that closes again afterwards
// plans nothing and holds nothing.
func TestAccActionsLetOneWaveBeginAfterTheOther(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "steady", Speed: 1200})
	files := exampleFiles(t, "guides/waves-by-action", server)
	files["main.tf"] = strings.ReplaceAll(files["main.tf"], `{ hold = "1s" }`, `{ interval = "1s" }`)
	files["target.auto.tfvars"] = fmt.Sprintf("target_version = %q\n", simulator.TargetImage().Version)
	terminal := newTerminal(t, server, files)
	terminal.needs(featureAction)
	waves := waveIDs(newProtocol(t, variables(server, simulator.Unified)...).read(wavesType, inWaves(threeSizes, whereOf(map[string]any{"roles": []string{"SPOKE"}}))).must(t))
	if len(waves) != 4 {
		t.Fatalf("the example is about four waves, and the fleet has %d", len(waves))
	}
	for i, wave := range waves[:3] {
		if err := server.Upgrade(wave, simulator.TargetImage(), simulator.Plan{Delay: time.Duration(i) * time.Hour}); err != nil {
			t.Fatal(err)
		}
	}
	output, applied := terminal.run("apply", "-auto-approve")
	if !applied {
		t.Fatal(output)
	}
	// Terraform may start to wait for several waves at once. A policy is created
	// when all that it waits for is over. Terraform 1.16 says that it creates the
	// policy before it waits, so that only the end of the creation tells.
	at := func(words string) int {
		place := strings.Index(output, words)
		if place < 0 {
			t.Fatalf("%q is not printed:\n%s", words, output)
		}
		return place
	}
	for wave := 2; wave <= 4; wave++ {
		begun, created := at(fmt.Sprintf("terraform_data.wave_%d: Creating...", wave)), at(fmt.Sprintf("terraform_data.wave_%d: Creation complete", wave))
		if before := at(fmt.Sprintf("terraform_data.wave_%d: Creation complete", wave-1)); before > begun {
			t.Errorf("policy %d is created before policy %d:\n%s", wave, wave-1, output)
		}
		for awaited := 1; awaited < wave; awaited++ {
			done := at(fmt.Sprintf("Action complete: action.prismasdwan_await_upgrade.wave_%d (triggered by terraform_data.wave_%d)", awaited, wave))
			if done > created {
				t.Errorf("policy %d is created before wave %d is done:\n%s", wave, awaited, output)
			}
		}
	}
	if err := server.Fail(waves[0][0], "disk full"); err != nil {
		t.Fatal(err)
	}
	terminal.succeeds([]string{"plan", "-input=false", "-detailed-exitcode"}, "No changes.")
}

// TestNoPairIsEverDownTogether upgrades all waves in order, and looks at every
// virtual minute who installs or reboots.
func TestNoPairIsEverDownTogether(t *testing.T) {
	t.Parallel()
	for keepApart, want := range map[string]bool{"peer_group": false, "none": true} {
		t.Run(keepApart, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "steady"})
			p := newProtocol(t, variables(server, simulator.Unified)...)
			groups := make(map[string]string)
			for _, d := range devicesOf(server) {
				groups[d.ID] = d.PeerGroup()
			}
			config := inWaves(threeSizes, toTarget(), map[string]any{"keep_apart": keepApart, "element_ids": server.ElementIDs()})
			together, minutes, installed := false, 0, 0
			for begun := json.Number("0"); ; minutes++ {
				if minutes > 24*60 {
					t.Fatal("the rollout does not end within a day")
				}
				got := p.read(wavesType, config).must(t)
				current, isNumber := got["current"].(json.Number)
				if !isNumber {
					break // Every wave is done.
				}
				if current != begun {
					begun = current
					number, err := current.Int64()
					if err != nil {
						t.Fatal(err)
					}
					if err := server.Upgrade(waveIDs(got)[number-1], simulator.TargetImage(), simulator.Plan{Stagger: time.Minute}); err != nil {
						t.Fatal(err)
					}
				}
				down := make(map[string]int)
				for _, row := range server.Rows() {
					if row.Phase() == imagestatus.PhaseInstalling {
						installed++
						down[groups[row.Element()]]++
						together = together || down[groups[row.Element()]] > 1
					}
				}
				server.Advance(time.Minute)
			}
			if together != want {
				t.Errorf("both members of a pair were down at the same time: %t, want %t", together, want)
			}
			if installed == 0 {
				t.Errorf("in %d minutes no element was seen to install", minutes)
			}
		})
	}
}
