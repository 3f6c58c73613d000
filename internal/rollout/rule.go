package rollout

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// finding is what the rules of a gate decide on.
type finding struct {
	Gate
	*Verdict
	// unreadable are the versions that keep elements from being ready and cannot
	// be read, with the number of these elements.
	unreadable map[string]int64
	// leftOut and noIDs are elements asked for by id that are in no row: those
	// that the filters leave out, and those whose id is no id.
	leftOut, noIDs []string
}

// rowless gives the class of an element that was asked for and is in no row.
func (f *finding) rowless(id string, leftOut bool) Class {
	if leftOut {
		f.leftOut = append(f.leftOut, id)
		return ClassLeftOut
	}
	if strings.Trim(id, "0123456789") != "" {
		f.noIDs = append(f.noIDs, id)
	}
	return ClassMissing
}

// decide opens the gate, or says why it is closed.
func (f *finding) decide() {
	for _, rule := range gateRules {
		if rule.holds(f) {
			continue
		}
		f.Reasons = append(f.Reasons, rule.reason(f))
		hopeless := rule.hopeless(f)
		f.Hopeless = f.Hopeless || hopeless
		if hopeless || !f.Hopeless {
			f.Remedies = append(f.Remedies, rule.remedy)
		}
	}
	f.Ready = len(f.Reasons) == 0
	f.Summary = f.summary()
}

// gateRules must all hold for the gate to open. A rule is hopeless if waiting
// does not change what it finds; those that are never hopeless come last, so
// that waiting is not advised beside the others.
var gateRules = []struct {
	holds, hopeless func(*finding) bool
	reason          func(*finding) string
	remedy          string
}{
	{
		holds:    (*finding).mayHaveElements,
		hopeless: always,
		reason:   reasonTooFew,
		remedy:   "Check the selection: element_ids and filters must name elements of this tenant.",
	},
	{
		holds:    func(f *finding) bool { return f.Counts.Unrecognized == 0 },
		hopeless: always,
		reason:   reasonUnrecognized,
		remedy:   "Look at these elements in the controller; a newer version of this provider may know the state.",
	},
	{
		holds:    func(f *finding) bool { return f.Counts.LeftOut == 0 || f.hasElements() && f.enoughReady() },
		hopeless: (*finding).beyondReach,
		reason:   reasonLeftOut,
		remedy:   "Remove these elements from element_ids, or change the filters so that they select them.",
	},
	{
		holds:    func(f *finding) bool { return len(f.unreadable) == 0 || f.enoughReady() },
		hopeless: (*finding).beyondReach,
		reason:   reasonUnreadable,
		remedy:   "Use target_image_id in place of target_version: it needs no version to be read.",
	},
	{
		holds:    func(f *finding) bool { return f.Counts.Failed <= f.MaxFailed },
		hopeless: always,
		reason:   reasonFailed,
		remedy:   "Repair or retry the failed elements, take them out of the selection, or raise max_failed.",
	},
	{
		holds:    func(f *finding) bool { return len(f.noIDs) == 0 || f.hasElements() && f.enoughReady() },
		hopeless: never,
		reason:   reasonNoIDs,
		remedy:   "Write the id of the element in place of its name; the data source prismasdwan_element_image_statuses lists the ids.",
	},
	{
		holds:    func(f *finding) bool { return f.hasElements() || !f.mayHaveElements() },
		hopeless: never,
		reason:   reasonNoStatusYet,
		remedy:   "Run again when the elements have a status, have the gate wait for them, or lower min_elements.",
	},
	{
		holds:    (*finding).enoughReady,
		hopeless: never,
		reason:   reasonNotReady,
		remedy:   "Run again when the elements are done, have the gate wait for them, or lower min_ready_percent.",
	},
}

func always(*finding) bool { return true }

func never(*finding) bool { return false }

func (f *finding) hasElements() bool { return f.Counts.withRow() >= f.minElements() }

// mayHaveElements reports whether waiting may bring enough elements: those that
// were asked for by id and have no row may get one.
func (f *finding) mayHaveElements() bool {
	return f.Counts.withRow()+f.Counts.Missing >= f.minElements()
}

func (f *finding) enoughReady() bool { return f.enough(f.Counts.Ready, f.Counts.Total) }

// beyondReach reports that the gate stays closed even if every element becomes
// ready that waiting may make so.
func (f *finding) beyondReach() bool {
	stuck := f.Counts.LeftOut
	for _, count := range f.unreadable {
		stuck += count
	}
	return !f.mayHaveElements() || !f.enough(f.Counts.Total-stuck, f.Counts.Total)
}

func reasonTooFew(f *finding) string {
	selected := f.Counts.withRow()
	if selected == 0 {
		return fmt.Sprintf("The selection matches no element that has an image status (min_elements is %d).", f.minElements())
	}
	return fmt.Sprintf("The selection matches %s (min_elements is %d).", countOf(selected, "element"), f.minElements())
}

func reasonNoStatusYet(f *finding) string {
	selected := f.Counts.withRow()
	verb := "have"
	if selected == 1 || len(f.ElementIDs) == 1 {
		verb = "has"
	}
	return fmt.Sprintf("%d of %s named in element_ids %s a status (min_elements is %d).",
		selected, countOf(int64(len(f.ElementIDs)), "element"), verb, f.minElements())
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
		f.Counts.LeftOut, countOf(int64(len(f.ElementIDs)), "element"), listNames(f.leftOut))
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

func reasonFailed(f *finding) string {
	failed := f.Counts.Failed
	reason := fmt.Sprintf("%s failed (max_failed is %d)", countOf(failed, "element"), f.MaxFailed)
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

func reasonNoIDs(f *finding) string {
	return fmt.Sprintf("element_ids takes ids, which consist of digits, and not names. There is no status for %s.", listNames(f.noIDs))
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
			parts = append(parts, fmt.Sprintf("%d %s", count, row.clause))
		}
	}
	if len(parts) > 0 {
		reason += ": " + strings.Join(parts, ", ")
	}
	return reason + "."
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
	if thresholds := f.thresholds(); f.Ready && len(thresholds) > 0 {
		line += " (" + strings.Join(thresholds, ", ") + ")"
	}
	return line
}

// thresholds names those that differ from their defaults.
func (g Gate) thresholds() []string {
	var named []string
	if percent := g.minReadyPercent(); percent.Cmp(hundred) != 0 {
		named = append(named, "min_ready_percent is "+ratText(percent))
	}
	if g.MaxFailed != 0 {
		named = append(named, fmt.Sprintf("max_failed is %d", g.MaxFailed))
	}
	if g.minElements() != 1 {
		named = append(named, fmt.Sprintf("min_elements is %d", g.MinElements))
	}
	return named
}

func ratPercent(percent *big.Rat) string { return ratText(percent) + "%" }

// maxDecimals bounds a number that has no end in decimals.
const maxDecimals = 18

// ratText writes a decimal number with all its digits.
func ratText(number *big.Rat) string {
	decimals, _ := number.FloatPrec()
	return number.FloatString(min(decimals, maxDecimals))
}
