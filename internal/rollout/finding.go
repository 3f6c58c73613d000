package rollout

import (
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// finding is the input of the rules of a gate, and the verdict that they complete.
type finding struct {
	Gate
	*Verdict
	labels
	// unreadable counts elements by the version that cannot be parsed, if nothing else
	// keeps them from being ready.
	unreadable map[string]int64
	// These elements are only kept from being ready by settled_for.
	unsettled, undated int64
	// These are ids of requested elements without a row: those that the filters leave
	// out, and those that cannot be an id.
	leftOutIDs, malformedIDs []string
	// These are Selected.Unmatched and Selected.LeftOut, each value once.
	unmatched, leftOutValues []inventory.Unmatched
}

func (f *finding) countObstacles(of *bucket) {
	if of.unreadable {
		f.unreadable[of.version] += of.count
	}
	switch of.settlement {
	case changedLately:
		f.unsettled += of.count
	case undated:
		f.undated += of.count
	case settled:
	}
}

// rowlessBlockers lists what was requested and has no row: ids, and values of the
// description. An element that a description selects and the filters leave out was not
// requested.
func (f *finding) rowlessBlockers(ids []string, leftOut map[string]bool) []Blocker {
	var rowless []Blocker
	for _, id := range ids {
		class := ClassMissing
		switch {
		case leftOut[id] && f.Selected != nil:
			f.NotSelected++
			continue
		case leftOut[id]:
			f.leftOutIDs = append(f.leftOutIDs, id)
			class = ClassLeftOut
		case f.Selected == nil && !imagestatus.IsDigits(id):
			f.malformedIDs = append(f.malformedIDs, id)
		}
		rowless = append(rowless, Blocker{ElementID: shorten(id, maxKeyRunes), Class: class, Phase: imagestatus.PhaseUnknown})
	}
	if f.Selected == nil {
		return rowless
	}
	f.unmatched, f.leftOutValues = eachOnce(f.Selected.Unmatched), eachOnce(f.Selected.LeftOut)
	for _, value := range f.unmatched {
		rowless = append(rowless, unmatchedBlocker(value))
	}
	for _, value := range f.leftOutValues {
		rowless = append(rowless, leftOutBlocker(value))
	}
	return rowless
}

func (f *finding) requested() int64 { return int64(len(f.ElementIDs)) - f.NotSelected }

func (f *finding) listBlocking(blocking blockerList, names *inventory.Fleet) {
	ids := slices.Clone(f.leftOutIDs[:min(len(f.leftOutIDs), namedInReason)])
	for _, listed := range blocking {
		ids = append(ids, listed.ElementID)
	}
	f.labels = newLabels(names, ids)
	for _, listed := range blocking {
		blocker := listed.Blocker
		if listed.row.bucket != nil {
			blocker.Why = f.why(listed.row)
		}
		f.setNames(&blocker)
		f.Blocking = append(f.Blocking, blocker)
	}
}

func (f *finding) hasElements() bool { return f.Counts.withRow() >= f.minElements() }

// mayHaveElements also counts requested elements without a row, which may get one.
func (f *finding) mayHaveElements() bool {
	return f.Counts.withRow()+f.Counts.Missing >= f.minElements()
}

func (f *finding) enoughReady() bool { return f.enough(f.Counts.Ready, f.Counts.Total) }

func (f *finding) opensWithoutRowless() bool { return f.hasElements() && f.enoughReady() }

// cannotOpen reports whether the gate stays closed even if every element becomes ready
// that can by waiting.
func (f *finding) cannotOpen() bool {
	stuck := f.Counts.LeftOut + f.undated
	for _, count := range f.unreadable {
		stuck += count
	}
	return !f.mayHaveElements() || !f.enough(f.Counts.Total-stuck, f.Counts.Total)
}

func (f *finding) exceededBounds() []failureBound {
	return slices.DeleteFunc(f.failureBounds(f.Counts.Total), func(bound failureBound) bool { return f.Counts.Failed <= bound.limit })
}

func (f *finding) fewFailed() bool { return len(f.exceededBounds()) == 0 }
