package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const aggregateType = "prismasdwan_element_image_status_aggregate"

// aggregateOf is a configuration of the aggregate data source.
func aggregateOf(operator, field string, groupBy ...string) map[string]any {
	config := map[string]any{"aggregate": map[string]any{"operator": operator, "field": field}}
	if len(groupBy) > 0 {
		config["group_by"] = groupBy
	}
	return config
}

// fieldValue reads a field of a row by its name on the wire, without the
// provider's help: a text or an integer, nil for null.
func fieldValue(row imagestatus.Status, field string) any {
	switch field {
	case "phase":
		return string(row.Phase())
	case "_created_on_utc":
		return numberOrNull(row.CreatedOnUTC)
	case "_updated_on_utc":
		return numberOrNull(row.UpdatedOnUTC)
	case "_etag":
		return numberOrNull(row.Etag)
	default:
		return wantItem(row)[field]
	}
}

// wantResults computes an aggregate from rows in another way than the
// provider: with big floats over collected values.
func wantResults(rows []imagestatus.Status, operator, field string, groupBy []string) []any {
	return wantResultsBy(rows, operator, field, groupBy, fieldValue)
}

// wantResultsBy groups by what valueOf says of a row.
func wantResultsBy(rows []imagestatus.Status, operator, field string, groupBy []string, valueOf func(row imagestatus.Status, name string) any) []any {
	type group struct {
		key    []any
		values []any
		count  int64
	}
	groups := make(map[string]*group)
	var order []string
	if len(groupBy) == 0 {
		groups[""], order = &group{}, []string{""}
	}
	for _, row := range rows {
		var key []any
		var sortKeys []string
		for _, name := range groupBy {
			value := valueOf(row, name)
			key, sortKeys = append(key, value), append(sortKeys, sortKeyOf(value))
		}
		sortable := strings.Join(sortKeys, "")
		if groups[sortable] == nil {
			groups[sortable] = &group{key: key}
			order = append(order, sortable)
		}
		groups[sortable].count++
		if value := fieldValue(row, field); value != nil {
			groups[sortable].values = append(groups[sortable].values, value)
		}
	}
	slices.Sort(order)
	results := make([]any, len(order))
	for i, sortable := range order {
		group := groups[sortable]
		names := make(map[string]any, len(groupBy))
		for position, name := range groupBy {
			names[name] = nil
			if group.key[position] != nil {
				names[name] = fmt.Sprint(group.key[position])
			}
		}
		results[i] = map[string]any{"group": names, "value": computed(operator, group.values), "count": number64(group.count)}
	}
	return results
}

// sortKeyOf orders null first, integers by number and texts byte by byte.
func sortKeyOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "0\x00"
	case json.Number:
		return fmt.Sprintf("1%030s\x00", value)
	default:
		return fmt.Sprintf("2%s\x00", value)
	}
}

func computed(operator string, values []any) any {
	if operator == "count" {
		return number64(int64(len(values)))
	}
	if len(values) == 0 {
		return nil
	}
	numbers := make([]*big.Rat, len(values))
	sum := new(big.Rat)
	for i, value := range values {
		numbers[i], _ = new(big.Rat).SetString(fmt.Sprint(value))
		sum.Add(sum, numbers[i])
	}
	slices.SortFunc(numbers, (*big.Rat).Cmp)
	result := map[string]*big.Rat{
		"min": numbers[0], "max": numbers[len(numbers)-1], "sum": sum,
		"avg": new(big.Rat).Quo(sum, big.NewRat(int64(len(numbers)), 1)),
	}[operator]
	if result.IsInt() {
		return json.Number(result.Num().String())
	}
	return json.Number(strings.TrimRight(result.FloatString(6), "0"))
}

// approximately compares numbers by their value and not by their spelling.
var approximately = cmp.Comparer(func(a, b json.Number) bool {
	left, leftOK := new(big.Rat).SetString(a.String())
	right, rightOK := new(big.Rat).SetString(b.String())
	return leftOK && rightOK && left.Cmp(right) == 0
})

// groupings are those that every aggregate is tried with.
var groupings = [][]string{nil, {"upgrade_state"}, {"phase", "_etag"}, {"active_version", "download_percent"}}

