package simulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestSameOptionsMakeTheSameFleet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		options := simulator.Options{
			Elements: rapid.IntRange(0, 120).Draw(rt, "elements"),
			Seed:     rapid.Uint64().Draw(rt, "seed"),
			Scenario: rapid.SampledFrom(simulator.Scenarios()).Draw(rt, "scenario"),
		}
		advance := time.Duration(rapid.IntRange(0, 30).Draw(rt, "minutes")) * time.Minute
		var fleets [2][]imagestatus.Status
		for i := range fleets {
			s := simulate(rt, options)
			s.Advance(advance)
			fleets[i] = s.Rows()
		}
		if diff := cmp.Diff(fleets[0], fleets[1]); diff != "" {
			rt.Errorf("two fleets of one seed differ:\n%s", diff)
		}
		if len(fleets[0]) != options.Elements {
			rt.Errorf("got %d rows, want %d", len(fleets[0]), options.Elements)
		}
	})
}

func TestSeedsMakeDifferentFleets(t *testing.T) {
	t.Parallel()
	first, second := fleet(t, "steady", 10, 1), fleet(t, "steady", 10, 2)
	if cmp.Equal(first.ElementIDs(), second.ElementIDs()) {
		t.Error("two seeds made the same elements")
	}
}

func fleet(t *testing.T, scenario string, elements int, seed uint64) *simulator.Simulator {
	t.Helper()
	return simulate(t, simulator.Options{Elements: elements, Seed: seed, Scenario: scenario})
}

func TestWavesPartTheFleet(t *testing.T) {
	t.Parallel()
	for _, elements := range []int{0, 1, 2, 3, 4, 20, 100, 1000} {
		s := fleet(t, "steady", elements, 1)
		canary, early, rest := s.Wave(simulator.WaveCanary), s.Wave(simulator.WaveEarly), s.Wave(simulator.WaveRest)
		if len(canary) < min(3, elements) || len(canary) > max(3, elements/10) {
			t.Errorf("%d elements: canary has %d", elements, len(canary))
		}
		all := slices.Concat(canary, early, rest)
		slices.Sort(all)
		if diff := cmp.Diff(s.ElementIDs(), all, cmp.Comparer(slices.Equal[[]string])); diff != "" {
			t.Errorf("%d elements: waves are not a partition:\n%s", elements, diff)
		}
	}
	if wave := fleet(t, "steady", 5, 1).Wave("late"); wave != nil {
		t.Errorf("an unknown wave has %v", wave)
	}
}

// inWave tells the rows of a wave from the others.
func inWave(s *simulator.Simulator, wave string) (inside, outside []imagestatus.Status) {
	ids := s.Wave(wave)
	for _, row := range s.Rows() {
		if slices.Contains(ids, row.Element()) {
			inside = append(inside, row)
		} else {
			outside = append(outside, row)
		}
	}
	return inside, outside
}

func TestRolloutBringsTheCanaryHome(t *testing.T) {
	t.Parallel()
	for _, elements := range []int{3, 60, 600} {
		s := fleet(t, "rollout", elements, 1)
		begun, _ := inWave(s, simulator.WaveCanary)
		if !slices.ContainsFunc(begun, func(row imagestatus.Status) bool { return row.Phase() != imagestatus.PhaseSucceeded }) {
			t.Errorf("%d elements: nothing is under way at the start", elements)
		}
		s.Advance(20 * time.Minute)
		canary, others := inWave(s, simulator.WaveCanary)
		for _, row := range canary {
			if row.Phase() != imagestatus.PhaseSucceeded || *row.ActiveVersion != simulator.TargetImage().Version {
				t.Errorf("%d elements: %s is in %s on %s", elements, row.Element(), row.State(), *row.ActiveVersion)
			}
		}
		for _, row := range others {
			if phase := row.Phase(); *row.ActiveVersion != simulator.CurrentImage().Version || phase != imagestatus.PhaseSucceeded && phase != imagestatus.PhaseIdle {
				t.Errorf("%d elements: %s is in %s on %s", elements, row.Element(), row.State(), *row.ActiveVersion)
			}
		}
	}
}

