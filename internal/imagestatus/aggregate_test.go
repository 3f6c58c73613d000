package imagestatus

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func aggregated(t testingT, aggregate Aggregate, rows ...Status) []Group {
	t.Helper()
	if err := aggregate.Check(); err != nil {
		t.Fatalf("%+v: %v", aggregate, err)
	}
	aggregation := aggregate.Aggregation()
	for _, row := range rows {
		if err := aggregation.Add(row); err != nil {
			t.Fatalf("add %s: %v", rowText(&row), err)
		}
	}
	if got := aggregation.Matched(); got != int64(len(rows)) {
		t.Fatalf("%+v: got %d rows matched, want %d", aggregate, got, len(rows))
	}
	return aggregation.Groups()
}

// groupText writes a group as key=value/count, with null as "-".
func groupText(group Group) string {
	var parts []string
	for _, value := range group.Key {
		if value.Null() {
			parts = append(parts, "-")
			continue
		}
		parts = append(parts, strconv.Quote(value.Text()))
	}
	value := "-"
	if group.Value != nil {
		value = group.Value.RatString()
	}
	return strings.Join(parts, ",") + "=" + value + "*" + strconv.FormatInt(group.Count, 10)
}

func groupTexts(groups []Group) []string {
	texts := make([]string, len(groups))
	for i, group := range groups {
		texts[i] = groupText(group)
	}
	return texts
}

func percentRows(percents ...any) []Status {
	rows := make([]Status, len(percents))
	for i, percent := range percents {
		if number, isNumber := percent.(int); isNumber {
			rows[i].DownloadPercent = new(int64(number))
		}
	}
	return rows
}

func TestAggregatesLeaveNullsOut(t *testing.T) {
	t.Parallel()
	extremes := []Status{{DownloadPercent: new(int64(math.MaxInt64))}, {DownloadPercent: new(int64(math.MinInt64))}}
	large := []Status{{DownloadPercent: new(int64(math.MaxInt64))}, {DownloadPercent: new(int64(math.MaxInt64))}, {DownloadPercent: new(int64(math.MaxInt64 - 1))}}
	for _, test := range []struct {
		name                     string
		rows                     []Status
		count, least, most, mean string
		sum                      string
	}{
		{"no rows", nil, "=0*0", "=-*0", "=-*0", "=-*0", "=-*0"},
		{"only nulls", percentRows(nil, nil), "=0*2", "=-*2", "=-*2", "=-*2", "=-*2"},
		{"one", percentRows(7), "=1*1", "=7*1", "=7*1", "=7*1", "=7*1"},
		{"nulls among others", percentRows(nil, 7, nil, 2), "=2*4", "=2*4", "=7*4", "=9/2*4", "=9*4"},
		{"zero is a value", percentRows(0, nil), "=1*2", "=0*2", "=0*2", "=0*2", "=0*2"},
		{"below zero", percentRows(-3, -1), "=2*2", "=-3*2", "=-1*2", "=-2*2", "=-4*2"},
		{"a mean that no decimal writes", percentRows(1, 0, 0), "=3*3", "=0*3", "=1*3", "=1/3*3", "=1*3"},
		{"extremes of 64 bits", extremes, "=2*2", "=-9223372036854775808*2", "=9223372036854775807*2", "=-1/2*2", "=-1*2"},
		{
			"a sum beyond 64 bits", large, "=3*3", "=9223372036854775806*3", "=9223372036854775807*3",
			"=27670116110564327420/3*3", "=27670116110564327420*3",
		},
	} {
		for operator, want := range map[AggregateOperator]string{
			AggregateCount: test.count, AggregateMin: test.least, AggregateMax: test.most, AggregateAvg: test.mean, AggregateSum: test.sum,
		} {
			groups := aggregated(t, Aggregate{Operator: operator, Field: "download_percent"}, test.rows...)
			if got := groupTexts(groups); !slices.Equal(got, []string{want}) {
				t.Errorf("%s of %s: got %s, want %s", operator, test.name, got, want)
			}
		}
	}
}

