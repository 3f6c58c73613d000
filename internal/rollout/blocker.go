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
	ElementID string // "" for a row without an element and for a value of a description
	// Name and SiteName have at most 128 characters; nil if not known.
	Name, SiteName  *string
	Label           string // in texts: the name and the site, else the id
	Class           Class
	UpgradeState    *string
	Phase           imagestatus.Phase
	ActiveVersion   *string
	DownloadPercent *int64
	FailureInfo     *string
	UpgradeImageID  *string // of the last upgrade command received
	// UpgradeVersion is the version of UpgradeImageID, set by Tally.Explain while the
	// upgrade is in progress; nil if not known.
	UpgradeVersion *string
	// Why is a clause about what else, beside state and version, keeps the element
	// from being ready, such as its connection.
	Why string
}

type listedBlocker struct {
	Blocker
	element uint64     // Tally.key of the whole id; ElementID may be shortened
	row     countedRow // zero for a blocker without a row
}

// blockerList is sorted, the worst first.
type blockerList []listedBlocker

// with adds a blocker, and drops the least bad ones beyond the bound.
func (l blockerList) with(blocker listedBlocker, bound int) blockerList {
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

func (l blockerList) without(element uint64) (remaining blockerList, removed listedBlocker, found bool) {
	at := slices.IndexFunc(l, func(blocker listedBlocker) bool { return blocker.element == element && blocker.ElementID != "" })
	if at < 0 {
		return l, listedBlocker{}, false
	}
	removed = l[at]
	return slices.Delete(l, at, at+1), removed, true
}

func newBlocker(status *imagestatus.Status, of *bucket) Blocker {
	return Blocker{
		ElementID: shorten(status.Element(), maxKeyRunes), Class: of.class, Phase: of.phase,
		UpgradeState:    shortened(status.UpgradeState, maxKeyRunes),
		ActiveVersion:   shortened(status.ActiveVersion, maxKeyRunes),
		DownloadPercent: status.DownloadPercent,
		FailureInfo:     shortened(status.FailureInfo, maxFailureRunes),
		UpgradeImageID:  shortened(status.UpgradeImageID, maxKeyRunes),
	}
}

// compareBlockers puts the worst first. The texts only order blockers without an id.
func compareBlockers(a, b listedBlocker) int {
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
		compareNullFirst(a.UpgradeState, b.UpgradeState),
		compareNullFirst(a.ActiveVersion, b.ActiveVersion),
		compareNullFirst(a.FailureInfo, b.FailureInfo),
		compareNullFirst(a.DownloadPercent, b.DownloadPercent),
		compareNullFirst(a.UpgradeImageID, b.UpgradeImageID),
	)
}

func compareNullFirst[T cmp.Ordered](a, b *T) int {
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

// String returns one line: label, class, state, version, progress, Why and the
// controller's failure text, as far as they are known.
func (b Blocker) String() string {
	line := fmt.Sprintf("%s  %s", b.displayName(), b.Class.word())
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

// OfDescription reports whether the blocker is a value of a description, not an element.
func (b Blocker) OfDescription() bool { return b.ElementID == "" && b.Label != "" }

func (b Blocker) displayName() string { return cmp.Or(b.Label, b.ElementID, "(no element id)") }

func (b Blocker) describeFailure() string {
	text := b.displayName() + " (" + deref(b.UpgradeState)
	if info := deref(b.FailureInfo); info != "" {
		text += ": " + shorten(info, 80)
	}
	return text + ")"
}
