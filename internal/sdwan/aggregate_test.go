package sdwan

import (
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// aggregatePageSize is small, so that some groupings do not fit into a page.
const aggregatePageSize = 16

var (
	aggregateCases = []imagestatus.Aggregate{
		{Operator: imagestatus.AggregateCount, Field: "element_id"},
		{Operator: imagestatus.AggregateCount, Field: "download_percent"},
		{Operator: imagestatus.AggregateMin, Field: "download_percent"},
		{Operator: imagestatus.AggregateMax, Field: "_updated_on_utc"},
		{Operator: imagestatus.AggregateAvg, Field: "download_percent"},
		{Operator: imagestatus.AggregateAvg, Field: "_updated_on_utc"},
		{Operator: imagestatus.AggregateSum, Field: "download_percent"},
		{Operator: imagestatus.AggregateSum, Field: "_updated_on_utc"},
	}
	groupings = [][]string{nil, {"upgrade_state"}, {"active_version"}, {"active_version", "upgrade_image_id"}, {imagestatus.FieldPhase}}
)

// selected is the selection of the filtered half of the cases, and the same
// in the words of this test.
func selected(t *testing.T, filtered bool) (imagestatus.Selection, func(*imagestatus.Status) bool) {
	t.Helper()
	if !filtered {
		return imagestatus.Selection{}, func(*imagestatus.Status) bool { return true }
	}
	states := []string{"complete", "downloading", "failed", "download_scheduled", "pending"}
	selection, err := imagestatus.SelectFilters(nil, []imagestatus.Filter{{Field: "upgrade_state", Operator: imagestatus.OperatorIn, Values: states}})
	if err != nil {
		t.Fatal(err)
	}
	return selection, func(row *imagestatus.Status) bool {
		return row.UpgradeState != nil && slices.Contains(states, *row.UpgradeState)
	}
}

// arithmetic is how a controller computes where it differs from the provider.
type arithmetic struct {
	// nullsAsZero takes nulls for zeros.
	nullsAsZero bool
	// sumOfNothing is 0 instead of null.
	sumOfNothing bool
	// whole cuts fractions off, binary rounds them to 64 bits.
	whole, binary bool
}

// plainGroup is a group of an aggregate as texts; "null" is null.
type plainGroup struct {
	Key   string
	Value string
	Count int64
}

// compute is the aggregate of rows, written without the code under test.
func compute(rows []imagestatus.Status, asked imagestatus.Aggregate, by arithmetic) []plainGroup {
	values := make(map[string][]*int64)
	if len(asked.GroupBy) == 0 {
		values[""] = nil
	}
	for i := range rows {
		key := make([]string, len(asked.GroupBy))
		for k, name := range asked.GroupBy {
			key[k] = plainField(&rows[i], name)
		}
		joined := strings.Join(key, "|")
		var value *int64
		if text := plainField(&rows[i], asked.Field); text != "null" {
			number, err := strconv.ParseInt(text, 10, 64)
			if err == nil {
				value = &number
			}
		}
		if value == nil && by.nullsAsZero {
			value = new(int64)
		}
		values[joined] = append(values[joined], value)
	}
	groups := make([]plainGroup, 0, len(values))
	for key, all := range values {
		groups = append(groups, plainGroup{Key: key, Value: computeOne(all, asked.Operator, by), Count: int64(len(all))})
	}
	slices.SortFunc(groups, func(a, b plainGroup) int { return strings.Compare(a.Key, b.Key) })
	return groups
}

func computeOne(all []*int64, operator imagestatus.AggregateOperator, by arithmetic) string {
	count, sum := int64(0), new(big.Int)
	var smallest, largest *int64
	for _, value := range all {
		if value == nil {
			continue
		}
		count++
		sum.Add(sum, big.NewInt(*value))
		if smallest == nil || *value < *smallest {
			smallest = value
		}
		if largest == nil || *value > *largest {
			largest = value
		}
	}
	switch {
	case operator == imagestatus.AggregateCount:
		return strconv.FormatInt(count, 10)
	case operator == imagestatus.AggregateSum && (count > 0 || by.sumOfNothing):
		return sum.String()
	case count == 0:
		return "null"
	case operator == imagestatus.AggregateMin:
		return strconv.FormatInt(*smallest, 10)
	case operator == imagestatus.AggregateMax:
		return strconv.FormatInt(*largest, 10)
	}
	mean := new(big.Rat).SetFrac(sum, big.NewInt(count))
	switch {
	case by.whole:
		return new(big.Int).Quo(mean.Num(), mean.Denom()).String()
	case by.binary && !mean.IsInt():
		number, _ := mean.Float64()
		mean, _ = new(big.Rat).SetString(strconv.FormatFloat(number, 'f', -1, 64))
	}
	return mean.RatString()
}

// plainField is a field of a row as text; an identifier is a number in these
// fleets, so that it can be counted like one.
func plainField(row *imagestatus.Status, name string) string {
	text := map[string]*string{
		"element_id": row.ElementID, "upgrade_state": row.UpgradeState, "active_version": row.ActiveVersion,
		"upgrade_image_id": row.UpgradeImageID, imagestatus.FieldPhase: new(string(row.Phase())),
	}[name]
	number := map[string]*int64{"download_percent": row.DownloadPercent, "_updated_on_utc": row.UpdatedOnUTC}[name]
	switch {
	case text != nil:
		return *text
	case number != nil:
		return strconv.FormatInt(*number, 10)
	default:
		return "null"
	}
}

// plain gives groups of the code under test as texts.
func plain(groups []imagestatus.Group) []plainGroup {
	texts := make([]plainGroup, len(groups))
	for i, group := range groups {
		key := make([]string, len(group.Key))
		for k, value := range group.Key {
			key[k] = value.Text()
			if value.Null() {
				key[k] = "null"
			}
		}
		texts[i] = plainGroup{Key: strings.Join(key, "|"), Value: "null", Count: group.Count}
		if group.Value != nil {
			texts[i].Value = group.Value.RatString()
		}
	}
	slices.SortFunc(texts, func(a, b plainGroup) int { return strings.Compare(a.Key, b.Key) })
	return texts
}

// outcome is what a case must come to.
type outcome struct {
	kind     Kind
	by       Compute
	requests int
}

// refusals are the modes in which the controller refuses an aggregate, with
// what a client makes of it and the number of its attempts.
var refusals = map[simulator.AggregateMode]outcome{
	simulator.AggregateRefused:     {kind: KindRefused, requests: 1},
	simulator.AggregateNotFound:    {kind: KindNotFound, requests: 1},
	simulator.AggregateFails:       {kind: KindUnavailable, requests: 3},
	simulator.AggregateUnsupported: {kind: KindUnavailable, requests: 1},
}

// usable reports whether a mode answers a question that comes to so many groups.
func usable(mode simulator.AggregateMode, groupBy []string, groups int) bool {
	switch mode {
	case simulator.AggregateEnvelope:
		return true
	case simulator.AggregateRows:
		return groups <= aggregatePageSize
	case simulator.AggregateUngrouped, simulator.AggregateNested:
		return len(groupBy) == 0
	default:
		return false
	}
}

// outcomeOf is the table of who computes what at what cost.
func outcomeOf(mode simulator.AggregateMode, asked imagestatus.Aggregate, how Compute, rows []imagestatus.Status, filtered bool) outcome {
	held := asked
	if filtered && !slices.Contains(asked.GroupBy, "upgrade_state") {
		// Groups are compared with the filter as rows are.
		held.GroupBy = append(slices.Clone(asked.GroupBy), "upgrade_state")
	}
	answers := func(asked imagestatus.Aggregate) bool {
		return usable(mode, asked.GroupBy, len(compute(rows, asked, arithmetic{})))
	}
	byPhase := slices.Contains(asked.GroupBy, imagestatus.FieldPhase)
	// The last page is shorter than the others, or else empty.
	read := outcome{by: ComputeProvider, requests: len(rows)/aggregatePageSize + 1}
	if len(rows) < aggregatePageSize {
		read.requests++
	}
	refusal, refused := refusals[mode]
	switch {
	case how == ComputeProvider, how == ComputeAuto && (asked.Operator != imagestatus.AggregateCount || asked.Field != "element_id" || byPhase):
		return read
	case how == ComputeAuto && answers(held):
		return outcome{by: ComputeController, requests: 2}
	case how == ComputeAuto:
		read.requests += max(1, refusal.requests)
		return read
	case byPhase:
		return outcome{kind: KindNoAggregate}
	case refused:
		return refusal
	case !answers(asked):
		return outcome{kind: KindNoAggregate, requests: 1}
	case !answers(held):
		return outcome{kind: KindNoAggregate, requests: 2}
	default:
		return outcome{by: ComputeController, requests: 3}
	}
}

func TestAggregateEqualsTheRowsHoweverTheControllerTreatsIt(t *testing.T) {
	t.Parallel()
	for _, mode := range []simulator.AggregateMode{
		simulator.AggregateRows, simulator.AggregateEnvelope, simulator.AggregateIgnored, simulator.AggregateRefused,
		simulator.AggregateUngrouped, simulator.AggregateNested, simulator.AggregateOtherField,
		simulator.AggregateNotFound, simulator.AggregateFails, simulator.AggregateUnsupported,
	} {
		for _, nulls := range []simulator.NullMode{simulator.NullsSkipped, simulator.NullsAsZero} {
			for _, filtered := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/filtered %v", mode, nulls, filtered), func(t *testing.T) {
					t.Parallel()
					testAggregates(t, simulator.Switches{Aggregate: mode, AggregateNulls: nulls}, filtered)
				})
			}
		}
	}
}

