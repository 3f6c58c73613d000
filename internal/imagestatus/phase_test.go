package imagestatus

import (
	"slices"
	"testing"
)

func TestTruthTableOfTheGate(t *testing.T) {
	t.Parallel()
	table := map[Phase]struct{ onTarget, offTarget Class }{
		PhaseIdle:        {ClassReady, ClassPending},
		PhaseQueued:      {ClassPending, ClassPending},
		PhaseScheduled:   {ClassPending, ClassPending},
		PhaseDownloading: {ClassPending, ClassPending},
		PhaseStaged:      {ClassPending, ClassPending},
		PhaseInstalling:  {ClassPending, ClassPending},
		PhaseAborting:    {ClassPending, ClassPending},
		PhaseAborted:     {ClassReady, ClassFailed},
		PhaseFailed:      {ClassFailed, ClassFailed},
		PhaseSucceeded:   {ClassReady, ClassPending},
		PhaseUnknown:     {ClassUnrecognized, ClassUnrecognized},
	}
	for phase, want := range table {
		if got := phase.Class(true); got != want.onTarget {
			t.Errorf("%s on target: got %s, want %s", phase, got, want.onTarget)
		}
		if got := phase.Class(false); got != want.offTarget {
			t.Errorf("%s off target: got %s, want %s", phase, got, want.offTarget)
		}
	}
	for _, phase := range Phases() {
		if _, listed := table[phase]; !listed {
			t.Errorf("phase %q is not in this test's table", phase)
		}
	}
}

func TestPhasesAreListedInTheOrderOfAnUpgrade(t *testing.T) {
	t.Parallel()
	want := []Phase{
		"idle", "queued", "scheduled", "downloading", "staged", "installing",
		"aborting", "aborted", "failed", "succeeded", "unknown",
	}
	if got := Phases(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	Phases()[0] = "changed"
	if got := Phases(); !slices.Equal(got, want) {
		t.Errorf("after a caller changed its list: got %q, want %q", got, want)
	}
}

func TestPhaseOutsideTheTableNeverOpensAGate(t *testing.T) {
	t.Parallel()
	for _, phase := range []Phase{"", "IDLE", "done", "complete"} {
		for _, onTarget := range []bool{true, false} {
			if got := phase.Class(onTarget); got != ClassUnrecognized {
				t.Errorf("phase %q, on target %t: got %s, want %s", phase, onTarget, got, ClassUnrecognized)
			}
		}
		if got, want := phase.Meaning(), PhaseUnknown.Meaning(); got != want {
			t.Errorf("meaning of phase %q: got %q, want %q", phase, got, want)
		}
	}
}

func TestEveryPhaseHasAMeaningOfItsOwn(t *testing.T) {
	t.Parallel()
	owner := make(map[string]Phase)
	for _, phase := range Phases() {
		meaning := phase.Meaning()
		if meaning == "" {
			t.Errorf("%s has no meaning", phase)
		}
		if other, taken := owner[meaning]; taken {
			t.Errorf("%s and %s both mean %q", other, phase, meaning)
		}
		owner[meaning] = phase
	}
}

func TestNoStateCountsAsReadyBeforeItsUpgradeEnded(t *testing.T) {
	t.Parallel()
	// Spelt out once more by state, since this is the promise of the gate.
	ready := []State{
		"complete", "done", "upgrade_complete",
		"download_abort", "download_cancelled", "upgrade_abort", "upgrade_cancelled",
	}
	for _, state := range States() {
		want := slices.Contains(ready, state)
		if got := state.Phase().Class(true) == ClassReady; got != want {
			t.Errorf("%s on target: got ready = %t, want %t", state, got, want)
		}
		if got := state.Phase().Class(false); got == ClassReady {
			t.Errorf("%s off target: got %s, want anything else", state, got)
		}
	}
}
