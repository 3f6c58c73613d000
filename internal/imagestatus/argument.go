package imagestatus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/wording"
)

// Argument identifies an argument in an ArgumentError; callers map it to an attribute.
type Argument string

// The arguments of this package.
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
	Argument  Argument
	Positions []int // indexes, from 0, in the lists around the argument, outermost first
	Value     string
	List      []string // the members of a value that is a list, else nil
	// Problem and Remedy are sentences: what is wrong, and what to write instead.
	Problem, Remedy string
}

// Error returns the argument, its value, the problem and the remedy in one line.
func (e *ArgumentError) Error() string {
	return fmt.Sprintf("%s = %s: %s %s", e.Place(), e.Quoted(), e.Problem, e.Remedy)
}

// Quoted returns the value as a configuration has it: "text" or ["text", "text"].
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

// Place returns the argument with its positions, such as "value of filter [1][0]".
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

func (e *ArgumentError) atPosition(position int) *ArgumentError {
	located := *e
	located.Positions = append([]int{position}, e.Positions...)
	return &located
}

// CheckNames returns an *ArgumentError for the first name that is not allowed, with
// its position. The problem is a sentence such as "No such field."
func CheckNames[T ~string](argument Argument, names, allowed []T, problem string) error {
	for i, name := range names {
		if !slices.Contains(allowed, name) {
			return &ArgumentError{
				Argument: argument, Positions: []int{i}, Value: string(name), Problem: problem, Remedy: spellingRemedy(string(name), allowed),
			}
		}
	}
	return nil
}

func oneOf[T ~string](allowed []T) string { return wording.Join("or", wording.Code(allowed)) }

// nearest finds the allowed value that was most likely meant: the one that differs
// least, in at most a third of the letters, else one that the misspelt word extends.
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

func spellingRemedy[T ~string](misspelt string, allowed []T) string {
	meant, _ := nearest(misspelt, allowed)
	return choiceRemedy(meant, allowed)
}

func choiceRemedy[T ~string](meant T, allowed []T) string {
	if meant == "" {
		return fmt.Sprintf("Use %s.", oneOf(allowed))
	}
	return fmt.Sprintf("Did you mean `%s`? Use %s.", meant, oneOf(allowed))
}
