package imagestatus

// Phase groups upgrade states by what they mean for a rollout. The grouping is
// inferred: the vendor publishes the states without defining them.
type Phase string

// The phases, in the order in which an upgrade passes through them.
const (
	PhaseIdle        Phase = "idle"
	PhaseQueued      Phase = "queued"
	PhaseScheduled   Phase = "scheduled"
	PhaseDownloading Phase = "downloading"
	PhaseStaged      Phase = "staged"
	PhaseInstalling  Phase = "installing"
	PhaseAborting    Phase = "aborting"
	PhaseAborted     Phase = "aborted"
	PhaseFailed      Phase = "failed"
	PhaseSucceeded   Phase = "succeeded"
	PhaseUnknown     Phase = "unknown"
)

// phaseTable is the gate's truth table: it holds, for each phase, what an
// element counts as on its target and off it.
var phaseTable = []struct {
	phase     Phase
	onTarget  Class
	offTarget Class
	meaning   string
}{
	{PhaseIdle, ClassReady, ClassPending, "no upgrade state: no upgrade was started, or one has finished"},
	{PhaseQueued, ClassPending, ClassPending, "accepted by the controller, not started by the element"},
	{PhaseScheduled, ClassPending, ClassPending, "waiting for the scheduled download or upgrade time"},
	{PhaseDownloading, ClassPending, ClassPending, "finding or fetching the image"},
	{PhaseStaged, ClassPending, ClassPending, "image downloaded, not installed"},
	{PhaseInstalling, ClassPending, ClassPending, "verifying or installing the image; the element reboots in this phase"},
	{PhaseAborting, ClassPending, ClassPending, "an abort was asked for and is not confirmed"},
	{PhaseAborted, ClassReady, ClassFailed, "the download or upgrade was aborted"},
	{PhaseFailed, ClassFailed, ClassFailed, "the download, installation or upgrade failed"},
	{PhaseSucceeded, ClassReady, ClassPending, "the last upgrade completed"},
	{PhaseUnknown, ClassUnrecognized, ClassUnrecognized, "`invalid`, or a state that this version of the provider does not know"},
}

// Phases lists every phase in the order of an upgrade.
func Phases() []Phase {
	phases := make([]Phase, len(phaseTable))
	for i, row := range phaseTable {
		phases[i] = row.phase
	}
	return phases
}

// Meaning describes the phase in a few words, without a capital or a period.
// A phase that is not in the table has the meaning of PhaseUnknown.
func (p Phase) Meaning() string {
	return phaseTable[p.index()].meaning
}

// Class gives what an element in this phase counts as. A phase that is not in
// the table is ClassUnrecognized.
func (p Phase) Class(onTarget bool) Class {
	row := phaseTable[p.index()]
	if onTarget {
		return row.onTarget
	}
	return row.offTarget
}

func (p Phase) index() int {
	for i, row := range phaseTable {
		if row.phase == p {
			return i
		}
	}
	return len(phaseTable) - 1
}
