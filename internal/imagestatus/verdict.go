package imagestatus

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"unicode"
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
	states := make(map[string]int64)
	for state, count := range verdict.ByState {
		if state != noneKey && State(state).Phase() == PhaseUnknown {
			states[state] = count
		}
	}
	reason := fmt.Sprintf("%s in a state that this provider does not recognize", isAre(verdict.Counts.Unrecognized, "element"))
	if len(states) > 0 {
		reason += ": " + listCounts(states)
	}
	return reason + ". What the state means for the rollout is not known."
}

func reasonFailed(gate Gate, verdict *Verdict) string {
	failed := verdict.Counts.Failed
	reason := fmt.Sprintf("%s failed, and at most %d may", countOf(failed, "element"), gate.MaxFailed)
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
	line := fmt.Sprintf("%s  %s", b.ElementID, b.Class)
	if b.Class == ClassMissing {
		return line + ", no status row"
	}
	line += ", state " + cmp.Or(deref(b.UpgradeState), noneKey)
	line += ", version " + cmp.Or(deref(b.ActiveVersion), noneKey)
	if b.DownloadPercent != nil && b.Phase == PhaseDownloading {
		line += fmt.Sprintf(", %d %% downloaded", *b.DownloadPercent)
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
	reason := fmt.Sprintf("%d of %s ready", counts.Ready, isAre(counts.Total, "element"))
	if target := gate.Target.String(); target != "" {
		reason += " on " + target
	}
	reason += fmt.Sprintf(" (%s), and %s must be", percentText(verdict.ReadyPercent), ratPercent(gate.minReadyPercent()))
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
// (74 %), 12 pending, 1 failed".
func (v *Verdict) Progress() string {
	counts := v.Counts
	line := fmt.Sprintf("%d/%d ready (%s)", counts.Ready, counts.Total, percentText(v.ReadyPercent))
	for _, part := range []struct {
		count int64
		class Class
	}{{counts.Pending, ClassPending}, {counts.Failed, ClassFailed}, {counts.Unrecognized, ClassUnrecognized}, {counts.Missing, ClassMissing}} {
		if part.count > 0 {
			line += fmt.Sprintf(", %d %s", part.count, part.class)
		}
	}
	return line
}

func percentText(percent float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", percent), "0"), ".") + " %"
}

func ratPercent(percent *big.Rat) string {
	text := percent.FloatString(6)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + " %"
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

// listCounts names the most frequent keys with their counts.
func listCounts(counts map[string]int64) string {
	var parts []string
	for _, key := range byCount(counts) {
		if len(parts) == namedInReason {
			parts = append(parts, fmt.Sprintf("%d more", len(counts)-namedInReason))
			break
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

func positive[K comparable](counts map[K]int64) map[K]int64 {
	kept := make(map[K]int64, len(counts))
	for key, count := range counts {
		if count > 0 {
			kept[key] = count
		}
	}
	return kept
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
	var short strings.Builder
	count := 0
	for _, r := range text {
		if count++; count > runes {
			short.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) {
			r = ' '
		}
		short.WriteRune(r)
	}
	return short.String()
}

func shortened(text *string, runes int) *string {
	if text == nil {
		return nil
	}
	short := shorten(*text, runes)
	return &short
}
