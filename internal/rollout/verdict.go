package rollout

import (
	"fmt"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Verdict is the result of a gate for one read of the fleet.
type Verdict struct {
	Ready    bool     // the gate is open
	Hopeless bool     // waiting cannot open the gate
	Summary  string   // one line
	Reasons  []string // sentences on why the gate is closed
	Remedies []string // sentences on what to do, without waiting if it is hopeless
	// ReadyPercent, 0 to 100, is rounded down to two decimals, so that it never shows
	// too much.
	ReadyPercent float64
	Counts       Counts
	OnTarget     int64 // rows on target, in any phase
	// NotSelected is the number of elements that a description selects and the filters
	// leave out. They are in no class.
	NotSelected       int64
	ByPhase           map[imagestatus.Phase]int64
	ByState           map[string]int64
	ByVersion         map[string]int64
	Blocking          []Blocker // elements that are not ready, the worst first
	BlockingTruncated bool      // more elements are not ready
	// Unnamed is a clause on why names are missing, set by the caller that reads them;
	// "" if they are not.
	Unnamed string
}

// Progress returns the counts, such as "37/50 ready (74%), 12 pending, 1 failed".
func (v *Verdict) Progress() string { return v.progress("") }

// Worst returns the label of the first blocker; "" if there is none.
func (v *Verdict) Worst() string {
	if len(v.Blocking) == 0 {
		return ""
	}
	return v.Blocking[0].displayName()
}

// progress names the worst element, if any, beside the count of its class.
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

func (v *Verdict) progressByName() string {
	if len(v.Blocking) == 0 || v.Blocking[0].Name == nil {
		return v.Progress()
	}
	return v.progress(v.Worst())
}
