package imagestatus

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParamsAreHeldAgainstRows(t *testing.T) {
	t.Parallel()
	row := sampleRow()
	for raw, want := range map[string]Truth{
		`{}`:                                             True,
		`{"upgrade_state":{"eq":"complete"}}`:            True,
		`{"upgrade_state":{"eq":"failed"}}`:              False,
		`{"upgrade_state":{"in":"complete"}}`:            True,
		`{"upgrade_state":{"in":"failed"}}`:              False,
		`{"upgrade_state":{"in":["failed","complete"]}}`: True,
		`{"upgrade_state":{"eq":"complete"},"active_version":{"eq":"6.3.6-b9"}}`:                    True,
		`{"upgrade_state":{"eq":"complete"},"active_version":{"eq":"x"}}`:                           False,
		`{"download_percent":{"gte":50,"lte":50}}`:                                                  True,
		`{"download_percent":{"gte":50,"lt":50}}`:                                                   False,
		`{"download_percent":{"eq":50}}`:                                                            True,
		`{"download_percent":{"eq":"50"}}`:                                                          True,
		`{"download_percent":{"in":[49,"50"]}}`:                                                     True,
		`{"_updated_on_utc":{"gt":17739352012230003}}`:                                              True,
		`{"_updated_on_utc":{"gt":17739352012230004}}`:                                              False,
		`{"element_id":{"eq":"1773934978552002945"}}`:                                               True,
		`{"element_id":{"eq":1773934978552002945}}`:                                                 Unknown,
		`{"element_id":{"neq":1773934978552002945}}`:                                                Unknown,
		`{"element_id":{"eq":1}}`:                                                                   Unknown,
		`{"element_id":{"in":["1773934978552002945",1]}}`:                                           Unknown,
		`{"active_version":{"re":6}}`:                                                               Unknown,
		`{"or":{"active_version":{"eq":"x"},"upgrade_state":{"eq":"complete"}}}`:                    True,
		`{"or":{"active_version":{"eq":"x"},"upgrade_state":{"eq":"failed"}}}`:                      False,
		`{"or":{"active_version":{"re":"6"},"upgrade_state":{"eq":"failed"}}}`:                      Unknown,
		`{"or":{"active_version":{"re":"6"},"upgrade_state":{"eq":"complete"}}}`:                    True,
		`{"or":{"active_version":{"re":"6"}}}`:                                                      Unknown,
		`{"and":{"active_version":{"eq":"6.3.6-b9"},"upgrade_state":{"eq":"complete"}}}`:            True,
		`{"and":{"active_version":{"eq":"x"},"upgrade_state":{"eq":"complete"}}}`:                   False,
		`{"and":{"active_version":{"re":"6"},"upgrade_state":{"eq":"complete"}}}`:                   Unknown,
		`{"and":{"active_version":{"re":"6"},"upgrade_state":{"eq":"failed"}}}`:                     False,
		`{"or":{"active_version":{"eq":"x","neq":"y"},"_etag":{"eq":1}}}`:                           False,
		`{"id":{"eq":"x"},"or":{"active_version":{"eq":"6.3.6-b9"}}}`:                               False,
		`{"or":{"and":{"_etag":{"eq":7},"active_version":{"eq":"x"}},"download_percent":{"gt":1}}}`: True,
		" {\n\"_etag\" : { \"eq\" : 7 } }\t\n":                                                      True,
	} {
		selection := mustSelectParams(t, raw)
		if got := selection.Matches(&row); got != want {
			t.Errorf("%s: %s, want %s", raw, truthText(got), truthText(want))
		}
		if selection.Empty() || selection.ElementIDs() != nil {
			t.Errorf("%s: got empty = %t and ids %q, want neither", raw, selection.Empty(), selection.ElementIDs())
		}
	}
}

