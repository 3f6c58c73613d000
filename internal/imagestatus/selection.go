package imagestatus

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Filter asks one thing of one field. Filters of one query must all hold.
type Filter struct {
	// Field is the wire name of a field of the row, or FieldPhase; see
	// FilterNames.
	Field string
	// Operator compares the field with Values.
	Operator Operator
	// Values are texts; for an integer field, decimal integers.
	Values []string
}

// Selection says which elements a query is about. The zero Selection is the
// whole fleet. It is immutable and safe for concurrent use.
type Selection struct {
	params     json.RawMessage
	elementIDs []string
	// among has the ids that Among narrowed the selection to; nil without it.
	among map[string]bool
	// holds is what the controller is asked for, keeps what the provider itself
	// looks for; nil leaves nothing out.
	holds, keeps condition
	fields       []string
	nothing      bool
	filtered     bool
}

// SelectFilters selects the elements with the given ids, or all where ids is
// nil, for which every filter holds. Ids that are given but empty in number
// select nothing. Errors are *ArgumentError, joined.
func SelectFilters(elementIDs []string, filters []Filter) (Selection, error) {
	selection := Selection{
		elementIDs: unique(elementIDs),
		nothing:    elementIDs != nil && len(elementIDs) == 0,
	}
	params := make(map[string]map[Operator]any)
	var parts, phases []condition
	add := func(field Field, operator Operator, values []string) {
		if params[field.Name] == nil {
			params[field.Name] = make(map[Operator]any)
			selection.fields = append(selection.fields, field.Name)
		}
		params[field.Name][operator] = wireValues(field, operator, values)
		parts = append(parts, fieldCondition(field, operator, values))
	}
	if len(elementIDs) > 0 {
		add(fieldByName[FieldElementID], OperatorIn, selection.elementIDs)
	}
	errs := checkElementIDs(elementIDs)
	for i, filter := range filters {
		_, taken := params[filter.Field][filter.Operator]
		if problem := filter.check(taken); problem != nil {
			errs = append(errs, problem.under(i))
			continue
		}
		if filter.Field == FieldPhase {
			phases = append(phases, fieldCondition(phaseField, filter.Operator, slices.Clone(filter.Values)))
			continue
		}
		add(fieldByName[filter.Field], filter.Operator, slices.Clone(filter.Values))
	}
	if len(errs) > 0 {
		return Selection{}, errors.Join(errs...)
	}
	selection.filtered = len(filters) > 0
	if len(phases) > 0 {
		selection.keeps = all(phases)
		selection.fields = unique(append(selection.fields, FieldUpgradeState))
	}
	return selection.with(params, parts)
}

// Among narrows the selection to the elements with the given ids; without an
// id it selects nothing. The provider compares the ids itself, so that there may
// be any number of them. It takes the place of an earlier Among.
func (s Selection) Among(elementIDs []string) Selection {
	s.among = make(map[string]bool, len(elementIDs))
	for _, id := range elementIDs {
		s.among[id] = true
	}
	s.fields = unique(append(slices.Clip(s.fields), FieldElementID))
	return s
}

// AmongCount is the number of ids that Among narrowed the selection to, 0
// without it.
func (s Selection) AmongCount() int { return len(s.among) }

// ByID is the same selection with the ids of Among compared by the controller.
// It reports false where there are none, or where the other conditions cannot
// be joined with ids.
func (s Selection) ByID() (Selection, bool) {
	params := make(map[string]json.RawMessage)
	if s.params != nil && json.Unmarshal(s.params, &params) != nil || s.Nothing() {
		return s, false
	}
	if s.among == nil {
		return s, false
	}
	for _, key := range []string{FieldElementID, groupAnd, groupOr} {
		if _, taken := params[key]; taken {
			return s, false
		}
	}
	ids := slices.Sorted(maps.Keys(s.among))
	comparison, err := json.Marshal(map[Operator][]string{OperatorIn: ids})
	if err != nil {
		return s, false
	}
	params[FieldElementID] = comparison
	raw, err := json.Marshal(params)
	if err != nil {
		return s, false
	}
	parts := []condition{fieldCondition(fieldByName[FieldElementID], OperatorIn, ids)}
	if s.holds != nil {
		parts = append(parts, s.holds)
	}
	s.params, s.holds, s.elementIDs, s.among = raw, all(parts), ids, nil
	return s, true
}

