package sdwan

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// Up to a number of elements the controller is told their ids; which rows come does
// not depend on that.
func TestElementsAreAskedForByIDUpToANumber(t *testing.T) {
	t.Parallel()
	simulated := newSimulator(t, simulator.Options{Elements: maxNamed + 50, Seed: 3, Scenario: "mixed"})
	client := clientOf(t, inMemoryConfig(inMemory(simulated)))
	notFailed, err := imagestatus.SelectFilters(nil, []imagestatus.Filter{
		{Field: "upgrade_state", Operator: imagestatus.OperatorNeq, Values: []string{"failed"}},
		{Field: imagestatus.FieldPhase, Operator: imagestatus.OperatorNeq, Values: []string{"idle"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		elements int
		byID     bool
	}{{0, false}, {1, true}, {maxNamed, true}, {maxNamed + 1, false}} {
		ids := simulated.ElementIDs()[:test.elements]
		for name, selection := range map[string]imagestatus.Selection{"all": {}, "filtered": notFailed} {
			var want []string
			for _, row := range simulated.Rows() {
				if slices.Contains(ids, row.Element()) && selection.Matches(&row) == imagestatus.True && selection.Keeps(&row) {
					want = append(want, row.Element())
				}
			}
			simulated.ResetRequests()
			rows, summary, err := readAll(t.Context(), client, imagestatus.Query{Selection: selection.Among(ids)})
			if err != nil {
				t.Errorf("%d elements, %s: %v", test.elements, name, err)
				continue
			}
			var got []string
			for _, row := range rows {
				got = append(got, row.Element())
			}
			if diff := cmp.Diff(want, got); diff != "" || *summary.Matched != int64(len(want)) {
				t.Errorf("%d elements, %s: %d match, want %d (-want +got):\n%.500s", test.elements, name, *summary.Matched, len(want), diff)
			}
			for _, request := range simulated.Requests() {
				if request.Kind == simulator.RequestQuery && strings.Contains(request.Body, `"element_id":{"in":[`) != test.byID {
					t.Errorf("%d elements, %s: want them by id: %t; the body is %.200s", test.elements, name, test.byID, request.Body)
				}
			}
		}
	}
}