func TestParamsAreSentInOneSpelling(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{}`:                                   `{}`,
		" {\n\"_etag\" : { \"eq\" : 7 } }\t\n": `{"_etag":{"eq":7}}`,
		`{"id":{"neq":"2","eq":"1"},"or":{"active_version":{"eq":"x"},"_etag":{"eq":1}}}`: `{"id":{"eq":"1","neq":"2"},"or":{"_etag":{"eq":1},"active_version":{"eq":"x"}}}`,
		// Of a key given twice the last counts, for sending as for judging.
		`{"id":{"eq":"1"},"id":{"eq":"2"}}`:            `{"id":{"eq":"2"}}`,
		`{"id":{"eq":"1","eq":"2"}}`:                   `{"id":{"eq":"2"}}`,
		`{"\u0069d":{"eq":"\u0031"}}`:                  `{"id":{"eq":"1"}}`,
		`{"_updated_on_utc":{"gt":17739352012230004}}`: `{"_updated_on_utc":{"gt":17739352012230004}}`,
		`{"download_percent":{"in":[49,"50"]}}`:        `{"download_percent":{"in":[49,"50"]}}`,
		`{"upgrade_state":{"in":"complete"}}`:          `{"upgrade_state":{"in":"complete"}}`,
	} {
		if got := string(mustSelectParams(t, raw).Params()); got != want {
			t.Errorf("%s: got %s to send, want %s", raw, got, want)
		}
	}
	twice := mustSelectParams(t, `{"id":{"eq":"1"},"id":{"eq":"2"}}`)
	for id, want := range map[string]Truth{"1": False, "2": True} {
		if got := twice.Matches(&Status{ID: &id}); got != want {
			t.Errorf("row %s held against a key given twice: %s, want %s", id, truthText(got), truthText(want))
		}
	}
}

func TestParamsTellWhichFieldsTheyLookAt(t *testing.T) {
	t.Parallel()
	selection := mustSelectParams(t, `{"id":{"eq":"1"},"or":{"_etag":{"gt":1},"and":{"id":{"neq":"2"},"element_id":{"eq":"3"}}}}`)
	if got, want := selection.Fields(), []string{"_etag", "element_id", "id"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParamsThatCannotBeUsedAreRefusedWithARemedy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		raw, value, problem, remedy string
	}{
		{``, ``, "It is not a JSON object.", "jsonencode("},
		{`null`, `null`, "It is not a JSON object.", "jsonencode("},
		{`[]`, `[]`, "It is not a JSON object.", "jsonencode("},
		{`"id"`, `"id"`, "It is not a JSON object.", "jsonencode("},
		{`7`, `7`, "It is not a JSON object.", "jsonencode("},
		{`{"id":{"eq":"1"}`, `{"id":{"eq":"1"}`, "It is not a JSON object.", "jsonencode("},
		{`{"id":{"eq":01}}`, `{"id":{"eq":01}}`, "It is not a JSON object.", "jsonencode("},
		{`{} {}`, `{} {}`, "There is more text after the JSON object.", "one JSON object"},
		{`{}}`, `{}}`, "There is more text after the JSON object.", "one JSON object"},
		{`{} x`, `{} x`, "There is more text after the JSON object.", "one JSON object"},
		{`{"upgrade_sate":{"eq":"complete"}}`, "upgrade_sate", "At upgrade_sate: No such field.", "Did you mean `upgrade_state`?"},
		{`{"nand":{"id":{"eq":"1"}}}`, "nand", "At nand: No such field.", "Did you mean `and`?"},
		{`{"or":{"and":{"nonsense":{"eq":"1"}}}}`, "nonsense", "At or.and.nonsense: No such field.", "Use `id`, `element_id`,"},
		{`{"id":{"eqq":"1"}}`, "eqq", "At id.eqq: No such operator.", "Did you mean `eq`?"},
		{`{"id":{"contains":"1"}}`, "contains", "At id.contains: No such operator.", "Use `in`, `eq`,"},
		{`{"id":{"":"1"}}`, "", "At id.: No such operator.", "Use `in`, `eq`,"},
		{`{"or":{"upgrade_state":{"in":["complete","completed"]}}}`, "completed", "At or.upgrade_state.in: No such upgrade state.", "Did you mean `complete`?"},
		{`{"upgrade_state":{"eq":7}}`, "7", "At upgrade_state.eq: No such upgrade state.", "Use `pending`,"},
		{`{"download_percent":{"gt":"half"}}`, "half", "At download_percent.gt: The field `download_percent` is a 64-bit integer.", "whole number"},
		{`{"download_percent":{"gt":1.5}}`, "1.5", "At download_percent.gt: The field `download_percent` is a 64-bit integer.", "whole number"},
		{`{"download_percent":{"eq":true}}`, "true", "At download_percent.eq: It is neither a text nor a number.", "value to compare with"},
		{`{"active_version":{"eq":false}}`, "false", "At active_version.eq: It is neither a text nor a number.", "value to compare with"},
		{`{"download_percent":{"eq":-0}}`, "-0", "At download_percent.eq: The field `download_percent` is a 64-bit integer.", "without leading zeros"},
		{`{"download_percent":{"eq":1e2}}`, "1e2", "At download_percent.eq: The field `download_percent` is a 64-bit integer.", "without leading zeros"},
		{`{"download_percent":{"in":["1","007"]}}`, "007", "At download_percent.in: The field `download_percent` is a 64-bit integer.", "without leading zeros"},
		{`{"id":{"in":[]}}`, "[]", "At id.in: The operator `in` has 0 values.", "at least one value"},
		{`{"id":{"eq":["1","2"]}}`, `["1","2"]`, "At id.eq: The operator `eq` has a list.", "exactly one value; `in` accepts several"},
		{`{"id":{"neq":["1"]}}`, `["1"]`, "At id.neq: The operator `neq` has a list.", "exactly one value; `in` accepts several"},
		{`{"id":{"eq":[]}}`, `[]`, "At id.eq: The operator `eq` has a list.", "exactly one value; `in` accepts several"},
		{`{"id":{"in":[["1"]]}}`, `["1"]`, "At id.in: It is neither a text nor a number.", "value to compare with"},
		{`{"id":{"eq":null}}`, "null", "At id.eq: It is neither a text nor a number.", "value to compare with"},
		{`{"id":{"in":["1",null]}}`, "null", "At id.in: It is neither a text nor a number.", "value to compare with"},
		{`{"id":{"eq":{"eq":"1"}}}`, `{"eq":"1"}`, "At id.eq: It is neither a text nor a number.", "value to compare with"},
		{`{"id":"1"}`, `"1"`, "At id: It is not an object with at least one member.", "Write an object of operators for each field"},
		{`{"id":null}`, "null", "At id: It is not an object with at least one member.", "Write an object of operators for each field"},
		{`{"id":{}}`, "{}", "At id: It is not an object with at least one member.", "Write an object of operators for each field"},
		{`{"or":{}}`, "{}", "At or: It is not an object with at least one member.", "Write an object of operators for each field"},
		{`{"or":[{"id":{"eq":"1"}}]}`, `[{"id":{"eq":"1"}}]`, "At or: It is not an object with at least one member.", "Write an object of operators for each field"},
		{`{"and":{"id":{"eq":"1"},"or":"x"}}`, `"x"`, "At and.or: It is not an object with at least one member.", "Write an object of operators for each field"},
	} {
		_, err := SelectParams(test.raw)
		arguments := argumentErrors(t, err)
		if len(arguments) != 1 {
			t.Errorf("%s: got the errors %v, want one", test.raw, arguments)
			continue
		}
		got := arguments[0]
		if got.Place() != "query parameters" {
			t.Errorf("%s: got the attribute %q, want query_params", test.raw, got.Place())
		}
		if got.Value != test.value {
			t.Errorf("%s: got the value %q, want %q", test.raw, got.Value, test.value)
		}
		if !strings.HasPrefix(got.Problem, test.problem) {
			t.Errorf("%s: got the problem %q, want a start of %q", test.raw, got.Problem, test.problem)
		}
		if !strings.Contains(got.Remedy, test.remedy) {
			t.Errorf("%s: got the remedy %q, want %q in it", test.raw, got.Remedy, test.remedy)
		}
	}
}

func TestGroupsNestToABound(t *testing.T) {
	t.Parallel()
	nested := func(group string, levels int) string {
		return strings.Repeat(`{"`+group+`":`, levels) + `{"id":{"eq":"1"}}` + strings.Repeat("}", levels)
	}
	for _, group := range []string{"and", "or"} {
		for _, levels := range []int{1, 2, 8} {
			selection := mustSelectParams(t, nested(group, levels))
			if got := selection.Matches(&Status{ID: new("1")}); got != True {
				t.Errorf("%d levels of %s: a row that fits %s, want true", levels, group, truthText(got))
			}
			if got := selection.Matches(&Status{ID: new("2")}); got != False {
				t.Errorf("%d levels of %s: a row that does not fit %s, want fails", levels, group, truthText(got))
			}
		}
		for _, levels := range []int{9, 100, 100_000} {
			_, err := SelectParams(nested(group, levels))
			if argumentErrors(t, err) == nil {
				t.Errorf("%d levels of %s: got no error", levels, group)
			}
		}
	}
	_, err := SelectParams(nested("or", 9))
	if err == nil || !strings.Contains(err.Error(), "nested too deeply") || !strings.Contains(err.Error(), "at most 8 levels") {
		t.Errorf("got %v, want a message with the bound", err)
	}
}

func TestAllAndEitherAreSureWhenEveryCompletionAgrees(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		truths := rapid.SliceOfN(rapid.SampledFrom([]Truth{True, False, Unknown}), 0, 6).Draw(t, "parts")
		parts := make([]condition, len(truths))
		for i, truth := range truths {
			parts[i] = func(*Status) Truth { return truth }
		}
		everyPart := func(completion []bool) bool { return !slices.Contains(completion, false) }
		somePart := func(completion []bool) bool { return slices.Contains(completion, true) }
		if got, want := allOf(parts)(&Status{}), agreement(truths, everyPart); got != want {
			t.Fatalf("all of %v: %s, want %s", truths, truthText(got), truthText(want))
		}
		if got, want := anyOf(parts)(&Status{}), agreement(truths, somePart); got != want {
			t.Fatalf("either of %v: %s, want %s", truths, truthText(got), truthText(want))
		}
	})
}

// agreement decides every unsure part both ways and is sure of the answer that
// comes out each time.
func agreement(truths []Truth, join func([]bool) bool) Truth {
	var holds, fails bool
	for choice := range 1 << len(truths) {
		completion := make([]bool, len(truths))
		for i, truth := range truths {
			completion[i] = truth == True || (truth == Unknown && choice>>i&1 == 1)
		}
		if join(completion) {
			holds = true
		} else {
			fails = true
		}
	}
	switch {
	case holds && fails:
		return Unknown
	case holds:
		return True
	default:
		return False
	}
}

func TestGroupsMeanTheSameAtEveryDepth(t *testing.T) {
	t.Parallel()
	value := rapid.SampledFrom([]string{"a", "b"})
	rapid.Check(t, func(t *rapid.T) {
		params := drawParams(t, 3)
		raw, err := json.Marshal(params)
		if err != nil {
			t.Fatal(err)
		}
		row := map[string]string{
			"active_version":   value.Draw(t, "active_version"),
			"rollback_version": value.Draw(t, "rollback_version"),
			"failure_info":     value.Draw(t, "failure_info"),
		}
		status := Status{
			ActiveVersion: new(row["active_version"]), RollbackVersion: new(row["rollback_version"]), FailureInfo: new(row["failure_info"]),
		}
		want := False
		if meets(row, params, false) {
			want = True
		}
		if got := mustSelectParams(t, string(raw)).Matches(&status); got != want {
			t.Fatalf("%s held against %s: %s, want %s", rowText(&status), raw, truthText(got), truthText(want))
		}
	})
}

// drawParams draws conditions that leave no doubt about a row.
func drawParams(t *rapid.T, depth int) map[string]any {
	keys := []string{"active_version", "rollback_version", "failure_info"}
	if depth > 0 {
		keys = append(keys, "and", "or")
	}
	params := make(map[string]any)
	for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 1, len(keys), rapid.ID[string]).Draw(t, "keys") {
		if key == "and" || key == "or" {
			params[key] = drawParams(t, depth-1)
			continue
		}
		params[key] = rapid.MapOfN(
			rapid.SampledFrom([]string{"eq", "neq"}), rapid.SampledFrom([]string{"a", "b"}), 1, 2,
		).Draw(t, key)
	}
	return params
}

// meets evaluates what drawParams draws in two-valued logic.
func meets(row map[string]string, params map[string]any, anyMember bool) bool {
	for key, member := range params {
		holds := true
		switch member := member.(type) {
		case map[string]any:
			holds = meets(row, member, key == "or")
		case map[string]string:
			for operator, value := range member {
				holds = holds && (row[key] == value) == (operator == "eq")
			}
		}
		if holds == anyMember {
			return anyMember
		}
	}
	return !anyMember
}

func FuzzSelectParams(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{} {}`, `{"id":{"eq":"1"}}`, `{"id":{"in":"1"}}`, `{"_etag":{"in":[1,"2",-0]}}`,
		`{"or":{"upgrade_state":{"eq":"complete","neq":"failed"},"and":{"download_percent":{"gte":1,"lte":99}}}}`,
		`{"active_version":{"re":"(?=6)[a-z&&[^b]]"}}`, `{"active_version":{"lt":true,"gt":1e400}}`, `{"id":{"in":[["1"],null]}}`,
		`{"id":{"eq":"\ud800"}}`, `{"or":{"or":{"or":{"or":{"or":{"or":{"or":{"or":{"or":{"id":{"eq":"1"}}}}}}}}}}}`,
	} {
		f.Add(seed)
	}
	rows := []Status{{}, sampleRow()}
	f.Fuzz(func(t *testing.T, raw string) {
		selection, err := SelectParams(raw)
		if err != nil {
			argument, isArgument := errors.AsType[*ArgumentError](err)
			if !isArgument || argument.Place() != "query parameters" || argument.Problem == "" || argument.Remedy == "" {
				t.Errorf("%q: got the error %#v, want one that names query_params, the problem and a remedy", raw, err)
			}
			return
		}
		for i := range rows {
			if truth := selection.Matches(&rows[i]); truth != True && truth != False && truth != Unknown {
				t.Errorf("%q: got %d for %s", raw, truth, rowText(&rows[i]))
			}
		}
		for _, name := range selection.Fields() {
			if _, known := FieldByName(name); !known {
				t.Errorf("%q: looks at %q, which is no field", raw, name)
			}
		}
		body, err := json.Marshal(map[string]any{"query_params": selection.Params()})
		if err != nil {
			t.Fatalf("%q: cannot be sent: %v", raw, err)
		}
		var sent struct {
			Params json.RawMessage `json:"query_params"`
		}
		if err := json.Unmarshal(body, &sent); err != nil {
			t.Fatalf("%q: sent as %s: %v", raw, body, err)
		}
		again, err := SelectParams(string(sent.Params))
		if err != nil {
			t.Fatalf("%q: sent as %s, which is refused: %v", raw, sent.Params, err)
		}
		for i := range rows {
			if got, want := again.Matches(&rows[i]), selection.Matches(&rows[i]); got != want {
				t.Errorf("%q: sent as %s: %s of %s, want %s", raw, sent.Params, truthText(got), rowText(&rows[i]), truthText(want))
			}
		}
	})
}
