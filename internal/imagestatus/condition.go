package imagestatus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

type condition func(*Status) Truth

func allOf(parts []condition) condition {
	return func(status *Status) Truth {
		truth := True
		for _, part := range parts {
			switch part(status) {
			case False:
				return False
			case Unknown:
				truth = Unknown
			case True:
			}
		}
		return truth
	}
}

func anyOf(parts []condition) condition {
	return func(status *Status) Truth {
		truth := False
		for _, part := range parts {
			switch part(status) {
			case True:
				return True
			case Unknown:
				truth = Unknown
			case False:
			}
		}
		return truth
	}
}

func fieldCondition(field Field, operator Operator, values []string) condition {
	match := operatorTable[operator.index()].matcher(field, values)
	return func(status *Status) Truth { return match(field.Value(status)) }
}

// The keys of groups in query_params, each with a map of fields (observed).
const (
	groupAnd = "and"
	groupOr  = "or"
)

const maxNesting = 8 // clients are only known to use one level

// parseParams reads the controller's query_params object and adds the names of its
// fields to fields. It also returns the object as parsed, so that the query that is
// sent and the condition on the rows cannot differ.
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
	parsed, err := parseGroup(params, allOf, nil, fields)
	if err != nil {
		return nil, nil, err
	}
	understood, err := json.Marshal(params)
	if err != nil {
		return nil, nil, fmt.Errorf("write query_params: %w", err)
	}
	return parsed, understood, nil
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
			`Write an object of operators for each field, such as { active_version = { eq = "6.3.6-b9" } }, and an object of such fields for "and" and "or".`)
	}
	switch key {
	case groupAnd:
		return parseGroup(members, allOf, at, fields)
	case groupOr:
		return parseGroup(members, anyOf, at, fields)
	}
	field, known := FieldByName(key)
	if !known {
		remedy := spellingRemedy(key, append(FieldNames(), groupAnd, groupOr))
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
	return allOf(parts), nil
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
		return func(*Status) Truth { return Unknown }, nil
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
