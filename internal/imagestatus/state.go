package imagestatus

// State is the controller's upgrade_state, spelt as on the wire. A value that
// the controller sends and the table below lacks is kept as it came.
type State string

// StateNone is the absence of a state: the controller sent null or left the
// field out, as for an element that was never upgraded.
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

var phaseByState = func() map[State]Phase {
	phases := make(map[State]Phase, len(stateTable))
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

// Known reports whether the state is one of the 36 documented ones.
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
