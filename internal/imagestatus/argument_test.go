package imagestatus

import (
	"strings"
	"testing"
)

func TestPlaceHasThePositionsOfAnArgument(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]*ArgumentError{
		"query parameters":        {Argument: ArgumentParams},
		"element id [0]":          {Argument: ArgumentElementID, Positions: []int{0}},
		"value of filter [12][3]": {Argument: ArgumentFilterValue, Positions: []int{12, 3}},
	} {
		if got := err.Place(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestMessageNamesAttributeValueProblemAndRemedy(t *testing.T) {
	t.Parallel()
	err := &ArgumentError{Argument: ArgumentFilterOperator, Positions: []int{0}, Value: `e"q`, Problem: "No such operator.", Remedy: "Use `eq`."}
	if got, want := err.Error(), "operator of filter [0] = \"e\\\"q\": No such operator. Use `eq`."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestListIsQuotedAsAList(t *testing.T) {
	t.Parallel()
	for want, values := range map[string][]string{
		`values of filter [0] = []: `:             {},
		`values of filter [0] = ["1", "a\"b,"]: `: {"1", `a"b,`},
	} {
		_, err := SelectFilters(nil, []Filter{{"active_version", OperatorEq, values}})
		if arguments := argumentErrors(t, err); len(arguments) != 1 || !strings.HasPrefix(arguments[0].Error(), want) {
			t.Errorf("got %v, want a start of %s", err, want)
		}
	}
}

func TestSymbolsOfOtherLanguagesAreAnsweredWithTheOperator(t *testing.T) {
	t.Parallel()
	for symbol, want := range map[Operator]Operator{
		"==": OperatorEq, "=": OperatorEq, "!=": OperatorNeq, "<>": OperatorNeq, ">": OperatorGt, ">=": OperatorGte, "<": OperatorLt, "<=": OperatorLte, "=~": OperatorRe,
	} {
		_, err := SelectFilters(nil, []Filter{{"active_version", symbol, []string{"6.3.6-b9"}}})
		arguments := argumentErrors(t, err)
		if len(arguments) != 1 || !strings.HasPrefix(arguments[0].Remedy, "Did you mean `"+string(want)+"`? Use `in`, ") {
			t.Errorf("%q: got %v, want it answered with %s", symbol, err, want)
		}
	}
}

func TestErrorCanBePlacedInSeveralLists(t *testing.T) {
	t.Parallel()
	inner := &ArgumentError{Argument: ArgumentFilterValue, Positions: []int{1}, Value: "x", Problem: "p", Remedy: "r"}
	first, second := inner.atPosition(0), inner.atPosition(2)
	for want, err := range map[string]*ArgumentError{
		"value of filter [1]":       inner,
		"value of filter [0][1]":    first,
		"value of filter [2][1]":    second,
		"value of filter [7][2][1]": second.atPosition(7),
	} {
		if got := err.Place(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if err.Value != "x" || err.Problem != "p" || err.Remedy != "r" {
			t.Errorf("%s lost its text: %+v", want, err)
		}
	}
}

func TestChoicesAreWrittenAsASentence(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		allowed []string
		want    string
	}{
		{[]string{"a"}, "`a`"},
		{[]string{"a", "b"}, "`a` or `b`"},
		{[]string{"a", "b", "c"}, "`a`, `b` or `c`"},
	} {
		if got := oneOf(test.allowed); got != test.want {
			t.Errorf("oneOf(%q): got %q, want %q", test.allowed, got, test.want)
		}
	}
}

func TestMisspeltWordsGetTheNearestSuggestion(t *testing.T) {
	t.Parallel()
	fields, operators, states := FieldNames(), Operators(), States()
	for _, test := range []struct {
		got, want string
	}{
		{spellingRemedy("upgrade_sate", fields), "Did you mean `upgrade_state`?"},
		{spellingRemedy("UpgradeState", fields), "Did you mean `upgrade_state`?"},
		{spellingRemedy("activeversion", fields), "Did you mean `active_version`?"},
		{spellingRemedy("element_ids", fields), "Did you mean `element_id`?"},
		{spellingRemedy("etag", fields), "Did you mean `_etag`?"},
		{spellingRemedy("ne", operators), "Did you mean `neq`?"},
		{spellingRemedy("regex", operators), "Did you mean `re`?"},
		{spellingRemedy("completed", states), "Did you mean `complete`?"},
		{spellingRemedy("in_progress", states), "Did you mean `in-progress`?"},
		{spellingRemedy("download_canceled", states), "Did you mean `download_cancelled`?"},
	} {
		if !strings.HasPrefix(test.got, test.want+" Use `") {
			t.Errorf("got %q, want a start of %q", test.got, test.want)
		}
	}
}

func TestWordsFarFromEveryChoiceGetTheChoicesOnly(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"", "x", "e", "xy", "contains", "☃"} {
		if got, want := spellingRemedy(word, Operators()), "Use `in`, `eq`, `neq`, `gt`, `gte`, `lt`, `lte` or `re`."; got != want {
			t.Errorf("remedy for %q: got %q, want %q", word, got, want)
		}
	}
}