var aggregateModes = []simulator.AggregateMode{
	simulator.AggregateRows, simulator.AggregateEnvelope, simulator.AggregateIgnored, simulator.AggregateRefused,
}

func TestAggregatesEqualWhatTheRowsComeToHoweverTheControllerTreatsThem(t *testing.T) {
	t.Parallel()
	for _, mode := range aggregateModes {
		for _, numbersAsText := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, numbers as text %t", mode, numbersAsText), func(t *testing.T) {
				t.Parallel()
				server := startSimulator(t, simulator.Options{Elements: 45, Seed: 5, Scenario: "mixed", Switches: simulator.Switches{
					Aggregate: mode, NumbersAsText: numbersAsText, DefaultOrder: simulator.OrderShuffled,
				}})
				p, rows := newProtocol(t, variables(server, simulator.Unified)...), server.Rows()
				for _, operator := range []string{"count", "min", "max", "avg", "sum"} {
					for _, groupBy := range groupings {
						compareAggregate(t, p, rows, operator, "download_percent", groupBy, "", "provider")
					}
				}
				// Only a count of rows can be verified and is taken from a
				// controller that gives one.
				taken := map[bool]string{true: "controller", false: "provider"}[mode == simulator.AggregateRows || mode == simulator.AggregateEnvelope]
				for _, groupBy := range groupings {
					by := taken
					if slices.Contains(groupBy, "phase") {
						by = "provider"
					}
					compareAggregate(t, p, rows, "count", "id", groupBy, "auto", by)
					compareAggregate(t, p, rows, "count", "element_id", groupBy, "", by)
					compareAggregate(t, p, rows, "count", "id", groupBy, "provider", "provider")
				}
				compareAggregate(t, p, rows, "count", "failure_info", nil, "", "provider")
				compareAggregate(t, p, rows, "sum", "_created_on_utc", nil, "auto", "provider")
			})
		}
	}
}

// compareAggregate reads an aggregate and holds it against the rows.
func compareAggregate(t *testing.T, p *protocol, rows []imagestatus.Status, operator, field string, groupBy []string, compute, by string) {
	t.Helper()
	config := aggregateOf(operator, field, groupBy...)
	if compute != "" {
		config["compute"] = compute
	}
	name := fmt.Sprintf("%s of %s by %v, compute %q", operator, field, groupBy, compute)
	got := p.read(aggregateType, config).must(t)
	checkAggregate(t, name, got, rows, operator, field, groupBy)
	if got["computed_by"] != by {
		t.Errorf("%s: computed_by = %v, want %s", name, got["computed_by"], by)
	}
}

func checkAggregate(t *testing.T, name string, got map[string]any, rows []imagestatus.Status, operator, field string, groupBy []string) {
	t.Helper()
	want := wantResults(rows, operator, field, groupBy)
	if difference := cmp.Diff(want, got["results"], approximately); difference != "" {
		t.Errorf("%s: results (-want +got):\n%.2000s", name, difference)
	}
	var value any
	if len(groupBy) == 0 {
		value = object(want[0])["value"]
	}
	if difference := cmp.Diff(value, got["value"], approximately); difference != "" {
		t.Errorf("%s: value (-want +got):\n%s", name, difference)
	}
	if got["matched_count"] != number64(int64(len(rows))) {
		t.Errorf("%s: matched_count = %v, want %d", name, got["matched_count"], len(rows))
	}
}

