package rollout

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Blocker is an element that is not ready, or a value of a description that
// selects no element.
type Blocker struct {
	// ElementID is "" for a row that names no element and for a value of a
	// description.
	ElementID string
	// Name and SiteName are those of the element, at most 128 characters; nil
	// where they are not known.
	Name, SiteName *string
	// Label is what texts call the element: its name and site, else its id.
	Label           string
	Class           Class
	UpgradeState    *string
	Phase           imagestatus.Phase
	ActiveVersion   *string
	DownloadPercent *int64
	FailureInfo     *string
	// UpgradeImageID is the image of the last upgrade command that the element
	// received.
	UpgradeImageID *string
	// UpgradeVersion is the version of that image while the upgrade is in progress;
	// nil also where it is not known. Tally.Explain sets it.
	UpgradeVersion *string
	// Why is a clause on what keeps the element from being ready beside its
	// state and version, such as its connection; "" where there is nothing.
	Why string
}

// heldBlocker is a blocker with the key of its element, since an id that is
// shown may be shortened, and with its row, if there is one.
type heldBlocker struct {
	Blocker
	element uint64
	row     tallied
}

// blockerList has the worst elements in order.
type blockerList []heldBlocker

// with adds an element that is not ready, and drops the least bad one beyond
// the bound.
func (l blockerList) with(blocker heldBlocker, bound int) blockerList {
	if blocker.Class == ClassReady {
		return l
	}
	full := len(l) >= bound
	if full && compareBlockers(blocker, l[bound-1]) >= 0 {
		return l
	}
	if full {
		l = l[:bound-1]
	}
	at, _ := slices.BinarySearchFunc(l, blocker, compareBlockers)
	return slices.Insert(l, at, blocker)
}

// without takes an element out of the list and returns what stood there.
func (l blockerList) without(element uint64) (remaining blockerList, listed heldBlocker, found bool) {
	at := slices.IndexFunc(l, func(blocker heldBlocker) bool { return blocker.element == element && blocker.ElementID != "" })
	if at < 0 {
		return l, heldBlocker{}, false
	}
	listed = l[at]
	return slices.Delete(l, at, at+1), listed, true
}

func newBlocker(status *imagestatus.Status, its *countedKind) Blocker {
	return Blocker{
		ElementID: shorten(status.Element(), maxKeyRunes), Class: its.class, Phase: its.phase,
		UpgradeState:    shortened(status.UpgradeState, maxKeyRunes),
		ActiveVersion:   shortened(status.ActiveVersion, maxKeyRunes),
		DownloadPercent: status.DownloadPercent,
		FailureInfo:     shortened(status.FailureInfo, maxFailureRunes),
		UpgradeImageID:  shortened(status.UpgradeImageID, maxKeyRunes),
	}
}

// compareBlockers puts the worst first. Only what names no element is told
// apart by what it says.
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
		strings.Compare(a.Label, b.Label),
		comparePointers(a.UpgradeState, b.UpgradeState),
		comparePointers(a.ActiveVersion, b.ActiveVersion),
		comparePointers(a.FailureInfo, b.FailureInfo),
		comparePointers(a.DownloadPercent, b.DownloadPercent),
		comparePointers(a.UpgradeImageID, b.UpgradeImageID),
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

// String is the element in one line: label, class, state, version, progress,
// what else keeps it from being ready, and the controller's failure text, as far
// as there are any.
func (b Blocker) String() string {
	line := fmt.Sprintf("%s  %s", b.called(), b.Class.word())
	if b.Class.Rowless() {
		return line + ", " + cmp.Or(b.Why, classTable[b.Class.index()].rowless)
	}
	line += ", state " + cmp.Or(deref(b.UpgradeState), noneKey)
	line += ", version " + cmp.Or(deref(b.ActiveVersion), noneKey)
	if b.DownloadPercent != nil && b.Phase == imagestatus.PhaseDownloading {
		line += fmt.Sprintf(", %d%% downloaded", *b.DownloadPercent)
	}
	if b.UpgradeVersion != nil {
		line += ", on its way to " + *b.UpgradeVersion
	}
	if b.Why != "" {
		line += ", " + b.Why
	}
	if info := deref(b.FailureInfo); info != "" {
		line += ": " + info
	}
	return line
}

// OfDescription reports whether the blocker is a value of a description and not
// an element.
func (b Blocker) OfDescription() bool { return b.ElementID == "" && b.Label != "" }

// called is what a text calls the element.
func (b Blocker) called() string { return cmp.Or(b.Label, b.ElementID, "(no element id)") }

func (b Blocker) describeFailure() string {
	text := b.called() + " (" + deref(b.UpgradeState)
	if info := deref(b.FailureInfo); info != "" {
		text += ": " + shorten(info, 80)
	}
	return text + ")"
}
