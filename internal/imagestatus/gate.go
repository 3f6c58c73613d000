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

// ParseTarget reads a target version, exact or a constraint.
func ParseTarget(version, imageID string) (Target, error) {
	if version == "" {
		return Target{ImageID: imageID}, nil
	}
	constraint, err := ParseConstraint(version)
	if err != nil {
		return Target{}, &ArgumentError{
			Path: []any{"target_version"}, Value: version,
			Problem: strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + ".",
			Remedy:  "Write a version or a constraint as in Terraform.",
		}
	}
	return Target{Version: &constraint, ImageID: imageID}, nil
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
	if status.ElementID == nil {
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
		byClass:  make(map[Class]int64),
		byPhase:  make(map[Phase]int64),
		byState:  make(map[string]int64),
		versions: make(map[string]int64),
		reached:  make(map[string]bool),
		names:    make(map[string]string),
	}
}

// Tally takes the rows of one look one by one and keeps a few bytes for each
// element, not its row.
type Tally struct {
	gate     Gate
	seed     maphash.Seed
	elements map[uint64]tallied
	byClass  map[Class]int64
	byPhase  map[Phase]int64
	byState  map[string]int64
	versions map[string]int64
	// reached remembers which versions are on target, as a fleet runs few.
	reached map[string]bool
	// names holds each state and version once for all elements that have it.
	names    map[string]string
	blocking []Blocker
}

// tallied is what is kept of an element's newest row.
type tallied struct {
	updated, created, etag int64
	class                  Class
	phase                  Phase
	state, version         string
}

// noneKey stands for null in the maps by state and version.
const noneKey = "none"

// Limits on what one odd controller answer can put into a verdict.
const (
	maxKeyRunes     = 64
	maxFailureRunes = 300
	maxVersions     = 50
	otherKey        = "other"
	// spareBlockers are kept beyond MaxBlocking, for when a newer row clears
	// an element that had a place.
	spareBlockers = 64
)

// Add takes a row. Of several rows for one element the newest counts, as for
// Newest; of equally new ones the one that is worse for the gate.
func (t *Tally) Add(status Status) error {
	row := t.summarize(&status)
	key := maphash.String(t.seed, status.Element())
	if before, seen := t.elements[key]; seen && status.ElementID != nil {
		if !row.supersedes(before) {
			return nil
		}
		t.count(before, -1)
		t.unblock(status.Element())
	}
	t.elements[key] = row
	t.count(row, +1)
	if row.class != ClassReady {
		t.block(newBlocker(&status, row))
	}
	return nil
}

func (t *Tally) summarize(status *Status) tallied {
	row := tallied{
		updated: deref(status.UpdatedOnUTC), created: deref(status.CreatedOnUTC), etag: deref(status.Etag),
		phase: status.Phase(), state: noneKey, version: noneKey,
	}
	if status.UpgradeState != nil {
		row.state = t.name(*status.UpgradeState)
	}
	if status.ActiveVersion != nil {
		row.version = t.name(*status.ActiveVersion)
	}
	row.class = t.classify(status)
	return row
}

func (t *Tally) name(text string) string {
	name, known := t.names[text]
	if !known {
		name = shorten(text, maxKeyRunes)
		t.names[text] = name
	}
	return name
}

// classify is Target.Classify with the version read once for all elements
// that run it.
func (t *Tally) classify(status *Status) Class {
	if status.ElementID == nil || t.gate.Target.Version == nil || t.gate.Target.ImageID != "" || status.ActiveVersion == nil {
		return t.gate.Target.Classify(status)
	}
	reached, known := t.reached[*status.ActiveVersion]
	if !known {
		reached = t.gate.Target.Reached(status)
		t.reached[*status.ActiveVersion] = reached
	}
	return status.Phase().Class(reached)
}

func (r tallied) supersedes(before tallied) bool {
	newer := cmp.Or(
		cmp.Compare(r.updated, before.updated),
		cmp.Compare(r.created, before.created),
		cmp.Compare(r.etag, before.etag),
	)
	if newer != 0 {
		return newer > 0
	}
	return classRank(r.class) < classRank(before.class)
}

