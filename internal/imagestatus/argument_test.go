package imagestatus

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAttributeIsWrittenAsInTerraform(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path []any
		want string
	}{
		{nil, ""},
		{[]any{"query_params"}, "query_params"},
		{[]any{"element_ids", 0}, "element_ids[0]"},
		{[]any{"filters", 12, "values", 3}, "filters[12].values[3]"},
		{[]any{"sort_by", "field"}, "sort_by.field"},
		{[]any{"rows", 0, 1, "id"}, "rows[0][1].id"},
	} {
		if got := (&ArgumentError{Path: test.path}).Attribute(); got != test.want {
			t.Errorf("attribute of %v: got %q, want %q", test.path, got, test.want)
		}
	}
}

func TestMessageNamesAttributeValueProblemAndRemedy(t *testing.T) {
	t.Parallel()
	err := &ArgumentError{Path: []any{"filters", 0, "operator"}, Value: `e"q`, Problem: "No such operator.", Remedy: "Use `eq`."}
	if got, want := err.Error(), "filters[0].operator = \"e\\\"q\": No such operator. Use `eq`."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestListIsQuotedAsAList(t *testing.T) {
	t.Parallel()
	for want, values := range map[string][]string{
		`filters[0].values = []: `:             {},
		`filters[0].values = ["1", "a\"b,"]: `: {"1", `a"b,`},
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

func TestPathCanBePlacedBelowSeveralArguments(t *testing.T) {
	t.Parallel()
	inner := &ArgumentError{Path: []any{"values", 1}, Value: "x", Problem: "p", Remedy: "r"}
	first, second := inner.under("filters", 0), inner.under("filters", 1)
	for _, test := range []struct {
		err  *ArgumentError
		want string
	}{
		{inner, "values[1]"},
		{first, "filters[0].values[1]"},
		{second, "filters[1].values[1]"},
		{second.under("wave"), "wave.filters[1].values[1]"},
	} {
		if got := test.err.Attribute(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
		if test.err.Value != "x" || test.err.Problem != "p" || test.err.Remedy != "r" {
			t.Errorf("%s lost its text: %+v", test.want, test.err)
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
		{spelling("upgrade_sate", fields), "Did you mean `upgrade_state`?"},
		{spelling("UpgradeState", fields), "Did you mean `upgrade_state`?"},
		{spelling("activeversion", fields), "Did you mean `active_version`?"},
		{spelling("element_ids", fields), "Did you mean `element_id`?"},
		{spelling("etag", fields), "Did you mean `_etag`?"},
		{spelling("ne", operators), "Did you mean `neq`?"},
		{spelling("regex", operators), "Did you mean `re`?"},
		{spelling("completed", states), "Did you mean `complete`?"},
		{spelling("in_progress", states), "Did you mean `in-progress`?"},
		{spelling("download_canceled", states), "Did you mean `download_cancelled`?"},
	} {
		if !strings.HasPrefix(test.got, test.want+" Use `") {
			t.Errorf("got %q, want a start of %q", test.got, test.want)
		}
	}
}

func TestWordsFarFromEveryChoiceGetTheChoicesOnly(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"", "x", "xy", "contains", "☃"} {
		if got, want := spelling(word, Operators()), "Use `in`, `eq`, `neq`, `gt`, `gte`, `lt`, `lte` or `re`."; got != want {
			t.Errorf("remedy for %q: got %q, want %q", word, got, want)
		}
	}
}

func TestEditDistanceIsADistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"kitten", "sitting", 3},
		{"complete", "completed", 1},
		{"abc", "cab", 2},
	} {
		if got := editDistance(test.a, test.b); got != test.want {
			t.Errorf("distance of %q and %q: got %d, want %d", test.a, test.b, got, test.want)
		}
	}
	word := rapid.StringMatching(`[ab_]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		ab := editDistance(a, b)
		if ab != editDistance(b, a) || (ab == 0) != (a == b) || ab > editDistance(a, c)+editDistance(c, b) {
			t.Fatalf("%q, %q, %q: not a distance, %d between the first two", a, b, c, ab)
		}
	})
}
