package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// step is one scene: what is about to happen, and making it happen.
type step struct {
	title string
	story func(*stage) string
	act   func(context.Context, *stage) error
}

var steps = []step{
	{
		title: "The fleet",
		story: func(s *stage) string {
			return fmt.Sprintf("A simulated controller serves %d elements at %s. The %d elements that are tagged canary "+
				"have just been told to upgrade from %s to %s; the others wait for them.",
				fleetSize, s.server.URL, len(s.canary), simulator.CurrentImage().Version, simulator.TargetImage().Version)
		},
		act: func(_ context.Context, s *stage) error {
			s.showFleet()
			return nil
		},
	},
	{
		title: "Terraform installs the provider that was built just now",
		story: func(*stage) string { return "The configuration is examples/rollout." },
		act: func(ctx context.Context, s *stage) error {
			return s.run(ctx, expectation{succeeds: true, prints: []string{"Terraform has been successfully initialized!"}, terse: true}, "init")
		},
	},
	{
		title: "The plan is held, and says why",
		story: func(*stage) string {
			return "The policy needs every element with the tag canary on its target, and they are not there yet. Nobody typed an id: the gate reads who they are."
		},
		act: func(ctx context.Context, s *stage) error {
			return s.run(ctx, expectation{prints: []string{"Upgrade gate closed", "Resource precondition failed", "closed: 0/", s.nameOf(s.canary[0])}}, "plan")
		},
	},
	{
		title: "The gate waits, the canary wave finishes, the rollout happens",
		story: func(*stage) string {
			return "This time the gate waits, and reads the fleet every second. Meanwhile the virtual clock of the controller runs, a minute in each quarter of a second."
		},
		act: awaitRollout,
	},
	{
		title: "A saved plan, and an element that fails before it is applied",
		story: func(*stage) string {
			return "The policy changes. The gate is open when the plan is made and saved."
		},
		act: failBetweenPlanAndApply,
	},
	{
		title: "The element is repaired, and the rollout goes on",
		story: func(s *stage) string {
			return fmt.Sprintf("Nothing had been rolled out meanwhile. %s is repaired.", s.nameOf(s.canary[0]))
		},
		act: func(ctx context.Context, s *stage) error {
			if err := s.server.SetState(s.canary[0], "complete"); err != nil {
				return fmt.Errorf("repair an element: %w", err)
			}
			return s.run(ctx, expectation{succeeds: true, prints: []string{"1 changed"}}, "apply", "-auto-approve")
		},
	},
	{
		title: "Four waves, and never both members of a pair",
		story: func(*stage) string {
			return "The configuration is examples/waves: the branches of two cities, most of them pairs. " +
				"Each wave may begin when the one before it is done, and the data source says who is next."
		},
		act: rollOutInWaves,
	},
}

// nameOf is what the fleet's list calls an element.
func (s *stage) nameOf(id string) string {
	elements := s.server.Elements()
	for i := range elements {
		if elements[i].ID == id && elements[i].Name != nil {
			return *elements[i].Name
		}
	}
	return id
}

// showFleet prints how many elements run which version, wave by wave.
func (s *stage) showFleet() {
	rows := make(map[string]imagestatus.Status, fleetSize)
	for _, row := range s.server.Rows() {
		rows[row.Element()] = row
	}
	s.out.line("%-8s %9s   %s", "wave", "elements", "versions")
	for _, wave := range []string{simulator.WaveCanary, simulator.WaveEarly, simulator.WaveRest} {
		versions := make(map[string]int)
		for _, element := range s.server.Wave(wave) {
			versions[*rows[element].ActiveVersion]++
		}
		var parts []string
		for _, version := range slices.Sorted(maps.Keys(versions)) {
			parts = append(parts, fmt.Sprintf("%s (%d)", version, versions[version]))
		}
		s.out.line("%-8s %9d   %s", wave, len(s.server.Wave(wave)), strings.Join(parts, ", "))
	}
}

// Pace of the virtual clock while the gate waits.
const (
	tick         = 250 * time.Millisecond
	virtualTick  = time.Minute
	ticksPerLine = 6
)

// awaitRollout moves the clock beside a Terraform that waits, and shows how the
// wave gets on.
func awaitRollout(ctx context.Context, s *stage) error {
	moving, stop := context.WithCancel(ctx)
	moved := make(chan struct{})
	go func() {
		defer close(moved)
		s.moveClock(moving)
	}()
	err := s.run(ctx, expectation{succeeds: true, prints: []string{"1 added", "open: "}},
		"apply", "-auto-approve", "-var", `wait={interval="1s"}`)
	stop()
	<-moved
	if err != nil {
		return err
	}
	s.out.line("")
	s.showFleet()
	return nil
}