func testAggregates(t *testing.T, switches simulator.Switches, filtered bool) {
	t.Helper()
	simulated := newSimulator(t, simulator.Options{Elements: 60, Seed: 3, Scenario: "mixed", Switches: switches})
	client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize = aggregatePageSize })
	selection, keeps := selected(t, filtered)
	rows := slices.DeleteFunc(simulated.Rows(), func(row imagestatus.Status) bool { return !keeps(&row) })
	for _, asked := range aggregateCases {
		for _, asked.GroupBy = range groupings {
			for _, how := range Computes() {
				want := outcomeOf(switches.Aggregate, asked, how, rows, filtered)
				by := arithmetic{}
				if want.by == ComputeController {
					by = arithmetic{
						nullsAsZero: switches.AggregateNulls == simulator.NullsAsZero, sumOfNothing: true,
						whole: switches.Aggregate != simulator.AggregateEnvelope, binary: true,
					}
				}
				simulated.ResetRequests()
				got, err := client.Aggregate(t.Context(), imagestatus.Query{Selection: selection}, asked, how)
				name := fmt.Sprintf("%s(%s) by %q, %s", asked.Operator, asked.Field, asked.GroupBy, how)
				if got.By != want.by || KindOf(err) != want.kind || (err == nil) != (want.kind == "") || simulated.Count(simulator.RequestQuery) != want.requests {
					t.Errorf("%s: computed by %q, error %v, %d requests; want %+v", name, got.By, err, simulated.Count(simulator.RequestQuery), want)
					continue
				}
				if err != nil {
					continue
				}
				if diff := cmp.Diff(compute(rows, asked, by), plain(got.Groups)); diff != "" || got.Matched != int64(len(rows)) {
					t.Errorf("%s: %d matched, want %d; the groups differ (-want +got):\n%s", name, got.Matched, len(rows), diff)
				}
			}
		}
	}
}

