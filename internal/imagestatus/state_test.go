package imagestatus

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryStateHasItsPhase(t *testing.T) {
	t.Parallel()
	seen := make(map[State]bool)
	for phase, states := range map[Phase]string{
		PhaseQueued:      "pending init",
		PhaseScheduled:   "download_scheduled waiting_download_time upgrade_scheduled waiting_install_time",
		PhaseDownloading: "discovery download_discovery download download_init downloading",
		PhaseStaged:      "download_complete",
		PhaseInstalling:  "upgrade upgrade_init upgrading install installing verify verifying in-progress",
		PhaseAborting:    "download_cancel_pending upgrade_cancel_pending abort_download_pending abort_upgrade_pending",
		PhaseAborted:     "download_abort download_cancelled upgrade_abort upgrade_cancelled",
		PhaseFailed:      "failed download_failed install_failed upgrade_failed",
		PhaseSucceeded:   "complete done upgrade_complete",
		PhaseUnknown:     "invalid",
	} {
		for name := range strings.FieldsSeq(states) {
			state := State(name)
			seen[state] = true
			if got := state.Phase(); got != phase {
				t.Errorf("phase of %q: got %q, want %q", state, got, phase)
			}
			if !state.Known() {
				t.Errorf("%q is documented and not known", state)
			}
			row := Status{UpgradeState: &name}
			if row.State() != state || row.Phase() != phase {
				t.Errorf("row with %q: got state %q and phase %q, want phase %q", name, row.State(), row.Phase(), phase)
			}
		}
	}
	if len(seen) != 36 {
		t.Errorf("this test covers %d states, want 36", len(seen))
	}
	for _, state := range States() {
		if !seen[state] {
			t.Errorf("States lists %q, which is not documented", state)
		}
	}
	if got := len(States()); got != len(seen) {
		t.Errorf("States lists %d states, want %d", got, len(seen))
	}
}

func TestUpgradeThatTimedOutHasFailed(t *testing.T) {
	t.Parallel()
	state := State("upgrade_timeout")
	if got := state.Phase(); got != PhaseFailed || !state.Known() {
		t.Errorf("got the phase %s, known %t; want %s, true", got, state.Known(), PhaseFailed)
	}
	if !slices.Equal(SiblingStates(), []State{state}) || slices.Contains(States(), state) {
		t.Errorf("got the sibling states %q, want this one, and not among the vendor's 36", SiblingStates())
	}
	for _, operator := range []Operator{OperatorIn, OperatorEq, OperatorNeq} {
		if _, err := SelectFilters(nil, []Filter{{FieldUpgradeState, operator, []string{string(state)}}}); err != nil {
			t.Errorf("filter by %s: %v", operator, err)
		}
	}
}

func TestStatesThatAreNotListedAreUnknown(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "COMPLETE", "Complete", "complete ", "in_progress", "succeeded", "idle", "upgrade_done", "null", "upgrade_timeouts", "download_timeout"} {
		state := State(text)
		if state.Known() {
			t.Errorf("%q is known", text)
		}
		if got := state.Phase(); got != PhaseUnknown {
			t.Errorf("phase of %q: got %q, want %q", text, got, PhaseUnknown)
		}
		row := Status{UpgradeState: &text}
		if got := row.Phase(); got != PhaseUnknown {
			t.Errorf("phase of a row with %q: got %q, want %q", text, got, PhaseUnknown)
		}
		if got := row.State(); got != state {
			t.Errorf("state of a row with %q: got %q, want it as it came", text, got)
		}
	}
}

func TestRowWithoutStateIsIdle(t *testing.T) {
	t.Parallel()
	var row Status
	if got := row.Phase(); got != PhaseIdle {
		t.Errorf("phase of a row without state: got %q, want %q", got, PhaseIdle)
	}
	if got := row.State(); got != StateNone {
		t.Errorf("state of a row without state: got %q, want %q", got, StateNone)
	}
}

func TestStatesAreThoseOfTheVendor(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"unified.json", "legacy.json"} {
		if _, want := specItem(t, file); !slices.Equal(States(), want) {
			t.Errorf("%s: got %q, want %q", file, States(), want)
		}
	}
}

func TestListOfStatesBelongsToTheCaller(t *testing.T) {
	t.Parallel()
	States()[0] = "changed"
	if got := States()[0]; got != "pending" {
		t.Errorf("first state after a caller changed its list: got %q, want %q", got, "pending")
	}
}
