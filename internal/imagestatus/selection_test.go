package imagestatus

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFiltersAreWrittenAsQueryParams(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		elementIDs []string
		filters    []Filter
		params     string
		fields     []string
	}{
		{name: "the whole fleet"},
		{name: "no filters", filters: []Filter{}},
		{
			name: "ids", elementIDs: []string{"2", "1"},
			params: `{"element_id":{"in":["2","1"]}}`, fields: []string{"element_id"},
		},
		{
			name:    "the default operator",
			filters: []Filter{{Field: "upgrade_state", Operator: OperatorIn, Values: []string{"complete", "done"}}},
			params:  `{"upgrade_state":{"in":["complete","done"]}}`, fields: []string{"upgrade_state"},
		},
		{
			name:    "one value is a list for in and a value for the others",
			filters: []Filter{{"id", OperatorIn, []string{"1"}}, {"id", OperatorNeq, []string{"2"}}},
			params:  `{"id":{"in":["1"],"neq":"2"}}`, fields: []string{"id"},
		},
		{
			name:    "integers are numbers, however long",
			filters: []Filter{{"_updated_on_utc", OperatorGte, []string{"17739352012230004"}}, {"download_percent", OperatorIn, []string{"0", "-1"}}},
			params:  `{"_updated_on_utc":{"gte":17739352012230004},"download_percent":{"in":[0,-1]}}`,
			fields:  []string{"_updated_on_utc", "download_percent"},
		},
		{
			name:    "digits in a text field are text",
			filters: []Filter{{"active_version", OperatorEq, []string{"6"}}},
			params:  `{"active_version":{"eq":"6"}}`, fields: []string{"active_version"},
		},
		{
			name:    "a pattern is text even for an integer field",
			filters: []Filter{{"_etag", OperatorRe, []string{"^1"}}},
			params:  `{"_etag":{"re":"^1"}}`, fields: []string{"_etag"},
		},
		{
			name:    "a range of one field",
			filters: []Filter{{"_etag", OperatorGt, []string{"1"}}, {"id", OperatorEq, []string{"1"}}, {"_etag", OperatorLt, []string{"9"}}},
			params:  `{"_etag":{"gt":1,"lt":9},"id":{"eq":"1"}}`, fields: []string{"_etag", "id"},
		},
		{
			name: "ids narrowed by a filter", elementIDs: []string{"1"},
			filters: []Filter{{"active_version", OperatorNeq, []string{"6.3.6-b9"}}},
			params:  `{"active_version":{"neq":"6.3.6-b9"},"element_id":{"in":["1"]}}`, fields: []string{"element_id", "active_version"},
		},
	} {
		selection := mustSelectFilters(t, test.elementIDs, test.filters...)
		if got := string(selection.Params()); got != test.params {
			t.Errorf("%s: got %s, want %s", test.name, got, test.params)
		}
		if got := selection.Fields(); !slices.Equal(got, test.fields) {
			t.Errorf("%s: got fields %q, want %q", test.name, got, test.fields)
		}
		if got := selection.ElementIDs(); !slices.Equal(got, test.elementIDs) {
			t.Errorf("%s: got ids %q, want %q", test.name, got, test.elementIDs)
		}
		if selection.Empty() {
			t.Errorf("%s: selects nothing", test.name)
		}
	}
}

func TestZeroSelectionIsTheWholeFleet(t *testing.T) {
	t.Parallel()
	row := sampleRow()
	for name, selection := range map[string]Selection{
		"zero":       {},
		"no filters": mustSelectFilters(t, nil),
	} {
		if selection.Params() != nil || selection.Empty() {
			t.Errorf("%s: got params %s and empty = %t, want neither", name, selection.Params(), selection.Empty())
		}
		for _, row := range []Status{{}, row} {
			if got := selection.Matches(&row); got != True {
				t.Errorf("%s: %s %s, want true", name, rowText(&row), truthText(got))
			}
		}
	}
}

func TestEmptyListOfElementsSelectsNothing(t *testing.T) {
	t.Parallel()
	row := sampleRow()
	for name, selection := range map[string]Selection{
		"alone":         mustSelectFilters(t, []string{}),
		"with a filter": mustSelectFilters(t, []string{}, Filter{"upgrade_state", OperatorEq, []string{"complete"}}),
	} {
		if !selection.Empty() {
			t.Errorf("%s: got nothing = false, want true", name)
		}
		if got := selection.Matches(&row); got != False {
			t.Errorf("%s: a row %s, want fails", name, truthText(got))
		}
	}
}