func TestAggregatesFollowTheSelection(t *testing.T) {
	t.Parallel()
	for _, mode := range aggregateModes {
		server := startSimulator(t, simulator.Options{Elements: 90, Seed: 5, Scenario: "mixed", Switches: simulator.Switches{Aggregate: mode}})
		p := newProtocol(t, variables(server, simulator.Legacy)...)
		some := server.ElementIDs()[:20]
		for _, test := range []struct {
			selection map[string]any
			holds     func(imagestatus.Status) bool
		}{
			{map[string]any{"element_ids": some}, func(row imagestatus.Status) bool { return slices.Contains(some, row.Element()) }},
			{map[string]any{"filters": []map[string]any{filter("upgrade_state", "", "complete", "failed")}}, func(row imagestatus.Status) bool { return has(row.UpgradeState, "complete", "failed") }},
			{map[string]any{"query_params": `{"or":{"upgrade_state":{"eq":"done"},"download_percent":{"gt":20}}}`}, func(row imagestatus.Status) bool {
				return has(row.UpgradeState, "done") || row.DownloadPercent != nil && *row.DownloadPercent > 20
			}},
			{map[string]any{"element_ids": []string{}}, func(imagestatus.Status) bool { return false }},
			{map[string]any{"element_ids": []string{"1"}}, func(imagestatus.Status) bool { return false }},
		} {
			rows := where(server.Rows(), test.holds)
			for _, operator := range []string{"count", "sum"} {
				for _, groupBy := range [][]string{nil, {"active_version"}} {
					field := map[string]string{"count": "element_id", "sum": "download_percent"}[operator]
					config := aggregateOf(operator, field, groupBy...)
					maps.Copy(config, test.selection)
					checkAggregate(t, fmt.Sprintf("%s %v %s %v", mode, test.selection, operator, groupBy), p.read(aggregateType, config).must(t), rows, operator, field, groupBy)
				}
			}
		}
	}
}

func TestControllerComputesOrSaysWhyItCannot(t *testing.T) {
	t.Parallel()
	const remedy = "\n\nSet `compute` to `provider` or `auto`, so that the provider computes it from the rows.\n\nEndpoint: http://CONTROLLER"
	for _, test := range []struct {
		mode simulator.AggregateMode
		want string
	}{
		{simulator.AggregateRows, ""},
		{simulator.AggregateEnvelope, ""},
		{simulator.AggregateIgnored, "Error: Controller gives no usable aggregate\n" +
			"Could not aggregate the image statuses: the controller ignores the aggregate, or returns more groups than fit into one answer." + remedy},
		{simulator.AggregateRefused, "Error: Query refused by the controller\n" +
			"Could not read the image statuses: the answer is 400 Bad Request.\n"},
	} {
		server := startSimulator(t, simulator.Options{Elements: 90, Seed: 5, Scenario: "mixed", Switches: simulator.Switches{Aggregate: test.mode}})
		p := newProtocol(t, variables(server, simulator.Unified)...)
		for _, operator := range []string{"count", "min", "max", "sum"} {
			config := aggregateOf(operator, "download_percent", "upgrade_state")
			config["compute"] = "controller"
			if test.want != "" {
				if failure := steady(p.read(aggregateType, config).failure(t)); !strings.HasPrefix(failure, test.want) {
					t.Errorf("%s %s: got %q, want %q", test.mode, operator, failure, test.want)
				}
				continue
			}
			got := p.read(aggregateType, config).must(t)
			want := wantResults(server.Rows(), operator, "download_percent", []string{"upgrade_state"})
			if operator == "sum" {
				// The controller's sum over no value is 0, and is kept.
				for _, result := range want {
					if object(result)["value"] == nil {
						object(result)["value"] = number64(0)
					}
				}
			}
			if difference := cmp.Diff(want, got["results"], approximately); difference != "" {
				t.Errorf("%s %s (-want +got):\n%s", test.mode, operator, difference)
			}
			if got["computed_by"] != "controller" {
				t.Errorf("%s %s: computed_by = %v", test.mode, operator, got["computed_by"])
			}
		}
	}
}

func TestAggregatePartsReachTheController(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 9})
	config := map[string]any{
		"aggregate": map[string]any{"operator": "max", "field": "_etag", "name": "newest", "statistic": "peak", "unit": "versions"},
		"group_by":  []string{"active_version"}, "compute": "controller",
	}
	newProtocol(t, variables(server, simulator.Unified)...).read(aggregateType, config).must(t)
	body := bodies(t, server)[0]
	want := map[string]any{"operator": "max", "field": "_etag", "name": "newest", "statistic": "peak", "unit": "versions"}
	if difference := cmp.Diff(want, body["aggregate"]); difference != "" {
		t.Errorf("aggregate (-want +got):\n%s", difference)
	}
	if difference := cmp.Diff([]any{"active_version"}, body["group_by"]); difference != "" {
		t.Errorf("group_by (-want +got):\n%s", difference)
	}
	server.ResetRequests()
	newProtocol(t, variables(server, simulator.Unified)...).read(aggregateType, aggregateOf("count", "id")).must(t)
	if difference := cmp.Diff(map[string]any{"operator": "count", "field": "id"}, bodies(t, server)[0]["aggregate"]); difference != "" {
		t.Errorf("parts that are not set are sent (-want +got):\n%s", difference)
	}
}

