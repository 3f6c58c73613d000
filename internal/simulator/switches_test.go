package simulator_test

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestEverySwitchHasItsPositions(t *testing.T) {
	t.Parallel()
	turned := make(map[string]bool)
	names := make(map[string]bool)
	for _, position := range simulator.SwitchPositions() {
		var switches simulator.Switches
		position.Apply(&switches)
		if err := switches.Validate(); err != nil {
			t.Errorf("%s %s: %v", position.Name, position.Position, err)
		}
		if name := position.Name + "/" + position.Position; names[name] {
			t.Errorf("%s is listed twice", name)
		} else {
			names[name] = true
		}
		value := reflect.ValueOf(switches)
		if field := value.FieldByName(position.Name); field.IsValid() {
			turned[position.Name] = !field.IsZero()
		}
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[simulator.Switches]()) {
		if !turned[field.Name] && field.Name != "LimitMode" {
			t.Errorf("no position turns the switch %s", field.Name)
		}
	}
}

func TestACarefulReadSucceedsInEveryPosition(t *testing.T) {
	t.Parallel()
	for _, position := range simulator.SwitchPositions() {
		for _, form := range bothForms {
			t.Run(position.Name+"/"+position.Position+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				var switches simulator.Switches
				position.Apply(&switches)
				server := start(t, simulator.Options{Elements: 114, Scenario: "mixed", Switches: switches})
				c := signedIn(t, server, form)
				if position.Denied {
					if answer := c.query(`{}`); answer.status != http.StatusForbidden {
						t.Errorf("got %d, want 403", answer.status)
					}
					return
				}
				limit := "10"
				if switches.QueriesPerSecond > 0 {
					limit = "100" // Few queries do not reach the rate limit.
				}
				if diff := cmp.Diff(server.Rows(), c.everything(limit)); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestSwitchesTurnAtRunTime(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 30})
	c := signedIn(t, server, simulator.Unified)
	for _, limit := range []int{0, 10, 20} {
		server.SetSwitches(simulator.Switches{MaxLimit: limit})
		want := limit
		if limit == 0 {
			want = 30
		}
		if got := len(c.rows(`{"limit":1000}`).Items); got != want || server.Switches().MaxLimit != limit {
			t.Errorf("maximum %d: page has %d rows", limit, got)
		}
	}
}
