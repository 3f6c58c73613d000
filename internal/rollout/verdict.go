package rollout

import (
	"fmt"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

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
	ByPhase      map[imagestatus.Phase]int64
	ByState      map[string]int64
	ByVersion    map[string]int64
	// Blocking holds the elements that are not ready, worst first.
	Blocking []Blocker
	// BlockingTruncated reports that there are more of them.
	BlockingTruncated bool
}

// Progress is the verdict's counts in a few words, such as "37/50 ready
// (74%), 12 pending, 1 failed".
func (v *Verdict) Progress() string {
	counts := v.Counts
	parts := []string{fmt.Sprintf("%d/%d ready (%s)", counts.Ready, counts.Total, percentText(v.ReadyPercent))}
	for _, row := range classTable {
		if count := counts.Of(row.class); count > 0 && row.class != ClassReady {
			parts = append(parts, fmt.Sprintf("%d %s", count, row.word))
		}
	}
	return strings.Join(parts, ", ")
}
