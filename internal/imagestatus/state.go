package imagestatus

import (
	"maps"
	"slices"
)

// State is the controller's upgrade_state, as on the wire. It may be a text that is
// neither in States nor in SiblingStates.
type State string

// StateNone is the absence of a state: null, or no such field. An element that was
// never upgraded has none, and one whose upgrade finished may have none (documented
// for a sibling product, inferred here).
const StateNone State = ""

// stateTable has the 36 values of the vendor's OpenAPI enum (documented) in its
// order, with their phases (inferred).
var stateTable = []struct {
	state State
	phase Phase
}{
	{"pending", PhaseQueued},
	{"init", PhaseQueued},
	{"discovery", PhaseDownloading},
	{"download", PhaseDownloading},
	{"download_init", PhaseDownloading},
	{"download_complete", PhaseStaged},
	{"download_scheduled", PhaseScheduled},
	{"download_abort", PhaseAborted},
	{"download_cancelled", PhaseAborted},
	{"download_cancel_pending", PhaseAborting},
	{"upgrade", PhaseInstalling},
	{"upgrade_init", PhaseInstalling},
	{"upgrade_complete", PhaseSucceeded},
	{"upgrade_scheduled", PhaseScheduled},
	{"upgrade_abort", PhaseAborted},
	{"upgrade_cancelled", PhaseAborted},
	{"upgrade_cancel_pending", PhaseAborting},
	{"upgrade_failed", PhaseFailed},
	{"upgrading", PhaseInstalling},
	{"verify", PhaseInstalling},
	{"in-progress", PhaseInstalling},
	{"install", PhaseInstalling},
	{"complete", PhaseSucceeded},
	{"done", PhaseSucceeded},
	{"failed", PhaseFailed},
	{"download_discovery", PhaseDownloading},
	{"download_failed", PhaseFailed},
	{"downloading", PhaseDownloading},
	{"install_failed", PhaseFailed},
	{"installing", PhaseInstalling},
	{"verifying", PhaseInstalling},
	{"waiting_download_time", PhaseScheduled},
	{"waiting_install_time", PhaseScheduled},
	{"abort_upgrade_pending", PhaseAborting},
	{"abort_download_pending", PhaseAborting},
	{"invalid", PhaseUnknown},
}

// siblingStates are not in the enum. They are documented for cgnx_upgrade_state of the
// ZTNA connector, a sibling product whose status has the same fields. That an element
// reports them, and their phases, is inferred.
var siblingStates = map[State]Phase{"upgrade_timeout": PhaseFailed}

var phaseByState = func() map[State]Phase {
	phases := maps.Clone(siblingStates)
	for _, row := range stateTable {
		phases[row.state] = row.phase
	}
	return phases
}()

// States lists the 36 documented states in the order of the vendor's enum.
func States() []State {
	states := make([]State, len(stateTable))
	for i, row := range stateTable {
		states[i] = row.state
	}
	return states
}

// SiblingStates lists, in alphabetical order, the states that have a phase and are not
// documented for elements.
func SiblingStates() []State { return slices.Sorted(maps.Keys(siblingStates)) }

// Known reports whether the state is one of States or SiblingStates.
func (s State) Known() bool {
	_, known := phaseByState[s]
	return known
}

// Phase returns the phase of the state; PhaseUnknown if it is not Known, which includes
// the empty text. Status.Phase distinguishes an absent state from an empty one.
func (s State) Phase() Phase {
	if phase, known := phaseByState[s]; known {
		return phase
	}
	return PhaseUnknown
}