func TestRowsAreGrouped(t *testing.T) {
	t.Parallel()
	row := func(state, version string, etag int64) Status {
		row := Status{ElementID: new("1"), UpgradeState: &state, ActiveVersion: &version, Etag: &etag}
		if state == "-" {
			row.UpgradeState = nil
		}
		if version == "-" {
			row.ActiveVersion = nil
		}
		return row
	}
	rows := []Status{
		row("failed", "b", 10), row("done", "a", 9), row("complete", "-", 9), row("-", "", 10), row("odd", "a", -1), row("complete", "b", 9),
	}
	for _, test := range []struct {
		by   []string
		want []string
	}{
		{nil, []string{`=6*6`}},
		{[]string{"active_version"}, []string{`-=1*1`, `""=1*1`, `"a"=2*2`, `"b"=2*2`}},
		{[]string{"phase"}, []string{`"failed"=1*1`, `"idle"=1*1`, `"succeeded"=3*3`, `"unknown"=1*1`}},
		{[]string{"_etag"}, []string{`"-1"=1*1`, `"9"=3*3`, `"10"=2*2`}},
		{
			[]string{"phase", "active_version"},
			[]string{`"failed","b"=1*1`, `"idle",""=1*1`, `"succeeded",-=1*1`, `"succeeded","a"=1*1`, `"succeeded","b"=1*1`, `"unknown","a"=1*1`},
		},
		{[]string{"failure_info"}, []string{`-=6*6`}},
	} {
		got := groupTexts(aggregated(t, Aggregate{Operator: AggregateCount, Field: FieldElementID, GroupBy: test.by}, rows...))
		if !slices.Equal(got, test.want) {
			t.Errorf("by %q: got %s, want %s", test.by, got, test.want)
		}
	}
	if got := aggregated(t, Aggregate{Operator: AggregateCount, Field: FieldElementID, GroupBy: []string{"phase"}}); len(got) != 0 {
		t.Errorf("groups of no rows: got %s, want none", groupTexts(got))
	}
}

func TestGroupsCanBeReadTwice(t *testing.T) {
	t.Parallel()
	aggregation := Aggregate{Operator: AggregateSum, Field: "download_percent"}.Aggregation()
	for _, row := range percentRows(1, 2) {
		if err := aggregation.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	before := aggregation.Groups()
	before[0].Value.SetInt64(99)
	if err := aggregation.Add(percentRows(4)[0]); err != nil {
		t.Fatal(err)
	}
	if got := groupTexts(aggregation.Groups()); !slices.Equal(got, []string{"=7*3"}) {
		t.Errorf("got %s after another row, want =7*3", got)
	}
}

func TestAggregatesAgreeWithANaiveComputation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 0, 15).Draw(t, "rows")
		for i := range rows {
			rows[i].Etag = rapid.Ptr(rapid.Int64(), true).Draw(t, "etag")
		}
		aggregate := Aggregate{
			Operator: rapid.SampledFrom(AggregateOperators()).Draw(t, "operator"),
			Field:    rapid.SampledFrom([]string{"_etag", "download_percent"}).Draw(t, "field"),
			GroupBy:  rapid.SliceOfN(rapid.SampledFrom(FilterNames()), 0, 3).Draw(t, "group_by"),
		}
		got := aggregated(t, aggregate, rows...)
		if !slices.IsSortedFunc(got, func(a, b Group) int { return slices.CompareFunc(a.Key, b.Key, Value.Compare) }) {
			t.Fatalf("by %q: got the order %s", aggregate.GroupBy, groupTexts(got))
		}
		want := naiveGroups(aggregate, rows)
		texts := slices.Sorted(slices.Values(groupTexts(got)))
		slices.Sort(want)
		if !slices.Equal(texts, want) {
			t.Fatalf("%s of %s by %q: got %s, want %s", aggregate.Operator, aggregate.Field, aggregate.GroupBy, texts, want)
		}
		again := aggregated(t, aggregate, rapid.Permutation(rows).Draw(t, "shuffled")...)
		if !slices.Equal(groupTexts(again), groupTexts(got)) {
			t.Fatalf("got %s of the rows in another order, want %s", groupTexts(again), groupTexts(got))
		}
	})
}

