package rollout

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const namedInReason = 3 // elements, states or versions, before "and 2 more"

// The limits are for unexpected answers of the controller.
const (
	maxKeyRunes     = 64
	maxFailureRunes = 300
	maxKeys         = 50
	noneKey         = "none" // for null
	otherKey        = "other"
)

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

func listCounts(counts map[string]int64, noun string) string {
	var parts []string
	for _, key := range byCount(counts) {
		if len(parts) == namedInReason {
			return strings.Join(parts, ", ") + " and " + countOf(int64(len(counts)-namedInReason), "other "+noun)
		}
		parts = append(parts, fmt.Sprintf("%q (%d)", key, counts[key]))
	}
	return strings.Join(parts, ", ")
}

func listNames(names []string, write func(string) string) string {
	written := make([]string, 0, namedInReason)
	for _, name := range names[:min(len(names), namedInReason)] {
		written = append(written, write(name))
	}
	list := strings.Join(written, ", ")
	if more := len(names) - len(written); more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// byCount returns the keys, the most frequent first.
func byCount(counts map[string]int64) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
}

// largest keeps the most frequent keys; otherKey has the sum of the others.
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

// shorten also replaces characters that are not printable.
func shorten(text string, runes int) string {
	count := 0
	for _, r := range text {
		count++
		if count > runes || !isShown(r) {
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
		if !isShown(r) {
			r = ' '
		}
		short.WriteRune(r)
	}
	return short.String()
}

func isShown(r rune) bool { return r != utf8.RuneError && unicode.IsPrint(r) }

func shortened(text *string, runes int) *string {
	if text == nil {
		return nil
	}
	if short := shorten(*text, runes); short != *text {
		return new(short)
	}
	return text
}

func deref[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}

// spokenDuration is such as 30 s, 5 m or 1 h 12 m.
func spokenDuration(duration time.Duration) string {
	duration = duration.Round(time.Second)
	hours, minutes, seconds := int(duration.Hours()), int(duration.Minutes())%60, int(duration.Seconds())%60
	switch {
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d h %d m", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	case minutes > 0 && seconds > 0:
		return fmt.Sprintf("%d m %d s", minutes, seconds)
	case minutes > 0:
		return fmt.Sprintf("%d m", minutes)
	default:
		return fmt.Sprintf("%d s", seconds)
	}
}

func quote(text string) string { return strconv.Quote(shorten(text, maxKeyRunes)) }
