package sdwan

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
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

// counted counts the bytes of bodies that a client sends and receives.
type counted struct {
	http.RoundTripper

	sent, received atomic.Int64
}

func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.sent.Add(r.ContentLength)
	response, err := c.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = &countedBody{response.Body, &c.received}
	}
	return response, err
}

type countedBody struct {
	io.ReadCloser

	received *atomic.Int64
}

func (b *countedBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	b.received.Add(int64(n))
	return n, err
}

// BenchmarkNamed reads the statuses of some elements of 10,000 by their ids, and
// by reading every one and keeping theirs, in turn, with 50 ms of latency for each
// request. Up to maxNamed the ids must not cost more.
func BenchmarkNamed(b *testing.B) {
	const elements, latency, rounds = 10_000, 50 * time.Millisecond, 3
	server, err := simulator.Start(b.Context(), simulator.Options{Elements: elements, Latency: latency})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Close)
	for _, named := range []int{100, 500, 1_000, 2_500, 5_000, 9_000} {
		b.Run(strconv.Itoa(named), func(b *testing.B) {
			ids := make([]string, named)
			for i := range ids {
				ids[i] = server.ElementIDs()[i*elements/named]
			}
			among := imagestatus.Selection{}.Among(ids)
			byID, _ := among.ByID()
			ours, rival := &namedRead{server: server, want: named, selection: byID}, &namedRead{server: server, want: named, selection: among}
			for b.Loop() {
				for range rounds {
					ours.run(b)
					rival.run(b)
				}
			}
			b.ReportMetric(float64(ours.took.Milliseconds())/float64(b.N*rounds), "time-ours-ms")
			b.ReportMetric(float64(rival.took.Milliseconds())/float64(b.N*rounds), "time-rival-ms")
			b.ReportMetric(ours.took.Seconds()/rival.took.Seconds(), "time-ratio")
			if named <= maxNamed {
				b.ReportMetric(1, "time-budget")
				b.ReportMetric(1, "bytes-budget")
			}
			b.ReportMetric(float64(ours.bytes)/float64(b.N*rounds)/1e6, "bytes-ours-MB")
			b.ReportMetric(float64(rival.bytes)/float64(b.N*rounds)/1e6, "bytes-rival-MB")
			b.ReportMetric(float64(ours.bytes)/float64(rival.bytes), "bytes-ratio")
			b.ReportMetric(float64(ours.requests)/float64(b.N*rounds), "queries-ours")
			b.ReportMetric(float64(rival.requests)/float64(b.N*rounds), "queries-rival")
		})
	}
}

// namedRead reads the rows of a selection, and adds up what that costs.
type namedRead struct {
	server    *simulator.Server
	selection imagestatus.Selection
	want      int

	took     time.Duration
	bytes    int64
	requests int
}

func (n *namedRead) run(b *testing.B) {
	b.Helper()
	network := &counted{RoundTripper: http.DefaultTransport}
	client, err := New(Config{
		Endpoint: n.server.URL, Legacy: &Legacy{AuthToken: simulator.AuthToken, TenantID: simulator.TenantID}, Transport: network,
	})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	n.server.ResetRequests()
	started, rows := time.Now(), 0
	if _, err := client.statuses.read(b.Context(), wantedRows(imagestatus.Query{Selection: n.selection}), func(imagestatus.Status) error {
		rows++
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	n.took += time.Since(started)
	n.bytes += network.sent.Load() + network.received.Load()
	n.requests += n.server.Count(simulator.RequestQuery)
	if rows != n.want {
		b.Fatalf("%d rows, want %d", rows, n.want)
	}
}