func (t *Tally) count(row tallied, by int64) {
	t.byClass[row.class] += by
	t.byPhase[row.phase] += by
	t.byState[row.state] += by
	t.versions[row.version] += by
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

func newBlocker(status *Status, row tallied) Blocker {
	return Blocker{
		ElementID: status.Element(), Class: row.class, Phase: row.phase,
		UpgradeState:    shortened(status.UpgradeState, maxKeyRunes),
		ActiveVersion:   shortened(status.ActiveVersion, maxKeyRunes),
		DownloadPercent: status.DownloadPercent,
		FailureInfo:     shortened(status.FailureInfo, maxFailureRunes),
	}
}

// blockingOrder has the classes worst first.
var blockingOrder = []Class{ClassUnrecognized, ClassFailed, ClassMissing, ClassPending, ClassReady}

func classRank(class Class) int { return slices.Index(blockingOrder, class) }

func compareBlockers(a, b Blocker) int {
	return cmp.Or(
		cmp.Compare(classRank(a.Class), classRank(b.Class)),
		cmp.Compare(a.Phase.index(), b.Phase.index()),
		strings.Compare(a.ElementID, b.ElementID),
	)
}

// block keeps the worst elements in order, and drops the least bad beyond the
// bound.
func (t *Tally) block(blocker Blocker) {
	at, _ := slices.BinarySearchFunc(t.blocking, blocker, compareBlockers)
	if bound := t.gate.MaxBlocking + spareBlockers; len(t.blocking) >= bound {
		if at >= bound {
			return
		}
		t.blocking = t.blocking[:bound-1]
	}
	t.blocking = slices.Insert(t.blocking, at, blocker)
}

func (t *Tally) unblock(element string) {
	t.blocking = slices.DeleteFunc(t.blocking, func(blocker Blocker) bool { return blocker.ElementID == element })
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
	// Remedies say what to do, one sentence for each reason.
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
	for _, id := range unique(t.gate.ElementIDs) {
		if _, seen := t.elements[maphash.String(t.seed, id)]; !seen {
			t.byClass[ClassMissing]++
			t.block(Blocker{ElementID: id, Class: ClassMissing, Phase: PhaseUnknown})
		}
	}
	verdict := Verdict{
		Counts:    t.counts(),
		ByPhase:   positive(t.byPhase),
		ByState:   positive(t.byState),
		ByVersion: largest(positive(t.versions), maxVersions),
		Blocking:  t.blocking[:min(len(t.blocking), t.gate.MaxBlocking)],
	}
	counts := verdict.Counts
	verdict.BlockingTruncated = counts.Total-counts.Ready > int64(len(verdict.Blocking))
	if counts.Total > 0 {
		verdict.ReadyPercent = float64(counts.Ready*10_000/counts.Total) / 100
	}
	t.decide(&verdict)
	return verdict
}

func (t *Tally) counts() Counts {
	counts := Counts{
		Ready: t.byClass[ClassReady], Pending: t.byClass[ClassPending], Failed: t.byClass[ClassFailed],
		Unrecognized: t.byClass[ClassUnrecognized], Missing: t.byClass[ClassMissing],
	}
	counts.Total = counts.Ready + counts.Pending + counts.Failed + counts.Unrecognized + counts.Missing
	return counts
}

func (t *Tally) decide(verdict *Verdict) {
	for _, rule := range gateRules {
		if rule.holds(t.gate, verdict.Counts) {
			continue
		}
		verdict.Hopeless = verdict.Hopeless || rule.hopeless
		verdict.Reasons = append(verdict.Reasons, rule.reason(t.gate, verdict))
		verdict.Remedies = append(verdict.Remedies, rule.remedy)
	}
	verdict.Ready = len(verdict.Reasons) == 0
	verdict.Summary = t.gate.summary(verdict)
}

// gateRules must all hold for the gate to open. A rule is hopeless where
// waiting does not mend what it finds.
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
