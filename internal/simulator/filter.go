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

// A condition applies to a whole item, a test to one value of one field.
type (
	condition[T any] func(*T) bool
	test             func(imagestatus.Value) bool
	operator         func(comparison, json.RawMessage) (test, error)
)

// comparison is a field with how operators compare it.
type comparison struct {
	attribute
	fold bool // ignores letter case
}

// operatorTable is the query language: eq, neq, in, gte and lte are documented, gt and
// re observed, lt inferred by symmetry. That neq is true for null, and that null has no
// order, is inferred.
var operatorTable = map[string]operator{
	"eq":  compared(func(value, operand imagestatus.Value) bool { return value == operand }),
	"neq": compared(func(value, operand imagestatus.Value) bool { return value != operand }),
	"in":  comparison.in,
	"gt":  ordered(func(order int) bool { return order > 0 }),
	"gte": ordered(func(order int) bool { return order >= 0 }),
	"lt":  ordered(func(order int) bool { return order < 0 }),
	"lte": ordered(func(order int) bool { return order <= 0 }),
	"re":  comparison.pattern,
}

func compared(holds func(value, operand imagestatus.Value) bool) operator {
	return func(c comparison, raw json.RawMessage) (test, error) {
		operand, err := c.operand(raw)
		return func(value imagestatus.Value) bool { return holds(value, operand) }, err
	}
}

func ordered(holds func(order int) bool) operator {
	return compared(func(value, operand imagestatus.Value) bool {
		return !value.Null() && !operand.Null() && holds(value.Compare(operand))
	})
}

type filterer[T any] struct {
	schema   *schema[T]
	switches Switches
}

func (f filterer[T]) all(params members) (condition[T], error) {
	conditions, err := f.conditions(params)
	return allOf(conditions), err
}

func allOf[T any](conditions []condition[T]) condition[T] {
	return func(item *T) bool {
		return !slices.ContainsFunc(conditions, func(holds condition[T]) bool { return !holds(item) })
	}
}

func anyOf[T any](conditions []condition[T]) condition[T] {
	return func(item *T) bool {
		return slices.ContainsFunc(conditions, func(holds condition[T]) bool { return holds(item) })
	}
}

func (f filterer[T]) conditions(params members) ([]condition[T], error) {
	conditions := make([]condition[T], 0, len(params))
	for _, name := range slices.Sorted(maps.Keys(params)) {
		condition, err := f.member(name, params[name])
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, condition)
	}
	return conditions, nil
}

// member reads a field with its operators, or a map of them under "or" or "and"
// (observed; deeper nesting is inferred).
func (f filterer[T]) member(name string, raw json.RawMessage) (condition[T], error) {
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
	field, known := f.schema.field(name, f.switches)
	switch {
	case !known:
		return f.unknown("query_params: the field %q is not known.", name)
	case field.unproven && f.switches.FleetFilters == FiltersRefused:
		return nil, badRequest("BAD_QUERY_REQUEST", "query_params: the field %q cannot be filtered by.", name)
	case field.unproven && f.switches.FleetFilters == FiltersIgnored:
		return func(*T) bool { return true }, nil
	}
	return f.operators(&field, object)
}

func (f filterer[T]) operators(field *field[T], operators members) (condition[T], error) {
	conditions := make([]condition[T], 0, len(operators))
	for _, name := range slices.Sorted(maps.Keys(operators)) {
		compile, known := operatorTable[name]
		if !known {
			return f.unknown("query_params: the operator %q is not known.", name)
		}
		holds, err := compile(comparison{field.attribute, f.switches.CaseInsensitive}, operators[name])
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, f.on(field, name, holds))
	}
	return allOf(conditions), nil
}

// on turns a test into a condition. One member of a list is enough, but neq needs all
// of them (inferred).
func (f filterer[T]) on(field *field[T], operator string, holds test) condition[T] {
	fold := f.switches.CaseInsensitive
	if field.texts == nil {
		return func(item *T) bool { return holds(folded(field.scalar(item), fold)) }
	}
	every := operator == "neq"
	return func(item *T) bool {
		exception := slices.ContainsFunc(field.values(item), func(value imagestatus.Value) bool { return holds(folded(value, fold)) != every })
		return exception != every
	}
}

func (f filterer[T]) unknown(format, name string) (condition[T], error) {
	if f.switches.UnknownQuery == UnknownNoMatch {
		return func(*T) bool { return false }, nil
	}
	return nil, badRequest("BAD_QUERY_REQUEST", format, name)
}

// in accepts a list, or one value without a list (observed).
func (c comparison) in(raw json.RawMessage) (test, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		list = []json.RawMessage{raw}
	}
	wanted := make(map[imagestatus.Value]bool, len(list))
	for _, item := range list {
		operand, err := c.operand(item)
		if err != nil {
			return nil, err
		}
		wanted[operand] = true
	}
	return func(value imagestatus.Value) bool { return wanted[value] }, nil
}

// pattern is an unanchored regular expression (observed).
func (c comparison) pattern(raw json.RawMessage) (test, error) {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, badRequest("BAD_QUERY_REQUEST", "query_params: re of %q is not a text.", c.name)
	}
	if c.fold {
		text = "(?i)" + text
	}
	expression, err := regexp.Compile(text)
	if err != nil {
		return nil, badRequest("BAD_QUERY_REQUEST", "query_params: re of %q is not a regular expression.", c.name)
	}
	return func(value imagestatus.Value) bool { return !value.Null() && expression.MatchString(value.Text()) }, nil
}

// operand reads a value to compare with: null, a text or a number. A number may be
// written as a text and the reverse (inferred: both were observed for the numbers of
// the body).
func (c comparison) operand(raw json.RawMessage) (imagestatus.Value, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		return imagestatus.Value{}, badRequest("BAD_QUERY_REQUEST", "query_params: the value for %q is not JSON.", c.name)
	}
	var text string
	switch typed := decoded.(type) {
	case nil:
		return imagestatus.Value{}, nil
	case string:
		text = typed
	case json.Number:
		text = typed.String()
	case bool:
		if c.kind != kindFlag {
			return imagestatus.Value{}, badRequest("BAD_QUERY_REQUEST", "query_params: the value for %q is neither text nor number.", c.name)
		}
		text = strconv.FormatBool(typed)
	default:
		return imagestatus.Value{}, badRequest("BAD_QUERY_REQUEST", "query_params: the value for %q is neither text nor number.", c.name)
	}
	if c.kind != kindInteger {
		return folded(imagestatus.TextValue(text), c.fold), nil
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return imagestatus.Value{}, badRequest("BAD_QUERY_REQUEST", "query_params: the value %q for %q is not an integer.", text, c.name)
	}
	return imagestatus.IntegerValue(number), nil
}
