package imagestatus

import (
	"cmp"
	"hash/maphash"
	"math/big"
	"slices"
	"strings"
)

// Gate is the rule by which a rollout is held or let through.
type Gate struct {
	// Target is what the elements shall run.
	Target Target
	// MinReadyPercent is the share of elements that must be ready, 0 to 100;
	// it is compared exactly, without rounding. Nil is 100.
	MinReadyPercent *big.Rat
	// MaxFailed is how many elements may have failed.
	MaxFailed int64
	// MinElements is how many elements must have a row, at least 1.
	MinElements int64
	// MaxBlocking bounds Verdict.Blocking.
	MaxBlocking int
	// ElementIDs are the elements that were asked for by name: one without a
	// row is missing.
	ElementIDs []string
}

// Target is the image that elements shall run. With the zero Target every
// element is on target.
type Target struct {
	// Version is a constraint on the active version; nil asks for none.
	Version *Constraint
	// ImageID is the active image wanted; "" asks for none.
	ImageID string
}

// ParseTarget reads a target version, exact or a constraint, and the id of a
// target image. Nil asks for none; an empty text is an *ArgumentError, so that
// a value that was lost on its way does not open a gate.
func ParseTarget(version, imageID *string) (Target, error) {
	if imageID != nil && *imageID == "" {
		return Target{}, &ArgumentError{
			Path: []any{"target_image_id"}, Problem: "An empty text is not an image id.",
			Remedy: "Write the id of an image, or leave the argument out (null) for any image.",
		}
	}
	target := Target{ImageID: deref(imageID)}
	if version == nil {
		return target, nil
	}
	if *version == "" {
		return Target{}, &ArgumentError{
			Path: []any{"target_version"}, Problem: "An empty text is not a version.",
			Remedy: "Write a version or a constraint, or leave the argument out (null) for any version.",
		}
	}
	constraint, err := ParseConstraint(*version)
	if err != nil {
		return Target{}, &ArgumentError{
			Path: []any{"target_version"}, Value: *version,
			Problem: strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + ".",
			Remedy:  "Write a version or a constraint as in Terraform.",
		}
	}
	target.Version = &constraint
	return target, nil
}

// String names the target for a message; "" when there is none.
func (t Target) String() string {
	switch {
	case t.Version != nil:
		return "version " + t.Version.String()
	case t.ImageID != "":
		return "image " + t.ImageID
	default:
		return ""
	}
}

// Reached reports whether a row is on target. A version that cannot be read
// reaches no version.
func (t Target) Reached(status *Status) bool {
	if t.Version != nil {
		version, err := ParseVersion(deref(status.ActiveVersion))
		if err != nil || !t.Version.Allows(version) {
			return false
		}
	}
	return t.ImageID == "" || deref(status.ActiveImageID) == t.ImageID
}

// Classify gives what a row counts as. A row that names no element cannot be
// told from another one and is unrecognized.
func (t Target) Classify(status *Status) Class {
	if status.Element() == "" {
		return ClassUnrecognized
	}
	return status.Phase().Class(t.Reached(status))
}

// Judge starts the tally of one look at the fleet.
func (g Gate) Judge() *Tally {
	return &Tally{
		gate:     g,
		seed:     maphash.MakeSeed(),
		elements: make(map[uint64]tallied),
		kinds:    make(map[kind]*countedKind),
		reached:  make(map[string]bool),
	}
}

// Tally takes the rows of one look one by one and keeps a few bytes for each
// element, not its row.
type Tally struct {
	gate Gate
	seed maphash.Seed
	// elements has the newest row of each element by a hash of its id.
	elements map[uint64]tallied
	kinds    map[kind]*countedKind
	// reached remembers which versions are on target, as a fleet runs few.
	reached  map[string]bool
	blocking []heldBlocker
}

// tallied is what is kept of an element's newest row. Each word here is most
// of a megabyte for a large fleet.
type tallied struct {
	updated int64
	kind    *countedKind
}

// kind is all that a verdict counts rows by. A fleet has few kinds, so that
// each is held once for all its elements.
type kind struct {
	class          Class
	phase          Phase
	state, version string
}

type countedKind struct {
	kind
	count int64
}

// noneKey stands for null in the maps by state and version.
const noneKey = "none"

// Limits on what one odd controller answer can put into a verdict.
const (
	maxKeyRunes     = 64
	maxFailureRunes = 300
	maxKeys         = 50
	otherKey        = "other"
	// spareBlockers are kept beyond MaxBlocking, for when a newer row clears
	// an element that had a place.
	spareBlockers = 64
)

// Add takes a row. Of several rows for one element the newest counts, by
// _updated_on_utc, where null is oldest; of equally new ones the one that is
// worse for the gate, whatever else tells them apart.
func (t *Tally) Add(status Status) error {
	row := t.summarize(&status)
	blocker := heldBlocker{Blocker: newBlocker(&status, row.kind), element: t.key(status.Element())}
	if status.Element() == "" {
		// Every such row counts, as it may be about an element of its own.
		row.kind.count++
		t.block(blocker)
		return nil
	}
	if before, seen := t.elements[blocker.element]; seen {
		order := row.compare(before)
		if order < 0 {
			return nil
		}
		before.kind.count--
		listed, found := t.unblock(blocker.element)
		if order == 0 && found && compareBlockers(listed, blocker) < 0 {
			blocker = listed
		}
	}
	t.elements[blocker.element] = row
	row.kind.count++
	t.block(blocker)
	return nil
}