func (s *stage) moveClock(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for ticks := 0; ; ticks++ {
		if ticks%ticksPerLine == 0 {
			s.out.line("%s  %s", s.server.Now().Format("15:04"), s.describeCanary())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.server.Advance(virtualTick)
		}
	}
}

// describeCanary counts the canary wave by phase.
func (s *stage) describeCanary() string {
	counts := make(map[imagestatus.Phase]int)
	for _, row := range s.server.Rows() {
		if slices.Contains(s.canary, row.Element()) {
			counts[row.Phase()]++
		}
	}
	var parts []string
	for _, phase := range imagestatus.Phases() {
		if counts[phase] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[phase], phase))
		}
	}
	return "canary wave: " + strings.Join(parts, ", ")
}

func failBetweenPlanAndApply(ctx context.Context, s *stage) error {
	if err := s.writeVariables(">= " + simulator.TargetImage().Version); err != nil {
		return err
	}
	if err := s.run(ctx, expectation{succeeds: true, prints: []string{"1 to change"}}, "plan", "-out=saved.tfplan"); err != nil {
		return err
	}
	s.out.line("")
	failing := s.nameOf(s.canary[0])
	s.out.text("Now " + failing + " fails. A data source is not read again when a saved plan is applied; " +
		"the ephemeral gate is, and it holds the rollout. It says which branch failed, and why.")
	if err := s.server.Fail(s.canary[0], "disk full while unpacking the image"); err != nil {
		return fmt.Errorf("fail an element: %w", err)
	}
	return s.run(ctx, expectation{prints: []string{"Upgrade gate closed", failing, "disk full", "Resource precondition failed"}}, "apply", "saved.tfplan")
}

// wavesOfExample is how many waves examples/waves has over the demo's fleet.
const wavesOfExample = 4

// rollOutInWaves upgrades wave after wave, as the example says who is next.
func rollOutInWaves(ctx context.Context, s *stage) error {
	s.configuration = filepath.Join(s.examples, "waves")
	if err := s.writeVariables(simulator.TargetImage().Version); err != nil {
		return err
	}
	if err := s.run(ctx, expectation{succeeds: true, prints: []string{"Terraform has been successfully initialized!"}, terse: true}, "init"); err != nil {
		return err
	}
	for wave := 1; wave <= wavesOfExample; wave++ {
		if err := s.showWave(ctx, fmt.Sprintf("wave %d of %d", wave, wavesOfExample)); err != nil {
			return err
		}
		s.out.line("")
		s.out.text(fmt.Sprintf("The elements of wave %d are upgraded.", wave))
		if err := s.upgradeNext(ctx); err != nil {
			return err
		}
	}
	return s.showWave(ctx, "done: ")
}

// showWave reads the fleet and shows where the rollout is.
func (s *stage) showWave(ctx context.Context, rollout string) error {
	if err := s.run(ctx, expectation{succeeds: true, prints: []string{"Apply complete!"}, terse: true}, "apply", "-auto-approve"); err != nil {
		return err
	}
	return s.run(ctx, expectation{succeeds: true, prints: []string{rollout}}, "output")
}

// upgradeNext upgrades the elements that the example names, and lets the time go by
// that this takes.
func (s *stage) upgradeNext(ctx context.Context) error {
	command := exec.CommandContext(ctx, s.terraform, "output", "-json", "next") //nolint:gosec // Running Terraform is what the demo is for.
	command.Dir, command.Env = s.configuration, s.environment
	printed, err := command.Output()
	if err != nil {
		return fmt.Errorf("read who is next: %w", err)
	}
	var labels []string
	if err := json.Unmarshal(printed, &labels); err != nil {
		return fmt.Errorf("read who is next: %w", err)
	}
	next := make([]string, len(labels))
	for i, label := range labels {
		name, _, _ := strings.Cut(label, " (")
		if next[i], err = s.idOf(name); err != nil {
			return err
		}
	}
	if err := s.server.Upgrade(next, simulator.TargetImage(), simulator.Plan{}); err != nil {
		return fmt.Errorf("upgrade a wave: %w", err)
	}
	s.server.Advance(time.Hour)
	return nil
}

// idOf finds an element by its name.
func (s *stage) idOf(name string) (string, error) {
	elements := s.server.Elements()
	for i := range elements {
		if elements[i].Name != nil && *elements[i].Name == name || elements[i].ID == name {
			return elements[i].ID, nil
		}
	}
	return "", fmt.Errorf("the fleet has no element %q", name)
}
