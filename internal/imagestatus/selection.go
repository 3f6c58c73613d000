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

// Filter is a condition on one field. A row must satisfy all filters of a query.
type Filter struct {
	Field    string // one of FilterNames
	Operator Operator
	Values   []string // decimal for an integer field
}

// Selection describes the elements of a query. The zero Selection is the whole fleet.
// It is immutable and safe for concurrent use.
type Selection struct {
	params     json.RawMessage
	elementIDs []string
	among      map[string]bool // nil without Among
	// The conditions are named by who applies them; nil lets every row through.
	byController, byProvider condition

	fields          []string
	empty, filtered bool
}

// SelectFilters selects the elements that have one of the ids and satisfy every
// filter. Nil ids select any element, an empty list selects none. Errors are
// *ArgumentError, joined.
func SelectFilters(elementIDs []string, filters []Filter) (Selection, error) {
	selection := Selection{
		elementIDs: unique(elementIDs),
		empty:      elementIDs != nil && len(elementIDs) == 0,
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
		_, repeated := params[filter.Field][filter.Operator]
		if problem := filter.check(repeated); problem != nil {
			errs = append(errs, problem.atPosition(i))
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
		selection.byProvider = allOf(phases)
		selection.fields = unique(append(selection.fields, FieldUpgradeState))
	}
	return selection.with(params, parts)
}

// Among narrows the selection to the elements with the given ids; without an id it
// selects nothing. The provider compares the ids itself, so that their number is not
// limited. It replaces an earlier Among.
func (s Selection) Among(elementIDs []string) Selection {
	s.among = make(map[string]bool, len(elementIDs))
	for _, id := range elementIDs {
		s.among[id] = true
	}
	s.fields = unique(append(slices.Clip(s.fields), FieldElementID))
	return s
}

// AmongCount returns the number of ids given to Among; 0 without it.
func (s Selection) AmongCount() int { return len(s.among) }

// ByID returns the same selection with the ids of Among compared by the controller;
// false without ids, or if its other conditions cannot be combined with ids.
func (s Selection) ByID() (Selection, bool) {
	params := make(map[string]json.RawMessage)
	if s.params != nil && json.Unmarshal(s.params, &params) != nil || s.Empty() {
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
	if s.byController != nil {
		parts = append(parts, s.byController)
	}
	s.params, s.byController, s.elementIDs, s.among = raw, allOf(parts), ids, nil
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
	s.params, s.byController = raw, allOf(parts)
	return s, nil
}

// SelectParams selects by the controller's query_params object in JSON. Errors are
// *ArgumentError.
func SelectParams(raw string) (Selection, error) {
	fields := make(map[string]bool)
	byController, params, err := parseParams([]byte(raw), fields)
	if err != nil {
		return Selection{}, err
	}
	return Selection{params: params, byController: byController, fields: sortedKeys(fields), filtered: len(fields) > 0}, nil
}

// Params returns the query_params to send; nil selects everything.
func (s Selection) Params() json.RawMessage { return s.params }

// ElementIDs returns the ids given, each once and in the same order. Filters may
// narrow the selection further.
func (s Selection) ElementIDs() []string { return s.elementIDs }

// Fields lists the wire names of the fields that the selection compares.
func (s Selection) Fields() []string { return s.fields }

// Empty reports whether no fleet has a selected element, because a list of ids has no
// id. Such a query must not be sent: the controller may treat an empty list as no
// filter (inferred).
func (s Selection) Empty() bool { return s.empty || s.among != nil && len(s.among) == 0 }

// Filtered reports whether the selection has conditions other than element ids.
func (s Selection) Filtered() bool { return s.filtered }

// Narrows reports whether the provider must drop rows itself, by Keeps, because the
// controller cannot apply every condition.
func (s Selection) Narrows() bool { return s.byProvider != nil || s.among != nil }

// Keeps reports whether a row satisfies the conditions that the provider applies.
func (s Selection) Keeps(status *Status) bool {
	return (s.among == nil || s.among[status.Element()]) && (s.byProvider == nil || s.byProvider(status) == True)
}

// Matches reports whether a row satisfies the conditions that the controller applies.
// False means that the controller ignored one of them.
func (s Selection) Matches(status *Status) Truth {
	if s.Empty() {
		return False
	}
	if s.byController == nil {
		return True
	}
	return s.byController(status)
}

// maxReportedIDs bounds the errors about one list: in a file with CRLF line ends,
// every id is wrong.
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
			wrong = append(wrong, problem.atPosition(i))
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

// CheckElementID returns an error for a text that cannot be an element id: empty, or
// with white space or invisible characters, which a file may have left in it.
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

func (f Filter) check(repeated bool) *ArgumentError {
	field, known := FieldByName(f.Field)
	if f.Field == FieldPhase {
		field, known = phaseField, true
	}
	if !known {
		return &ArgumentError{
			Argument: ArgumentFilterField, Value: f.Field, Problem: "No such field.", Remedy: spellingRemedy(f.Field, FilterNames()),
		}
	}
	if repeated {
		return &ArgumentError{
			Argument: ArgumentFilterField, Value: f.Field,
			Problem: fmt.Sprintf("Another filter already compares this field by `%s`, and the controller accepts each operator only once for a field.", f.Operator),
			Remedy:  "Merge the two into one filter, or write the condition as query_params.",
		}
	}
	return checkComparison(field, f.Operator, f.Values)
}

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
			return problem.atPosition(i)
		}
	}
	return nil
}

func arityRemedy(operator Operator) string {
	if operator.Many() {
		return "Write at least one value."
	}
	return "Write exactly one value; `in` accepts several."
}

// exactOperators compare whole values, so that an unknown state can only be a mistake.
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
		return &ArgumentError{Argument: ArgumentFilterValue, Value: value, Problem: "No such upgrade state.", Remedy: spellingRemedy(value, States())}
	}
	if field.Name == FieldPhase && !slices.Contains(Phases(), Phase(value)) {
		return &ArgumentError{Argument: ArgumentFilterValue, Value: value, Problem: "No such phase.", Remedy: spellingRemedy(value, Phases())}
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
