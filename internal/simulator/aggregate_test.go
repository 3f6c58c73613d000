package simulator_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// computed works an aggregate out from the rows, grouped by one field, as a
// map from the group's JSON to the exact value; nil stands for null.
func computed(rows []imagestatus.Status, operator, field, group string, nullsAsZero bool) map[string]*big.Rat {
	values := make(map[string][]*big.Rat)
	for i := range rows {
		key := "null"
		if value := fieldOf(group).Value(&rows[i]); !value.Null() {
			key = strconv.Quote(value.Text())
		}
		if _, seen := values[key]; !seen {
			values[key] = nil
		}
		value := fieldOf(field).Value(&rows[i])
		if number, _ := value.Integer(); !value.Null() || nullsAsZero {
			values[key] = append(values[key], new(big.Rat).SetInt64(number))
		}
	}
	results := make(map[string]*big.Rat, len(values))
	for key, numbers := range values {
		results[key] = reduce(operator, numbers)
	}
	return results
}

func fieldOf(name string) imagestatus.Field {
	field, _ := imagestatus.FieldByName(name)
	return field
}

func reduce(operator string, numbers []*big.Rat) *big.Rat {
	count := new(big.Rat).SetInt64(int64(len(numbers)))
	if operator == "count" {
		return count
	}
	total := new(big.Rat)
	for _, number := range numbers {
		total.Add(total, number)
	}
	switch {
	case operator == "sum":
		return total
	case len(numbers) == 0:
		return nil
	case operator == "avg":
		return total.Quo(total, count)
	}
	best := numbers[0]
	for _, number := range numbers {
		if order := number.Cmp(best); operator == "min" && order < 0 || operator == "max" && order > 0 {
			best = number
		}
	}
	return best
}

func whole(number *big.Rat) string {
	if number == nil {
		return "null"
	}
	return new(big.Int).Quo(number.Num(), number.Denom()).String()
}

func TestAggregatesAgreeWithTheRows(t *testing.T) {
	t.Parallel()
	for _, nulls := range []simulator.NullMode{simulator.NullsSkipped, simulator.NullsAsZero} {
		server := start(t, simulator.Options{Elements: 200, Scenario: "mixed", Switches: simulator.Switches{AggregateNulls: nulls}})
		c := signedIn(t, server, simulator.Unified)
		truth := server.Rows()
		for _, operator := range []string{"count", "sum", "avg", "min", "max"} {
			for _, field := range []string{"download_percent", "_created_on_utc", "software_version_change_time"} {
				t.Run(fmt.Sprintf("%s of %s, nulls %s", operator, field, nulls), func(t *testing.T) {
					t.Parallel()
					want := make(map[string]string)
					for group, value := range computed(truth, operator, field, "upgrade_state", nulls == simulator.NullsAsZero) {
						want[group] = whole(value)
					}
					page := c.rows(`{"limit":500,"aggregate":{"field":"` + field + `","operator":"` + operator + `"},"group_by":["upgrade_state"]}`)
					got := make(map[string]string)
					for _, item := range page.Items {
						got[string(item["upgrade_state"])] = string(item["aggregated_value"])
						if string(item["active_version"]) != "null" {
							t.Errorf("a field that is not grouped by is %s", item["active_version"])
						}
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("values (-want +got):\n%s", diff)
					}
					if page.TotalCount.String() != strconv.Itoa(len(want)) {
						t.Errorf("total_count is %s, want the number of groups, %d", page.TotalCount, len(want))
					}
				})
			}
		}
	}
}

func TestAggregateInTheEnvelope(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 90, Scenario: "mixed", Switches: simulator.Switches{Aggregate: simulator.AggregateEnvelope}})
	c := signedIn(t, server, simulator.Unified)
	want := computed(server.Rows(), "avg", "download_percent", "active_version", false)
	answer := c.query(`{"aggregate":{"field":"download_percent","operator":"avg","name":"progress","unit":"percent"},"group_by":["active_version"]}`)
	var got struct {
		TotalCount int               `json:"total_count"`
		Items      []json.RawMessage `json:"items"`
		Aggregate  struct {
			Field, Operator, Name, Unit string
			Data                        []struct {
				Value *float64
				View  map[string]json.RawMessage
			}
		}
	}
	decode(t, answer.body, &got)
	if len(got.Items) != 0 || got.TotalCount != 90 || got.Aggregate.Name != "progress" || got.Aggregate.Unit != "percent" {
		t.Errorf("envelope %.400s", answer.body)
	}
	if len(got.Aggregate.Data) != len(want) {
		t.Fatalf("got %d groups, want %d", len(got.Aggregate.Data), len(want))
	}
	for _, group := range got.Aggregate.Data {
		exact := want[string(group.View["active_version"])]
		if exact == nil || group.Value == nil {
			if exact != nil || group.Value != nil {
				t.Errorf("group %s: got %v, want %v", group.View, group.Value, exact)
			}
			continue
		}
		if wanted, _ := exact.Float64(); wanted != *group.Value {
			t.Errorf("group %s: got %v, want %v", group.View, *group.Value, wanted)
		}
	}
}

