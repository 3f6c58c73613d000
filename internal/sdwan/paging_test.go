package sdwan

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestWholeFleetArrivesHoweverTheControllerPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		elements int
		switches simulator.Switches
		requests int
	}{
		"any page size":                      {2345, simulator.Switches{}, 3},
		"pages clamped to 200":               {2345, simulator.Switches{MaxLimit: 200}, 12},
		"pages clamped to 7":                 {345, simulator.Switches{MaxLimit: 7}, 50},
		"large pages refused":                {2345, simulator.Switches{MaxLimit: 100, LimitMode: simulator.LimitRefuse}, 25},
		"no total count":                     {2345, simulator.Switches{TotalCountAbsent: true}, 4},
		"no total count and clamped to 200":  {2345, simulator.Switches{TotalCountAbsent: true, MaxLimit: 200}, 13},
		"nulls left out":                     {2345, simulator.Switches{NullsAbsent: true}, 3},
		"numbers as text":                    {2345, simulator.Switches{NumbersAsText: true}, 3},
		"unknown keys refused":               {2345, simulator.Switches{UnknownKeys: simulator.UnknownRefused}, 3},
		"another User-Agent is unauthorized": {2345, simulator.Switches{BindUserAgent: simulator.AgentUnauthorized}, 3},
		"envelope with documented extras":    {2345, simulator.Switches{EnvelopeID: true}, 3},
	} {
		for _, form := range forms {
			t.Run(fmt.Sprintf("%s/%s", name, form), func(t *testing.T) {
				t.Parallel()
				server := startSimulator(t, simulator.Options{Elements: test.elements, Seed: 1, Scenario: "mixed", Switches: test.switches})
				client := newClient(t, server, form)
				rows, summary, err := readAll(t.Context(), client, imagestatus.Query{})
				if err != nil {
					t.Fatal(err)
				}
				if fleet := sorted(server.Rows()); !reflect.DeepEqual(fleet, sorted(rows)) {
					t.Errorf("rows differ from the fleet (-fleet +read):\n%s", cmp.Diff(fleet, rows))
				}
				if summary.Matched == nil || *summary.Matched != int64(test.elements) || summary.Truncated {
					t.Errorf("matched = %v, truncated = %v; want %d and false", summary.Matched, summary.Truncated, test.elements)
				}
				if got := server.Count(simulator.RequestQuery); got != test.requests {
					t.Errorf("%d queries were sent, want %d", got, test.requests)
				}
			})
		}
	}
}

func sorted(rows []imagestatus.Status) []imagestatus.Status {
	imagestatus.Query{}.SortRows(rows)
	return rows
}

func TestPageSizeThatWasRefusedIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	simulated := newSimulator(t, simulator.Options{Elements: 9, Switches: simulator.Switches{MaxLimit: 100, LimitMode: simulator.LimitRefuse}})
	client := clientOf(t, inMemoryConfig(inMemory(simulated)))
	// Each read is a page and the empty one past it, and only the first is refused.
	for read, requests := range []int{3, 5} {
		if err := readOnce(t.Context(), client); err != nil {
			t.Fatalf("read %d: %v", read+1, err)
		}
		wantCount(t, simulated, simulator.RequestQuery, requests)
	}
}

func TestPagesSmallerThanTheSafeOneHaveToBeAskedFor(t *testing.T) {
	t.Parallel()
	simulated := newSimulator(t, simulator.Options{Elements: 60, Switches: simulator.Switches{MaxLimit: 25, LimitMode: simulator.LimitRefuse}})
	failure := wantKind(t, readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(simulated)))), KindQueryTooLarge)
	wantText(t, failure.Error(), "INVALID_LIMIT_NUMBER")
	client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize = 25 })
	if err := readOnce(t.Context(), client); err != nil {
		t.Error(err)
	}
}

func TestRoomForRowsIsBoundedWhateverTheControllerCounts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		total *integer
		want  int64
	}{
		"not counted": {nil, 0},
		"negative":    {new(integer(-1)), 0},
		"none":        {new(integer(0)), 0},
		"some":        {new(integer(5)), 5},
		"nonsense":    {new(integer(1 << 60)), 100_000},
	} {
		if got := expected(&statusPage{TotalCount: test.total}); got != test.want {
			t.Errorf("%s: room for %d rows is made, want %d", name, got, test.want)
		}
	}
}

func TestNegativeNumberOfMatchesIsInconsistent(t *testing.T) {
	t.Parallel()
	client := clientOf(t, inMemoryConfig(inMemory(&controller{query: respond(200, "application/json", `{"items":[{"id":"1","element_id":"1"}],"total_count":-1}`)})))
	wantText(t, wantKind(t, readOnce(t.Context(), client), KindInconsistent).Error(), "is given as -1")
}

// The last page is what bounds the pages that are asked for ahead: too small a
// number is slow, too large a one asks for pages that nobody needs.
func TestLastPageIsTheLastOneSureToBeNeeded(t *testing.T) {
	t.Parallel()
	type wanted = want[imagestatus.Status]
	for name, test := range map[string]struct {
		want  wanted
		total *integer
		last  int64
	}{
		"not counted":                             {wanted{}, nil, 0},
		"all, and the end is on a page":           {wanted{}, new(integer(1050)), 11},
		"all, and the end is an empty page":       {wanted{}, new(integer(1000)), 11},
		"more than there may be":                  {wanted{}, new(integer(1 << 40)), maxPages},
		"limit within a page":                     {wanted{limit: 250}, new(integer(1000)), 3},
		"limit at the end of a page":              {wanted{limit: 300}, new(integer(1000)), 3},
		"limit of all":                            {wanted{limit: 1000}, new(integer(1000)), 10},
		"limit beyond all":                        {wanted{limit: 1001}, new(integer(1000)), 11},
		"limit where the provider leaves out":     {wanted{limit: 250, keeps: func(*imagestatus.Status) bool { return true }}, new(integer(1000)), 11},
		"all that were named, on full pages":      {wanted{named: 200}, new(integer(200)), 2},
		"all that were named, with some on a new": {wanted{named: 201}, new(integer(201)), 3},
		"fewer than were named":                   {wanted{named: 300}, new(integer(200)), 3},
	} {
		r := &reader[wireStatus, imagestatus.Status]{want: test.want, size: 100}
		if got := r.lastPage(&statusPage{TotalCount: test.total}); got != test.last {
			t.Errorf("%s: page %d, want %d", name, got, test.last)
		}
	}
}

func TestLimitIsConfirmedByThePageThatHoldsTheRest(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int64][]int64{100: {1, 3}, 150: {1, 2, 3}, 249: {1, 2, 3}} {
		simulated := newSimulator(t, simulator.Options{Elements: 250})
		client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize = 100 })
		rows, summary, err := readAll(t.Context(), client, imagestatus.Query{Limit: limit})
		if err != nil || int64(len(rows)) != limit || summary.Matched == nil || *summary.Matched != 250 {
			t.Errorf("limit %d: %d rows of %v, %v", limit, len(rows), summary.Matched, err)
		}
		var pages []int64
		for _, sent := range simulated.Requests() {
			var body wireQuery
			if json.Unmarshal([]byte(sent.Body), &body) == nil && body.DestPage > 0 {
				pages = append(pages, body.DestPage)
			}
		}
		slices.Sort(pages)
		if !slices.Equal(slices.Compact(pages), want) {
			t.Errorf("limit %d: the pages %v were asked for, want %v", limit, pages, want)
		}
	}
}
