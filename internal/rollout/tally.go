package rollout

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

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
	phase          imagestatus.Phase
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
func (t *Tally) Add(status imagestatus.Status) error {
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

func (t *Tally) summarize(status *imagestatus.Status) tallied {
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
func (t *Tally) classify(status *imagestatus.Status) (class Class, unreadable bool) {
	if status.Element() == "" {
		return ClassUnrecognized, false
	}
	reach, phase := t.reach(status), status.Phase()
	class = ClassOf(phase, reach.onTarget)
	return class, reach.unreadable && class == ClassPending && ClassOf(phase, true) == ClassReady
}

// reach is Target.reach with each version read once for all elements that run
// it.
func (t *Tally) reach(status *imagestatus.Status) reach {
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
		cmp.Compare(before.kind.phase.Order(), r.kind.phase.Order()),
		strings.Compare(before.kind.state, r.kind.state),
		strings.Compare(before.kind.version, r.kind.version),
	)
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

// Missing lists the elements that were asked for by id and have no row so far,
// each once, in the order given.
func (t *Tally) Missing() []string {
	var missing []string
	for _, id := range t.gate.ElementIDs {
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
	verdict := Verdict{ByPhase: make(map[imagestatus.Phase]int64)}
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
		t.block(heldBlocker{Blocker: Blocker{ElementID: shorten(id, maxKeyRunes), Class: class, Phase: imagestatus.PhaseUnknown}, element: t.key(id)})
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
