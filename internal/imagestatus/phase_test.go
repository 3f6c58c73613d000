package imagestatus

import (
	"slices"
	"testing"
)

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

func TestPhaseOutsideTheTableIsAnUnknownOne(t *testing.T) {
	t.Parallel()
	for _, phase := range []Phase{"", "IDLE", "done", "complete"} {
		if phase.Meaning() != PhaseUnknown.Meaning() || phase.Order() != PhaseUnknown.Order() {
			t.Errorf("phase %q means %q at place %d", phase, phase.Meaning(), phase.Order())
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
