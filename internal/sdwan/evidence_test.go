package sdwan

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// pagingSwitches draws a controller that pages and counts in any way.
func pagingSwitches(rt *rapid.T) simulator.Switches {
	return simulator.Switches{
		MaxLimit:         rapid.SampledFrom([]int{0, 1, 3, 7, 10}).Draw(rt, "MaxLimit"),
		ClampedOffset:    rapid.SampledFrom([]simulator.OffsetMode{simulator.OffsetOwn, simulator.OffsetAsked}).Draw(rt, "ClampedOffset"),
		TotalCountAbsent: rapid.Bool().Draw(rt, "TotalCountAbsent"),
		TotalCountOfPage: rapid.Bool().Draw(rt, "TotalCountOfPage"),
		MaxTotalCount:    rapid.SampledFrom([]int{0, 1, 3, 10, 20}).Draw(rt, "MaxTotalCount"),
	}
}

// TestReadIsCompleteOrAnError holds that no way of paging and counting leads to
// a result that lacks rows or numbers them wrongly.
func TestReadIsCompleteOrAnError(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		switches := pagingSwitches(rt)
		elements := rapid.IntRange(1, 25).Draw(rt, "elements")
		query := imagestatus.Query{Limit: rapid.Int64Range(0, 27).Draw(rt, "limit")}
		if query.Limit > 0 {
			query.Page = rapid.Int64Range(0, 4).Draw(rt, "dest_page")
		}
		simulated := newSimulator(t, simulator.Options{Elements: elements, Switches: switches})
		client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize = rapid.Int64Range(1, 30).Draw(rt, "page_size") })
		rows, summary, err := readAll(t.Context(), client, query)
		honest := !switches.TotalCountOfPage && (switches.MaxTotalCount == 0 || switches.MaxTotalCount >= elements) || switches.TotalCountAbsent
		if err != nil {
			if kind := KindOf(err); kind != KindInconsistent && kind != KindRefused {
				rt.Fatalf("the read ended with %v", err)
			}
			if honest && query.Page == 0 {
				rt.Fatalf("a controller that counts rightly, or not at all, could not be read: %v", err)
			}
			return
		}
		want := sorted(simulated.Rows())
		if query.Page > 0 {
			want = want[min(int64(elements), (query.Page-1)*query.Limit):]
		}
		if query.Limit > 0 {
			want = want[:min(int64(len(want)), query.Limit)]
		}
		if got := identifiers(rows); !slices.Equal(got, identifiers(want)) {
			rt.Fatalf("got the rows %v, want %v", got, identifiers(want))
		}
		if summary.Matched != nil && *summary.Matched != int64(elements) {
			rt.Fatalf("%d rows match, and the read says %d", elements, *summary.Matched)
		}
		if !summary.Truncated && len(rows) != elements {
			rt.Fatalf("%d of %d rows were returned, and the read says that none was left out", len(rows), elements)
		}
		if summary.Truncated && len(rows) == elements && summary.Matched != nil {
			rt.Fatal("all rows were returned, and the read says that some were left out")
		}
	})
}

func identifiers(rows []imagestatus.Status) []string {
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = *rows[i].ID
	}
	return ids
}

func TestTotalThatDoesNotCountTheRowsIsAnErrorWithBothNumbers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		switches simulator.Switches
		texts    []string
	}{
		"capped at less than a page":      {simulator.Switches{MaxTotalCount: 10}, []string{"counts 10 matches", "hold 16"}},
		"capped at a page":                {simulator.Switches{MaxTotalCount: 16}, []string{"counts 16 matches", "hold 32"}},
		"capped at two pages":             {simulator.Switches{MaxTotalCount: 32}, []string{"counts 32 matches", "hold 40"}},
		"capped between two pages":        {simulator.Switches{MaxTotalCount: 39}, []string{"counts 39 matches", "hold 40"}},
		"of the page":                     {simulator.Switches{TotalCountOfPage: true}, []string{"counts 16 matches", "hold 32"}},
		"of a page that was clamped":      {simulator.Switches{TotalCountOfPage: true, MaxLimit: 10}, []string{"counts 10 matches", "hold 20"}},
		"capped where pages were clamped": {simulator.Switches{MaxTotalCount: 10, MaxLimit: 10}, []string{"counts 10 matches", "hold 20"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			simulated := newSimulator(t, simulator.Options{Elements: 40, Switches: test.switches})
			client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize = 16 })
			failure := wantKind(t, readOnce(t.Context(), client), KindInconsistent)
			wantText(t, failure.Problem, test.texts...)
		})
	}
}