// naiveGroups keeps all values of a group before it computes.
func naiveGroups(aggregate Aggregate, rows []Status) []string {
	type members struct {
		values []int64
		rows   int
	}
	groups := make(map[string]*members)
	if len(aggregate.GroupBy) == 0 {
		groups[""] = &members{}
	}
	for i := range rows {
		var parts []string
		for _, name := range aggregate.GroupBy {
			text, null := string(rows[i].Phase()), false
			if field, isField := FieldByName(name); isField {
				text, null = field.Value(&rows[i]).Text(), field.Value(&rows[i]).Null()
			}
			if null {
				parts = append(parts, "-")
			} else {
				parts = append(parts, strconv.Quote(text))
			}
		}
		key := strings.Join(parts, ",")
		if groups[key] == nil {
			groups[key] = &members{}
		}
		groups[key].rows++
		pointer := rows[i].Etag
		if aggregate.Field == "download_percent" {
			pointer = rows[i].DownloadPercent
		}
		if pointer != nil {
			groups[key].values = append(groups[key].values, *pointer)
		}
	}
	var texts []string
	for key, group := range groups {
		texts = append(texts, key+"="+naiveValue(aggregate.Operator, group.values)+"*"+strconv.Itoa(group.rows))
	}
	return texts
}

func naiveValue(operator AggregateOperator, values []int64) string {
	if operator == AggregateCount {
		return strconv.Itoa(len(values))
	}
	if len(values) == 0 {
		return "-"
	}
	total := new(big.Rat)
	for _, value := range values {
		total.Add(total, new(big.Rat).SetInt64(value))
	}
	switch operator {
	case AggregateMin:
		return strconv.FormatInt(slices.Min(values), 10)
	case AggregateMax:
		return strconv.FormatInt(slices.Max(values), 10)
	case AggregateAvg:
		return total.Quo(total, big.NewRat(int64(len(values)), 1)).RatString()
	default:
		return total.RatString()
	}
}

// placesOf resolves "place" by the last digit of a row's element id, where there is
// one, and "listed" by whether there is.
func placesOf(places []Value) map[string]Resolver {
	place := func(row *Status) Value {
		id := row.Element()
		if id == "" || len(places) == 0 {
			return Value{}
		}
		return places[int(id[len(id)-1])%len(places)]
	}
	return map[string]Resolver{
		"place":  place,
		"listed": func(row *Status) Value { return TextValue(strconv.FormatBool(!place(row).Null())) },
	}
}

// Whatever rows are grouped by, the groups have every row once, whatever order
// the rows come in.
func TestGroupsOfResolversAddUpToAllRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 0, 15).Draw(t, "rows")
		place := rapid.OneOf(rapid.Just(Value{}), rapid.Map(rapid.SampledFrom([]string{"", "FRA", "LON", "1"}), TextValue))
		resolvers := placesOf(rapid.SliceOfN(place, 0, 4).Draw(t, "places"))
		for _, operator := range []AggregateOperator{AggregateCount, AggregateSum} {
			all := aggregated(t, Aggregate{Operator: operator, Field: "download_percent"}, rows...)[0]
			grouped := Aggregate{
				Operator: operator, Field: "download_percent", Resolvers: resolvers,
				GroupBy: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"place", "listed", FieldPhase, "active_version"}), 1, 3, rapid.ID).Draw(t, "group_by"),
			}
			groups := aggregated(t, grouped, rows...)
			sum, some, count := new(big.Rat), false, int64(0)
			for _, group := range groups {
				count += group.Count
				if group.Value != nil {
					some = true
					sum.Add(sum, group.Value)
				}
			}
			if count != all.Count || (some || operator == AggregateCount) != (all.Value != nil) || all.Value != nil && sum.Cmp(all.Value) != 0 {
				t.Fatalf("%s by %q: got %s, want them to add up to %s", operator, grouped.GroupBy, groupTexts(groups), groupText(all))
			}
			again := groupTexts(aggregated(t, grouped, rapid.Permutation(rows).Draw(t, "shuffled")...))
			if !slices.Equal(again, groupTexts(groups)) {
				t.Fatalf("by %q: got %s of the rows in another order, want %s", grouped.GroupBy, again, groupTexts(groups))
			}
		}
	})
}