func TestTroubledRolloutFailsAndIsAborted(t *testing.T) {
	t.Parallel()
	for _, elements := range []int{3, 200} {
		s := fleet(t, "troubled", elements, 1)
		s.Advance(20 * time.Minute)
		canary, _ := inWave(s, simulator.WaveCanary)
		count := make(map[imagestatus.Phase]int)
		for _, row := range canary {
			count[row.Phase()]++
			if (row.FailureInfo != nil) != (row.Phase() == imagestatus.PhaseFailed) {
				t.Errorf("%s has failure_info %v", row.State(), row.FailureInfo)
			}
		}
		if count[imagestatus.PhaseFailed] == 0 || count[imagestatus.PhaseAborted] != 1 || count[imagestatus.PhaseSucceeded] == 0 {
			t.Errorf("%d elements: canary ends as %v", elements, count)
		}
	}
}

func TestMixedHoldsEveryStateAndTheTraps(t *testing.T) {
	t.Parallel()
	states, versions := make(map[string]bool), make(map[string]bool)
	noImage := false
	for _, row := range fleet(t, "mixed", 380, 1).Rows() {
		states[fmt.Sprintf("%t %s", row.UpgradeState != nil, row.State())] = true
		if row.ActiveVersion == nil {
			versions["none"] = true
		} else {
			versions[*row.ActiveVersion] = true
		}
		noImage = noImage || row.ActiveImageID == nil
	}
	if len(states) != len(imagestatus.States())+2 || !states["true "+string(simulator.UnlistedState)] || !states["false "] {
		t.Errorf("states are %v", states)
	}
	for _, version := range []string{"none", "6.3.6-b9", "6.3.6-b12", "6.3.6-pre-b38", "6.10.0-b1"} {
		if !versions[version] {
			t.Errorf("version %s is missing from %v", version, versions)
		}
	}
	if !noImage {
		t.Error("no row is without an active_image_id")
	}
}

func TestSteadyAndFreshFleetsDoNotMove(t *testing.T) {
	t.Parallel()
	for scenario, phases := range map[string][]imagestatus.Phase{
		"steady": {imagestatus.PhaseSucceeded, imagestatus.PhaseIdle}, "fresh": {imagestatus.PhaseIdle}, "": {imagestatus.PhaseSucceeded, imagestatus.PhaseIdle},
	} {
		s := fleet(t, scenario, 40, 1)
		before := s.Rows()
		for _, row := range before {
			if !slices.Contains(phases, row.Phase()) || *row.ActiveVersion != simulator.CurrentImage().Version {
				t.Errorf("%q: %s on %s", scenario, row.State(), *row.ActiveVersion)
			}
		}
		s.Advance(24 * time.Hour)
		if diff := cmp.Diff(before, s.Rows()); diff != "" {
			t.Errorf("%q moves:\n%s", scenario, diff)
		}
	}
}

func TestOptionsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		options simulator.Options
		words   []string
	}{
		{simulator.Options{Elements: -1}, []string{"Elements", "-1"}},
		{simulator.Options{Speed: -2}, []string{"Speed", "-2"}},
		{simulator.Options{Latency: -time.Second}, []string{"Latency", "-1s"}},
		{simulator.Options{Scenario: "chaos"}, []string{"Scenario", "chaos", "rollout"}},
		{simulator.Options{Switches: simulator.Switches{Aggregate: "sideways"}}, []string{"Aggregate", "sideways", "envelope"}},
		{simulator.Options{Switches: simulator.Switches{WrongTenantStatus: 500}}, []string{"WrongTenantStatus", "500", "404"}},
		{simulator.Options{Switches: simulator.Switches{MaxLimit: -1}}, []string{"MaxLimit", "-1"}},
		{simulator.Options{Address: "0.0.0.0:0"}, []string{"Address", "0.0.0.0:0", "127.0.0.1"}},
		{simulator.Options{Address: "127.0.0.1"}, []string{"Address", "host:port"}},
	} {
		server, err := simulator.Start(t.Context(), test.options)
		if err == nil {
			server.Close()
			t.Errorf("%+v is taken", test.options)
			continue
		}
		for _, word := range test.words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%q does not name %q", err, word)
			}
		}
	}
}

func TestEveryScenarioIsDescribed(t *testing.T) {
	t.Parallel()
	for _, name := range simulator.Scenarios() {
		if simulator.ScenarioDescription(name) == "" {
			t.Errorf("%s has no description", name)
		}
	}
	if text := simulator.ScenarioDescription("chaos"); text != "" {
		t.Errorf("an unknown scenario is described as %q", text)
	}
}
