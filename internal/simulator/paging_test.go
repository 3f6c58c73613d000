package simulator_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestWholeFleetArrivesInEitherForm(t *testing.T) {
	t.Parallel()
	for _, form := range bothForms {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{Elements: 2345, Scenario: "mixed", Switches: simulator.Switches{MaxLimit: 200}})
			got := signedIn(t, server, form).everything("1000")
			if diff := cmp.Diff(server.Rows(), got); diff != "" {
				t.Errorf("rows differ from the truth (-want +got):\n%s", diff)
			}
			if queries := server.Count(simulator.RequestQuery); queries != 13 {
				t.Errorf("made %d queries, want 12 pages and an empty one", queries)
			}
		})
	}
}

func TestPagesCoverEachRowExactlyOnce(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 53, Scenario: "mixed"})
	c := signedIn(t, server, simulator.Unified)
	want := make([]string, 0, 53)
	for _, row := range server.Rows() {
		want = append(want, strconv.Quote(*row.ID))
	}
	slices.Sort(want)
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 60).Draw(rt, "limit")
		field := rapid.SampledFrom([]string{"", `"id":"asc"`, `"element_id":"desc"`, `"upgrade_state":"asc"`, `"active_version":"desc","download_percent":"asc"`}).Draw(rt, "sort")
		var got []string
		for number := 1; ; number++ {
			page := c.rows(fmt.Sprintf(`{"limit":%d,"dest_page":%d,"sort_params":{%s}}`, limit, number, field))
			if page.TotalCount != "53" || page.Count.String() != strconv.Itoa(len(page.Items)) {
				rt.Fatalf("page %d: count %s of %s with %d items", number, page.Count, page.TotalCount, len(page.Items))
			}
			if len(page.Items) == 0 {
				break
			}
			got = append(got, page.values("id")...)
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("rows (-want +got):\n%s", diff)
		}
	})
}

func TestPageNumbersAndLimits(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 230})
	c := signedIn(t, server, simulator.Unified)
	for _, test := range []struct {
		name, body string
		items      int
		first      int
	}{
		{"no limit means 100", `{}`, 100, 0},
		{"null means absent", `{"limit":null,"dest_page":null}`, 100, 0},
		{"page 0 is the first", `{"dest_page":0}`, 100, 0},
		{"page 1 is the first", `{"dest_page":1}`, 100, 0},
		{"page 2 follows", `{"dest_page":2}`, 100, 100},
		{"the last page is shorter", `{"dest_page":3}`, 30, 200},
		{"past the end is empty", `{"dest_page":4}`, 0, 0},
		{"numbers may be texts", `{"limit":"10","dest_page":"2"}`, 10, 10},
		{"a large limit takes all", `{"limit":2147483647}`, 230, 0},
		{"a large page is empty", `{"dest_page":2147483647}`, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			all := c.rows(`{"limit":500}`).values("id")
			got := c.rows(test.body)
			if diff := cmp.Diff(all[test.first:test.first+test.items], got.values("id")); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if got.TotalCount != "230" {
				t.Errorf("total_count is %s, want 230", got.TotalCount)
			}
		})
	}
}

func TestSortingOrdersRowsAndKeepsTies(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 80, Scenario: "mixed"})
	c := signedIn(t, server, simulator.Unified)
	inserted := c.rows(`{}`)
	place := make(map[string]int)
	for i, id := range inserted.values("id") {
		place[id] = i
	}
	for _, test := range []struct {
		name, sort, field string
		descending        bool
	}{
		{"ascending", `{"upgrade_state":"asc"}`, "upgrade_state", false},
		{"descending", `{"upgrade_state":"desc"}`, "upgrade_state", true},
		{"by element", `{"element_id":"desc"}`, "element_id", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := c.rows(`{"sort_params":` + test.sort + `}`)
			values, ids := got.values(test.field), got.values("id")
			for i := 1; i < len(values); i++ {
				a, b := nullFirst(values[i-1]), nullFirst(values[i])
				if test.descending {
					a, b = b, a
				}
				if a > b || a == b && place[ids[i-1]] > place[ids[i]] {
					t.Fatalf("row %d (%s) comes before row %d (%s)", i-1, values[i-1], i, values[i])
				}
			}
		})
	}
}

func nullFirst(value string) string {
	if value == "null" {
		return ""
	}
	return value
}

func TestRowsAreNotInOrderOfElementUnlessAskedFor(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 50})
	c := signedIn(t, server, simulator.Unified)
	if values := c.rows(`{}`).values("element_id"); slices.IsSorted(values) {
		t.Error("rows come sorted by element_id, so a client that forgets to sort would not notice")
	}
	if values := c.rows(`{"sort_params":{"element_id":"asc"}}`).values("element_id"); !slices.IsSorted(values) {
		t.Error("rows do not come sorted by element_id when asked to")
	}
}

func TestSwitchesOfPagesAndTotals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		switches simulator.Switches
		body     string
		from, to int
		total    string
	}{
		"clamped, by its own size":    {simulator.Switches{MaxLimit: 10}, `{"limit":20,"dest_page":2}`, 10, 20, "35"},
		"clamped, by the size asked":  {simulator.Switches{MaxLimit: 10, ClampedOffset: simulator.OffsetAsked}, `{"limit":20,"dest_page":2}`, 20, 30, "35"},
		"within the maximum":          {simulator.Switches{MaxLimit: 10, ClampedOffset: simulator.OffsetAsked}, `{"limit":10,"dest_page":2}`, 10, 20, "35"},
		"total of the page":           {simulator.Switches{TotalCountOfPage: true}, `{"limit":20,"dest_page":2}`, 20, 35, "15"},
		"total capped":                {simulator.Switches{MaxTotalCount: 30}, `{"limit":20,"dest_page":2}`, 20, 35, "30"},
		"total capped above the rows": {simulator.Switches{MaxTotalCount: 36}, `{"limit":20,"dest_page":2}`, 20, 35, "35"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{Elements: 35})
			c := signedIn(t, server, simulator.Unified)
			all := c.rows(`{"limit":35}`).values("id")
			server.SetSwitches(test.switches)
			got := c.rows(test.body)
			if diff := cmp.Diff(all[test.from:test.to], got.values("id")); diff != "" || string(got.TotalCount) != test.total {
				t.Errorf("total_count is %s, want %s; rows (-want +got):\n%s", got.TotalCount, test.total, diff)
			}
		})
	}
}
