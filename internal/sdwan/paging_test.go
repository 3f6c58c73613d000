package sdwan

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestWholeFleetArrivesHoweverTheControllerPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		switches simulator.Switches
		requests int
	}{
		"any page size":                      {simulator.Switches{}, 3},
		"pages clamped to 200":               {simulator.Switches{MaxLimit: 200}, 12},
		"pages clamped to 7":                 {simulator.Switches{MaxLimit: 7}, 335},
		"large pages refused":                {simulator.Switches{MaxLimit: 100, LimitMode: simulator.LimitRefuse}, 25},
		"no total count":                     {simulator.Switches{TotalCountAbsent: true}, 4},
		"no total count and clamped to 200":  {simulator.Switches{TotalCountAbsent: true, MaxLimit: 200}, 13},
		"nulls left out":                     {simulator.Switches{NullsAbsent: true}, 3},
		"numbers as text":                    {simulator.Switches{NumbersAsText: true}, 3},
		"unknown keys refused":               {simulator.Switches{UnknownKeys: simulator.UnknownRefused}, 3},
		"another User-Agent is unauthorized": {simulator.Switches{BindUserAgent: simulator.AgentUnauthorized}, 3},
		"envelope with documented extras":    {simulator.Switches{EnvelopeID: true}, 3},
	} {
		for _, form := range forms {
			t.Run(fmt.Sprintf("%s/%s", name, form), func(t *testing.T) {
				t.Parallel()
				server := startSimulator(t, simulator.Options{Elements: 2345, Seed: 1, Scenario: "mixed", Switches: test.switches})
				client := newClient(t, server, form)
				rows, summary, err := readAll(t.Context(), client, imagestatus.Query{})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(sorted(server.Rows()), sorted(rows)); diff != "" {
					t.Errorf("rows differ from the fleet (-fleet +read):\n%s", diff)
				}
				if summary.Matched == nil || *summary.Matched != 2345 || summary.Truncated {
					t.Errorf("matched = %v, truncated = %v; want 2345 and false", summary.Matched, summary.Truncated)
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
