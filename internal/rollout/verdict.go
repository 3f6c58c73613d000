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
	// OnTarget is the number of rows that run the target, in whatever state; with
	// no target it is that of all rows.
	OnTarget int64
	// NotSelected is the number of elements that a description selects and the
	// filters do not. They are in no class.
	NotSelected int64
	ByPhase     map[imagestatus.Phase]int64
	ByState     map[string]int64
	ByVersion   map[string]int64
	// Blocking holds the elements that are not ready, worst first.
	Blocking []Blocker
	// BlockingTruncated reports that there are more of them.
	BlockingTruncated bool
	// Unnamed is a clause that says why names are missing; "" where they could be
	// read, or were not asked for. Whoever reads the names sets it.
	Unnamed string
}

// Progress is the verdict's counts in a few words, such as "37/50 ready
// (74%), 12 pending, 1 failed".
func (v *Verdict) Progress() string { return v.progress("") }

// Worst is what texts call the first of the blocking elements; "" where the
// verdict has none.
func (v *Verdict) Worst() string {
	if len(v.Blocking) == 0 {
		return ""
	}
	return v.Blocking[0].called()
}

// progress names, if there is a worst element, that element beside the number
// of those in its class.
func (v *Verdict) progress(worst string) string {
	counts := v.Counts
	parts := []string{fmt.Sprintf("%d/%d ready (%s)", counts.Ready, counts.Total, percentText(v.ReadyPercent))}
	for _, row := range classTable {
		count := counts.Of(row.class)
		if count == 0 || row.class == ClassReady {
			continue
		}
		part := fmt.Sprintf("%d %s", count, row.word)
		if worst != "" && v.Blocking[0].Class == row.class {
			part += ": " + worst
			if count > 1 {
				part += fmt.Sprintf(" and %d more", count-1)
			}
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// progressByName is Progress with the worst element, if its name is known.
func (v *Verdict) progressByName() string {
	if len(v.Blocking) == 0 || v.Blocking[0].Name == nil {
		return v.Progress()
	}
	return v.progress(v.Worst())
}