func TestIntegersAreExactBeyondFloatsAndSumsBeyond64Bits(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 4})
	for i, element := range server.ElementIDs() {
		etag := []int64{math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, 9007199254740993}[i]
		if err := server.Update(element, func(row *imagestatus.Status) { row.Etag = &etag }); err != nil {
			t.Fatal(err)
		}
	}
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for operator, want := range map[string]string{
		"min": "-9223372036854775808", "max": "9223372036854775807",
		"sum": "9232379236109516798", "avg": "2308094809027379199.5", "count": "4",
	} {
		if got := p.read(aggregateType, aggregateOf(operator, "_etag")).must(t)["value"]; got != json.Number(want) {
			t.Errorf("%s = %v, want %s", operator, got, want)
		}
	}
	items := list(p.read(statusesType, everything).must(t)["items"])
	if got := object(items[0])["etag"]; got != json.Number("9223372036854775807") {
		t.Errorf("etag = %v, want it exact", got)
	}
	// The mean of 1, 1 and 0 has no end.
	for i, element := range server.ElementIDs()[:3] {
		percent := []int64{1, 1, 0}[i]
		if err := server.Update(element, func(row *imagestatus.Status) { row.DownloadPercent = &percent }); err != nil {
			t.Fatal(err)
		}
	}
	config := aggregateOf("avg", "download_percent")
	config["element_ids"] = server.ElementIDs()[:3]
	if got := p.read(aggregateType, config).must(t)["value"]; got != json.Number("0.666667") {
		t.Errorf("mean = %v, want 0.666667, rounded to six decimals", got)
	}
}

func TestNullsAreLeftOutAndNothingIsNullNotZero(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 6, Scenario: "fresh"})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for operator, want := range map[string]any{"count": number64(0), "min": nil, "max": nil, "avg": nil, "sum": nil} {
		for name, selection := range map[string]any{"all null": nil, "no rows": []string{}} {
			config := aggregateOf(operator, "download_percent")
			config["element_ids"] = selection
			if got := p.read(aggregateType, config).must(t)["value"]; got != want {
				t.Errorf("%s over %s = %v, want %v", operator, name, got, want)
			}
		}
	}
	percent := int64(40)
	if err := server.Update(server.ElementIDs()[0], func(row *imagestatus.Status) { row.DownloadPercent = &percent }); err != nil {
		t.Fatal(err)
	}
	for operator, want := range map[string]any{"count": number64(1), "min": number64(40), "avg": number64(40)} {
		got := p.read(aggregateType, aggregateOf(operator, "download_percent")).must(t)
		if got["value"] != want || got["matched_count"] != number64(6) {
			t.Errorf("%s = %v of %v rows, want %v of 6: a null is no zero", operator, got["value"], got["matched_count"], want)
		}
	}
}