func TestRowsAreGroupedByWhatIsResolved(t *testing.T) {
	t.Parallel()
	resolvers := placesOf([]Value{TextValue("even"), TextValue("odd"), {}})
	rows := []Status{{ElementID: new("10")}, {ElementID: new("21"), ActiveVersion: new("a")}, {}, {ElementID: new("13")}, {ElementID: new("2")}}
	for _, test := range []struct {
		by, want, derived []string
	}{
		{[]string{"place"}, []string{`-=1*2`, `"even"=2*2`, `"odd"=1*1`}, []string{"place"}},
		{
			[]string{"active_version", "phase", "place"},
			[]string{`-,"idle",-=1*2`, `-,"idle","even"=2*2`, `"a","idle","odd"=1*1`},
			[]string{"phase", "place"},
		},
		{[]string{"active_version"}, []string{`-=3*4`, `"a"=1*1`}, nil},
	} {
		aggregate := Aggregate{Operator: AggregateCount, Field: FieldElementID, GroupBy: test.by, Resolvers: resolvers}
		if got := groupTexts(aggregated(t, aggregate, rows...)); !slices.Equal(got, test.want) {
			t.Errorf("by %q: got %s, want %s", test.by, got, test.want)
		}
		if got := aggregate.Derived(); !slices.Equal(got, test.derived) {
			t.Errorf("derived of %q: got %q, want %q", test.by, got, test.derived)
		}
	}
	field := Aggregate{Operator: AggregateCount, Field: FieldElementID, GroupBy: []string{"active_version"}, Resolvers: map[string]Resolver{
		"active_version": func(*Status) Value { return TextValue("from elsewhere") },
	}}
	if got := groupTexts(aggregated(t, field, rows...)); !slices.Equal(got, []string{`-=3*4`, `"a"=1*1`}) {
		t.Errorf("a field that is resolved too: got %s, want the row's own values", got)
	}
	err := Aggregate{Operator: AggregateCount, Field: FieldElementID, GroupBy: []string{"phase", "plaice"}, Resolvers: resolvers}.Check()
	var wrong *ArgumentError
	if !errors.As(err, &wrong) || wrong.Place() != "group [1]" || !strings.HasPrefix(wrong.Remedy, "Did you mean `place`? Use `id`, ") || !strings.HasSuffix(wrong.Remedy, "`phase`, `listed` or `place`.") {
		t.Errorf("a name that is none: got %v", err)
	}
}

func TestGroupKeysAreToldApart(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(
		rapid.Just(Value{}),
		rapid.Map(rapid.Int64Range(-12, 12), IntegerValue),
		rapid.Map(rapid.SampledFrom([]string{"", "1", "-1", "12", "1:", "1:1:1", "2:1:1", "0:0:", "a"}), TextValue),
	)
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOfN(value, 0, 3).Draw(t, "a"), rapid.SliceOfN(value, 0, 3).Draw(t, "b")
		if same := slices.Equal(a, b); (EncodeKey(a) == EncodeKey(b)) != same {
			t.Fatalf("got %q and %q, want them equal: %t", EncodeKey(a), EncodeKey(b), same)
		}
	})
}

