package rollout

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/wording"
)

func reasonTooFew(f *finding) string {
	selected, bound := f.Counts.withRow(), fmt.Sprintf("(min_elements is %d)", f.minElements())
	switch {
	case f.Selected != nil || f.Wave > 0:
		return fmt.Sprintf("%s %s.", f.selects(f.requested()), bound)
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
	selected, asked := f.Counts.withRow(), f.requested()
	if asked == 0 {
		return fmt.Sprintf("%s (min_elements is %d).", f.selects(asked), f.minElements())
	}
	verb := "have"
	if selected == 1 || asked == 1 {
		verb = "has"
	}
	return fmt.Sprintf("%d of %s %s %s a status (min_elements is %d).",
		selected, countOf(asked, "element"), f.requestedBy(), verb, f.minElements())
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

func reasonLeftOutIDs(f *finding) string {
	return fmt.Sprintf("The filters leave out %d of the %s named in element_ids: %s.",
		len(f.leftOutIDs), countOf(f.requested(), "element"), listNames(f.leftOutIDs, f.quoted))
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

func reasonMalformedIDs(f *finding) string {
	return fmt.Sprintf("element_ids takes ids, which consist of digits, and not names. There is no status for %s.", listNames(f.malformedIDs, quote))
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

func reasonUnsettled(f *finding) string {
	return fmt.Sprintf("%s changed less than %s ago (settled_for).", countOf(f.unsettled, "element"), spokenDuration(f.SettledFor))
}

func reasonUndated(f *finding) string {
	verb := "do"
	if f.undated == 1 {
		verb = "does"
	}
	return fmt.Sprintf("%s %s not say when the status changed (settled_for is %s).", countOf(f.undated, "element"), verb, spokenDuration(f.SettledFor))
}

func reasonFailed(f *finding) string {
	failed, total := f.Counts.Failed, f.Counts.Total
	strictest := slices.MinFunc(f.exceededBounds(), func(a, b failureBound) int { return cmp.Compare(a.limit, b.limit) })
	reason := countOf(failed, "element") + " failed"
	if strictest.isPercent {
		// Rounded up to two decimals, so that it never shows less than there is.
		share := float64((failed*10_000+total-1)/total) / 100
		reason = fmt.Sprintf("%d of %s failed, %s", failed, countOf(total, "element"), percentText(share))
	}
	reason += fmt.Sprintf(" (%s)", strictest)
	var named []string
	for _, blocker := range f.Blocking {
		if blocker.Class == ClassFailed && len(named) < namedInReason {
			named = append(named, blocker.describeFailure())
		}
	}
	if len(named) > 0 {
		reason += ": " + strings.Join(named, ", ")
		if more := failed - int64(len(named)); more > 0 {
			reason += fmt.Sprintf(" and %d more", more)
		}
	}
	return reason + "."
}

func adviseFailed(f *finding) string {
	var arguments []string
	for _, bound := range f.exceededBounds() {
		arguments = append(arguments, bound.argument)
	}
	return "Repair or retry the failed elements, take them out of the selection, or raise " + wording.Join("and", arguments) + "."
}

func reasonUnmatched(f *finding) string {
	var sentences []string
	for _, value := range f.unmatched[:min(len(f.unmatched), namedInReason)] {
		sentence := fmt.Sprintf("No element %s %s (where.%s)", phraseOf(value.Criterion).long, quote(value.Value), value.Criterion)
		if nearest := nearestTo(value); nearest != "" {
			sentence += "; " + nearest
		}
		sentences = append(sentences, sentence+".")
	}
	switch more := len(f.unmatched) - len(sentences); {
	case more == 1:
		sentences = append(sentences, "1 more value of where matches no element.")
	case more > 1:
		sentences = append(sentences, fmt.Sprintf("%d more values of where match no element.", more))
	}
	return strings.Join(sentences, " ")
}

func reasonLeftOutValues(f *finding) string {
	values := make([]string, len(f.leftOutValues))
	for i, value := range f.leftOutValues {
		values[i] = fmt.Sprintf("%s (where.%s)", elementWith(value), value.Criterion)
	}
	return fmt.Sprintf("Other conditions of where leave out what it names: %s.", listNames(values, func(value string) string { return value }))
}

func (f *finding) selects(count int64) string {
	selected := "no element"
	if count > 0 {
		selected = countOf(count, "element")
	}
	switch {
	case f.Wave > 0 && f.NotSelected > 0:
		return fmt.Sprintf("Wave %d and the filters select %s", f.Wave, selected)
	case f.Wave > 0:
		return fmt.Sprintf("Wave %d has %s", f.Wave, selected)
	case f.NotSelected > 0:
		return "where and the filters select " + selected
	default:
		return "where selects " + selected
	}
}

func (f *finding) requestedBy() string {
	switch {
	case f.Wave > 0:
		return fmt.Sprintf("of wave %d", f.Wave)
	case f.Selected == nil:
		return "named in element_ids"
	case f.NotSelected > 0:
		return "selected by where and the filters"
	default:
		return "selected by where"
	}
}

// summary names the thresholds that may have opened the gate before every element is
// ready.
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
	if thresholds := f.changedThresholds(); f.Ready && len(thresholds) > 0 {
		line += " (" + strings.Join(thresholds, ", ") + ")"
	}
	return line
}