func TestIgnoredFilterIsNoAggregate(t *testing.T) {
	t.Parallel()
	for _, mode := range []simulator.AggregateMode{
		simulator.AggregateRows, simulator.AggregateEnvelope, simulator.AggregateIgnored, simulator.AggregateRefused,
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			simulated := newSimulator(t, simulator.Options{Elements: 40, Scenario: "mixed", Switches: simulator.Switches{Aggregate: mode, IgnoreFilters: true}})
			client := clientOf(t, inMemoryConfig(inMemory(simulated)))
			selection, _ := selected(t, true)
			for _, asked := range aggregateCases {
				for _, asked.GroupBy = range groupings {
					if got, err := client.Aggregate(t.Context(), imagestatus.Query{Selection: selection}, asked, ComputeController); err == nil {
						t.Errorf("%s(%s) by %q, by the controller: got %v, want an error", asked.Operator, asked.Field, asked.GroupBy, got)
					}
					for _, how := range []Compute{ComputeAuto, ComputeProvider} {
						got, err := client.Aggregate(t.Context(), imagestatus.Query{Selection: selection}, asked, how)
						if KindOf(err) != KindFilterIgnored || got.Groups != nil {
							t.Errorf("%s(%s) by %q, %s: got %v and %v, want kind %q", asked.Operator, asked.Field, asked.GroupBy, how, got, err, KindFilterIgnored)
						}
					}
				}
			}
		})
	}
}

