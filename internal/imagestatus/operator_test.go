package imagestatus

import (
	"slices"
	"testing"
)

func TestOperatorsAreListedWithTheDefaultFirst(t *testing.T) {
	t.Parallel()
	want := []Operator{"in", "eq", "neq", "gt", "gte", "lt", "lte", "re"}
	if got := Operators(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	meanings := make(map[string]Operator)
	for _, operator := range Operators() {
		if got, many := operator.Many(), operator == "in"; got != many {
			t.Errorf("%s takes many values: got %t, want %t", operator, got, many)
		}
		meaning := operator.Meaning()
		if other, taken := meanings[meaning]; taken || meaning == "" {
			t.Errorf("meaning of %s: got %q as for %q, want one of its own", operator, meaning, other)
		}
		meanings[meaning] = operator
	}
}

func TestUnknownOperatorsHaveNeitherMeaningNorManyValues(t *testing.T) {
	t.Parallel()
	for _, operator := range []Operator{"", "nin", "IN", "contains"} {
		if operator.Meaning() != "" || operator.Many() {
			t.Errorf("%q: got meaning %q and many = %t, want none", operator, operator.Meaning(), operator.Many())
		}
	}
}

func TestRowsAreHeldAgainstEqualityOfTexts(t *testing.T) {
	t.Parallel()
	version := func(text string) *string { return &text }
	for _, test := range []struct {
		operator Operator
		values   []string
		have     *string
		want     Truth
	}{
		{OperatorIn, []string{"6.3.6-b9"}, version("6.3.6-b9"), True},
		{OperatorIn, []string{"x", "6.3.6-b9"}, version("6.3.6-b9"), True},
		{OperatorIn, []string{"x", "6.3.6-B9"}, version("6.3.6-b9"), Unknown},
		{OperatorIn, []string{"6.3.6-B9", "6.3.6-b9"}, version("6.3.6-b9"), True},
		{OperatorIn, []string{"x", "y"}, version("6.3.6-b9"), False},
		{OperatorIn, []string{"6.3.6-b"}, version("6.3.6-b9"), False},
		{OperatorIn, []string{"x"}, version(""), False},
		{OperatorIn, []string{"x"}, nil, False},
		{OperatorIn, []string{""}, nil, Unknown},
		{OperatorIn, []string{"x", ""}, nil, Unknown},
		{OperatorEq, []string{"6.3.6-b9"}, version("6.3.6-b9"), True},
		{OperatorEq, []string{"6.3.6-B9"}, version("6.3.6-b9"), Unknown},
		{OperatorEq, []string{"x"}, version("6.3.6-b9"), False},
		{OperatorEq, []string{""}, version(""), True},
		{OperatorEq, []string{"x"}, nil, False},
		{OperatorEq, []string{""}, nil, Unknown},
		{OperatorNeq, []string{"6.3.6-b9"}, version("6.3.6-b9"), False},
		{OperatorNeq, []string{"6.3.6-B9"}, version("6.3.6-b9"), Unknown},
		{OperatorNeq, []string{"x"}, version("6.3.6-b9"), True},
		{OperatorNeq, []string{""}, version(""), False},
		{OperatorNeq, []string{"x"}, nil, True},
		{OperatorNeq, []string{""}, nil, Unknown},
	} {
		row := Status{ActiveVersion: test.have}
		selection := mustSelectFilters(t, nil, Filter{"active_version", test.operator, test.values})
		if got := selection.Matches(&row); got != test.want {
			t.Errorf("%s %q of %s: %s, want %s", test.operator, test.values, rowText(&row), truthText(got), truthText(test.want))
		}
	}
}

func TestRowsAreHeldAgainstIntegersExactly(t *testing.T) {
	t.Parallel()
	// Neighbours that a 64-bit float cannot tell apart.
	const below, limit, above = 17739352012230003, 17739352012230004, 17739352012230005
	for operator, want := range map[Operator][3]Truth{
		OperatorIn:  {False, True, False},
		OperatorEq:  {False, True, False},
		OperatorNeq: {True, False, True},
		OperatorGt:  {False, False, True},
		OperatorGte: {False, True, True},
		OperatorLt:  {True, False, False},
		OperatorLte: {True, True, False},
		OperatorRe:  {Unknown, Unknown, Unknown},
	} {
		selection := mustSelectFilters(t, nil, Filter{"_updated_on_utc", operator, []string{"17739352012230004"}})
		for i, have := range []int64{below, limit, above} {
			row := Status{UpdatedOnUTC: &have}
			if got := selection.Matches(&row); got != want[i] {
				t.Errorf("%d %s 17739352012230004: %s, want %s", have, operator, truthText(got), truthText(want[i]))
			}
		}
	}
}

func TestIntegersAreOrderedByNumber(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		operator Operator
		value    string
		have     int64
		want     Truth
	}{
		{OperatorGt, "9", 10, True},
		{OperatorLt, "10", 9, True},
		{OperatorGt, "-10", -9, True},
		{OperatorLt, "0", -1, True},
		{OperatorLt, "0", 0, False},
		{OperatorGte, "-9223372036854775808", 0, True},
		{OperatorLte, "9223372036854775807", 0, True},
	} {
		row := Status{DownloadPercent: &test.have}
		selection := mustSelectFilters(t, nil, Filter{"download_percent", test.operator, []string{test.value}})
		if got := selection.Matches(&row); got != test.want {
			t.Errorf("%d %s %s: %s, want %s", test.have, test.operator, test.value, truthText(got), truthText(test.want))
		}
	}
}

