package rollout

import (
	"hash/maphash"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
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
	blocking blockerList
}

// spareBlockers are kept beyond MaxBlocking, for when a newer row clears
// an element that had a place.
const spareBlockers = 64

// Judge starts the tally of one read of the fleet.
func (g Gate) Judge() *Tally {
	if g.Selected != nil && g.ElementIDs == nil {
		g.ElementIDs = g.Selected.IDs()
	}
	asked := make(map[string]bool, len(g.ElementIDs))
	g.ElementIDs = slices.DeleteFunc(slices.Clone(g.ElementIDs), func(id string) bool {
		repeated := asked[id]
		asked[id] = true
		return repeated
	})
	return &Tally{
		gate:     g,
		seed:     maphash.MakeSeed(),
		elements: make(map[uint64]tallied),
		kinds:    make(map[kind]*countedKind),
		reached:  make(map[string]reach),
	}
}

// Add takes a row. Of several rows for one element the newest counts, by
// _updated_on_utc, where null is oldest; of equally new ones the one that is
// worse for the gate, whatever else tells them apart.
func (t *Tally) Add(status imagestatus.Status) error {
	row := t.summarize(&status)
	blocker := heldBlocker{Blocker: newBlocker(&status, row.kind), element: t.key(status.Element()), row: row}
	if status.Element() == "" {
		// Every such row counts, as it may be about an element of its own.
		row.kind.count++
		t.blocking = t.blocking.with(blocker, t.maxHeld())
		return nil
	}
	if before, seen := t.elements[blocker.element]; seen {
		order := row.compare(before)
		if order < 0 {
			return nil
		}
		before.kind.count--
		remaining, listed, found := t.blocking.without(blocker.element)
		t.blocking = remaining
		if order == 0 && found && compareBlockers(listed, blocker) < 0 {
			blocker = listed
		}
	}
	t.elements[blocker.element] = row
	row.kind.count++
	t.blocking = t.blocking.with(blocker, t.maxHeld())
	return nil
}

func (t *Tally) maxHeld() int { return t.gate.MaxBlocking + spareBlockers }

func (t *Tally) key(element string) uint64 { return maphash.String(t.seed, element) }

func (t *Tally) summarize(status *imagestatus.Status) tallied {
	reach := t.reach(status)
	its := kind{phase: status.Phase(), state: noneKey, version: noneKey, onTarget: reach.onTarget}
	its.class, its.unreadable = classify(status, reach)
	if its.class == ClassReady {
		its.settlement, its.connection = t.gate.settlement(status), t.gate.connection(status.Element())
		its.class = withheld(its.settlement, its.connection)
	}
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
	return tallied{updated: status.Updated(), kind: counted}
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

// Missing lists the elements that were asked for and have no row so far, each
// once, in the order given.
func (t *Tally) Missing() []string {
	var missing []string
	for _, id := range t.gate.ElementIDs {
		if _, seen := t.elements[t.key(id)]; !seen {
			missing = append(missing, id)
		}
	}
	return missing
}

// ask adds an element to those that were asked for.
func (t *Tally) ask(id string) { t.gate.ElementIDs = append(t.gate.ElementIDs, id) }

// asked lists the elements that were asked for, in the order of ids and never
// nil. It is without those that a description selects and the filters leave out.
func (t *Tally) asked() []string {
	asked := slices.DeleteFunc(append([]string{}, t.gate.ElementIDs...), func(id string) bool {
		return t.gate.Selected != nil && t.leftOut[id]
	})
	slices.Sort(asked)
	return asked
}

// LeaveOut says which of the missing elements have a row that the filters of
// the selection leave out. Where a description selects the elements, these are
// then not asked for; without one they are in ClassLeftOut.
func (t *Tally) LeaveOut(elements map[string]bool) { t.leftOut = elements }

// Verdict judges the rows so far. It may be called again, also with other
// names: these only tell what the texts call an element. Nil is for ids only.
func (t *Tally) Verdict(names *inventory.Fleet) Verdict {
	verdict := Verdict{ByPhase: make(map[imagestatus.Phase]int64)}
	found := finding{Gate: t.gate, Verdict: &verdict, unreadable: make(map[string]int64)}
	byClass, byState, byVersion := make(map[Class]int64), make(map[string]int64), make(map[string]int64)
	for _, its := range t.kinds {
		if its.count == 0 {
			continue
		}
		byClass[its.class] += its.count
		verdict.ByPhase[its.phase] += its.count
		byState[its.state] += its.count
		byVersion[its.version] += its.count
		if its.onTarget {
			verdict.OnTarget += its.count
		}
		found.obstruct(its)
	}
	blocking := slices.Clone(t.blocking)
	for _, rowless := range found.rowless(t.Missing(), t.leftOut) {
		byClass[rowless.Class]++
		blocking = blocking.with(heldBlocker{Blocker: rowless}, t.maxHeld())
	}
	verdict.Counts = countsOf(byClass)
	verdict.ByState, verdict.ByVersion = largest(byState, maxKeys), largest(byVersion, maxKeys)
	counts := verdict.Counts
	if counts.Total > 0 {
		verdict.ReadyPercent = float64(counts.Ready*10_000/counts.Total) / 100
	}
	found.show(blocking[:min(len(blocking), t.gate.MaxBlocking)], names)
	verdict.BlockingTruncated = counts.Total-counts.Ready > int64(len(verdict.Blocking))
	found.decide()
	return verdict
}
