package imagestatus

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// namedInReason is how many elements or states a reason names before it says
// how many more there are.
const namedInReason = 3

func reasonTooFew(gate Gate, verdict *Verdict) string {
	found := verdict.Counts.Total - verdict.Counts.Missing
	if found == 0 {
		return fmt.Sprintf("The selection matches no element that has an image status, and at least %d must.", max(1, gate.MinElements))
	}
	return fmt.Sprintf("The selection matches %s, and at least %d must match.", countOf(found, "element"), gate.MinElements)
}

func reasonUnrecognized(_ Gate, verdict *Verdict) string {
	var sentences []string
	unknown := verdict.ByPhase[PhaseUnknown]
	if unknown > 0 {
		sentence := fmt.Sprintf("%s in a state that this provider does not recognize", isAre(unknown, "element"))
		if states := unknownStates(verdict.ByState); len(states) > 0 {
			sentence += ": " + listCounts(states)
		}
		sentences = append(sentences, sentence+". What the state means for the rollout is not known.")
	}
	if nameless := verdict.Counts.Unrecognized - unknown; nameless > 0 {
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
		if state != noneKey && state != otherKey && State(state).Phase() == PhaseUnknown {
			states[state] = count
		}
	}
	return states
}

func reasonFailed(gate Gate, verdict *Verdict) string {
	failed := verdict.Counts.Failed
	reason := fmt.Sprintf("%s failed (max_failed is %d)", countOf(failed, "element"), gate.MaxFailed)
	var named []string
	for _, blocker := range verdict.Blocking {
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

// String is the element in one line: id, class, state, version, progress and
// the controller's failure text, as far as there are any.
func (b Blocker) String() string {
	line := fmt.Sprintf("%s  %s", cmp.Or(b.ElementID, "(no element id)"), b.Class)
	if b.Class == ClassMissing {
		return line + ", no status row"
	}
	line += ", state " + cmp.Or(deref(b.UpgradeState), noneKey)
	line += ", version " + cmp.Or(deref(b.ActiveVersion), noneKey)
	if b.DownloadPercent != nil && b.Phase == PhaseDownloading {
		line += fmt.Sprintf(", %d%% downloaded", *b.DownloadPercent)
	}
	if info := deref(b.FailureInfo); info != "" {
		line += ": " + info
	}
	return line
}

func (b Blocker) describeFailure() string {
	text := b.ElementID + " (" + deref(b.UpgradeState)
	if info := deref(b.FailureInfo); info != "" {
		text += ": " + shorten(info, 80)
	}
	return text + ")"
}

func reasonNotReady(gate Gate, verdict *Verdict) string {
	counts := verdict.Counts
	verb := "are"
	if counts.Ready == 1 || counts.Total == 1 {
		verb = "is"
	}
	reason := fmt.Sprintf("%d of %s %s ready", counts.Ready, countOf(counts.Total, "element"), verb)
	if target := gate.Target.String(); target != "" {
		reason += " on " + target
	}
	reason += fmt.Sprintf(" (%s), %s required", percentText(verdict.ReadyPercent), ratPercent(gate.minReadyPercent()))
	var parts []string
	for _, part := range []struct {
		count int64
		text  string
	}{{counts.Pending, "pending"}, {counts.Failed, "failed"}, {counts.Unrecognized, "unrecognized"}, {counts.Missing, "without a status row"}} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.text))
		}
	}
	if len(parts) > 0 {
		reason += ": " + strings.Join(parts, ", ")
	}
	return reason + "."
}

// summary is the verdict in one line.
func (g Gate) summary(verdict *Verdict) string {
	word := "closed"
	if verdict.Ready {
		word = "open"
	}
	line := fmt.Sprintf("%s: %s", word, verdict.Progress())
	if target := g.Target.String(); target != "" {
		line += ", target " + target
	}
	return line
}

// Progress is the verdict's counts in a few words, such as "37/50 ready
// (74%), 12 pending, 1 failed".
func (v *Verdict) Progress() string {
	counts := v.Counts
	parts := []string{fmt.Sprintf("%d/%d ready (%s)", counts.Ready, counts.Total, percentText(v.ReadyPercent))}
	for _, part := range []struct {
		count int64
		class Class
	}{{counts.Pending, ClassPending}, {counts.Failed, ClassFailed}, {counts.Unrecognized, ClassUnrecognized}, {counts.Missing, ClassMissing}} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.class))
		}
	}
	return strings.Join(parts, ", ")
}

func percentText(percent float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", percent), "0"), ".") + "%"
}

func ratPercent(percent *big.Rat) string {
	text := percent.FloatString(6)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}

func countOf(count int64, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}

func isAre(count int64, noun string) string {
	if count == 1 {
		return countOf(count, noun) + " is"
	}
	return countOf(count, noun) + " are"
}

// listCounts names the most frequent states with their counts.
func listCounts(counts map[string]int64) string {
	var parts []string
	for _, key := range byCount(counts) {
		if len(parts) == namedInReason {
			return strings.Join(parts, ", ") + " and " + countOf(int64(len(counts)-namedInReason), "other state")
		}
		parts = append(parts, fmt.Sprintf("%q (%d)", key, counts[key]))
	}
	return strings.Join(parts, ", ")
}

// byCount orders keys by count, the largest first, then by name.
func byCount(counts map[string]int64) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
}

// largest keeps the most frequent keys and adds the others up.
func largest(counts map[string]int64, bound int) map[string]int64 {
	if len(counts) <= bound {
		return counts
	}
	kept := make(map[string]int64, bound+1)
	for i, key := range byCount(counts) {
		if i < bound {
			kept[key] = counts[key]
		} else {
			kept[otherKey] += counts[key]
		}
	}
	return kept
}

// shorten makes one printable line of a text and cuts it.
func shorten(text string, runes int) string {
	count := 0
	for _, r := range text {
		count++
		if count > runes || !shows(r) {
			return cut(text, runes)
		}
	}
	return text
}

func cut(text string, runes int) string {
	var short strings.Builder
	count := 0
	for _, r := range text {
		count++
		if count > runes {
			short.WriteRune('…')
			break
		}
		if !shows(r) {
			r = ' '
		}
		short.WriteRune(r)
	}
	return short.String()
}

// shows reports whether a character can be shown; what is no character at all
// cannot.
func shows(r rune) bool { return r != utf8.RuneError && unicode.IsPrint(r) }

func shortened(text *string, runes int) *string {
	if text == nil {
		return nil
	}
	if short := shorten(*text, runes); short != *text {
		return new(short)
	}
	return text
}