func (s Selection) with(params map[string]map[Operator]any, parts []condition) (Selection, error) {
	if len(parts) == 0 {
		return s, nil
	}
	raw, err := json.Marshal(params)
	if err != nil {
		return Selection{}, fmt.Errorf("write query_params: %w", err)
	}
	s.params, s.holds = raw, all(parts)
	return s, nil
}

// SelectParams selects by the controller's own query_params object in JSON.
// Errors are *ArgumentError.
func SelectParams(raw string) (Selection, error) {
	fields := make(map[string]bool)
	holds, params, err := parseParams([]byte(raw), fields)
	if err != nil {
		return Selection{}, err
	}
	return Selection{params: params, holds: holds, fields: sortedKeys(fields), filtered: len(fields) > 0}, nil
}

// Params gives the query_params to send; nil asks for everything.
func (s Selection) Params() json.RawMessage { return s.params }

// ElementIDs gives the ids that were asked for by name, each once, in the
// order given. Filters may narrow them further.
func (s Selection) ElementIDs() []string { return s.elementIDs }

// Fields lists the fields that the selection looks at.
func (s Selection) Fields() []string { return s.fields }

// Nothing reports that the selection is empty whatever the fleet is, because
// it has a list of element ids without an id, or was narrowed to none. Such a query must not be sent:
// a controller may take an empty list for no filter.
func (s Selection) Nothing() bool { return s.nothing || s.among != nil && len(s.among) == 0 }

// Filtered reports whether the selection can leave out elements for another
// reason than that they were not named.
func (s Selection) Filtered() bool { return s.filtered }

// Narrows reports whether the provider has to leave out rows itself, by Keeps,
// because the controller does not know what to compare.
func (s Selection) Narrows() bool { return s.keeps != nil || s.among != nil }

// Keeps reports whether a row that the controller returned is wanted.
func (s Selection) Keeps(status *Status) bool {
	return (s.among == nil || s.among[status.Element()]) && (s.keeps == nil || s.keeps(status) == Holds)
}

// Judge holds a row that came back against the selection. Fails means that
// the controller returned a row it was told to leave out.
func (s Selection) Judge(status *Status) Truth {
	if s.Nothing() {
		return Fails
	}
	if s.holds == nil {
		return Holds
	}
	return s.holds(status)
}

// maxReportedIDs is how many wrong element ids are reported one by one: in a
// file with CRLF line ends, every id is wrong.
const maxReportedIDs = 3

func checkElementIDs(elementIDs []string) []error {
	var wrong []*ArgumentError
	more := 0
	for i, id := range elementIDs {
		switch problem := CheckElementID(id); {
		case problem == nil:
		case len(wrong) == maxReportedIDs:
			more++
		default:
			wrong = append(wrong, problem.under(i))
		}
	}
	errs := make([]error, len(wrong))
	for i, problem := range wrong {
		if i == maxReportedIDs-1 && more > 0 {
			problem.Remedy += fmt.Sprintf(" Wrong entries after this one: %d.", more)
		}
		errs[i] = problem
	}
	return errs
}

// CheckElementID reports a text that no element can have as its id, and nil
// otherwise. White space and characters that do not show come from files that
// were read; the controller would find no such element.
func CheckElementID(id string) *ArgumentError {
	if id == "" {
		return &ArgumentError{
			Argument: ArgumentElementID, Value: id, Problem: "An element id cannot be empty.", Remedy: "Write the id of an element, or leave the entry out.",
		}
	}
	if strings.ContainsFunc(id, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }) {
		return &ArgumentError{
			Argument: ArgumentElementID, Value: id, Problem: "An element id has no white space, line end or invisible character.",
			Remedy: "Remove it; the function trimspace does so for a line of a file.",
		}
	}
	return nil
}

