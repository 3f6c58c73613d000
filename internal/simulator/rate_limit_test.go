package simulator_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestQueriesBeyondTheRateLimitAreToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	type step struct {
		wait       time.Duration
		status     int
		retryAfter string
	}
	for name, test := range map[string]struct {
		limit int
		steps []step
	}{
		"none":         {0, []step{{0, 200, ""}, {0, 200, ""}, {0, 200, ""}}},
		"one a second": {1, []step{{0, 200, ""}, {0, 429, "1"}, {999 * time.Millisecond, 429, "1"}, {time.Millisecond, 200, ""}, {0, 429, "1"}}},
		"two a second": {2, []step{{0, 200, ""}, {500 * time.Millisecond, 200, ""}, {0, 429, "1"}, {500 * time.Millisecond, 200, ""}, {0, 429, "1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := simulate(t, simulator.Options{Switches: simulator.Switches{QueriesPerSecond: test.limit}})
				for i, step := range test.steps {
					time.Sleep(step.wait)
					answer := handle(t.Context(), s, `{}`)
					if answer.Code != step.status || answer.Header().Get("Retry-After") != step.retryAfter {
						t.Errorf("step %d: got %d with Retry-After %q, want %d with %q",
							i+1, answer.Code, answer.Header().Get("Retry-After"), step.status, step.retryAfter)
					}
				}
			})
		})
	}
}

func TestRateLimitHoldsForQueriesAlone(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Switches: simulator.Switches{QueriesPerSecond: 1}})
	token := tokenOf(t, s)
	for range 3 {
		if got := profileStatus(t, s, token); got != http.StatusOK {
			t.Errorf("got %d for a profile", got)
		}
	}
}