func TestAggregatesWithoutGroupsAndGroupsWithoutAggregates(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 80, Scenario: "mixed"})
	c := signedIn(t, server, simulator.Unified)
	if got := c.rows(`{"aggregate":{"field":"element_id","operator":"count"}}`); len(got.Items) != 1 || string(got.Items[0]["aggregated_value"]) != "80" {
		t.Errorf("count of all: %s", got.Items)
	}
	nothing := `,"query_params":{"id":{"eq":"1"}}`
	for operator, want := range map[string]string{"count": "0", "sum": "0", "avg": "null", "min": "null", "max": "null"} {
		got := c.rows(`{"aggregate":{"field":"download_percent","operator":"` + operator + `"}` + nothing + `}`)
		if len(got.Items) != 1 || string(got.Items[0]["aggregated_value"]) != want {
			t.Errorf("%s over nothing: %s, want %s", operator, got.Items, want)
		}
	}
	if got := c.rows(`{"aggregate":{"field":"id","operator":"count"},"group_by":["upgrade_state"]` + nothing + `}`); len(got.Items) != 0 {
		t.Errorf("groups of nothing: %s", got.Items)
	}
	distinct := c.rows(`{"group_by":["upgrade_state"]}`)
	if _, present := distinct.Items[0]["aggregated_value"]; present || len(distinct.Items) != 38 {
		t.Errorf("got %d distinct states, want 38 without a value", len(distinct.Items))
	}
}

func TestGroupsArePaged(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 80, Scenario: "mixed"})
	c := signedIn(t, server, simulator.Unified)
	seen := make(map[string]bool)
	for number := 1; number <= 4; number++ {
		for _, item := range c.rows(fmt.Sprintf(`{"limit":10,"dest_page":%d,"group_by":["upgrade_state"]}`, number)).Items {
			seen[string(item["upgrade_state"])] = true
		}
	}
	if len(seen) != 38 {
		t.Errorf("four pages of ten hold %d groups, want 38", len(seen))
	}
}

func TestAggregateIgnoredAndRefused(t *testing.T) {
	t.Parallel()
	const body = `{"aggregate":{"field":"id","operator":"count"},"group_by":["upgrade_state"]}`
	ignored := start(t, simulator.Options{Elements: 7, Switches: simulator.Switches{Aggregate: simulator.AggregateIgnored}})
	if got := signedIn(t, ignored, simulator.Unified).rows(body); len(got.Items) != 7 || strings.Contains(fmt.Sprint(got.Items), "aggregated_value") {
		t.Errorf("got %d items, want the 7 plain rows", len(got.Items))
	}
	refused := start(t, simulator.Options{Elements: 7, Switches: simulator.Switches{Aggregate: simulator.AggregateRefused}})
	if answer := signedIn(t, refused, simulator.Unified).query(body); answer.status != http.StatusBadRequest || answer.code() != "BAD_QUERY_REQUEST" {
		t.Errorf("got %d %s", answer.status, answer.body)
	}
}

func TestAggregatesThatAreNoAnswer(t *testing.T) {
	t.Parallel()
	const body = `{"aggregate":{"field":"id","operator":"count"},"group_by":["active_version"]}`
	for mode, test := range map[simulator.AggregateMode]struct {
		status int
		groups int
		text   string
	}{
		simulator.AggregateUngrouped:   {http.StatusOK, 1, `"aggregated_value":30`},
		simulator.AggregateNested:      {http.StatusOK, 11, `{"group":{`},
		simulator.AggregateOtherField:  {http.StatusOK, 30, `"active_version":null`},
		simulator.AggregateRefused:     {http.StatusBadRequest, 0, "BAD_QUERY_REQUEST"},
		simulator.AggregateNotFound:    {http.StatusNotFound, 0, "BAD_QUERY_REQUEST"},
		simulator.AggregateFails:       {http.StatusInternalServerError, 0, "BAD_QUERY_REQUEST"},
		simulator.AggregateUnsupported: {http.StatusNotImplemented, 0, "BAD_QUERY_REQUEST"},
	} {
		server := start(t, simulator.Options{Elements: 30, Scenario: "mixed", Switches: simulator.Switches{Aggregate: mode}})
		answer := signedIn(t, server, simulator.Unified).query(body)
		if groups := strings.Count(string(answer.body), `"aggregated_value"`); answer.status != test.status || groups != test.groups {
			t.Errorf("%s: got %d with %d groups, want %d with %d", mode, answer.status, groups, test.status, test.groups)
		}
		if !strings.Contains(string(answer.body), test.text) {
			t.Errorf("%s: %q is not in %.300s", mode, test.text, answer.body)
		}
	}
}
