package rollout

import (
	"cmp"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// kind is all that a verdict counts rows by. A fleet has few kinds, so that
// each is held once for all its elements.
type kind struct {
	class          Class
	phase          imagestatus.Phase
	state, version string
	// onTarget is whether the element runs the target, whatever its state.
	onTarget bool
	// unreadable reports that only the version keeps the element from being
	// ready, and that it cannot be read. Waiting does not change this: no
	// upgrade is in progress.
	unreadable bool
	// settlement and connection are of elements that the state and the target
	// let be ready; the zero values are of all others.
	settlement settlement
	connection connection
}

type countedKind struct {
	kind
	count int64
}

// tallied is what is kept of an element's newest row. Each word here is most
// of a megabyte for a large fleet.
type tallied struct {
	updated int64
	kind    *countedKind
}

// classify gives what a row counts as, and whether its version is the only
// obstacle and cannot be read. A row that names no element cannot be told from
// another one and is unrecognized.
func classify(status *imagestatus.Status, reach reach) (class Class, unreadable bool) {
	if status.Element() == "" {
		return ClassUnrecognized, false
	}
	phase := status.Phase()
	class = ClassOf(phase, reach.onTarget)
	return class, reach.unreadable && class == ClassPending && ClassOf(phase, true) == ClassReady
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
		cmp.Compare(r.kind.settlement, before.kind.settlement),
		compareTruth(before.kind.onTarget, r.kind.onTarget),
	)
}

// compareTruth has false first.
func compareTruth(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// why says what keeps the element of a row from being ready beside its state
// and the target; "" where nothing does.
func (g Gate) why(row tallied) string {
	var clauses []string
	switch row.kind.connection {
	case disconnected:
		clauses = append(clauses, "not connected to the controller")
	case connectionUnknown:
		clauses = append(clauses, "connection not known")
	case connected:
	}
	switch row.kind.settlement {
	case changedLately:
		clauses = append(clauses, g.changed(row.updated)+", must be unchanged for "+spokenDuration(g.SettledFor))
	case undated:
		clauses = append(clauses, "does not say when it changed")
	case settled:
	}
	return strings.Join(clauses, ", ")
}

func (g Gate) changed(stamp int64) string {
	changed, _ := imagestatus.StampTime(stamp)
	if changed.After(g.Now) {
		return "changed in the future by this clock (" + changed.Format("2006-01-02 15:04:05") + " UTC)"
	}
	return "changed " + spokenDuration(g.Now.Sub(changed)) + " ago"
}
