package simulator

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// A condition is on a whole row, a test on the value of one field.
type (
	condition func(*Row) bool
	test      func(imagestatus.Value) bool
	operator  func(filterer, imagestatus.Field, json.RawMessage) (test, error)
)

// operatorTable is the query language: eq, neq, in, gte and lte are documented,
// gt and re observed, lt is there by symmetry (inferred). That neq holds for
// null and that null is in no order with anything is inferred.
var operatorTable = map[string]operator{
	"eq":  compared(func(value, operand imagestatus.Value) bool { return value == operand }),
	"neq": compared(func(value, operand imagestatus.Value) bool { return value != operand }),
	"in":  filterer.in,
	"gt":  ordered(func(order int) bool { return order > 0 }),
	"gte": ordered(func(order int) bool { return order >= 0 }),
	"lt":  ordered(func(order int) bool { return order < 0 }),
	"lte": ordered(func(order int) bool { return order <= 0 }),
	"re":  filterer.pattern,
}

func compared(holds func(value, operand imagestatus.Value) bool) operator {
	return func(f filterer, field imagestatus.Field, raw json.RawMessage) (test, error) {
		operand, err := f.operand(field, raw)
		return func(value imagestatus.Value) bool { return holds(value, operand) }, err
	}
}

func ordered(holds func(order int) bool) operator {
	return compared(func(value, operand imagestatus.Value) bool {
		return !value.Null() && !operand.Null() && holds(value.Compare(operand))
	})
}

type filterer struct {
	switches Switches
}

func (f filterer) all(params members) (condition, error) {
	conditions, err := f.conditions(params)
	return allOf(conditions), err
}

func allOf(conditions []condition) condition {
	return func(row *Row) bool {
		return !slices.ContainsFunc(conditions, func(holds condition) bool { return !holds(row) })
	}
}

func anyOf(conditions []condition) condition {
	return func(row *Row) bool {
		return slices.ContainsFunc(conditions, func(holds condition) bool { return holds(row) })
	}
}

func (f filterer) conditions(params members) ([]condition, error) {
	conditions := make([]condition, 0, len(params))
	for _, name := range slices.Sorted(maps.Keys(params)) {
		condition, err := f.member(name, params[name])
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, condition)
	}
	return conditions, nil
}

// member reads one member: a field with its operators, or a map of such under
// "or" or "and" (observed; a deeper nesting is inferred).
func (f filterer) member(name string, raw json.RawMessage) (condition, error) {
	var object members
	if err := json.Unmarshal(raw, &object); err != nil || object == nil {
		return nil, badRequest("BAD_QUERY_REQUEST", "query_params: %q does not hold an object.", name)
	}
	switch name {
	case "or":
		conditions, err := f.conditions(object)
		return anyOf(conditions), err
	case "and":
		return f.all(object)
	}
	field, known := f.switches.field(name)
	if !known {
		return f.unknown("query_params: the field %q is not known.", name)
	}
	return f.operators(field, object)
}

func (f filterer) operators(field imagestatus.Field, operators members) (condition, error) {
	conditions := make([]condition, 0, len(operators))
	for _, name := range slices.Sorted(maps.Keys(operators)) {
		compile, known := operatorTable[name]
		if !known {
			return f.unknown("query_params: the operator %q is not known.", name)
		}
		holds, err := compile(f, field, operators[name])
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, func(row *Row) bool { return holds(folded(field.Value(row), f.switches.CaseInsensitive)) })
	}
	return allOf(conditions), nil
}

func (f filterer) unknown(format, name string) (condition, error) {
	if f.switches.UnknownQuery == UnknownNoMatch {
		return func(*Row) bool { return false }, nil
	}
	return nil, badRequest("BAD_QUERY_REQUEST", format, name)
}

// in takes a list, or one bare value in its place (observed).
func (f filterer) in(field imagestatus.Field, raw json.RawMessage) (test, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		list = []json.RawMessage{raw}
	}
	wanted := make(map[imagestatus.Value]bool, len(list))
	for _, item := range list {
		operand, err := f.operand(field, item)
		if err != nil {
			return nil, err
		}
		wanted[operand] = true
	}
	return func(value imagestatus.Value) bool { return wanted[value] }, nil
}

// pattern is an unanchored regular expression (observed).
func (f filterer) pattern(field imagestatus.Field, raw json.RawMessage) (test, error) {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, badRequest("BAD_QUERY_REQUEST", "query_params: re of %q is not a text.", field.Name)
	}
	if f.switches.CaseInsensitive {
		text = "(?i)" + text
	}
	expression, err := regexp.Compile(text)
	if err != nil {
		return nil, badRequest("BAD_QUERY_REQUEST", "query_params: re of %q is not a regular expression.", field.Name)
	}
	return func(value imagestatus.Value) bool { return !value.Null() && expression.MatchString(value.Text()) }, nil
}

// operand reads a value to compare with: null, a text or a number, each taken
// for the other where it can be (inferred from the numbers of the body, where
// both are observed).
func (f filterer) operand(field imagestatus.Field, raw json.RawMessage) (imagestatus.Value, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		return imagestatus.Value{}, badRequest("BAD_QUERY_REQUEST", "query_params: the value for %q is not JSON.", field.Name)
	}
	var text string
	switch typed := decoded.(type) {
	case nil:
		return imagestatus.Value{}, nil
	case string:
		text = typed
	case json.Number:
		text = typed.String()
	default:
		return imagestatus.Value{}, badRequest("BAD_QUERY_REQUEST", "query_params: the value for %q is neither text nor number.", field.Name)
	}
	if field.Kind == imagestatus.KindText {
		return folded(imagestatus.TextValue(text), f.switches.CaseInsensitive), nil
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return imagestatus.Value{}, badRequest("BAD_QUERY_REQUEST", "query_params: the value %q for %q is not an integer.", text, field.Name)
	}
	return imagestatus.IntegerValue(number), nil
}
