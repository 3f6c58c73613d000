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

var phaseTable = []struct {
	phase   Phase
	meaning string
}{
	{PhaseIdle, "no upgrade state: no upgrade was started, or one has finished"},
	{PhaseQueued, "accepted by the controller, not started by the element"},
	{PhaseScheduled, "waiting for the scheduled download or upgrade time"},
	{PhaseDownloading, "finding or fetching the image"},
	{PhaseStaged, "image downloaded, not installed"},
	{PhaseInstalling, "verifying or installing the image; the element reboots in this phase"},
	{PhaseAborting, "an abort was asked for and is not confirmed"},
	{PhaseAborted, "the download or upgrade was aborted"},
	{PhaseFailed, "the download, installation or upgrade failed"},
	{PhaseSucceeded, "the last upgrade completed"},
	{PhaseUnknown, "`invalid`, or a state that this version of the provider does not know"},
}

// Phases lists the phases in the order of an upgrade.
func Phases() []Phase {
	phases := make([]Phase, len(phaseTable))
	for i, row := range phaseTable {
		phases[i] = row.phase
	}
	return phases
}

// Meaning describes the phase in a few words, without a capital or a period. An
// undefined phase has the meaning of PhaseUnknown.
func (p Phase) Meaning() string {
	return phaseTable[p.Order()].meaning
}

// Order returns the index of the phase in Phases; for an undefined phase, that of
// PhaseUnknown.
func (p Phase) Order() int {
	for i, row := range phaseTable {
		if row.phase == p {
			return i
		}
	}
	return len(phaseTable) - 1
}
