package rollout

import (
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// finding is what the rules of a gate decide on.
type finding struct {
	Gate
	*Verdict
	labels
	// unreadable are the versions that keep elements from being ready and cannot
	// be read, with the number of these elements.
	unreadable map[string]int64
	// unsettled and undated are the numbers of elements that settled_for keeps
	// from being ready: those that changed lately, and those that do not say
	// when they changed.
	unsettled, undated int64
	// leftOut and noIDs are elements asked for by id that are in no row: those
	// that the filters leave out, and those whose id is no id.
	leftOut, noIDs []string
	// nowhere and excluded are values of the description: those that no element
	// has, and those that its other conditions leave out.
	nowhere, excluded []inventory.Unmatched
}

// obstruct notes what keeps elements from being ready beside their state.
func (f *finding) obstruct(its *countedKind) {
	if its.unreadable {
		f.unreadable[its.version] += its.count
	}
	switch its.settlement {
	case changedLately:
		f.unsettled += its.count
	case undated:
		f.undated += its.count
	case settled:
	}
}

// rowless lists what was asked for and is in no row, by id or by a value of the
// description. An element that a description selects and the filters leave out
// was not asked for.
func (f *finding) rowless(ids []string, leftOut map[string]bool) []Blocker {
	var rowless []Blocker
	for _, id := range ids {
		class := ClassMissing
		switch {
		case leftOut[id] && f.Selected != nil:
			f.NotSelected++
			continue
		case leftOut[id]:
			f.leftOut = append(f.leftOut, id)
			class = ClassLeftOut
		case f.Selected == nil && !imagestatus.IsDigits(id):
			f.noIDs = append(f.noIDs, id)
		}
		rowless = append(rowless, Blocker{ElementID: shorten(id, maxKeyRunes), Class: class, Phase: imagestatus.PhaseUnknown})
	}
	if f.Selected == nil {
		return rowless
	}
	f.nowhere, f.excluded = eachOnce(f.Selected.Unmatched), eachOnce(f.Selected.LeftOut)
	for _, value := range f.nowhere {
		rowless = append(rowless, nowhereBlocker(value))
	}
	for _, value := range f.excluded {
		rowless = append(rowless, excludedBlocker(value))
	}
	return rowless
}

// asked is the number of elements that were asked for, present or not.
func (f *finding) asked() int64 { return int64(len(f.ElementIDs)) - f.NotSelected }

// show puts elements that are not ready into the verdict, by what is known of
// them.
func (f *finding) show(blocking blockerList, names *inventory.Fleet) {
	ids := slices.Clone(f.leftOut[:min(len(f.leftOut), namedInReason)])
	for _, held := range blocking {
		ids = append(ids, held.ElementID)
	}
	f.labels = newLabels(names, ids)
	for _, held := range blocking {
		blocker := held.Blocker
		if held.row.kind != nil {
			blocker.Why = f.why(held.row)
		}
		f.name(&blocker)
		f.Blocking = append(f.Blocking, blocker)
	}
}

func (f *finding) hasElements() bool { return f.Counts.withRow() >= f.minElements() }

// mayHaveElements reports whether waiting may bring enough elements: those that
// were asked for and have no row may get one.
func (f *finding) mayHaveElements() bool {
	return f.Counts.withRow()+f.Counts.Missing >= f.minElements()
}

func (f *finding) enoughReady() bool { return f.enough(f.Counts.Ready, f.Counts.Total) }

// opensWithoutThem reports that elements in no row do not keep the gate closed.
func (f *finding) opensWithoutThem() bool { return f.hasElements() && f.enoughReady() }

// beyondReach reports that the gate stays closed even if every element becomes
// ready that waiting may make so.
func (f *finding) beyondReach() bool {
	stuck := f.Counts.LeftOut + f.undated
	for _, count := range f.unreadable {
		stuck += count
	}
	return !f.mayHaveElements() || !f.enough(f.Counts.Total-stuck, f.Counts.Total)
}

// tooManyFailed lists the bounds that the failed elements exceed.
func (f *finding) tooManyFailed() []failureBound {
	return slices.DeleteFunc(f.failureBounds(f.Counts.Total), func(bound failureBound) bool { return f.Counts.Failed <= bound.most })
}

func (f *finding) fewFailed() bool { return len(f.tooManyFailed()) == 0 }