func TestAggregatesThatCannotBeComputedAreRefusedWithARemedy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		aggregate                         Aggregate
		attribute, value, problem, remedy string
	}{
		{
			Aggregate{Operator: "mean", Field: "_etag"}, "operator of aggregate", "mean", "No such operator.",
			"Use `count`, `min`, `max`, `avg` or `sum`.",
		},
		{Aggregate{Field: "_etag"}, "operator of aggregate", "", "No such operator.", "Use `count`, `min`, `max`, `avg` or `sum`."},
		{Aggregate{Operator: "COUNT", Field: "_etag"}, "operator of aggregate", "COUNT", "No such operator.", "Did you mean `count`?"},
		{Aggregate{Operator: "sum", Field: "download_percentage"}, "field of aggregate", "download_percentage", "No such field.", "Did you mean `download_percent`?"},
		{Aggregate{Operator: "count", Field: "phase"}, "field of aggregate", "phase", "No such field.", "Use `id`, `element_id`,"},
		{
			Aggregate{Operator: "avg", Field: "active_version"}, "field of aggregate", "active_version",
			"The field is a text, and `avg` computes with integers.",
			"Use `count`, or a field that is an integer: `download_percent`, `download_interval`, `upgrade_interval`, " +
				"`software_version_change_time`, `_etag`, `_created_on_utc` or `_updated_on_utc`.",
		},
		{
			Aggregate{Operator: "count", Field: "id", GroupBy: []string{"phase", "phases"}}, "group [1]", "phases", "No such field.", "Did you mean `phase`?",
		},
	} {
		arguments := argumentErrors(t, test.aggregate.Check())
		if len(arguments) != 1 {
			t.Errorf("%+v: got the errors %v, want one", test.aggregate, arguments)
			continue
		}
		got := arguments[0]
		if got.Place() != test.attribute || got.Value != test.value || got.Problem != test.problem || !strings.HasPrefix(got.Remedy, test.remedy) {
			t.Errorf("%+v: got %v, want %s = %q: %s %s", test.aggregate, got, test.attribute, test.value, test.problem, test.remedy)
		}
	}
}

func TestOperatorsTakeTheFieldsThatTheyCanComputeWith(t *testing.T) {
	t.Parallel()
	for _, operator := range AggregateOperators() {
		for _, field := range Fields() {
			err := Aggregate{Operator: operator, Field: field.Name, GroupBy: FilterNames()}.Check()
			if want := operator == "count" || field.Kind == KindInteger; (err == nil) != want {
				t.Errorf("%s of %s: got %v, want it allowed: %t", operator, field.Name, err, want)
			}
		}
	}
}

func TestAggregateOperatorsAreListedWithAMeaningEach(t *testing.T) {
	t.Parallel()
	if got, want := AggregateOperators(), []AggregateOperator{"count", "min", "max", "avg", "sum"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	owner := make(map[string]AggregateOperator)
	for _, operator := range AggregateOperators() {
		meaning := operator.Meaning()
		if other, taken := owner[meaning]; taken || meaning == "" {
			t.Errorf("meaning of %s: got %q as for %q, want one of its own", operator, meaning, other)
		}
		owner[meaning] = operator
	}
	if got := AggregateOperator("median").Meaning(); got != "" {
		t.Errorf("meaning of an unknown operator: got %q, want none", got)
	}
}

func TestCountsOfTextsLeaveNullsOut(t *testing.T) {
	t.Parallel()
	rows := []Status{{FailureInfo: new("")}, {FailureInfo: new("x")}, {}}
	got := groupTexts(aggregated(t, Aggregate{Operator: AggregateCount, Field: "failure_info"}, rows...))
	if want := []string{"=2*3"}; !slices.Equal(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}