func TestElementsNamedTwiceAreAskedForOnce(t *testing.T) {
	t.Parallel()
	selection := mustSelectFilters(t, []string{"3", "1", "3", "2", "1"})
	if got, want := selection.ElementIDs(), []string{"3", "1", "2"}; !slices.Equal(got, want) {
		t.Errorf("got ids %q, want %q", got, want)
	}
	if got, want := string(selection.Params()), `{"element_id":{"in":["3","1","2"]}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestElementsNotAskedForContradictTheSelection(t *testing.T) {
	t.Parallel()
	selection := mustSelectFilters(t, []string{"1", "2"}, Filter{"upgrade_state", OperatorIn, []string{"failed"}})
	for _, test := range []struct {
		row  Status
		want Truth
	}{
		{Status{ElementID: new("1"), UpgradeState: new("failed")}, True},
		{Status{ElementID: new("2"), UpgradeState: new("FAILED")}, Unknown},
		{Status{ElementID: new("2"), UpgradeState: new("complete")}, False},
		{Status{ElementID: new("3"), UpgradeState: new("failed")}, False},
		{Status{ElementID: new("3"), UpgradeState: new("FAILED")}, False},
		{Status{UpgradeState: new("failed")}, False},
		{Status{ElementID: new("1")}, False},
	} {
		if got := selection.Matches(&test.row); got != test.want {
			t.Errorf("%s: %s, want %s", rowText(&test.row), truthText(got), truthText(test.want))
		}
	}
}

func TestEveryOperatorChecksItsNumberOfValues(t *testing.T) {
	t.Parallel()
	for _, operator := range Operators() {
		for count := range 4 {
			values := slices.Repeat([]string{"1"}, count)
			_, err := SelectFilters(nil, []Filter{{"active_version", operator, values}})
			if allowed := count == 1 || (operator == OperatorIn && count > 1); allowed {
				if err != nil {
					t.Errorf("%s with %d values: got %v, want no error", operator, count, err)
				}
				continue
			}
			for _, argument := range argumentErrors(t, err) {
				if got, want := argument.Place(), "values of filter [0]"; got != want {
					t.Errorf("%s with %d values: got the attribute %q, want %q", operator, count, got, want)
				}
				if want := fmt.Sprintf("The operator `%s` has %d values.", operator, count); argument.Problem != want {
					t.Errorf("%s with %d values: got %q, want %q", operator, count, argument.Problem, want)
				}
			}
			if err == nil {
				t.Errorf("%s with %d values: got no error", operator, count)
			}
		}
	}
}

func TestArgumentsThatCannotBeUsedAreNamedWithARemedy(t *testing.T) {
	t.Parallel()
	filter := func(field string, operator Operator, values ...string) []Filter {
		return []Filter{{"id", OperatorEq, []string{"1"}}, {field, operator, values}}
	}
	for _, test := range []struct {
		name                              string
		elementIDs                        []string
		filters                           []Filter
		attribute, value, problem, remedy string
	}{
		{
			"misspelt field", nil, filter("upgrade_sate", "in", "complete"),
			"field of filter [1]", "upgrade_sate", "No such field.", "Did you mean `upgrade_state`? Use `id`, `element_id`,",
		},
		{
			"no field", nil, filter("", "in", "complete"),
			"field of filter [1]", "", "No such field.", "Use `id`, `element_id`,",
		},
		{
			"phase by another operator", nil, filter("phase", "re", "fail"),
			"operator of filter [1]", "re", "compares whole values only", "Use `in`, `eq` or `neq`.",
		},
		{
			"misspelt phase", nil, filter("phase", "in", "failed", "abortd"),
			"value of filter [1][1]", "abortd", "No such phase.", "Did you mean `aborted`? Use `idle`,",
		},
		{
			"phase without a value", nil, filter("phase", "in"),
			"values of filter [1]", "[]", "has 0 values", "at least one value",
		},
		{
			"misspelt field that is derived", nil, filter("phases", "in", "failed"),
			"field of filter [1]", "phases", "No such field.", "Did you mean `phase`?",
		},
		{
			"misspelt operator", nil, filter("active_version", "gtee", "6"),
			"operator of filter [1]", "gtee", "No such operator.", "Did you mean `gte`? Use `in`, `eq`,",
		},
		{
			"operator without evidence", nil, filter("active_version", "contains", "6"),
			"operator of filter [1]", "contains", "No such operator.", "Use `in`, `eq`,",
		},
		{
			"misspelt state", nil, filter("upgrade_state", "in", "complete", "done", "completed"),
			"value of filter [1][2]", "completed", "No such upgrade state.", "Did you mean `complete`? Use `pending`, `init`,",
		},
		{
			"misspelt state, eq", nil, filter("upgrade_state", "eq", "upgrade_fail"),
			"value of filter [1][0]", "upgrade_fail", "No such upgrade state.", "Did you mean `upgrade_failed`?",
		},
		{
			"misspelt state, neq", nil, filter("upgrade_state", "neq", "in_progress"),
			"value of filter [1][0]", "in_progress", "No such upgrade state.", "Did you mean `in-progress`?",
		},
		{
			"empty state", nil, filter("upgrade_state", "in", ""),
			"value of filter [1][0]", "", "No such upgrade state.", "Use `pending`, `init`,",
		},
		{
			"text for an integer", nil, filter("download_percent", "gt", "half"),
			"value of filter [1][0]", "half", "`download_percent` is a 64-bit integer.", "Write a whole number without leading zeros or a plus sign.",
		},
		{
			"fraction for an integer", nil, filter("download_percent", "in", "1", "1.5"),
			"value of filter [1][1]", "1.5", "`download_percent` is a 64-bit integer.", "Write a whole number without leading zeros or a plus sign.",
		},
		{
			"nothing for an integer", nil, filter("_etag", "eq", ""),
			"value of filter [1][0]", "", "`_etag` is a 64-bit integer.", "Write a whole number without leading zeros or a plus sign.",
		},
		{
			"integer too long", nil, filter("_updated_on_utc", "lt", "9223372036854775808"),
			"value of filter [1][0]", "9223372036854775808", "is a 64-bit integer.", "Write a whole number without leading zeros or a plus sign.",
		},
		{
			"same field and operator twice", nil, filter("id", "eq", "2"),
			"field of filter [1]", "id", "Another filter already compares this field by `eq`", "query_params",
		},
		{
			"ids and a filter on ids", []string{"1"}, []Filter{{"element_id", OperatorIn, []string{"2"}}},
			"field of filter [0]", "element_id", "already compares this field by `in`", "",
		},
		{
			"empty id", []string{"1", "", "2"}, nil,
			"element id [1]", "", "cannot be empty", "leave the entry out",
		},
		{
			"id with a line end", []string{"1", "2\r"}, nil,
			"element id [1]", "2\r", "no white space, line end or invisible character", "trimspace",
		},
		{
			"empty operator", nil, filter("id", "", "2"),
			"operator of filter [1]", "", "No such operator.", "Use `in`, ",
		},
		{
			"empty expression", nil, filter("active_version", "re", ""),
			"value of filter [1][0]", "", "matches every row", "leave the condition out",
		},
	} {
		_, err := SelectFilters(test.elementIDs, test.filters)
		arguments := argumentErrors(t, err)
		if len(arguments) != 1 {
			t.Errorf("%s: got the errors %v, want one", test.name, arguments)
			continue
		}
		got := arguments[0]
		if got.Place() != test.attribute || got.Value != test.value {
			t.Errorf("%s: got %s = %q, want %s = %q", test.name, got.Place(), got.Value, test.attribute, test.value)
		}
		if !strings.Contains(got.Problem, test.problem) {
			t.Errorf("%s: got the problem %q, want %q in it", test.name, got.Problem, test.problem)
		}
		if !strings.Contains(got.Remedy, test.remedy) || got.Remedy == "" {
			t.Errorf("%s: got the remedy %q, want %q in it", test.name, got.Remedy, test.remedy)
		}
	}
}

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	selection, err := SelectFilters([]string{"", "1", ""}, []Filter{
		{"nonsense", "in", []string{"1"}},
		{"id", "in", []string{"1"}},
		{"id", "nonsense", []string{"1"}},
		{"id", "in", []string{"2"}},
	})
	var got []string
	for _, argument := range argumentErrors(t, err) {
		got = append(got, argument.Place())
	}
	want := []string{"element id [0]", "element id [2]", "field of filter [0]", "operator of filter [2]", "field of filter [3]"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if selection.Params() != nil || selection.Fields() != nil {
		t.Errorf("got params %s and fields %q beside the error, want none", selection.Params(), selection.Fields())
	}
}

func TestOneFieldTakesSeveralOperators(t *testing.T) {
	t.Parallel()
	var filters []Filter
	for _, operator := range Operators() {
		filters = append(filters, Filter{"_etag", operator, []string{"1"}})
	}
	if _, err := SelectFilters(nil, filters); err != nil {
		t.Errorf("got %v, want no error", err)
	}
}

func TestStatesAreCheckedOnlyWhereTheyAreComparedWhole(t *testing.T) {
	t.Parallel()
	for _, operator := range []Operator{OperatorRe, OperatorGt, OperatorGte, OperatorLt, OperatorLte} {
		if _, err := SelectFilters(nil, []Filter{{"upgrade_state", operator, []string{"download_"}}}); err != nil {
			t.Errorf("%s: got %v, want no error", operator, err)
		}
	}
	for _, state := range States() {
		if _, err := SelectFilters(nil, []Filter{{"upgrade_state", OperatorEq, []string{string(state)}}}); err != nil {
			t.Errorf("%s: got %v, want no error", state, err)
		}
	}
}

func TestIntegersInUnusualSpellingAreRefused(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"+7", "007", "-007", "-0", "+0", "7.0", "7e0", " 7", "0x7", "1_000"} {
		_, err := SelectFilters(nil, []Filter{{"_etag", OperatorEq, []string{spelling}}})
		if arguments := argumentErrors(t, err); len(arguments) != 1 || arguments[0].Place() != "value of filter [0][0]" || arguments[0].Value != spelling {
			t.Errorf("_etag eq %q: got %v, want one error that names the value", spelling, err)
		}
	}
	for raw, value := range map[string]string{
		`{"_etag":{"eq":-0}}`:         "-0",
		`{"_etag":{"eq":"+7"}}`:       "+7",
		`{"_etag":{"eq":"007"}}`:      "007",
		`{"_etag":{"in":["1","07"]}}`: "07",
	} {
		_, err := SelectParams(raw)
		if arguments := argumentErrors(t, err); len(arguments) != 1 || arguments[0].Value != value {
			t.Errorf("%s: got %v, want one error that names %s", raw, err, value)
		}
	}
}

func TestSelectionKeepsNoHoldOnTheCallersLists(t *testing.T) {
	t.Parallel()
	for _, operator := range Operators() {
		ids, values := []string{"1"}, []string{"b"}
		filters := []Filter{{"active_version", operator, values}}
		selection := mustSelectFilters(t, ids, filters...)
		for _, version := range []string{"a", "b", "B"} {
			row := Status{ElementID: new("1"), ActiveVersion: &version}
			ids[0], values[0] = "1", "b"
			want := selection.Matches(&row)
			ids[0], values[0] = "2", "a"
			if got := selection.Matches(&row); got != want {
				t.Errorf("%s b of %q: %s after the caller's lists changed, want %s", operator, version, truthText(got), truthText(want))
			}
		}
		if got := selection.ElementIDs()[0]; got != "1" {
			t.Errorf("got the id %q after the caller's list changed, want 1", got)
		}
	}
}

func TestFiltersMeanTheSameAsTheParamsTheyAreSentAs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		filters := drawFilters(t)
		byFilters := mustSelectFilters(t, nil, filters...)
		if !json.Valid(byFilters.Params()) {
			t.Fatalf("%+v: got %s, want JSON", filters, byFilters.Params())
		}
		byParams := mustSelectParams(t, string(byFilters.Params()))
		row := drawRow(t)
		if got, want := byParams.Matches(&row), byFilters.Matches(&row); got != want {
			t.Fatalf("%s: %s by %s, want %s", rowText(&row), truthText(got), byFilters.Params(), truthText(want))
		}
	})
}

func TestFiltersNarrowOneAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		filters, row := drawFilters(t), drawRow(t)
		want := True
		for _, filter := range filters {
			switch mustSelectFilters(t, nil, filter).Matches(&row) {
			case False:
				want = False
			case Unknown:
				if want == True {
					want = Unknown
				}
			case True:
			}
		}
		if got := mustSelectFilters(t, nil, filters...).Matches(&row); got != want {
			t.Fatalf("%s: %s by %+v together, want %s", rowText(&row), truthText(got), filters, truthText(want))
		}
	})
}

// drawFilters draws at least one filter, no two with one field and operator.
func drawFilters(t *rapid.T) []Filter {
	filter := rapid.Custom(func(t *rapid.T) Filter {
		field := rapid.SampledFrom(Fields()).Draw(t, "field")
		operator := rapid.SampledFrom(Operators()).Draw(t, "operator")
		value := rapid.SampledFrom([]string{"", "a", "A", "b"})
		switch {
		case field.Kind == KindInteger:
			value = rapid.SampledFrom([]string{"-1", "0", "1", "2"})
		case field.Name == FieldUpgradeState:
			value = rapid.SampledFrom([]string{"complete", "failed"})
		case operator == OperatorRe:
			value = rapid.SampledFrom([]string{"a", "A", "b"})
		}
		most := 1
		if operator.Many() {
			most = 3
		}
		return Filter{field.Name, operator, rapid.SliceOfN(value, 1, most).Draw(t, "values")}
	})
	return rapid.SliceOfNDistinct(filter, 1, 4, func(filter Filter) string {
		return filter.Field + " " + string(filter.Operator)
	}).Draw(t, "filters")
}

func TestFilterOnPhaseIsForTheProviderToCompare(t *testing.T) {
	t.Parallel()
	rows := map[string]*string{"idle": nil, "failed": new("upgrade_failed"), "aborted": new("download_abort"), "unknown": new("of_the_future")}
	for name, test := range map[string]struct {
		filters []Filter
		keeps   []string
		params  string
	}{
		"one of several": {[]Filter{{"phase", OperatorIn, []string{"failed", "aborted"}}}, []string{"aborted", "failed"}, ""},
		"equal":          {[]Filter{{"phase", OperatorEq, []string{"idle"}}}, []string{"idle"}, ""},
		"not equal":      {[]Filter{{"phase", OperatorNeq, []string{"idle"}}}, []string{"aborted", "failed", "unknown"}, ""},
		"twice":          {[]Filter{{"phase", OperatorNeq, []string{"idle"}}, {"phase", OperatorNeq, []string{"failed"}}}, []string{"aborted", "unknown"}, ""},
		"beside another field": {
			[]Filter{{"phase", OperatorEq, []string{"failed"}}, {"active_version", OperatorEq, []string{"6.3.6-b9"}}},
			[]string{"failed"}, `{"active_version":{"eq":"6.3.6-b9"}}`,
		},
	} {
		selection, err := SelectFilters(nil, test.filters)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var kept []string
		for row, state := range rows {
			if selection.Keeps(&Status{UpgradeState: state}) {
				kept = append(kept, row)
			}
		}
		slices.Sort(kept)
		if !slices.Equal(kept, test.keeps) {
			t.Errorf("%s: keeps %v, want %v", name, kept, test.keeps)
		}
		if got := string(selection.Params()); got != test.params || !selection.Narrows() || !slices.Contains(selection.Fields(), FieldUpgradeState) {
			t.Errorf("%s: sends %q and looks at %v, want %q and the state", name, got, selection.Fields(), test.params)
		}
	}
}

func TestSelectionSaysWhetherItHasFilters(t *testing.T) {
	t.Parallel()
	filtered := map[bool][]Selection{false: {{}}}
	add := func(want bool, ids []string, filters ...Filter) {
		selection, err := SelectFilters(ids, filters)
		if err != nil {
			t.Fatal(err)
		}
		filtered[want] = append(filtered[want], selection)
	}
	add(false, nil)
	add(false, []string{"1"})
	add(true, []string{"1"}, Filter{"upgrade_state", OperatorEq, []string{"complete"}})
	add(true, nil, Filter{"phase", OperatorEq, []string{"failed"}})
	for raw, want := range map[string]bool{`{}`: false, `{"id":{"eq":"1"}}`: true} {
		selection, err := SelectParams(raw)
		if err != nil {
			t.Fatal(err)
		}
		filtered[want] = append(filtered[want], selection)
	}
	for want, selections := range filtered {
		for _, selection := range selections {
			if selection.Filtered() != want {
				t.Errorf("%s: filtered is %t, want %t", selection.Params(), !want, want)
			}
		}
	}
}

func TestPhaseInQueryParamsIsToldWhereItBelongs(t *testing.T) {
	t.Parallel()
	_, err := SelectParams(`{"phase":{"eq":"failed"}}`)
	if err == nil || !strings.Contains(err.Error(), "use `filters`") {
		t.Errorf("got %v, want the advice to use filters", err)
	}
}

func TestFilterOnPhaseExcludesWhatTheProviderCannotCompare(t *testing.T) {
	t.Parallel()
	phase, err := SelectFilters(nil, []Filter{{"phase", OperatorEq, []string{"failed"}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		query Query
		want  string
	}{
		"limit":            {Query{Selection: phase, Limit: 3}, ""},
		"page":             {Query{Selection: phase, Limit: 3, Page: 2}, "page"},
		"mask":             {Query{Selection: phase, Request: Request{RetrievedFieldsMask: new(true)}}, "mask of retrieved fields"},
		"mask of no mask":  {Query{Selection: phase, Request: Request{RetrievedFieldsMask: new(false)}}, ""},
		"page of no phase": {Query{Limit: 3, Page: 2}, ""},
	} {
		arguments := argumentErrors(t, test.query.Check())
		if (test.want == "") != (len(arguments) == 0) || test.want != "" && arguments[0].Place() != test.want {
			t.Errorf("%s: got %v, want an error at %q", name, arguments, test.want)
		}
	}
}

func TestAmongKeepsTheElementsNamedWhoeverCompares(t *testing.T) {
	t.Parallel()
	failed := Filter{FieldUpgradeState, OperatorEq, []string{"failed"}}
	status := func(element, state string) *Status {
		return &Status{ElementID: &element, UpgradeState: &state}
	}
	for _, test := range []struct {
		name    string
		filters []Filter
		ids     []string
		kept    []string
	}{
		{"no filter", nil, []string{"2", "1", "2"}, []string{"1 failed", "2 complete"}},
		{"a filter of the controller", []Filter{failed}, []string{"1", "2"}, []string{"1 failed"}},
		{"a filter of the provider", []Filter{{FieldPhase, OperatorIn, []string{"succeeded"}}}, []string{"1", "2"}, []string{"2 complete"}},
		{"no id", nil, []string{}, nil},
		{"nil", nil, nil, nil},
	} {
		all, err := SelectFilters(nil, test.filters)
		if err != nil {
			t.Fatal(err)
		}
		among := all.Among(test.ids)
		asked, byID := among.ByID()
		if byID != (len(test.ids) > 0) || !byID && !among.Empty() {
			t.Errorf("%s: the controller can compare the ids: %t, nothing selected: %t", test.name, byID, among.Empty())
		}
		for _, selection := range []Selection{among, asked} {
			var kept []string
			for _, row := range []*Status{status("1", "failed"), status("2", "complete"), status("3", "failed"), {UpgradeState: new("failed")}} {
				if selection.Matches(row) == True && selection.Keeps(row) {
					kept = append(kept, row.Element()+" "+*row.UpgradeState)
				}
			}
			if !slices.Equal(kept, test.kept) {
				t.Errorf("%s: kept %q, want %q", test.name, kept, test.kept)
			}
		}
	}
}

func TestControllerIsNotAskedForIDsBesideConditionsThatItMayReadOtherwise(t *testing.T) {
	t.Parallel()
	for _, params := range []string{
		`{"or": {"upgrade_state": {"eq": "failed"}, "download_percent": {"lt": 100}}}`,
		`{"element_id": {"neq": "1"}}`,
	} {
		selection, err := SelectParams(params)
		if err != nil {
			t.Fatal(err)
		}
		among := selection.Among([]string{"1", "2"})
		if _, byID := among.ByID(); byID || !among.Narrows() {
			t.Errorf("%s: the ids are asked for by the controller, want them compared by the provider", params)
		}
	}
	if _, byID := (Selection{}).ByID(); byID {
		t.Error("a selection that Among did not narrow has ids to ask for")
	}
}
