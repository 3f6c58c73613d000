package rollout

import (
	"cmp"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// bucketKey has everything by which a verdict counts rows. A fleet has few different
// keys, so that elements share buckets.
type bucketKey struct {
	class          Class
	phase          imagestatus.Phase
	state, version string
	onTarget       bool // in any phase
	// unreadable is true if only the version keeps the element from being ready,
	// because it cannot be parsed. Waiting does not help: no upgrade is in progress.
	unreadable bool
	// These are zero for elements that are not ready by their state and target.
	settlement settlement
	connection connection
}

type bucket struct {
	bucketKey
	count int64
}

// countedRow is kept for the newest row of each element. Each word in it costs almost a
// megabyte for a large fleet.
type countedRow struct {
	updated int64
	bucket  *bucket
}

// classify returns bucketKey.class and bucketKey.unreadable of a row. A row without an
// element cannot be told from another one, so it is unrecognized.
func classify(status *imagestatus.Status, match targetMatch) (class Class, unreadable bool) {
	if status.Element() == "" {
		return ClassUnrecognized, false
	}
	phase := status.Phase()
	class = ClassOf(phase, match.onTarget)
	return class, match.unreadable && class == ClassPending && ClassOf(phase, true) == ClassReady
}

// compare is positive if the row replaces the one before it, and 0 if both are counted
// alike.
func (r countedRow) compare(before countedRow) int {
	return cmp.Or(
		cmp.Compare(r.updated, before.updated),
		compareBadness(before.bucket.class, r.bucket.class),
		// The rest makes the verdict independent of the order of rows.
		cmp.Compare(before.bucket.phase.Order(), r.bucket.phase.Order()),
		strings.Compare(before.bucket.state, r.bucket.state),
		strings.Compare(before.bucket.version, r.bucket.version),
		cmp.Compare(r.bucket.settlement, before.bucket.settlement),
		compareBools(before.bucket.onTarget, r.bucket.onTarget),
	)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// why returns Blocker.Why.
func (g Gate) why(row countedRow) string {
	var clauses []string
	switch row.bucket.connection {
	case disconnected:
		clauses = append(clauses, "not connected to the controller")
	case connectionUnknown:
		clauses = append(clauses, "connection not known")
	case connected:
	}
	switch row.bucket.settlement {
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