func TestAggregateOfNothing(t *testing.T) {
	t.Parallel()
	for _, mode := range []simulator.AggregateMode{
		simulator.AggregateRows, simulator.AggregateEnvelope, simulator.AggregateIgnored, simulator.AggregateRefused,
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			simulated := newSimulator(t, simulator.Options{Elements: 9, Switches: simulator.Switches{Aggregate: mode}})
			client := clientOf(t, inMemoryConfig(inMemory(simulated)))
			nobody, err := imagestatus.SelectFilters([]string{"1"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			none, err := imagestatus.SelectFilters([]string{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for name, selection := range map[string]imagestatus.Selection{"no element matches": nobody, "no element is asked for": none} {
				for _, asked := range aggregateCases {
					for _, asked.GroupBy = range groupings {
						for _, how := range []Compute{ComputeAuto, ComputeProvider} {
							simulated.ResetRequests()
							got, err := client.Aggregate(t.Context(), imagestatus.Query{Selection: selection}, asked, how)
							if err != nil || got.Matched != 0 {
								t.Errorf("%s: %s(%s) by %q, %s: %d matched and %v", name, asked.Operator, asked.Field, asked.GroupBy, how, got.Matched, err)
								continue
							}
							if diff := cmp.Diff(compute(nil, asked, arithmetic{}), plain(got.Groups)); diff != "" {
								t.Errorf("%s: %s(%s) by %q, %s: the groups differ (-want +got):\n%s", name, asked.Operator, asked.Field, asked.GroupBy, how, diff)
							}
							if sent := simulated.Count(simulator.RequestQuery); selection.Empty() && sent > 0 {
								t.Errorf("%d queries were sent for no element", sent)
							}
						}
					}
				}
			}
		})
	}
}

func TestControllersAggregateOfNothingIsItsAnswer(t *testing.T) {
	t.Parallel()
	nobody, err := imagestatus.SelectFilters([]string{"1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []simulator.AggregateMode{simulator.AggregateRows, simulator.AggregateEnvelope} {
		for _, groupBy := range [][]string{nil, {"upgrade_state"}} {
			simulated := newSimulator(t, simulator.Options{Elements: 9, Switches: simulator.Switches{Aggregate: mode}})
			client := clientOf(t, inMemoryConfig(inMemory(simulated)))
			asked := imagestatus.Aggregate{Operator: imagestatus.AggregateCount, Field: "element_id", GroupBy: groupBy}
			got, err := client.Aggregate(t.Context(), imagestatus.Query{Selection: nobody}, asked, ComputeController)
			if err != nil || got.By != ComputeController {
				t.Errorf("%s by %q: computed by %q and %v", mode, groupBy, got.By, err)
				continue
			}
			if diff := cmp.Diff(compute(nil, asked, arithmetic{}), plain(got.Groups)); diff != "" {
				t.Errorf("%s by %q: the groups differ (-want +got):\n%s", mode, groupBy, diff)
			}
		}
	}
}

func TestControllerThatRefusesLargePagesStillAggregates(t *testing.T) {
	t.Parallel()
	for _, how := range []Compute{ComputeAuto, ComputeController} {
		simulated := newSimulator(t, simulator.Options{Elements: 9, Switches: simulator.Switches{MaxLimit: 100, LimitMode: simulator.LimitRefuse}})
		client := clientOf(t, inMemoryConfig(inMemory(simulated)))
		asked := imagestatus.Aggregate{Operator: imagestatus.AggregateCount, Field: "element_id", GroupBy: []string{"upgrade_state"}}
		got, err := client.Aggregate(t.Context(), imagestatus.Query{}, asked, how)
		if err != nil {
			t.Errorf("%s: %v", how, err)
			continue
		}
		if diff := cmp.Diff(compute(simulated.Rows(), asked, arithmetic{}), plain(got.Groups)); diff != "" {
			t.Errorf("%s: the groups differ (-want +got):\n%s", how, diff)
		}
	}
}

func TestAggregateThatCannotBeVerifiedIsNotBelieved(t *testing.T) {
	t.Parallel()
	group := func(count string) string {
		return `{"items":[{"upgrade_state":"complete","aggregated_value":` + count + `}],"total_count":1}`
	}
	plainRows := `{"items":[{"id":"1","element_id":"1","upgrade_state":"complete"},{"id":"2","element_id":"2","upgrade_state":"complete"}],"total_count":2}`
	for name, first := range map[string]string{
		"too few":               group("1"),
		"too many":              group("3"),
		"a fraction":            group("2.5"),
		"null":                  group("null"),
		"absent":                `{"items":[{"upgrade_state":"complete"}],"total_count":1}`,
		"a word":                group(`"two"`),
		"an object":             group(`{}`),
		"no key":                `{"items":[{"aggregated_value":2}],"total_count":1}`,
		"key elsewhere":         `{"items":[{"group":{"upgrade_state":"complete"},"aggregated_value":2}],"total_count":1}`,
		"no view":               `{"items":[],"aggregate":{"data":[{"value":2}]},"total_count":2}`,
		"null view":             `{"items":[],"aggregate":{"data":[{"value":2,"view":null}]},"total_count":2}`,
		"not grouped":           `{"items":[{"upgrade_state":null,"aggregated_value":2}],"total_count":1}`,
		"another field":         `{"items":[{"active_version":"6.3.6-b9","aggregated_value":2}],"total_count":1}`,
		"key twice":             `{"items":[{"upgrade_state":"complete","aggregated_value":1},{"upgrade_state":"complete","aggregated_value":1}],"total_count":2}`,
		"null key twice":        `{"items":[{"upgrade_state":null,"aggregated_value":1},{"upgrade_state":null,"aggregated_value":1}],"total_count":2}`,
		"a quotient":            group(`"4/2"`),
		"a hexadecimal number":  group(`"0x2"`),
		"a number with a sign":  group(`"+2"`),
		"endless digits":        group(strings.Repeat("2", 5000)),
		"huge exponent":         group("2e999999999"),
		"more groups elsewhere": `{"items":[{"upgrade_state":"complete","aggregated_value":2}],"total_count":7}`,
		"no number of groups":   `{"items":[{"upgrade_state":"complete","aggregated_value":2}]}`,
		"no list":               `{"items":7}`,
		"HTML":                  `<h1>200</h1>`,
		"an error":              `{"_error":[{"code":"BAD_REQUEST"}]}`,
	} {
		for _, how := range []Compute{ComputeAuto, ComputeController} {
			t.Run(fmt.Sprintf("%s/%s", name, how), func(t *testing.T) {
				t.Parallel()
				aggregated := respond(200, "application/json", first)
				fake := new(controller)
				fake.query = func(w http.ResponseWriter, r *http.Request) {
					body := new(strings.Builder)
					if writeBody(body, r) && strings.Contains(body.String(), `"aggregate":`) {
						aggregated(w, r)
						return
					}
					r.Body = respondWith([]byte(body.String()))
					onePage(plainRows, 2)(w, r)
				}
				asked := imagestatus.Aggregate{Operator: imagestatus.AggregateCount, Field: "id", GroupBy: []string{"upgrade_state"}}
				got, err := clientOf(t, inMemoryConfig(inMemory(fake))).Aggregate(t.Context(), imagestatus.Query{}, asked, how)
				if how == ComputeController {
					if kind := KindOf(err); kind != KindNoAggregate && kind != KindMalformed && kind != KindRefused {
						t.Errorf("got %v and %v, want an error", got, err)
					}
					return
				}
				want := []plainGroup{{Key: "complete", Value: "2", Count: 2}}
				if diff := cmp.Diff(want, plain(got.Groups)); err != nil || diff != "" || got.By != ComputeProvider {
					t.Errorf("computed by %q, error %v; the groups differ (-want +got):\n%s", got.By, err, diff)
				}
			})
		}
	}
}

func TestAggregateIsExactBeyondSixtyFourBits(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"9223372036854775807": "9223372036854775807", `"36893488147419103228"`: "36893488147419103228", "2.50": "5/2", "-3": "-3",
		"1e3": "1000", "1.773935101223e+12": "1773935101223", "10000000000000000000001e-1": "10000000000000000000001/10", `"-2.5"`: "-5/2",
		`"1/3"`: "none", `"0x10"`: "none", `"1_000"`: "none", `"1e"`: "none", `"007"`: "none", `"Inf"`: "none", `" 1"`: "none", `"1`: "none",
		"1e-400": "none", "1e99999999999999999999": "none", "null": "null", "": "none", `""`: "none", `"x"`: "none", "true": "none", "[]": "none", "1e400": "none",
		strings.Repeat("1", 65): "none",
	} {
		value, ok := decimal([]byte(raw))
		got := "none"
		if ok && value == nil {
			got = "null"
		} else if ok {
			got = value.RatString()
		}
		if got != want {
			t.Errorf("%.30s: got %s, want %s", raw, got, want)
		}
	}
}

// TestMergingGroupsIsLinear counts what is allocated, which is a few keys for
// each group.
//
//nolint:paralleltest // Allocations cannot be counted beside other tests.
func TestMergingGroupsIsLinear(t *testing.T) {
	client := clientOf(t, inMemoryConfig(nil))
	aggregate := imagestatus.Aggregate{Operator: imagestatus.AggregateSum, Field: "download_percent", GroupBy: []string{"element_id"}}
	perGroup := func(count int) float64 {
		answered := make([]answeredGroup, count)
		groups := make([]imagestatus.Group, count)
		for i := range answered {
			answered[i] = answeredGroup{row: imagestatus.Status{ElementID: new(strconv.Itoa(i))}, value: big.NewRat(1, 1)}
			groups[count-1-i].Key = aggregate.Key(&answered[i].row)
		}
		return testing.AllocsPerRun(1, func() {
			if _, failure := client.merge(groups, answered, aggregate); failure != nil {
				t.Error(failure)
			}
		}) / float64(count)
	}
	if few, many := perGroup(100), perGroup(2_000); many > 2*few {
		t.Errorf("%.1f allocations for each of 100 groups, and %.1f for each of 2,000", few, many)
	}
}

// TestAggregateFallsBackToTheRows has a controller that refuses the aggregate
// alone.
func TestAggregateFallsBackToTheRows(t *testing.T) {
	t.Parallel()
	asked := imagestatus.Aggregate{Operator: imagestatus.AggregateCount, Field: "id", GroupBy: []string{"upgrade_state"}}
	page := `{"items":[{"id":"1","element_id":"1","upgrade_state":"complete"}],"total_count":1}`
	for status, want := range map[int]Kind{400: "", 401: KindCredentials, 403: "", 404: "", 405: "", 429: "", 500: "", 501: "", 503: ""} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			fake := &controller{query: func(w http.ResponseWriter, r *http.Request) {
				body := new(strings.Builder)
				if writeBody(body, r) && strings.Contains(body.String(), `"aggregate":`) {
					respond(status, "application/json", "{}")(w, r)
					return
				}
				r.Body = respondWith([]byte(body.String()))
				onePage(page, 1)(w, r)
			}}
			got, err := clientOf(t, inMemoryConfig(inMemory(fake))).Aggregate(t.Context(), imagestatus.Query{}, asked, ComputeAuto)
			if KindOf(err) != want || (err == nil) != (want == "") {
				t.Fatalf("got %v, want the kind %q", err, want)
			}
			if diff := cmp.Diff([]plainGroup{{Key: "complete", Value: "1", Count: 1}}, plain(got.Groups)); err == nil && diff != "" {
				t.Errorf("the groups differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilterOnPhaseIsAggregatedFromTheRows(t *testing.T) {
	t.Parallel()
	simulated := newSimulator(t, simulator.Options{Elements: 60, Seed: 3, Scenario: "mixed"})
	client := clientOf(t, inMemoryConfig(inMemory(simulated)))
	failed, err := imagestatus.SelectFilters(nil, []imagestatus.Filter{{Field: imagestatus.FieldPhase, Operator: imagestatus.OperatorIn, Values: []string{"failed", "aborted"}}})
	if err != nil {
		t.Fatal(err)
	}
	rows := slices.DeleteFunc(simulated.Rows(), func(row imagestatus.Status) bool {
		return row.Phase() != imagestatus.PhaseFailed && row.Phase() != imagestatus.PhaseAborted
	})
	asked := imagestatus.Aggregate{Operator: imagestatus.AggregateCount, Field: "element_id"}
	query := imagestatus.Query{Selection: failed}
	for _, how := range []Compute{ComputeAuto, ComputeProvider} {
		got, err := client.Aggregate(t.Context(), query, asked, how)
		if err != nil || got.By != ComputeProvider || got.Matched != int64(len(rows)) || len(rows) == 0 {
			t.Errorf("%s: %d matched of %d, computed by %q, error %v", how, got.Matched, len(rows), got.By, err)
		}
	}
	_, err = client.Aggregate(t.Context(), query, asked, ComputeController)
	_ = wantKind(t, err, KindNoAggregate)
}

func TestGroupsThatOnlyTheProviderKnowsAreComputedFromTheRows(t *testing.T) {
	t.Parallel()
	simulated := newSimulator(t, simulator.Options{Elements: 60, Seed: 3, Scenario: "mixed"})
	client := clientOf(t, inMemoryConfig(inMemory(simulated)))
	asked := imagestatus.Aggregate{
		Operator: imagestatus.AggregateCount, Field: "element_id", GroupBy: []string{"parity"},
		Resolvers: map[string]imagestatus.Resolver{"parity": func(row *imagestatus.Status) imagestatus.Value {
			return imagestatus.IntegerValue(int64(row.Element()[len(row.Element())-1]-'0') % 2)
		}},
	}
	counts := make(map[string]int64)
	for _, row := range simulated.Rows() {
		counts[strconv.Itoa(int(row.Element()[len(row.Element())-1]-'0')%2)]++
	}
	for _, how := range []Compute{ComputeAuto, ComputeProvider} {
		got, err := client.Aggregate(t.Context(), imagestatus.Query{}, asked, how)
		if err != nil || got.By != ComputeProvider || got.Matched != 60 || len(got.Groups) != len(counts) {
			t.Errorf("%s: got %+v and %v", how, got, err)
		}
		for _, group := range got.Groups {
			if text := group.Key[0].Text(); group.Count != counts[text] {
				t.Errorf("%s: %d rows of parity %s, want %d", how, group.Count, text, counts[text])
			}
		}
	}
	simulated.ResetRequests()
	_, err := client.Aggregate(t.Context(), imagestatus.Query{}, asked, ComputeController)
	wantText(t, wantKind(t, err, KindNoAggregate).Problem, "only the provider can group by parity")
	wantCount(t, simulated, simulator.RequestQuery, 0)
}

func TestValuesJoinTheCountsOfTheSameGroups(t *testing.T) {
	t.Parallel()
	group := func(version string, count int64) imagestatus.Group {
		return imagestatus.Group{Key: []imagestatus.Value{imagestatus.TextValue(version)}, Count: count}
	}
	value := func(version string, number int64) answeredGroup {
		return answeredGroup{row: imagestatus.Status{ActiveVersion: &version}, value: big.NewRat(number, 1)}
	}
	byVersion := []string{"active_version"}
	for name, test := range map[string]struct {
		groupBy []string
		counts  []imagestatus.Group
		values  []answeredGroup
		want    []plainGroup
	}{
		"one group of all rows":     {nil, []imagestatus.Group{{Count: 9}}, []answeredGroup{{value: big.NewRat(7, 1)}}, []plainGroup{{"", "7", 9}}},
		"one group of no rows":      {nil, nil, []answeredGroup{{}}, []plainGroup{{"", "null", 0}}},
		"no group and no value":     {byVersion, nil, nil, []plainGroup{}},
		"no group, and values":      {byVersion, nil, []answeredGroup{value("a", 7)}, nil},
		"groups of the same key":    {byVersion, []imagestatus.Group{group("a", 9)}, []answeredGroup{value("a", 7)}, []plainGroup{{"a", "7", 9}}},
		"more values than groups":   {byVersion, []imagestatus.Group{group("a", 9)}, []answeredGroup{value("a", 7), value("b", 8)}, nil},
		"fewer values than groups":  {byVersion, []imagestatus.Group{group("a", 9), group("b", 1)}, []answeredGroup{value("a", 7)}, nil},
		"as many groups and others": {byVersion, []imagestatus.Group{group("a", 9)}, []answeredGroup{value("b", 7)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, inMemoryConfig(inMemory(new(controller))))
			got, failure := client.merge(test.counts, test.values, imagestatus.Aggregate{GroupBy: test.groupBy})
			if test.want == nil {
				if failure == nil || failure.Kind != KindNoAggregate {
					t.Errorf("got %v and %v, want an error of kind %q", plain(got), failure, KindNoAggregate)
				}
				return
			}
			if diff := cmp.Diff(test.want, plain(got)); failure != nil || diff != "" {
				t.Errorf("the error is %v; the groups differ (-want +got):\n%s", failure, diff)
			}
		})
	}
}
