package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Selected is what a description selects of a fleet.
type Selected struct {
	// Elements are in the order of ids.
	Elements []*Element
	// Unmatched are the exact values that no element of the fleet has at all.
	Unmatched []Unmatched
	// LeftOut are the exact values that some element has, each of which
	// another condition leaves out.
	LeftOut []Unmatched
}

// IDs lists the ids of the elements selected; it is never nil.
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
	// Nearest are values that the fleet has, the most similar first: at most
	// three, and none beyond the first few unmatched values.
	Nearest []string
}

// Select decides which elements a description selects.
func (f *Fleet) Select(where Where) Selected {
	tests := where.tests()
	var selected Selected
	for i := range f.elements {
		element := &f.elements[i]
		if f.satisfies(element, tests) && agrees(where.Connected, element.Connected) {
			selected.Elements = append(selected.Elements, element)
		}
	}
	for _, test := range tests {
		if test.expected {
			f.report(&selected, test, test.wanted(&where))
		}
	}
	return selected
}

func (f *Fleet) satisfies(element *Element, tests []test) bool {
	site := f.SiteOf(element)
	for _, test := range tests {
		if !test.holds(test.have(element, site)) {
			return false
		}
	}
	return true
}

func agrees(wanted, have *bool) bool {
	return wanted == nil || have != nil && *have == *wanted
}

// report lists the exact values of a test that selected nothing.
func (f *Fleet) report(selected *Selected, of test, wanted []string) {
	chosen, known := make(map[string]bool), make(map[string]bool)
	for _, element := range selected.Elements {
		for _, value := range of.have(element, f.SiteOf(element)) {
			chosen[value] = true
		}
	}
	for i := range f.elements {
		for _, value := range of.have(&f.elements[i], f.SiteOf(&f.elements[i])) {
			known[value] = true
		}
	}
	for _, value := range wanted {
		switch {
		case chosen[value], of.pattern && isPattern(value):
		case known[value]:
			selected.LeftOut = append(selected.LeftOut, Unmatched{Criterion: of.criterion, Value: value})
		default:
			unmatched := Unmatched{Criterion: of.criterion, Value: value}
			if len(selected.Unmatched) < maxAdvised {
				unmatched.Nearest = Nearest(value, known)
			}
			selected.Unmatched = append(selected.Unmatched, unmatched)
		}
	}
}

// Named finds the elements with exactly this name, in the order of ids; * and ?
// are characters like any other. Where there are none, similar has at most three
// names that the fleet has, the most similar first.
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
	maxNearest = 3
	// maxAdvised bounds how often a large fleet is searched for similar names.
	maxAdvised = 10
	// similar is the least similarity, 0 to 1, of a name that is worth offering.
	similar = 0.6
)

// Nearest lists the known values most similar to one that does not exist, the
// most similar first: at most three, and none that is very different. Letter case
// is ignored here, because a wrong case is a likely mistake.
func Nearest(value string, known map[string]bool) []string {
	type candidate struct {
		value      string
		similarity float64
	}
	var candidates []candidate
	folded := strings.ToLower(value)
	for have := range known {
		similarity := levenshtein.Match(folded, strings.ToLower(have), nil)
		if similarity >= similar {
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
