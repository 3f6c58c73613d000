package rollout

import (
	"hash/maphash"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// Tally counts the rows of one read of the fleet. It keeps a few bytes for each element,
// not its row.
type Tally struct {
	gate Gate
	seed maphash.Seed
	// elements has the newest row of each element; the keys are hashes of ids.
	elements map[uint64]countedRow
	buckets  map[bucketKey]*bucket
	// matches caches comparisons with the target: a fleet has few different versions.
	matches  map[string]targetMatch
	leftOut  map[string]bool
	blocking blockerList
}

// spareBlockers replace listed ones whose newer row turns out to be ready.
const spareBlockers = 64

// StartTally starts counting the rows of one read of the fleet.
func (g Gate) StartTally() *Tally {
	if g.Selected != nil && g.ElementIDs == nil {
		g.ElementIDs = g.Selected.IDs()
	}
	seen := make(map[string]bool, len(g.ElementIDs))
	g.ElementIDs = slices.DeleteFunc(slices.Clone(g.ElementIDs), func(id string) bool {
		repeated := seen[id]
		seen[id] = true
		return repeated
	})
	return &Tally{
		gate:     g,
		seed:     maphash.MakeSeed(),
		elements: make(map[uint64]countedRow),
		buckets:  make(map[bucketKey]*bucket),
		matches:  make(map[string]targetMatch),
	}
}

// Add counts a row; the error is always nil. Of several rows of one element the newest
// counts, by Status.Updated; of equally new rows, the one that is worse for the gate.
func (t *Tally) Add(status imagestatus.Status) error {
	row := t.summarize(&status)
	blocker := listedBlocker{Blocker: newBlocker(&status, row.bucket), element: t.key(status.Element()), row: row}
	if status.Element() == "" {
		// Each such row may be about a different element.
		row.bucket.count++
		t.blocking = t.blocking.with(blocker, t.maxListed())
		return nil
	}
	if before, seen := t.elements[blocker.element]; seen {
		order := row.compare(before)
		if order < 0 {
			return nil
		}
		before.bucket.count--
		remaining, listed, found := t.blocking.without(blocker.element)
		t.blocking = remaining
		if order == 0 && found && compareBlockers(listed, blocker) < 0 {
			blocker = listed
		}
	}
	t.elements[blocker.element] = row
	row.bucket.count++
	t.blocking = t.blocking.with(blocker, t.maxListed())
	return nil
}

func (t *Tally) maxListed() int { return t.gate.MaxBlocking + spareBlockers }

func (t *Tally) key(element string) uint64 { return maphash.String(t.seed, element) }

func (t *Tally) summarize(status *imagestatus.Status) countedRow {
	match := t.match(status)
	key := bucketKey{phase: status.Phase(), state: noneKey, version: noneKey, onTarget: match.onTarget}
	key.class, key.unreadable = classify(status, match)
	if key.class == ClassReady {
		key.settlement, key.connection = t.gate.settlement(status), t.gate.connection(status.Element())
		key.class = readinessClass(key.settlement, key.connection)
	}
	if status.UpgradeState != nil {
		key.state = shorten(*status.UpgradeState, maxKeyRunes)
	}
	if status.ActiveVersion != nil {
		key.version = shorten(*status.ActiveVersion, maxKeyRunes)
	}
	counted, known := t.buckets[key]
	if !known {
		counted = &bucket{bucketKey: key}
		t.buckets[key] = counted
	}
	return countedRow{updated: status.Updated(), bucket: counted}
}

// match is Target.match with a cache.
func (t *Tally) match(status *imagestatus.Status) targetMatch {
	version := deref(status.ActiveVersion)
	if t.gate.Target.Version == nil || t.gate.Target.ImageID != "" || len(version) > maxKeyRunes {
		return t.gate.Target.match(status)
	}
	match, known := t.matches[version]
	if !known {
		match = t.gate.Target.match(status)
		t.matches[version] = match
	}
	return match
}

// Missing lists the requested elements without a row so far, each once, in the order of
// Gate.ElementIDs.
func (t *Tally) Missing() []string {
	var missing []string
	for _, id := range t.gate.ElementIDs {
		if _, seen := t.elements[t.key(id)]; !seen {
			missing = append(missing, id)
		}
	}
	return missing
}

func (t *Tally) request(id string) { t.gate.ElementIDs = append(t.gate.ElementIDs, id) }

// requested is sorted and never nil. It omits elements that a description selects and
// the filters leave out.
func (t *Tally) requested() []string {
	ids := slices.DeleteFunc(append([]string{}, t.gate.ElementIDs...), func(id string) bool {
		return t.gate.Selected != nil && t.leftOut[id]
	})
	slices.Sort(ids)
	return ids
}

// LeaveOut sets the missing elements that have a row which the filters of the selection
// leave out. They are in ClassLeftOut, or not requested if a description selects the
// elements.
func (t *Tally) LeaveOut(elements map[string]bool) { t.leftOut = elements }

// Verdict applies the gate to the rows so far. It may be called again. Names only
// change the texts, which have ids for nil names.
func (t *Tally) Verdict(names *inventory.Fleet) Verdict {
	verdict := Verdict{ByPhase: make(map[imagestatus.Phase]int64)}
	found := finding{Gate: t.gate, Verdict: &verdict, unreadable: make(map[string]int64)}
	byClass, byState, byVersion := make(map[Class]int64), make(map[string]int64), make(map[string]int64)
	for _, counted := range t.buckets {
		if counted.count == 0 {
			continue
		}
		byClass[counted.class] += counted.count
		verdict.ByPhase[counted.phase] += counted.count
		byState[counted.state] += counted.count
		byVersion[counted.version] += counted.count
		if counted.onTarget {
			verdict.OnTarget += counted.count
		}
		found.countObstacles(counted)
	}
	blocking := slices.Clone(t.blocking)
	for _, rowless := range found.rowlessBlockers(t.Missing(), t.leftOut) {
		byClass[rowless.Class]++
		blocking = blocking.with(listedBlocker{Blocker: rowless}, t.maxListed())
	}
	verdict.Counts = countsOf(byClass)
	verdict.ByState, verdict.ByVersion = largest(byState, maxKeys), largest(byVersion, maxKeys)
	counts := verdict.Counts
	if counts.Total > 0 {
		verdict.ReadyPercent = float64(counts.Ready*10_000/counts.Total) / 100
	}
	found.listBlocking(blocking[:min(len(blocking), t.gate.MaxBlocking)], names)
	verdict.BlockingTruncated = counts.Total-counts.Ready > int64(len(verdict.Blocking))
	found.decide()
	return verdict
}