func TestAggregateErrorsComeAtPlanAndNameTheArgument(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	for _, test := range []struct {
		name   string
		config map[string]any
		want   string
	}{
		{"an operator that does not exist", aggregateOf("mean", "id"), "Error: Invalid argument [aggregate.operator]\n" +
			"aggregate.operator is \"mean\". No such operator. "},
		{"a field that does not exist", aggregateOf("count", "elementid"), "Error: Invalid argument [aggregate.field]\n" +
			"aggregate.field is \"elementid\". No such field. Did you mean `element_id`? Use "},
		{"a text where a number belongs", aggregateOf("min", "active_version"), "Error: Invalid argument [aggregate.field]\n" +
			"aggregate.field is \"active_version\". The field is a text, and `min` computes with integers. " +
			"Use `count`, or a field that is an integer: `download_percent`, `download_interval`, `upgrade_interval`, `software_version_change_time`, `_etag`, `_created_on_utc` or `_updated_on_utc`."},
		{"a group that does not exist", aggregateOf("count", "id", "phase", "version"), "Error: Invalid argument [group_by[1]]\n" +
			"group_by[1] is \"version\". No such field. "},
		{"the same group twice", aggregateOf("count", "id", "phase", "phase"), "Error: Duplicate List Value [group_by]\n" +
			"This attribute contains duplicate values of: \"phase\""},
		{"a way to compute that does not exist", map[string]any{"aggregate": map[string]any{"operator": "count", "field": "id"}, "compute": "both"},
			"Error: Invalid Attribute Value Match [compute]\nAttribute compute value must be one of: [\"auto\" \"controller\" \"provider\"], got: \"both\""},
		{"a misspelt state", map[string]any{
			"aggregate": map[string]any{"operator": "count", "field": "id"}, "filters": []map[string]any{filter("upgrade_state", "", "complet")},
		}, "Error: Invalid argument [filters[0].values[0]]\nfilters[0].values[0] is \"complet\". No such upgrade state. Did you mean `complete`? Use "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := onlyError(t, p.in(t).validate(aggregateType, test.config)); !strings.HasPrefix(got, test.want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
	for _, config := range []map[string]any{
		{"aggregate": unknown},
		{"aggregate": map[string]any{"operator": unknown, "field": unknown, "name": unknown, "statistic": unknown, "unit": unknown}},
		{"aggregate": map[string]any{"operator": unknown, "field": "active_version"}},
		{"aggregate": map[string]any{"operator": "min", "field": unknown}, "group_by": unknown, "compute": unknown},
		{"aggregate": map[string]any{"operator": "count", "field": "id"}, "group_by": []any{unknown, "phase"}},
	} {
		if diagnostics := p.validate(aggregateType, config); len(diagnostics) > 0 {
			t.Errorf("%v is not known yet:\n%s", config, render(diagnostics))
		}
	}
}

func TestAccAggregate(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 5, Scenario: "mixed"})
	rows := server.Rows()
	const byVersion, largest, later = "data.prismasdwan_element_image_status_aggregate.by_version", "data.prismasdwan_element_image_status_aggregate.largest", "data.prismasdwan_element_image_status_aggregate.later"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{
			{
				Config: `data "prismasdwan_element_image_status_aggregate" "text" {
					aggregate = { operator = "min", field = "active_version" }
				}`,
				PlanOnly:    true,
				ExpectError: regexp.MustCompile(`(?s)in data "prismasdwan_element_image_status_aggregate" "text".*aggregate\.field is\s+"active_version".*computes\s+with\s+integers`),
			},
			{
				Config: `
					resource "terraform_data" "later" { input = "phase" }
					data "prismasdwan_element_image_status_aggregate" "by_version" {
						aggregate = { operator = "count", field = "element_id" }
						group_by  = ["active_version", "upgrade_state"]
					}
					data "prismasdwan_element_image_status_aggregate" "largest" {
						aggregate = { operator = "max", field = "_created_on_utc" }
					}
					data "prismasdwan_element_image_status_aggregate" "later" {
						aggregate = { operator = "avg", field = "download_percent" }
						group_by  = [terraform_data.later.output]
					}`,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{readAtApply{later}}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(byVersion, tfjsonpath.New("results"), equals(wantResults(rows, "count", "element_id", []string{"active_version", "upgrade_state"}))),
					statecheck.ExpectKnownValue(byVersion, tfjsonpath.New("value"), knownvalue.Null()),
					statecheck.ExpectKnownValue(byVersion, tfjsonpath.New("computed_by"), knownvalue.StringExact("controller")),
					statecheck.ExpectKnownValue(largest, tfjsonpath.New("value"), equals(object(wantResults(rows, "max", "_created_on_utc", nil)[0])["value"])),
					statecheck.ExpectKnownValue(largest, tfjsonpath.New("computed_by"), knownvalue.StringExact("provider")),
					statecheck.ExpectKnownValue(later, tfjsonpath.New("results"), equals(wantResults(rows, "avg", "download_percent", []string{"phase"}))),
				},
			},
		},
	})
}
