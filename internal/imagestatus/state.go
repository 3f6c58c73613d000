package imagestatus

import (
	"maps"
	"slices"
)

// State is the controller's upgrade_state, spelt as on the wire. A value that
// the controller sends and the table below lacks is kept as it came.
type State string

// StateNone is the absence of a state: the controller sent null or left the
// field out. An element that was never upgraded has none, and one whose upgrade
// finished may have none (documented for a sibling product, inferred here).
const StateNone State = ""

// stateTable holds the 36 values of the vendor's OpenAPI enum (documented) in
// its order, each with its phase (inferred).
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

// siblingStates are states that the vendor's enum lacks and that it documents
// for a sibling product whose status has the same fields, the ZTNA connector's
// cgnx_upgrade_state. That an element reports them, and their phases, is
// inferred.
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

// SiblingStates lists, in the order of their names, the states that have a phase
// and are not among the 36 documented ones.
func SiblingStates() []State { return slices.Sorted(maps.Keys(siblingStates)) }

// Known reports whether the state is one of States or SiblingStates.
func (s State) Known() bool {
	_, known := phaseByState[s]
	return known
}

// Phase gives the state's phase: PhaseUnknown for a state that is not listed.
// An empty text is such a state; Status.Phase tells it from an absent one.
func (s State) Phase() Phase {
	if phase, known := phaseByState[s]; known {
		return phase
	}
	return PhaseUnknown
}
