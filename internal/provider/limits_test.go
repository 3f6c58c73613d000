package provider

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// A controller that is slow to let queries through, or takes sessions back all
// the time, still answers: no read may fail, with the settings that nobody has
// changed. Each element is a page, so that there are many queries.
func TestHealthyControllerIsReadWhateverItHoldsBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		switches simulator.Switches
		faults   []simulator.Fault
		longest  time.Duration
	}{
		// The limit itself needs 24 s, and 25 with a query for the page past the last.
		"one query a second":     {switches: simulator.Switches{QueriesPerSecond: 1}, longest: 31 * time.Second},
		"token taken back":       {faults: []simulator.Fault{{Kind: "unauthorized_401", Every: 3}}, longest: 10 * time.Second},
		"session taken back":     {faults: []simulator.Fault{{Kind: "forbidden_403", Every: 3}}, longest: 10 * time.Second},
		"token late, with a 401": {faults: []simulator.Fault{{Kind: "token_late_401"}}, longest: 5 * time.Second},
		"token late, with a 403": {faults: []simulator.Fault{{Kind: "token_late_403"}}, longest: 5 * time.Second},
		"busy again and again":   {faults: []simulator.Fault{{Kind: "unavailable_503_seconds", Every: 2}}, longest: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, reader := range readers {
				if !reader.pages {
					continue
				}
				inVirtualTime(t, simulator.Unified, []string{"PRISMASDWAN_PAGE_SIZE=1"}, func(t *testing.T, v *virtual) {
					v.controller.SetSwitches(test.switches)
					v.play(reader.meeting(test.faults)...)
					began := time.Now()
					result := reader.read(t.Context(), v, v.controller.Rows())
					took := time.Since(began)
					if result.failed() || result.wrong != "" || took > test.longest {
						t.Errorf("%s: it took %s of at most %s: %s\n%s", reader.name, took, test.longest, result.wrong, render(result.diagnostics))
					}
				})
			}
		})
	}
}

// meeting are the faults on the list that the reader reads, or on the sign-in.
func (r reader) meeting(faults []simulator.Fault) []simulator.Fault {
	moved := slices.Clone(faults)
	for i := range moved {
		if !strings.HasPrefix(string(moved[i].Kind), "token_") {
			moved[i].On = r.list()
		}
	}
	return moved
}
