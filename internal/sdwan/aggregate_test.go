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

// outcomeOf is the table of who computes what at what cost. Groups is the
// number of groups that the controller is asked for.
func outcomeOf(mode simulator.AggregateMode, asked imagestatus.Aggregate, how Compute, matched, groups int) outcome {
	byPhase := slices.Contains(asked.GroupBy, imagestatus.FieldPhase)
	usable := mode == simulator.AggregateEnvelope || mode == simulator.AggregateRows && groups <= aggregatePageSize
	// The last page is shorter than the others, or else empty.
	read := outcome{by: ComputeProvider, requests: matched/aggregatePageSize + 1}
	if matched < aggregatePageSize {
		read.requests++
	}
	switch {
	case how == ComputeProvider:
		return read
	case how == ComputeAuto:
		if asked.Operator != imagestatus.AggregateCount || asked.Field != "element_id" || byPhase {
			return read
		}
		if usable {
			return outcome{by: ComputeController, requests: 2}
		}
		read.requests++
		return read
	case mode == simulator.AggregateRefused, byPhase && mode != simulator.AggregateIgnored:
		return outcome{kind: KindRefused, requests: 1}
	case !usable:
		return outcome{kind: KindNoAggregate, requests: 2}
	default:
		return outcome{by: ComputeController, requests: 3}
	}
}

func TestAggregateEqualsTheRowsHoweverTheControllerTreatsIt(t *testing.T) {
	t.Parallel()
	for _, mode := range []simulator.AggregateMode{
		simulator.AggregateRows, simulator.AggregateEnvelope, simulator.AggregateIgnored, simulator.AggregateRefused,
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
				sent := asked
				if filtered && how == ComputeAuto && !slices.Contains(asked.GroupBy, "upgrade_state") {
					// Groups are held against the filter as rows are.
					sent.GroupBy = append(slices.Clone(asked.GroupBy), "upgrade_state")
				}
				want := outcomeOf(switches.Aggregate, asked, how, len(rows), len(compute(rows, sent, arithmetic{})))
				by := arithmetic{}
				if want.by == ComputeController {
					by = arithmetic{
						nullsAsZero: switches.AggregateNulls == simulator.NullsAsZero, sumOfNothing: true,
						whole: switches.Aggregate == simulator.AggregateRows, binary: true,
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
							if sent := simulated.Count(simulator.RequestQuery); selection.Nothing() && sent > 0 {
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
		"1e3": "1000", "null": "null", "": "none", `""`: "none", `"x"`: "none", "true": "none", "[]": "none", "1e400": "none",
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
