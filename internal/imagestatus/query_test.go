package imagestatus

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRowsAreSorted(t *testing.T) {
	t.Parallel()
	element := func(id string, version *string, percent *int64) Status {
		return Status{ID: new("row-" + id), ElementID: &id, ActiveVersion: version, DownloadPercent: percent}
	}
	fleet := []Status{
		element("3", new("b"), new(int64(9))),
		element("1", new("B"), new(int64(10))),
		element("4", nil, nil),
		element("2", new("a"), new(int64(10))),
		element("5", new(""), new(int64(-1))),
	}
	for _, test := range []struct {
		name  string
		query Query
		want  string
	}{
		{"by element", Query{}, "1 2 3 4 5"},
		{"by element, descending", Query{Sort: &Sort{Field: "element_id", Descending: true}}, "5 4 3 2 1"},
		{"null first, then byte by byte", Query{Sort: &Sort{Field: "active_version"}}, "4 5 1 2 3"},
		{"null last when descending", Query{Sort: &Sort{Field: "active_version", Descending: true}}, "3 2 1 5 4"},
		{"integers by number, ties by element", Query{Sort: &Sort{Field: "download_percent"}}, "4 5 3 1 2"},
		{"ties by element even when descending", Query{Sort: &Sort{Field: "download_percent", Descending: true}}, "1 2 3 5 4"},
		{
			"without regard to letter case",
			Query{Sort: &Sort{Field: "active_version"}, Request: Request{SortCaseInsensitive: new(true)}}, "4 5 2 1 3",
		},
		{
			"without regard to letter case, descending",
			Query{Sort: &Sort{Field: "active_version", Descending: true}, Request: Request{SortCaseInsensitive: new(true)}}, "1 3 2 5 4",
		},
		{
			"with regard to letter case",
			Query{Sort: &Sort{Field: "active_version"}, Request: Request{SortCaseInsensitive: new(false)}}, "4 5 1 2 3",
		},
		{
			"letter case is nothing to integers",
			Query{Sort: &Sort{Field: "download_percent"}, Request: Request{SortCaseInsensitive: new(true)}}, "4 5 3 1 2",
		},
		{"by a field that there is not", Query{Sort: &Sort{Field: "nonsense"}}, "1 2 3 4 5"},
	} {
		rows := slices.Clone(fleet)
		test.query.SortRows(rows)
		var ids []string
		for i := range rows {
			ids = append(ids, rows[i].Element())
		}
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestRowsOfOneElementAreSortedByRow(t *testing.T) {
	t.Parallel()
	rows := []Status{
		{ID: new("3"), ElementID: new("1")},
		{ID: new("2"), ElementID: new("1")},
		{ID: new("9")},
		{ElementID: new("1")},
		{ID: new("1"), ElementID: new("1")},
	}
	Query{}.SortRows(rows)
	want := []string{
		`{id="9"}`, `{element_id="1"}`, `{id="1" element_id="1"}`, `{id="2" element_id="1"}`, `{id="3" element_id="1"}`,
	}
	if got := rowTexts(rows); !slices.Equal(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOrderOfRowsIsOneForEveryOrderThatTheyCameIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 0, 8).Draw(t, "rows")
		for i := range rows {
			// Every row that a controller sends in full has an id of its own.
			rows[i].ID = new(string(rune('a' + i)))
		}
		query := drawQuery(t)
		shuffled := rapid.Permutation(rows).Draw(t, "shuffled")
		query.SortRows(rows)
		query.SortRows(shuffled)
		if got, want := rowTexts(shuffled), rowTexts(rows); !slices.Equal(got, want) {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}

func TestRowsWithoutIDsHaveOneOrder(t *testing.T) {
	t.Parallel()
	// A read lets rows without any id pass, and the controller's own order must
	// not shine through.
	one, other := Status{ActiveVersion: new("6.3.6-b9")}, Status{ActiveVersion: new("6.3.6-b12")}
	for _, query := range []Query{{}, {Sort: &Sort{Field: "upgrade_state"}}} {
		there, back := []Status{one, other}, []Status{other, one}
		query.SortRows(there)
		query.SortRows(back)
		if got, want := rowTexts(back), rowTexts(there); !slices.Equal(got, want) {
			t.Errorf("got %s when the rows came the other way round, want %s", got, want)
		}
	}
}

func TestSortedRowsAscendOrDescend(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 0, 8).Draw(t, "rows")
		query := drawQuery(t)
		query.Request.SortCaseInsensitive = nil
		field, known := FieldByName(query.Sort.Field)
		if !known {
			t.Fatalf("%q is no field", query.Sort.Field)
		}
		before := rowTexts(rows)
		query.SortRows(rows)
		after := rowTexts(rows)
		for i := 1; i < len(rows); i++ {
			order := field.Value(&rows[i-1]).Compare(field.Value(&rows[i]))
			if query.Sort.Descending {
				order = -order
			}
			if order > 0 || (order == 0 && rows[i-1].Element() > rows[i].Element()) {
				t.Fatalf("by %+v: %s comes before %s", *query.Sort, after[i-1], after[i])
			}
		}
		slices.Sort(before)
		slices.Sort(after)
		if !slices.Equal(before, after) {
			t.Fatalf("got the rows %s, want %s", after, before)
		}
	})
}

