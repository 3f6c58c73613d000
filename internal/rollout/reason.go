package rollout

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

func reasonTooFew(f *finding) string {
	selected, bound := f.Counts.withRow(), fmt.Sprintf("(min_elements is %d)", f.minElements())
	switch {
	case f.Selected != nil || f.Wave > 0:
		return fmt.Sprintf("%s %s.", f.selects(f.asked()), bound)
	case selected == 0:
		return fmt.Sprintf("The selection matches no element that has an image status %s.", bound)
	default:
		return fmt.Sprintf("The selection matches %s %s.", countOf(selected, "element"), bound)
	}
}

func adviseTooFew(f *finding) string {
	switch {
	case f.Wave > 0:
		return "Check the selection, the sizes of the waves and min_elements: every wave must have as many elements."
	case f.Selected == nil:
		return "Check the selection: element_ids and filters must name elements of this tenant."
	case f.NotSelected > 0:
		return "Check where and filters: an element must satisfy both."
	default:
		return "Check where: one element of this tenant must satisfy all of its conditions."
	}
}

func reasonNoStatusYet(f *finding) string {
	selected, asked := f.Counts.withRow(), f.asked()
	if asked == 0 {
		return fmt.Sprintf("%s (min_elements is %d).", f.selects(asked), f.minElements())
	}
	verb := "have"
	if selected == 1 || asked == 1 {
		verb = "has"
	}
	return fmt.Sprintf("%d of %s %s %s a status (min_elements is %d).",
		selected, countOf(asked, "element"), f.askedBy(), verb, f.minElements())
}

func reasonUnrecognized(f *finding) string {
	var sentences []string
	unknown := f.ByPhase[imagestatus.PhaseUnknown]
	if unknown > 0 {
		sentence := fmt.Sprintf("%s in a state that this provider does not recognize", isAre(unknown, "element"))
		if states := unknownStates(f.ByState); len(states) > 0 {
			sentence += ": " + listCounts(states, "state")
		}
		sentences = append(sentences, sentence+". What the state means for the rollout is not known.")
	}
	if nameless := f.Counts.Unrecognized - unknown; nameless > 0 {
		verb := "name"
		if nameless == 1 {
			verb = "names"
		}
		sentences = append(sentences, fmt.Sprintf("%s %s no element, so that it is not known whose state this is.", countOf(nameless, "status row"), verb))
	}
	return strings.Join(sentences, " ")
}

func unknownStates(byState map[string]int64) map[string]int64 {
	states := make(map[string]int64)
	for state, count := range byState {
		if state != noneKey && state != otherKey && imagestatus.State(state).Phase() == imagestatus.PhaseUnknown {
			states[state] = count
		}
	}
	return states
}

func reasonLeftOut(f *finding) string {
	return fmt.Sprintf("The filters leave out %d of the %s named in element_ids: %s.",
		len(f.leftOut), countOf(f.asked(), "element"), listNames(f.leftOut, f.quoted))
}

func reasonUnreadable(f *finding) string {
	var count int64
	for _, elements := range f.unreadable {
		count += elements
	}
	verb := "report"
	if count == 1 {
		verb = "reports"
	}
	return fmt.Sprintf("%s %s a version that this provider cannot read, so that it is not known whether it is the target: %s.",
		countOf(count, "element"), verb, listCounts(f.unreadable, "version"))
}

func reasonNoIDs(f *finding) string {
	return fmt.Sprintf("element_ids takes ids, which consist of digits, and not names. There is no status for %s.", listNames(f.noIDs, quote))
}

func reasonNotReady(f *finding) string {
	counts := f.Counts
	verb := "are"
	if counts.Ready == 1 || counts.Total == 1 {
		verb = "is"
	}
	reason := fmt.Sprintf("%d of %s %s ready", counts.Ready, countOf(counts.Total, "element"), verb)
	if target := f.Target.String(); target != "" {
		reason += " on " + target
	}
	reason += fmt.Sprintf(" (%s), %s required", percentText(f.ReadyPercent), ratPercent(f.minReadyPercent()))
	var parts []string
	for _, row := range classTable {
		if count := counts.Of(row.class); count > 0 && row.class != ClassReady {
			clause := row.clause
			if f.Selected != nil {
				clause = cmp.Or(row.described, clause)
			}
			parts = append(parts, fmt.Sprintf("%d %s", count, clause))
		}
	}
	if len(parts) > 0 {
		reason += ": " + strings.Join(parts, ", ")
	}
	return reason + "."
}

func adviseNotReady(f *finding) string {
	done := "done"
	if f.Counts.Disconnected > 0 {
		done = "done and connected"
	}
	return "Run again when the elements are " + done + ", have the gate wait for them, or lower min_ready_percent."
}

// summary is the verdict in one line. An open gate names the thresholds that
// let it open with less than every element ready.
func (f *finding) summary() string {
	word := "closed"
	if f.Ready {
		word = "open"
	}
	line := fmt.Sprintf("%s: %s", word, f.Progress())
	if target := f.Target.String(); target != "" {
		line += ", target " + target
	}
	if f.NotSelected > 0 {
		line += fmt.Sprintf(", %d not selected by the filters", f.NotSelected)
	}
	if thresholds := f.thresholds(); f.Ready && len(thresholds) > 0 {
		line += " (" + strings.Join(thresholds, ", ") + ")"
	}
	return line
}
