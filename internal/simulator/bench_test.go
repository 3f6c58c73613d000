package simulator_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func BenchmarkQueries(b *testing.B) {
	for name, body := range map[string]string{
		"by_element":     `{"limit":1000,"dest_page":17,"sort_params":{"element_id":"asc"}}`,
		"by_id":          `{"limit":1000,"dest_page":17,"sort_params":{"id":"asc"}}`,
		"unsorted":       `{"limit":1000,"dest_page":17}`,
		"filtered":       `{"limit":1000,"query_params":{"upgrade_state":{"in":["done","init"]}},"sort_params":{"element_id":"asc"}}`,
		"counted":        `{"aggregate":{"field":"id","operator":"count"},"group_by":["upgrade_state"]}`,
		"one":            `{"query_params":{"element_id":{"eq":"1"}}}`,
		"rows_projected": `{"limit":1000,"retrieved_fields":["id"]}`,
	} {
		b.Run(name, func(b *testing.B) {
			fleet := simulate(b, simulator.Options{Elements: 50_000, Scenario: "rollout"})
			b.ReportAllocs()
			for b.Loop() {
				if answer := handle(b.Context(), fleet, body); answer.Code != http.StatusOK {
					b.Fatalf("%d %s", answer.Code, answer.Body)
				}
			}
		})
	}
}

func BenchmarkFleets(b *testing.B) {
	b.Run("made", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			simulate(b, simulator.Options{Elements: 50_000, Scenario: "rollout"})
		}
	})
	for name, path := range map[string]string{"elements": "/v3.2/api/tenants/", "sites": "/v4.13/api/tenants/"} {
		b.Run(name, func(b *testing.B) {
			fleet := simulate(b, simulator.Options{Elements: 50_000, Scenario: "rollout"})
			b.ReportAllocs()
			for b.Loop() {
				request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, path+simulator.TenantID+"/"+name+"/query",
					strings.NewReader(`{"limit":1000,"dest_page":17,"sort_params":{"id":"asc"}}`))
				request.Header.Set("X-Auth-Token", simulator.AuthToken)
				answer := httptest.NewRecorder()
				fleet.ServeHTTP(answer, request)
				if answer.Code != http.StatusOK {
					b.Fatalf("%d %s", answer.Code, answer.Body)
				}
			}
		})
	}
}
