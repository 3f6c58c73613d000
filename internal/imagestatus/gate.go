package imagestatus

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"math/big"
	"slices"
	"strings"
)

// Gate is the rule by which a rollout is held or let through.
type Gate struct {
	// Name tells the gate from others in a message; "" is none.
	Name string
	// Target is what the elements must run.
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
	// ElementIDs are the elements that were asked for by id: one without a row
	// is missing or left out.
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
		return "version " + strings.Join(strings.Fields(t.Version.String()), " ")
	case t.ImageID != "":
		return "image " + shorten(t.ImageID, maxKeyRunes)
	default:
		return ""
	}
}

// Reached reports whether a row is on target. A version that cannot be read
// reaches no version.
func (t Target) Reached(status *Status) bool { return t.reach(status).onTarget }

// reach is how a row compares with a target.
type reach struct {
	onTarget bool
	// unreadable reports that the row has a version and that it cannot be told
	// whether this is the target.
	unreadable bool
}

func (t Target) reach(status *Status) reach {
	truth := Holds
	if t.Version != nil {
		truth = Fails
		if version := deref(status.ActiveVersion); version != "" {
			truth = t.Version.Judge(version)
		}
	}
	onImage := t.ImageID == "" || deref(status.ActiveImageID) == t.ImageID
	return reach{onTarget: truth == Holds && onImage, unreadable: truth == Unsure}
}

// Judge starts the tally of one look at the fleet.
func (g Gate) Judge() *Tally {
	return &Tally{
		gate:     g,
		seed:     maphash.MakeSeed(),
		elements: make(map[uint64]tallied),
		kinds:    make(map[kind]*countedKind),
		reached:  make(map[string]reach),
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
	// reached remembers how versions compare with the target, as a fleet runs few.
	reached  map[string]reach
	leftOut  map[string]bool
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
	// unreadable reports that only the version keeps the element from being
	// ready, and that it cannot be read. Waiting does not change this: no
	// upgrade is in progress.
	unreadable bool
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
	its := kind{phase: status.Phase(), state: noneKey, version: noneKey}
	its.class, its.unreadable = t.classify(status)
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

// classify gives what a row counts as, and whether its version is the only
// obstacle and cannot be read. A row that names no element cannot be told from
// another one and is unrecognized.
func (t *Tally) classify(status *Status) (class Class, unreadable bool) {
	if status.Element() == "" {
		return ClassUnrecognized, false
	}
	reach, phase := t.reach(status), status.Phase()
	class = phase.Class(reach.onTarget)
	return class, reach.unreadable && class == ClassPending && phase.Class(true) == ClassReady
}

// reach is Target.reach with each version read once for all elements that run
// it.
func (t *Tally) reach(status *Status) reach {
	version := deref(status.ActiveVersion)
	if t.gate.Target.Version == nil || t.gate.Target.ImageID != "" || len(version) > maxKeyRunes {
		return t.gate.Target.reach(status)
	}
	reached, known := t.reached[version]
	if !known {
		reached = t.gate.Target.reach(status)
		t.reached[version] = reached
	}
	return reached
}

// compare is 1 where the row counts instead of the one before it, -1 where it
// does not, and 0 where both count as the same.
func (r tallied) compare(before tallied) int {
	return cmp.Or(
		cmp.Compare(r.updated, before.updated),
		compareBadness(before.kind.class, r.kind.class),
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

// compareBlockers puts the worst first. Only rows that name no element are
// told apart by what they say.
func compareBlockers(a, b heldBlocker) int {
	order := cmp.Or(
		compareBadness(a.Class, b.Class),
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

// Missing lists the elements that were asked for by id and have no row so far,
// each once, in the order given.
func (t *Tally) Missing() []string {
	var missing []string
	for _, id := range unique(t.gate.ElementIDs) {
		if _, seen := t.elements[t.key(id)]; !seen {
			missing = append(missing, id)
		}
	}
	return missing
}

// LeaveOut says which of the missing elements have a row that the filters of
// the selection leave out.
func (t *Tally) LeaveOut(elements map[string]bool) { t.leftOut = elements }

// Verdict closes the tally.
func (t *Tally) Verdict() Verdict {
	verdict := Verdict{ByPhase: make(map[Phase]int64)}
	found := finding{Gate: t.gate, Verdict: &verdict, unreadable: make(map[string]int64)}
	byClass, byState, byVersion := make(map[Class]int64), make(map[string]int64), make(map[string]int64)
	for _, its := range t.kinds {
		if its.count > 0 {
			byClass[its.class] += its.count
			verdict.ByPhase[its.phase] += its.count
			byState[its.state] += its.count
			byVersion[its.version] += its.count
		}
		if its.count > 0 && its.unreadable {
			found.unreadable[its.version] += its.count
		}
	}
	for _, id := range t.Missing() {
		class := found.rowless(id, t.leftOut[id])
		byClass[class]++
		t.block(heldBlocker{Blocker: Blocker{ElementID: shorten(id, maxKeyRunes), Class: class, Phase: PhaseUnknown}, element: t.key(id)})
	}
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
	found.decide()
	return verdict
}

var hundred = big.NewRat(100, 1)

// ParseReadyPercent reads min_ready_percent, a decimal number that is 0 or from
// 1 to 100. Less than 1 is refused: it is most often a fraction that was taken
// for a percentage, and would open the gate far too early. The error is an
// *ArgumentError.
func ParseReadyPercent(text string) (*big.Rat, error) {
	percent, ok := new(big.Rat).SetString(text)
	refused := &ArgumentError{
		Path: []any{"min_ready_percent"}, Value: text,
		Problem: "It is not a percentage from 0 to 100.", Remedy: "Write a number such as 95 for 95%.",
	}
	if !ok || percent.Sign() < 0 || percent.Cmp(hundred) > 0 {
		return nil, refused
	}
	one := big.NewRat(1, 1)
	if percent.Sign() == 0 || percent.Cmp(one) >= 0 {
		return percent, nil
	}
	refused.Problem = "It is a percentage, and this is less than 1%."
	if meant := new(big.Rat).Mul(percent, hundred); meant.Cmp(one) >= 0 {
		refused.Remedy = fmt.Sprintf("Write %s for %s.", ratText(meant), ratPercent(meant))
	}
	return nil, refused
}

func (g Gate) minReadyPercent() *big.Rat {
	if g.MinReadyPercent == nil {
		return hundred
	}
	return g.MinReadyPercent
}

// minElements is at least 1: a gate over nothing never opens.
func (g Gate) minElements() int64 { return max(1, g.MinElements) }

// enough compares ready/total with the share wanted, exactly.
func (g Gate) enough(ready, total int64) bool {
	share := new(big.Rat).Mul(big.NewRat(ready, 1), hundred)
	wanted := new(big.Rat).Mul(big.NewRat(total, 1), g.minReadyPercent())
	return share.Cmp(wanted) >= 0
}
