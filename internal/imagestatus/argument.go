package imagestatus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/wording"
)

// Argument names a value that a caller gives, in the words of this package.
type Argument string

// The arguments of this package. The position of a filter, a value, an id or a
// group is in ArgumentError.Positions.
const (
	ArgumentElementID         Argument = "element id"
	ArgumentFilterField       Argument = "field of filter"
	ArgumentFilterOperator    Argument = "operator of filter"
	ArgumentFilterValues      Argument = "values of filter"
	ArgumentFilterValue       Argument = "value of filter"
	ArgumentParams            Argument = "query parameters"
	ArgumentPage              Argument = "page"
	ArgumentMask              Argument = "mask of retrieved fields"
	ArgumentAggregateOperator Argument = "operator of aggregate"
	ArgumentAggregateField    Argument = "field of aggregate"
	ArgumentGroup             Argument = "group"
	ArgumentAttribute         Argument = "attribute of row"
)

// ArgumentError reports an argument that cannot be used.
type ArgumentError struct {
	Argument Argument
	// Positions lead to the argument through the lists that hold it, from the
	// outermost on, each counted from 0.
	Positions []int
	// Value is the value seen, as text.
	Value string
	// List has the members of the value where it is a list; nil where it is not.
	List []string
	// Problem is a sentence that says what is wrong with it.
	Problem string
	// Remedy is a sentence that says what to write instead.
	Remedy string
}

// Error names the argument, the value and the remedy in one line.
func (e *ArgumentError) Error() string {
	return fmt.Sprintf("%s = %s: %s %s", e.Place(), e.Quoted(), e.Problem, e.Remedy)
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

// Place is the argument with its positions, such as "value of filter [1][0]".
func (e *ArgumentError) Place() string {
	if len(e.Positions) == 0 {
		return string(e.Argument)
	}
	var place strings.Builder
	place.WriteString(string(e.Argument) + " ")
	for _, position := range e.Positions {
		fmt.Fprintf(&place, "[%d]", position)
	}
	return place.String()
}

// under is the same error of an argument that stands in a list.
func (e *ArgumentError) under(position int) *ArgumentError {
	below := *e
	below.Positions = append([]int{position}, e.Positions...)
	return &below
}

// CheckNames reports the first name that is not among those allowed, as
// *ArgumentError at its position. The problem is a sentence such as "No such field."
func CheckNames[T ~string](argument Argument, names, allowed []T, problem string) error {
	for i, name := range names {
		if !slices.Contains(allowed, name) {
			return &ArgumentError{
				Argument: argument, Positions: []int{i}, Value: string(name), Problem: problem, Remedy: spelling(string(name), allowed),
			}
		}
	}
	return nil
}

// oneOf writes the allowed values for a message: `a`, `b` or `c`.
func oneOf[T ~string](allowed []T) string { return wording.Join("or", wording.Code(allowed)) }

// nearest finds the allowed value that a misspelt one most likely meant: one
// that differs in one letter or in no more than a third of the letters, else
// one that the misspelt one only makes longer.
func nearest[T ~string](misspelt string, allowed []T) (T, bool) {
	misspelt = strings.ToLower(misspelt)
	bound := min(3, max(1, len(misspelt)/3))
	best, bestDistance := T(""), bound+1
	for _, candidate := range allowed {
		if distance := levenshtein.Distance(misspelt, string(candidate), nil); distance < bestDistance {
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
