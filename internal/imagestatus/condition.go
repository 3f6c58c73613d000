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

// parseParams reads the controller's query_params object. The fields that it
// names are added to fields.
func parseParams(raw []byte, fields map[string]bool) (condition, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var params map[string]any
	if err := decoder.Decode(&params); err != nil || params == nil {
		return nil, paramsError(nil, string(raw),
			"It is not a JSON object.", `Write an object such as jsonencode({ upgrade_state = { eq = "complete" } }).`)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, paramsError(nil, string(raw), "There is more text after the JSON object.", "Write one JSON object.")
	}
	return parseGroup(params, all, nil, fields)
}

func parseGroup(group map[string]any, join func([]condition) condition, at []string, fields map[string]bool) (condition, error) {
	if len(at) > maxNesting {
		return nil, paramsError(at, "…", "Groups are nested too deeply.", fmt.Sprintf("Use at most %d levels of `and` and `or`.", maxNesting))
	}
	var parts []condition
	for _, key := range sortedKeys(group) {
		part, err := parseMember(key, group[key], append(at[:len(at):len(at)], key), fields)
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
		return nil, paramsError(at, fmt.Sprint(value), "It is not an object with at least one member.",
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
		return nil, paramsError(at, key, "No such field.", spelling(key, append(FieldNames(), groupAnd, groupOr)))
	}
	fields[key] = true
	var parts []condition
	for _, name := range sortedKeys(members) {
		values, err := scalars(members[name], append(at[:len(at):len(at)], name))
		if err != nil {
			return nil, err
		}
		if argument := checkComparison(field, Operator(name), values); argument != nil {
			return nil, paramsError(append(at, name), argument.Value, argument.Problem, argument.Remedy)
		}
		parts = append(parts, fieldCondition(field, Operator(name), values))
	}
	return all(parts), nil
}

// scalars reads the right-hand side of an operator: one value or a list.
func scalars(value any, at []string) ([]string, error) {
	switch value := value.(type) {
	case string:
		return []string{value}, nil
	case json.Number:
		return []string{value.String()}, nil
	case bool:
		return []string{fmt.Sprint(value)}, nil
	case []any:
		var values []string
		for _, member := range value {
			one, err := scalars(member, at)
			if err != nil {
				return nil, err
			}
			values = append(values, one...)
		}
		return values, nil
	default:
		return nil, paramsError(at, fmt.Sprint(value), "It is neither a text, a number nor a list of them.",
			"Write the value to compare with.")
	}
}

func paramsError(at []string, value, problem, remedy string) *ArgumentError {
	if len(at) > 0 {
		problem = fmt.Sprintf("At %s: %s", strings.Join(at, "."), problem)
	}
	return &ArgumentError{Path: []any{"query_params"}, Value: value, Problem: problem, Remedy: remedy}
}

func sortedKeys[V any](members map[string]V) []string {
	keys := make([]string, 0, len(members))
	for key := range members {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