func (t *Tally) key(element string) uint64 { return maphash.String(t.seed, element) }

func (t *Tally) summarize(status *Status) tallied {
	its := kind{class: t.classify(status), phase: status.Phase(), state: noneKey, version: noneKey}
	if status.UpgradeState != nil {
		its.state = shorten(*status.UpgradeState, maxKeyRunes)
	}
	if status.ActiveVersion != nil {
		its.version = shorten(*status.ActiveVersion, maxKeyRunes)
	}
	counted, known := t.kinds[its]
	if !known {
		counted = &countedKind{kind: its}
		t.kinds[its] = counted
	}
	return tallied{updated: deref(status.UpdatedOnUTC), kind: counted}
}

// classify is Target.Classify with the version read once for all elements
// that run it.
func (t *Tally) classify(status *Status) Class {
	version := deref(status.ActiveVersion)
	if status.Element() == "" || t.gate.Target.Version == nil || t.gate.Target.ImageID != "" || len(version) > maxKeyRunes {
		return t.gate.Target.Classify(status)
	}
	reached, known := t.reached[version]
	if !known {
		reached = t.gate.Target.Reached(status)
		t.reached[version] = reached
	}
	return status.Phase().Class(reached)
}

// compare is 1 where the row counts instead of the one before it, -1 where it
// does not, and 0 where both count as the same.
func (r tallied) compare(before tallied) int {
	return cmp.Or(
		cmp.Compare(r.updated, before.updated),
		cmp.Compare(classRank(before.kind.class), classRank(r.kind.class)),
		// What is left only makes the verdict independent of the rows' order.
		cmp.Compare(before.kind.phase.index(), r.kind.phase.index()),
		strings.Compare(before.kind.state, r.kind.state),
		strings.Compare(before.kind.version, r.kind.version),
	)
}

