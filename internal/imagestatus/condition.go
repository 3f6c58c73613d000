package imagestatus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// condition is what a query asks of a row, in a form that can be held against
// the rows that come back.
type condition func(*Status) Truth

// all holds when every part holds and fails when one part fails.
func all(parts []condition) condition {
	return func(status *Status) Truth {
		truth := Holds
		for _, part := range parts {
			switch part(status) {
			case Fails:
				return Fails
			case Unsure:
				truth = Unsure
			case Holds:
			}
		}
		return truth
	}
}

// either holds when one part holds and fails when every part fails.
func either(parts []condition) condition {
	return func(status *Status) Truth {
		truth := Fails
		for _, part := range parts {
			switch part(status) {
			case Holds:
				return Holds
			case Unsure:
				truth = Unsure
			case Fails:
			}
		}
		return truth
	}
}

// fieldCondition compares one field with the values of one operator.
func fieldCondition(field Field, operator Operator, values []string) condition {
	judge := operatorTable[operator.index()].prepare(field, values)
	return func(status *Status) Truth { return judge(field.Value(status)) }
}

// Keys that group conditions in query_params (observed for a map of fields).
const (
	groupAnd = "and"
	groupOr  = "or"
)

// maxNesting bounds groups within groups; clients are only known to use one.
const maxNesting = 8

// parseParams reads the controller's query_params object and gives it back as
// it was understood, so that what is sent is what rows are held against. The
// fields that it names are added to fields.
func parseParams(raw []byte, fields map[string]bool) (condition, json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var params map[string]any
	if err := decoder.Decode(&params); err != nil || params == nil {
		return nil, nil, paramsError(nil, string(raw),
			"It is not a JSON object.", `Write an object such as jsonencode({ upgrade_state = { eq = "complete" } }).`)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, nil, paramsError(nil, string(raw), "There is more text after the JSON object.", "Write one JSON object.")
	}
	holds, err := parseGroup(params, all, nil, fields)
	if err != nil {
		return nil, nil, err
	}
	understood, err := json.Marshal(params)
	if err != nil {
		return nil, nil, fmt.Errorf("write query_params: %w", err)
	}
	return holds, understood, nil
}

func parseGroup(group map[string]any, join func([]condition) condition, at []string, fields map[string]bool) (condition, error) {
	if len(at) > maxNesting {
		return nil, paramsError(at, "…", "Groups are nested too deeply.", fmt.Sprintf("Use at most %d levels of `and` and `or`.", maxNesting))
	}
	var parts []condition
	for _, key := range sortedKeys(group) {
		part, err := parseMember(key, group[key], append(slices.Clip(at), key), fields)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return join(parts), nil
}

func parseMember(key string, value any, at []string, fields map[string]bool) (condition, error) {
	members, isObject := value.(map[string]any)
	if !isObject || len(members) == 0 {
		return nil, paramsError(at, jsonText(value), "It is not an object with at least one member.",
			`Give each field its operators, such as { active_version = { eq = "6.3.6-b9" } }, and "and" and "or" an object of such fields.`)
	}
	switch key {
	case groupAnd:
		return parseGroup(members, all, at, fields)
	case groupOr:
		return parseGroup(members, either, at, fields)
	}
	field, known := FieldByName(key)
	if !known {
		remedy := spelling(key, append(FieldNames(), groupAnd, groupOr))
		if key == FieldPhase {
			remedy = "The provider computes it, and the controller does not know it: use `filters`."
		}
		return nil, paramsError(at, key, "No such field.", remedy)
	}
	fields[key] = true
	var parts []condition
	for _, name := range sortedKeys(members) {
		part, err := parseComparison(field, Operator(name), members[name], append(slices.Clip(at), name))
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return all(parts), nil
}

func parseComparison(field Field, operator Operator, value any, at []string) (condition, error) {
	members, isList := value.([]any)
	if !isList {
		members = []any{value}
	}
	if isList && operator.index() >= 0 && !operator.Many() {
		return nil, paramsError(at, jsonText(value), fmt.Sprintf("The operator `%s` has a list.", operator), arityRemedy(operator))
	}
	values, texts := make([]string, len(members)), true
	for i, member := range members {
		text, isText := member.(string)
		number, isNumber := member.(json.Number)
		if !isText && !isNumber {
			return nil, paramsError(at, jsonText(member), "It is neither a text nor a number.", "Write the value to compare with.")
		}
		values[i] = text + number.String()
		texts = texts && isText
	}
	if argument := checkComparison(field, operator, values); argument != nil {
		return nil, paramsError(at, argument.Value, argument.Problem, argument.Remedy)
	}
	if field.Kind == KindText && !texts {
		// How a number is compared with a text is not documented.
		return func(*Status) Truth { return Unsure }, nil
	}
	return fieldCondition(field, operator, values), nil
}

func jsonText(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

func paramsError(at []string, value, problem, remedy string) *ArgumentError {
	if len(at) > 0 {
		problem = fmt.Sprintf("At %s: %s", strings.Join(at, "."), problem)
	}
	return &ArgumentError{Argument: ArgumentParams, Value: value, Problem: problem, Remedy: remedy}
}

func sortedKeys[V any](members map[string]V) []string {
	keys := make([]string, 0, len(members))
	for key := range members {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
