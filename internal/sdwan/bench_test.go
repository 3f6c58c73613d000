package sdwan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// BenchmarkPaging reads 20 pages from a controller that takes 100 ms for each,
// with four requests in flight and with one, and reports as the benchmarks of
// the provider do.
func BenchmarkPaging(b *testing.B) {
	const elements, size, width = 2_000, 100, DefaultMaxConcurrentRequests
	server, err := simulator.Start(b.Context(), simulator.Options{Elements: elements, Latency: 100 * time.Millisecond})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Close)
	read := func(width int) time.Duration {
		client, err := New(Config{
			Endpoint: server.URL, Legacy: &Legacy{AuthToken: simulator.AuthToken, TenantID: simulator.TenantID},
			PageSize: size, MaxConcurrentRequests: width,
		})
		if err != nil {
			b.Fatal(err)
		}
		defer client.Close()
		server.ResetRequests()
		started := time.Now()
		rows, _, err := readAll(b.Context(), client, imagestatus.Query{})
		elapsed := time.Since(started)
		if err != nil {
			b.Fatal(err)
		}
		ordered := slices.IsSortedFunc(rows, func(a, b imagestatus.Status) int { return strings.Compare(a.Element(), b.Element()) })
		if len(rows) != elements || !ordered || server.MaxConcurrent() > width {
			b.Fatalf("%d rows, in order: %t, %d requests at once", len(rows), ordered, server.MaxConcurrent())
		}
		return elapsed
	}
	var ours, rival time.Duration
	for b.Loop() {
		ours += read(width)
		rival += read(1)
	}
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "time-ours-ms")
	b.ReportMetric(float64(rival.Milliseconds())/float64(b.N), "time-rival-ms")
	b.ReportMetric(ours.Seconds()/rival.Seconds(), "time-ratio")
	b.ReportMetric(0.35, "time-budget")
	b.ReportMetric(float64(server.Count(simulator.RequestQuery)), "queries/read")
}