func TestFieldsThatAreNeededAreAskedForBesideThoseWanted(t *testing.T) {
	t.Parallel()
	wanted := Request{RetrievedFields: []string{"active_version", "id"}}
	failed := mustSelectFilters(t, nil, Filter{"upgrade_state", OperatorEq, []string{"failed"}})
	nested := mustSelectParams(t, `{"or":{"_etag":{"gt":1},"active_version":{"eq":"x"}}}`)
	for _, test := range []struct {
		name  string
		query Query
		want  []string
	}{
		{"whole rows", Query{Selection: failed, Sort: &Sort{Field: "_etag"}}, nil},
		{"an empty list asks for whole rows", Query{Request: Request{RetrievedFields: []string{}}}, nil},
		{"ids", Query{Request: wanted}, []string{"active_version", "id", "element_id"}},
		{"filtered", Query{Request: wanted, Selection: failed}, []string{"active_version", "id", "element_id", "upgrade_state"}},
		{"nested", Query{Request: wanted, Selection: nested}, []string{"active_version", "id", "element_id", "_etag"}},
		{"sorted", Query{Request: wanted, Sort: &Sort{Field: "_etag"}}, []string{"active_version", "id", "element_id", "_etag"}},
	} {
		if got := test.query.SentFields(); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	if got, want := wanted.RetrievedFields, []string{"active_version", "id"}; !slices.Equal(got, want) {
		t.Errorf("got the caller's list %q, want it unchanged: %q", got, want)
	}
}

func TestOnlyFieldsThatWereWantedAreShown(t *testing.T) {
	t.Parallel()
	few := []string{"active_version"}
	for _, test := range []struct {
		name    string
		request Request
		want    []string
	}{
		{"whole rows", Request{}, FieldNames()},
		{"an empty list", Request{RetrievedFields: []string{}}, FieldNames()},
		{"few fields", Request{RetrievedFields: few}, few},
		{"few fields, no mask", Request{RetrievedFields: few, RetrievedFieldsMask: new(false)}, few},
		{"a mask", Request{RetrievedFieldsMask: new(true)}, []string{"id"}},
		{"few fields and a mask", Request{RetrievedFields: few, RetrievedFieldsMask: new(true)}, []string{"id"}},
	} {
		var got []string
		for _, name := range FieldNames() {
			if (Query{Request: test.request}).Shows(name) {
				got = append(got, name)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestMaskedRowsContradictNothing(t *testing.T) {
	t.Parallel()
	selection := mustSelectFilters(t, nil, Filter{"upgrade_state", OperatorEq, []string{"failed"}})
	for _, test := range []struct {
		mask  *bool
		state string
		want  Truth
	}{
		{nil, "failed", True},
		{nil, "complete", False},
		{new(false), "complete", False},
		{new(true), "complete", Unknown},
		{new(true), "failed", Unknown},
	} {
		query := Query{Selection: selection, Request: Request{RetrievedFieldsMask: test.mask}}
		if got := query.Matches(&Status{UpgradeState: &test.state}); got != test.want {
			t.Errorf("mask %t, state %s: %s, want %s", deref(test.mask), test.state, truthText(got), truthText(test.want))
		}
	}
}

func drawQuery(t *rapid.T) Query {
	return Query{
		Sort: &Sort{
			Field:      rapid.SampledFrom(FieldNames()).Draw(t, "sort field"),
			Descending: rapid.Bool().Draw(t, "descending"),
		},
		Request: Request{SortCaseInsensitive: rapid.Ptr(rapid.Bool(), true).Draw(t, "sort_case_insensitive")},
	}
}
