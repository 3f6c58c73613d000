package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Selected is the result of selecting elements by a description.
type Selected struct {
	Elements []*Element // sorted by id
	// Unmatched are values of the description without wildcards that no element has.
	Unmatched []Unmatched
	// LeftOut are such values if another condition leaves out every element with them.
	LeftOut []Unmatched
}

// IDs lists the ids of the selected elements; it is never nil.
func (s Selected) IDs() []string {
	ids := make([]string, len(s.Elements))
	for i, element := range s.Elements {
		ids[i] = element.ID
	}
	return ids
}

// Unmatched is a value of a description that selects no element.
type Unmatched struct {
	Criterion Criterion
	Value     string
	// Nearest are at most three values of the fleet, the most similar first. It is only
	// set for the first few unmatched values.
	Nearest []string
}

// Select returns the elements that satisfy every condition of where.
func (f *Fleet) Select(where Where) Selected {
	conditions := where.conditions()
	var selected Selected
	for i := range f.elements {
		element := &f.elements[i]
		if f.satisfies(element, conditions) && agrees(where.Connected, element.Connected) {
			selected.Elements = append(selected.Elements, element)
		}
	}
	for _, condition := range conditions {
		if condition.reportsUnmatched {
			f.addUnmatched(&selected, condition, condition.wanted(&where))
		}
	}
	return selected
}

func (f *Fleet) satisfies(element *Element, conditions []preparedCondition) bool {
	site := f.SiteOf(element)
	for _, condition := range conditions {
		if !condition.satisfiedBy(condition.valuesOf(element, site)) {
			return false
		}
	}
	return true
}

func agrees(wanted, have *bool) bool {
	return wanted == nil || have != nil && *have == *wanted
}

func (f *Fleet) addUnmatched(selected *Selected, of preparedCondition, wanted []string) {
	chosen, known := make(map[string]bool), make(map[string]bool)
	for _, element := range selected.Elements {
		for _, value := range of.valuesOf(element, f.SiteOf(element)) {
			chosen[value] = true
		}
	}
	for i := range f.elements {
		for _, value := range of.valuesOf(&f.elements[i], f.SiteOf(&f.elements[i])) {
			known[value] = true
		}
	}
	for _, value := range wanted {
		switch {
		case chosen[value], of.allowsWildcards && hasWildcards(value):
		case known[value]:
			selected.LeftOut = append(selected.LeftOut, Unmatched{Criterion: of.criterion, Value: value})
		default:
			unmatched := Unmatched{Criterion: of.criterion, Value: value}
			if len(selected.Unmatched) < maxNearestSearches {
				unmatched.Nearest = Nearest(value, known)
			}
			selected.Unmatched = append(selected.Unmatched, unmatched)
		}
	}
}

// Named returns the elements with exactly this name, sorted by id; * and ? are no
// wildcards. If there are none, similar has at most three names of the fleet, the most
// similar first.
func (f *Fleet) Named(name string) (found []*Element, similar []string) {
	known := make(map[string]bool)
	for i := range f.elements {
		element := &f.elements[i]
		switch {
		case element.Name == nil:
		case *element.Name == name:
			found = append(found, element)
		default:
			known[*element.Name] = true
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, Nearest(name, known)
}

const (
	maxNearest         = 3
	maxNearestSearches = 10  // since each compares with every name of a large fleet
	minSimilarity      = 0.6 // from 0 to 1, of values worth suggesting
)

// Nearest returns the known values most similar to a value, the most similar first: at
// most three, and none that is very different. It ignores letter case, since a wrong
// case is a likely mistake.
func Nearest(value string, known map[string]bool) []string {
	type candidate struct {
		value      string
		similarity float64
	}
	var candidates []candidate
	folded := strings.ToLower(value)
	for have := range known {
		similarity := levenshtein.Match(folded, strings.ToLower(have), nil)
		if similarity >= minSimilarity {
			candidates = append(candidates, candidate{have, similarity})
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.similarity, a.similarity), strings.Compare(a.value, b.value))
	})
	var values []string
	for _, candidate := range candidates[:min(len(candidates), maxNearest)] {
		values = append(values, candidate.value)
	}
	return values
}