// Blocker is an element that is not ready.
type Blocker struct {
	ElementID       string
	Class           Class
	UpgradeState    *string
	Phase           Phase
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

func newBlocker(status *Status, its *countedKind) Blocker {
	return Blocker{
		ElementID: shorten(status.Element(), maxKeyRunes), Class: its.class, Phase: its.phase,
		UpgradeState:    shortened(status.UpgradeState, maxKeyRunes),
		ActiveVersion:   shortened(status.ActiveVersion, maxKeyRunes),
		DownloadPercent: status.DownloadPercent,
		FailureInfo:     shortened(status.FailureInfo, maxFailureRunes),
	}
}

// blockingOrder has the classes worst first.
var blockingOrder = []Class{ClassUnrecognized, ClassFailed, ClassMissing, ClassPending, ClassReady}

func classRank(class Class) int { return slices.Index(blockingOrder, class) }

// compareBlockers puts the worst first. Only rows that name no element are
// told apart by what they say.
func compareBlockers(a, b heldBlocker) int {
	order := cmp.Or(
		cmp.Compare(classRank(a.Class), classRank(b.Class)),
		cmp.Compare(a.Phase.index(), b.Phase.index()),
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

// block keeps the worst elements in order, and drops the least bad beyond the
// bound.
func (t *Tally) block(blocker heldBlocker) {
	if blocker.Class == ClassReady {
		return
	}
	bound := t.gate.MaxBlocking + spareBlockers
	full := len(t.blocking) >= bound
	if full && compareBlockers(blocker, t.blocking[bound-1]) >= 0 {
		return
	}
	if full {
		t.blocking = t.blocking[:bound-1]
	}
	at, _ := slices.BinarySearchFunc(t.blocking, blocker, compareBlockers)
	t.blocking = slices.Insert(t.blocking, at, blocker)
}

// unblock takes an element out of the list and gives what stood there.
func (t *Tally) unblock(element uint64) (listed heldBlocker, found bool) {
	at := slices.IndexFunc(t.blocking, func(blocker heldBlocker) bool { return blocker.element == element && blocker.ElementID != "" })
	if at < 0 {
		return heldBlocker{}, false
	}
	listed = t.blocking[at]
	t.blocking = slices.Delete(t.blocking, at, at+1)
	return listed, true
}

// Counts are the elements of a verdict by class.
type Counts struct {
	// Total is the number of elements with a row, and of missing ones.
	Total, Ready, Pending, Failed, Unrecognized, Missing int64
}

// Verdict is what a gate says about a fleet.
type Verdict struct {
	// Ready opens the gate.
	Ready bool
	// Hopeless reports that waiting cannot open the gate.
	Hopeless bool
	// Summary is one line.
	Summary string
	// Reasons are sentences on why the gate is closed; none when it is open.
	Reasons []string
	// Remedies are sentences on what to do. Those of a hopeless verdict leave
	// waiting out.
	Remedies []string
	// ReadyPercent is the share of ready elements in percent, rounded down to
	// two decimals, so that it never shows more than there is.
	ReadyPercent float64
	Counts       Counts
	ByPhase      map[Phase]int64
	ByState      map[string]int64
	ByVersion    map[string]int64
	// Blocking holds the elements that are not ready, worst first.
	Blocking []Blocker
	// BlockingTruncated reports that there are more of them.
	BlockingTruncated bool
}

// Verdict closes the tally.
func (t *Tally) Verdict() Verdict {
	verdict := Verdict{ByPhase: make(map[Phase]int64)}
	byClass, byState, byVersion := make(map[Class]int64), make(map[string]int64), make(map[string]int64)
	for _, its := range t.kinds {
		if its.count > 0 {
			byClass[its.class] += its.count
			verdict.ByPhase[its.phase] += its.count
			byState[its.state] += its.count
			byVersion[its.version] += its.count
		}
	}
	byClass[ClassMissing] = t.blockMissing()
	counts := countsOf(byClass)
	verdict.Counts = counts
	verdict.ByState, verdict.ByVersion = largest(byState, maxKeys), largest(byVersion, maxKeys)
	for _, blocker := range t.blocking[:min(len(t.blocking), t.gate.MaxBlocking)] {
		verdict.Blocking = append(verdict.Blocking, blocker.Blocker)
	}
	verdict.BlockingTruncated = counts.Total-counts.Ready > int64(len(verdict.Blocking))
	if counts.Total > 0 {
		verdict.ReadyPercent = float64(counts.Ready*10_000/counts.Total) / 100
	}
	t.gate.decide(&verdict)
	return verdict
}

// blockMissing lists the elements that were asked for and have no row, and
// gives their number.
func (t *Tally) blockMissing() int64 {
	var missing int64
	for _, id := range unique(t.gate.ElementIDs) {
		key := t.key(id)
		if _, seen := t.elements[key]; !seen {
			missing++
			shown := Blocker{ElementID: shorten(id, maxKeyRunes), Class: ClassMissing, Phase: PhaseUnknown}
			t.block(heldBlocker{Blocker: shown, element: key})
		}
	}
	return missing
}

func countsOf(byClass map[Class]int64) Counts {
	counts := Counts{
		Ready: byClass[ClassReady], Pending: byClass[ClassPending], Failed: byClass[ClassFailed],
		Unrecognized: byClass[ClassUnrecognized], Missing: byClass[ClassMissing],
	}
	counts.Total = counts.Ready + counts.Pending + counts.Failed + counts.Unrecognized + counts.Missing
	return counts
}

func (g Gate) decide(verdict *Verdict) {
	for _, rule := range gateRules {
		if rule.holds(g, verdict.Counts) {
			continue
		}
		verdict.Reasons = append(verdict.Reasons, rule.reason(g, verdict))
		verdict.Hopeless = verdict.Hopeless || rule.hopeless
		if rule.hopeless || !verdict.Hopeless {
			verdict.Remedies = append(verdict.Remedies, rule.remedy)
		}
	}
	verdict.Ready = len(verdict.Reasons) == 0
	verdict.Summary = g.summary(verdict)
}

// gateRules must all hold for the gate to open. A rule is hopeless where
// waiting does not mend what it finds; these come first, so that what may be
// waited for is not advised beside them.
var gateRules = []struct {
	hopeless bool
	holds    func(Gate, Counts) bool
	reason   func(Gate, *Verdict) string
	remedy   string
}{
	{
		hopeless: true,
		holds:    func(g Gate, c Counts) bool { return c.Total-c.Missing >= max(1, g.MinElements) },
		reason:   reasonTooFew,
		remedy:   "Check the selection: element_ids and filters must name elements of this tenant.",
	},
	{
		hopeless: true,
		holds:    func(_ Gate, c Counts) bool { return c.Unrecognized == 0 },
		reason:   reasonUnrecognized,
		remedy:   "Look at these elements in the controller; a newer version of this provider may know the state.",
	},
	{
		hopeless: true,
		holds:    func(g Gate, c Counts) bool { return c.Failed <= g.MaxFailed },
		reason:   reasonFailed,
		remedy:   "Repair or retry the failed elements, take them out of the selection, or raise max_failed.",
	},
	{
		holds:  func(g Gate, c Counts) bool { return g.enough(c) },
		reason: reasonNotReady,
		remedy: "Run again when the elements are done, have the gate wait for them, or lower min_ready_percent.",
	},
}

var hundred = big.NewRat(100, 1)

func (g Gate) minReadyPercent() *big.Rat {
	if g.MinReadyPercent == nil {
		return hundred
	}
	return g.MinReadyPercent
}

// enough compares ready/total with the share wanted, exactly.
func (g Gate) enough(counts Counts) bool {
	ready := new(big.Rat).Mul(big.NewRat(counts.Ready, 1), hundred)
	wanted := new(big.Rat).Mul(big.NewRat(counts.Total, 1), g.minReadyPercent())
	return ready.Cmp(wanted) >= 0
}
