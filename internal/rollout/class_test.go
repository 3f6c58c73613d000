package rollout

import (
	"reflect"
	"slices"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

func TestEveryCountIsThatOfOneClass(t *testing.T) {
	t.Parallel()
	var counts Counts
	taken := make(map[*int64]Class)
	words := make(map[string]Class)
	for _, row := range classTable {
		field := row.count(&counts)
		if other, twice := taken[field]; twice {
			t.Errorf("%s and %s have the same count", other, row.class)
		}
		taken[field] = row.class
		for _, word := range []string{row.meaning, row.class.Meaning(), row.class.word()} {
			if other, twice := words[word]; word == "" || twice && other != row.class {
				t.Errorf("%s says %q as %q does", row.class, word, other)
			}
			words[word] = row.class
		}
	}
	if fields := reflect.TypeFor[Counts]().NumField(); fields != len(classTable)+1 {
		t.Errorf("counts have %d numbers and there are %d classes, want one for each and the total", fields, len(classTable))
	}
	byClass := map[Class]int64{}
	for i, class := range Classes() {
		byClass[class] = int64(i + 1)
	}
	counts = countsOf(byClass)
	for class, want := range byClass {
		if got := counts.Of(class); got != want {
			t.Errorf("%s: got %d elements, want %d", class, got, want)
		}
	}
	if counts.Total != 28 || counts.withRow() != 15 || counts.Of("no such class") != 0 {
		t.Errorf("got a total of %d and %d with a row, want 28 and 15", counts.Total, counts.withRow())
	}
}

func TestBlockingClassesComeWorstFirst(t *testing.T) {
	t.Parallel()
	want := []Class{ClassUnrecognized, ClassFailed, ClassLeftOut, ClassMissing, ClassDisconnected, ClassPending}
	if got := BlockingClasses(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if compareBadness("no such class", ClassUnrecognized) >= 0 || Class("no such class").Meaning() != "" {
		t.Error("a class that is not in the table is not the worst, or has a meaning")
	}
}

func TestOnlyElementsThatWereAskedForAreInNoRow(t *testing.T) {
	t.Parallel()
	for _, class := range Classes() {
		if got, want := class.Rowless(), class == ClassMissing || class == ClassLeftOut; got != want {
			t.Errorf("%s: got rowless %t, want %t", class, got, want)
		}
	}
}

func TestTruthTableOfTheGate(t *testing.T) {
	t.Parallel()
	table := map[imagestatus.Phase]struct{ onTarget, offTarget Class }{
		imagestatus.PhaseIdle:        {ClassReady, ClassPending},
		imagestatus.PhaseQueued:      {ClassPending, ClassPending},
		imagestatus.PhaseScheduled:   {ClassPending, ClassPending},
		imagestatus.PhaseDownloading: {ClassPending, ClassPending},
		imagestatus.PhaseStaged:      {ClassPending, ClassPending},
		imagestatus.PhaseInstalling:  {ClassPending, ClassPending},
		imagestatus.PhaseAborting:    {ClassPending, ClassPending},
		imagestatus.PhaseAborted:     {ClassReady, ClassFailed},
		imagestatus.PhaseFailed:      {ClassFailed, ClassFailed},
		imagestatus.PhaseSucceeded:   {ClassReady, ClassPending},
		imagestatus.PhaseUnknown:     {ClassUnrecognized, ClassUnrecognized},
	}
	for phase, want := range table {
		if got := ClassOf(phase, true); got != want.onTarget {
			t.Errorf("%s on target: got %s, want %s", phase, got, want.onTarget)
		}
		if got := ClassOf(phase, false); got != want.offTarget {
			t.Errorf("%s off target: got %s, want %s", phase, got, want.offTarget)
		}
	}
	for _, phase := range imagestatus.Phases() {
		if _, listed := table[phase]; !listed {
			t.Errorf("phase %q is not in this test's table", phase)
		}
	}
}

func TestPhaseOutsideTheTableNeverOpensAGate(t *testing.T) {
	t.Parallel()
	for _, phase := range []imagestatus.Phase{"", "IDLE", "done", "complete"} {
		for _, onTarget := range []bool{true, false} {
			if got := ClassOf(phase, onTarget); got != ClassUnrecognized {
				t.Errorf("phase %q, on target %t: got %s, want %s", phase, onTarget, got, ClassUnrecognized)
			}
		}
	}
}

func TestNoStateCountsAsReadyBeforeItsUpgradeEnded(t *testing.T) {
	t.Parallel()
	// Spelt out once more by state, since this is the promise of the gate.
	ready := []imagestatus.State{
		"complete", "done", "upgrade_complete",
		"download_abort", "download_cancelled", "upgrade_abort", "upgrade_cancelled",
	}
	for _, state := range imagestatus.States() {
		want := slices.Contains(ready, state)
		if got := ClassOf(state.Phase(), true) == ClassReady; got != want {
			t.Errorf("%s on target: got ready = %t, want %t", state, got, want)
		}
		if got := ClassOf(state.Phase(), false); got == ClassReady {
			t.Errorf("%s off target: got %s, want anything else", state, got)
		}
	}
}
