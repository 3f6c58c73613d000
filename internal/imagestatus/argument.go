package imagestatus

import (
	"fmt"
	"strconv"
	"strings"
)

// ArgumentError reports an argument that cannot be used, in terms of the
// attribute the user typed.
type ArgumentError struct {
	// Path leads to the argument from the outermost attribute: attribute names
	// as string, list positions as int.
	Path []any
	// Value is the value seen, as text.
	Value string
	// List has the members of the value where it is a list; nil where it is not.
	List []string
	// Problem is a sentence that says what is wrong with it.
	Problem string
	// Remedy is a sentence that says what to write instead.
	Remedy string
}

// Error names the attribute, the value and the remedy in one line.
func (e *ArgumentError) Error() string {
	return fmt.Sprintf("%s = %s: %s %s", e.Attribute(), e.Quoted(), e.Problem, e.Remedy)
}

// Quoted writes the value as in a configuration: "text" or ["text", "text"].
func (e *ArgumentError) Quoted() string {
	if e.List == nil {
		return strconv.Quote(e.Value)
	}
	members := make([]string, len(e.List))
	for i, member := range e.List {
		members[i] = strconv.Quote(member)
	}
	return "[" + strings.Join(members, ", ") + "]"
}

// Attribute writes the path as Terraform does, such as filters[1].values.
func (e *ArgumentError) Attribute() string {
	var attribute strings.Builder
	for _, step := range e.Path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&attribute, "[%d]", step)
		default:
			if attribute.Len() > 0 {
				attribute.WriteByte('.')
			}
			fmt.Fprint(&attribute, step)
		}
	}
	return attribute.String()
}

// under gives the same error with its path placed below the given steps.
func (e *ArgumentError) under(steps ...any) *ArgumentError {
	below := *e
	below.Path = append(append([]any(nil), steps...), e.Path...)
	return &below
}

// oneOf writes the allowed values for a message: `a`, `b` or `c`.
func oneOf[T ~string](allowed []T) string {
	quoted := make([]string, len(allowed))
	for i, value := range allowed {
		quoted[i] = "`" + string(value) + "`"
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

// nearest finds the allowed value that a misspelt one most likely meant: one
// that differs in one letter or in no more than a third of the letters, else
// one that the misspelt one only makes longer.
func nearest[T ~string](misspelt string, allowed []T) (T, bool) {
	misspelt = strings.ToLower(misspelt)
	bound := min(3, max(1, len(misspelt)/3))
	best, bestDistance := T(""), bound+1
	for _, candidate := range allowed {
		if distance := editDistance(misspelt, string(candidate)); distance < bestDistance {
			best, bestDistance = candidate, distance
		}
	}
	if bestDistance <= bound && bestDistance < len(misspelt) {
		return best, true
	}
	for _, candidate := range allowed {
		if strings.HasPrefix(misspelt, string(candidate)) {
			return candidate, true
		}
	}
	return "", false
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := range len(a) {
		current := make([]int, len(b)+1)
		current[0] = i + 1
		for j := range len(b) {
			replace := previous[j]
			if a[i] != b[j] {
				replace++
			}
			current[j+1] = min(replace, previous[j+1]+1, current[j]+1)
		}
		previous = current
	}
	return previous[len(b)]
}

// spelling is the remedy for a word that is not on a list.
func spelling[T ~string](misspelt string, allowed []T) string {
	meant, _ := nearest(misspelt, allowed)
	return offer(meant, allowed)
}

// offer is the remedy for a word that is not on a list; meant is "" where it
// is not known which one was meant.
func offer[T ~string](meant T, allowed []T) string {
	if meant == "" {
		return fmt.Sprintf("Use %s.", oneOf(allowed))
	}
	return fmt.Sprintf("Did you mean `%s`? Use %s.", meant, oneOf(allowed))
}
