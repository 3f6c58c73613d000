package rollout

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Blocker is an element that is not ready.
type Blocker struct {
	ElementID       string
	Class           Class
	UpgradeState    *string
	Phase           imagestatus.Phase
	ActiveVersion   *string
	DownloadPercent *int64
	FailureInfo     *string
}

// heldBlocker is a blocker with the key of its element, since an id that is
// shown may be shortened.
type heldBlocker struct {
	Blocker
	element uint64
}

func newBlocker(status *imagestatus.Status, its *countedKind) Blocker {
	return Blocker{
		ElementID: shorten(status.Element(), maxKeyRunes), Class: its.class, Phase: its.phase,
		UpgradeState:    shortened(status.UpgradeState, maxKeyRunes),
		ActiveVersion:   shortened(status.ActiveVersion, maxKeyRunes),
		DownloadPercent: status.DownloadPercent,
		FailureInfo:     shortened(status.FailureInfo, maxFailureRunes),
	}
}

// compareBlockers puts the worst first. Only rows that name no element are
// told apart by what they say.
func compareBlockers(a, b heldBlocker) int {
	order := cmp.Or(
		compareBadness(a.Class, b.Class),
		cmp.Compare(a.Phase.Order(), b.Phase.Order()),
		strings.Compare(a.ElementID, b.ElementID),
	)
	if order != 0 {
		return order
	}
	return cmp.Or(
		comparePointers(a.UpgradeState, b.UpgradeState),
		comparePointers(a.ActiveVersion, b.ActiveVersion),
		comparePointers(a.FailureInfo, b.FailureInfo),
		comparePointers(a.DownloadPercent, b.DownloadPercent),
	)
}

// comparePointers has null first.
func comparePointers[T cmp.Ordered](a, b *T) int {
	switch {
	case a != nil && b != nil:
		return cmp.Compare(*a, *b)
	case a != nil:
		return 1
	case b != nil:
		return -1
	default:
		return 0
	}
}

// String is the element in one line: id, class, state, version, progress and
// the controller's failure text, as far as there are any.
func (b Blocker) String() string {
	line := fmt.Sprintf("%s  %s", cmp.Or(b.ElementID, "(no element id)"), b.Class.word())
	if b.Class.Rowless() {
		return line + ", " + classTable[b.Class.index()].rowless
	}
	line += ", state " + cmp.Or(deref(b.UpgradeState), noneKey)
	line += ", version " + cmp.Or(deref(b.ActiveVersion), noneKey)
	if b.DownloadPercent != nil && b.Phase == imagestatus.PhaseDownloading {
		line += fmt.Sprintf(", %d%% downloaded", *b.DownloadPercent)
	}
	if info := deref(b.FailureInfo); info != "" {
		line += ": " + info
	}
	return line
}

func (b Blocker) describeFailure() string {
	text := b.ElementID + " (" + deref(b.UpgradeState)
	if info := deref(b.FailureInfo); info != "" {
		text += ": " + shorten(info, 80)
	}
	return text + ")"
}