// TestPageWithAGapIsAnError has a page in the middle that lacks a row, from a
// controller that does not say how many there are.
func TestPageWithAGapIsAnError(t *testing.T) {
	t.Parallel()
	simulated := newSimulator(t, simulator.Options{Elements: 25, Switches: simulator.Switches{TotalCountAbsent: true}})
	client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize = 10 })
	setFaults(t, simulated, simulator.Fault{Kind: "row_lost", Nth: 2})
	_, err := client.statuses.read(t.Context(), statusesOf(imagestatus.Query{}), new(collector).Add)
	failure := wantKind(t, err, KindInconsistent)
	wantText(t, failure.Problem, "page 2 holds 9 rows, fewer than the 10")
}

func TestRowsWithoutAnyIDAreNotUnderstood(t *testing.T) {
	t.Parallel()
	const row = `{"upgrade_state":"complete"}`
	for name, items := range map[string]string{
		"one":     row,
		"several": row + "," + row,
		"empty":   `{"id":"","element_id":"","upgrade_state":"complete"}`,
		"mixed":   `{"id":"1","element_id":"1"},` + row,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &controller{query: respond(http.StatusOK, "application/json", `{"items":[`+items+`]}`)}
			failure := wantKind(t, readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(fake)))), KindMalformed)
			wantText(t, failure.Problem, "neither id nor element_id")
			if sent := fake.count(queryPath); sent != 1 {
				t.Errorf("%d queries were sent, want 1", sent)
			}
		})
	}
}

// TestReadThatNeverEndsIsEnded has a controller that makes up rows for ever.
func TestReadThatNeverEndsIsEnded(t *testing.T) {
	t.Parallel()
	next := 0
	fake := &controller{query: func(w http.ResponseWriter, r *http.Request) {
		next++
		respond(http.StatusOK, "application/json", fmt.Sprintf(`{"items":[{"id":"%d","element_id":"%d"}]}`, next, next))(w, r)
	}}
	failure := wantKind(t, readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(fake)))), KindMalformed)
	wantText(t, failure.Problem, "no end after 10000 pages")
	if next != maxPages {
		t.Errorf("%d queries were sent, want %d", next, maxPages)
	}
}

// TestNamedElementsNeedNoPageMore holds what a read of elements by name costs:
// that each has its row is evidence enough.
func TestNamedElementsNeedNoPageMore(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		switches simulator.Switches
		named    int
		unknown  string
		requests int
	}{
		"one":                       {simulator.Switches{}, 1, "", 1},
		"all of a page":             {simulator.Switches{}, 10, "", 1},
		"all of two pages":          {simulator.Switches{}, 20, "", 2},
		"one without a row":         {simulator.Switches{}, 5, "404", 2},
		"no total count":            {simulator.Switches{TotalCountAbsent: true}, 5, "", 2},
		"pages clamped":             {simulator.Switches{MaxLimit: 5}, 10, "", 2},
		"pages clamped and counted": {simulator.Switches{MaxLimit: 5, TotalCountOfPage: true}, 5, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			simulated := newSimulator(t, simulator.Options{Elements: 25, Switches: test.switches})
			ids := simulated.ElementIDs()[:test.named]
			if test.unknown != "" {
				ids = append(slices.Clone(ids), test.unknown)
			}
			selection, err := imagestatus.SelectFilters(ids, nil)
			if err != nil {
				t.Fatal(err)
			}
			client := clientOf(t, inMemoryConfig(inMemory(simulated)), func(c *Config) { c.PageSize = 10 })
			rows, _, err := readAll(t.Context(), client, imagestatus.Query{Selection: selection})
			if err != nil || len(rows) != test.named {
				t.Errorf("got %d rows and %v, want %d", len(rows), err, test.named)
			}
			wantCount(t, simulated, simulator.RequestQuery, test.requests)
		})
	}
}

// TestElementWithTwoRowsDoesNotStandForTwo has as many rows as elements were
// named, of which one is hidden behind a maximum.
func TestElementWithTwoRowsDoesNotStandForTwo(t *testing.T) {
	t.Parallel()
	fake := &controller{query: inTurn(
		respond(http.StatusOK, "application/json", `{"items":[{"id":"1","element_id":"1"},{"id":"2","element_id":"1"}],"total_count":2}`),
		respond(http.StatusOK, "application/json", `{"items":[{"id":"3","element_id":"2"}],"total_count":2}`),
	)}
	selection, err := imagestatus.SelectFilters([]string{"1", "2"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := clientOf(t, inMemoryConfig(inMemory(fake)))
	_, err = client.statuses.read(t.Context(), statusesOf(imagestatus.Query{Selection: selection}), new(collector).Add)
	failure := wantKind(t, err, KindInconsistent)
	wantText(t, failure.Problem, "counts 2 matches", "hold 3")
}