// check gives the filter's first problem, without the filter's position.
func (f Filter) check(taken bool) *ArgumentError {
	field, known := FieldByName(f.Field)
	if f.Field == FieldPhase {
		field, known = phaseField, true
	}
	if !known {
		return &ArgumentError{
			Argument: ArgumentFilterField, Value: f.Field, Problem: "No such field.", Remedy: spelling(f.Field, FilterNames()),
		}
	}
	if taken {
		return &ArgumentError{
			Argument: ArgumentFilterField, Value: f.Field,
			Problem: fmt.Sprintf("Another filter already compares this field by `%s`, and the controller takes each operator once for a field.", f.Operator),
			Remedy:  "Merge the two into one filter, or write the condition as query_params.",
		}
	}
	return checkComparison(field, f.Operator, f.Values)
}

// checkComparison checks what may be compared with what, for filters and for
// query_params alike.
func checkComparison(field Field, operator Operator, values []string) *ArgumentError {
	if operator.index() < 0 {
		return &ArgumentError{
			Argument: ArgumentFilterOperator, Value: string(operator), Problem: "No such operator.",
			Remedy: operator.remedy(),
		}
	}
	if field.Name == FieldPhase && !slices.Contains(exactOperators, operator) {
		return &ArgumentError{
			Argument: ArgumentFilterOperator, Value: string(operator),
			Problem: fmt.Sprintf("The provider computes `%s` and compares whole values only.", FieldPhase), Remedy: "Use " + oneOf(exactOperators) + ".",
		}
	}
	if len(values) == 0 || (len(values) > 1 && !operator.Many()) {
		return &ArgumentError{
			Argument: ArgumentFilterValues, Value: "[" + strings.Join(values, ", ") + "]", List: append([]string{}, values...),
			Problem: fmt.Sprintf("The operator `%s` has %d values.", operator, len(values)), Remedy: arityRemedy(operator),
		}
	}
	for i, value := range values {
		if problem := checkValue(field, operator, value); problem != nil {
			return problem.under(i)
		}
	}
	return nil
}

func arityRemedy(operator Operator) string {
	if operator.Many() {
		return "Give it at least one value."
	}
	return "Give it exactly one value; `in` takes several."
}

// exactOperators compare with whole values, so that a state which does not
// exist can only be a mistake.
var exactOperators = []Operator{OperatorIn, OperatorEq, OperatorNeq}

func checkValue(field Field, operator Operator, value string) *ArgumentError {
	if field.Kind == KindInteger && operator != OperatorRe {
		// Other spellings of an integer, such as 007, might not be read as one.
		if number, err := strconv.ParseInt(value, 10, 64); err != nil || strconv.FormatInt(number, 10) != value {
			return &ArgumentError{
				Argument: ArgumentFilterValue, Value: value, Problem: fmt.Sprintf("The field `%s` is a 64-bit integer.", field.Name),
				Remedy: "Write a whole number without leading zeros or a plus sign.",
			}
		}
	}
	if operator == OperatorRe && value == "" {
		return &ArgumentError{
			Argument: ArgumentFilterValue, Value: value, Problem: "An empty regular expression matches every row.", Remedy: "Write an expression, or leave the condition out.",
		}
	}
	if field.Name == FieldUpgradeState && slices.Contains(exactOperators, operator) && !State(value).Known() {
		return &ArgumentError{Argument: ArgumentFilterValue, Value: value, Problem: "No such upgrade state.", Remedy: spelling(value, States())}
	}
	if field.Name == FieldPhase && !slices.Contains(Phases(), Phase(value)) {
		return &ArgumentError{Argument: ArgumentFilterValue, Value: value, Problem: "No such phase.", Remedy: spelling(value, Phases())}
	}
	return nil
}

func wireValues(field Field, operator Operator, values []string) any {
	typed := make([]any, len(values))
	for i, value := range values {
		typed[i] = value
		if field.Kind == KindInteger && operator != OperatorRe {
			typed[i] = json.Number(value)
		}
	}
	if operator.Many() {
		return typed
	}
	return typed[0]
}

// unique keeps the first of equal texts, in order.
func unique(texts []string) []string {
	seen := make(map[string]bool, len(texts))
	var kept []string
	for _, text := range texts {
		if !seen[text] {
			seen[text] = true
			kept = append(kept, text)
		}
	}
	return kept
}