func TestOrderOfTextsIsLeftToTheController(t *testing.T) {
	t.Parallel()
	for _, operator := range []Operator{OperatorGt, OperatorGte, OperatorLt, OperatorLte} {
		for _, limit := range []string{"6.3.6-b9", "6"} {
			selection := mustSelectFilters(t, nil, Filter{"active_version", operator, []string{limit}})
			for _, version := range []string{"6.3.6-b8", "6.3.6-b9", "6.3.6-b12", "7", ""} {
				if got := selection.Matches(&Status{ActiveVersion: &version}); got != Unknown {
					t.Errorf("%q %s %s: %s, want unsure", version, operator, limit, truthText(got))
				}
			}
		}
	}
}

func TestNullMeetsNoOrderAndNoPattern(t *testing.T) {
	t.Parallel()
	for _, filter := range []Filter{
		{"download_percent", OperatorGt, []string{"-1"}},
		{"download_percent", OperatorGte, []string{"0"}},
		{"download_percent", OperatorLt, []string{"1"}},
		{"download_percent", OperatorLte, []string{"0"}},
		{"active_version", OperatorGt, []string{"0"}},
		{"active_version", OperatorLte, []string{"9"}},
		{"active_version", OperatorRe, []string{"6"}},
	} {
		if got := mustSelectFilters(t, nil, filter).Matches(&Status{}); got != False {
			t.Errorf("null held against %+v: %s, want fails", filter, truthText(got))
		}
	}
}

func TestPatternsContradictOnlyWhatNoEngineWouldMatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, have string
		want          Truth
	}{
		{`6\.3`, "6.3.6-b9", Unknown},
		{`b9`, "6.3.6-b9", Unknown},
		{`^6\.3\.6-b9$`, "6.3.6-b9", Unknown},
		{`B9`, "6.3.6-b9", Unknown},
		{`first.*second`, "first\nsecond", Unknown},
		{`^second$`, "first\nsecond", Unknown},
		{`7|b9`, "6.3.6-b9", Unknown},
		{`6\.4`, "6.3.6-b9", False},
		{`^b9`, "6.3.6-b9", False},
		{`7|8`, "6.3.6-b9", False},
		{`.`, "", False},
	} {
		row := Status{ActiveVersion: &test.have}
		selection := mustSelectFilters(t, nil, Filter{"active_version", OperatorRe, []string{test.pattern}})
		if got := selection.Matches(&row); got != test.want {
			t.Errorf("%q held against %q: %s, want %s", test.have, test.pattern, truthText(got), truthText(test.want))
		}
	}
}

func TestPatternsThatGoCannotReadAreLeftToTheController(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{
		// Java reads these,
		`(?=6)6`, `(?<!x)6`, `6++`, `(6)\1`, `\p{javaDigit}`, `\R`, `6\Z`, `(?x)6 # six`, `(?>6)`, `a{1001}`,
		// and nobody reads these.
		`(`, `*`, `?`, `[`, "\xff",
	} {
		selection := mustSelectFilters(t, nil, Filter{"active_version", OperatorRe, []string{pattern}})
		for _, version := range []string{"6.3.6-b9", "nothing like it", ""} {
			if got := selection.Matches(&Status{ActiveVersion: &version}); got != Unknown {
				t.Errorf("%q held against %q: %s, want unsure", version, pattern, truthText(got))
			}
		}
	}
}

func TestPatternsThatJavaReadsDifferentlyAreLeftToTheController(t *testing.T) {
	t.Parallel()
	// Each compiles in Go, which finds no match; java.util.regex finds one.
	for _, test := range []struct {
		pattern, have string
	}{
		{`^[a-z&&[^b]]$`, "a"},           // an intersection of classes
		{`^[a-c[x-z]]+$`, "x"},           // a union of classes
		{`timeout$`, "timeout\r\n"},      // $ before a final line break of two characters
		{`(?m)^second`, "first\rsecond"}, // a carriage return ends a line, too
		{`\0101`, "A"},                   // an octal number of three digits
	} {
		row := Status{FailureInfo: &test.have}
		selection := mustSelectFilters(t, nil, Filter{"failure_info", OperatorRe, []string{test.pattern}})
		if got := selection.Matches(&row); got != Unknown {
			t.Errorf("%q held against %q: %s, want unsure", test.have, test.pattern, truthText(got))
		}
	}
}
