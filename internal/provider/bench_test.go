package provider

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// A benchmark with a rival runs both in turn, so that what else the machine
// does meets both alike, and reports for each measure the median of ours, the
// median of the rival's, their ratio and the budget: time-ours-ms,
// time-rival-ms, time-ratio, time-budget. "make bench" makes its table of
// these. None of them fails: a shared machine would make it lie.
const rounds = 5

// contest collects what the runs of two rivals took.
type contest struct {
	b           *testing.B
	ours, rival runs
}

// runs are the samples of one contestant.
type runs struct{ milliseconds, megabytes []float64 }

// measure runs once, after a collection, so that nobody pays for the garbage
// of the other one.
func (r *runs) measure(run func()) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	started := time.Now()
	run()
	elapsed := time.Since(started)
	runtime.ReadMemStats(&after)
	r.milliseconds = append(r.milliseconds, float64(elapsed.Microseconds())/1000)
	r.megabytes = append(r.megabytes, float64(after.TotalAlloc-before.TotalAlloc)/1e6)
}

// hold runs both in turn, after one run of each that does not count.
func hold(b *testing.B, ours, rival func()) *contest {
	b.Helper()
	c := &contest{b: b}
	ours()
	rival()
	for b.Loop() {
		for range rounds {
			c.ours.measure(ours)
			c.rival.measure(rival)
		}
	}
	return c
}

// time reports the time of both, in milliseconds.
func (c *contest) time(budget float64) {
	report(c.b, "time", "ms", median(c.ours.milliseconds), median(c.rival.milliseconds), budget)
}

// allocated reports the bytes that both allocated, in millions.
func (c *contest) allocated(budget float64) {
	report(c.b, "allocated", "MB", median(c.ours.megabytes), median(c.rival.megabytes), budget)
}

func report(b *testing.B, measure, unit string, ours, rival, budget float64) {
	b.Helper()
	b.ReportMetric(ours, measure+"-ours-"+unit)
	b.ReportMetric(rival, measure+"-rival-"+unit)
	b.ReportMetric(ours/rival, measure+"-ratio")
	b.ReportMetric(budget, measure+"-budget")
}

func median(samples []float64) float64 {
	sorted := slices.Sorted(slices.Values(samples))
	return sorted[len(sorted)/2]
}

// serve serves a fleet in the middle of a rollout until the benchmark ends.
func serve(b *testing.B, options simulator.Options) *simulator.Server {
	b.Helper()
	options.Scenario = "rollout"
	server, err := simulator.Start(b.Context(), options)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Close)
	return server
}

// rpc prepares a ReadDataSource and gives what sends it.
func (p *protocol) rpc(b *testing.B, name string, config map[string]any) func() *tfprotov6.DynamicValue {
	b.Helper()
	dynamic := p.dynamic(p.schemas.DataSourceSchemas[name], config)
	return func() *tfprotov6.DynamicValue {
		response, err := p.server.ReadDataSource(b.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: dynamic})
		if err != nil {
			b.Fatal(err)
		}
		if len(response.Diagnostics) > 0 {
			b.Fatal(render(response.Diagnostics))
		}
		return response.State
	}
}

// BenchmarkRows reads rows as Terraform has them read, against the same rows
// through the framework's reflection.
func BenchmarkRows(b *testing.B) {
	const elements = 10_000
	server := serve(b, simulator.Options{Elements: elements})
	p := newRivalProtocol(b, server)
	ours, rival := p.rpc(b, nameStatuses, nil), p.rpc(b, nameRival, nil)
	wantSameState(b, p, nameStatuses, ours(), rival())

	contest := hold(b, func() { ours() }, func() { rival() })
	contest.time(0.4)
	contest.allocated(0.5)
	b.ReportMetric(stateBytes(b, p, nameStatuses, ours())/elements, "state-B/element")
}

// BenchmarkRowsAsText reads three attributes of each row as a text, against all of
// them as values: the provider's share alone. What Terraform saves beside it is
// measured by "make bench-cli".
func BenchmarkRowsAsText(b *testing.B) {
	const elements = 10_000
	p := newProtocol(b, serve(b, simulator.Options{Elements: elements}).Environment(simulator.Unified)...)
	ours := p.rpc(b, nameStatuses, map[string]any{"fields": []string{"element_id", "active_version", "phase"}})
	rival := p.rpc(b, nameStatuses, nil)

	contest := hold(b, func() { ours() }, func() { rival() })
	contest.time(0.4)
	contest.allocated(0.4)
	b.ReportMetric(stateBytes(b, p, nameStatuses, ours())/elements, "state-B/element")
}

// BenchmarkRowsAlone is for profiles of the rows: -bench RowsAlone -cpuprofile.
func BenchmarkRowsAlone(b *testing.B) {
	server := serve(b, simulator.Options{Elements: 10_000})
	read := newRivalProtocol(b, server).rpc(b, nameStatuses, nil)
	b.ReportAllocs()
	for b.Loop() {
		read()
	}
}

// BenchmarkElements reads the list of elements, with the sites and what state
// holds of both, or the ids alone.
func BenchmarkElements(b *testing.B) {
	for _, elements := range []int{400, 10_000} {
		for _, idsOnly := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d/ids_only=%t", elements, idsOnly), func(b *testing.B) {
				p := newProtocol(b, serve(b, simulator.Options{Elements: elements}).Environment(simulator.Unified)...)
				read := p.rpc(b, elementsType, map[string]any{"ids_only": idsOnly})
				b.ReportAllocs()
				for b.Loop() {
					read()
				}
				b.ReportMetric(stateBytes(b, p, elementsType, read()), "state-B")
			})
		}
	}
}

// BenchmarkWaves splits and judges a fleet, with and without the lists of
// elements in state.
func BenchmarkWaves(b *testing.B) {
	for _, elements := range []int{400, 10_000} {
		for _, listed := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d/list_elements=%t", elements, listed), func(b *testing.B) {
				p := newProtocol(b, serve(b, simulator.Options{Elements: elements}).Environment(simulator.Unified)...)
				read := p.rpc(b, wavesType, inWaves(threeSizes, toTarget(), map[string]any{"list_elements": listed}))
				b.ReportAllocs()
				for b.Loop() {
					read()
				}
				b.ReportMetric(stateBytes(b, p, wavesType, read()), "state-B")
			})
		}
	}
}

// BenchmarkFleet reads 50,000 elements for a verdict and for an aggregate, with
// a new provider each time, hence a new sign-in, against a bare HTTP read of the
// same pages: the least that any program must do for the same answer.
func BenchmarkFleet(b *testing.B) {
	const elements = 50_000
	for _, test := range []struct {
		name, source string
		config       map[string]any
	}{
		{"gate", nameGate, map[string]any{"target_version": ">= 6.3.5"}},
		{"aggregate", nameAggregate, map[string]any{
			"aggregate": map[string]any{"operator": "avg", "field": "download_percent"},
			"group_by":  []string{"phase"}, "compute": "provider",
		}},
	} {
		b.Run(test.name, func(b *testing.B) {
			server := serve(b, simulator.Options{Elements: elements})
			p := startProtocol(b, server.Environment(simulator.Unified)...)
			read := p.rpc(b, test.source, test.config)
			contest := hold(b, func() {
				if diagnostics := p.configure(nil); len(diagnostics) > 0 {
					b.Fatal(render(diagnostics))
				}
				read()
			}, func() { bareRead(b, server, elements) })
			contest.time(1.3)
		})
	}
}

// BenchmarkGateByName reads a gate over elements that are described by their
// sites' tags, against the gate over every status of the same fleet: from a
// controller that takes 100 ms for each answer, and from one that takes none, which
// leaves what the processor has to do. What is allocated more is the price of a
// described fleet, for each element.
func BenchmarkGateByName(b *testing.B) {
	const elements = 10_000
	for _, latency := range []time.Duration{100 * time.Millisecond, 0} {
		b.Run(latency.String(), func(b *testing.B) {
			server := serve(b, simulator.Options{Elements: elements, Latency: latency})
			p := newProtocol(b, server.Environment(simulator.Unified)...)
			described := p.rpc(b, nameGate, gateWhere(map[string]any{"site_tags_any": []string{"emea", "amer", "apac"}}))
			plain := p.rpc(b, nameGate, nil)
			contest := hold(b, func() { described() }, func() { plain() })
			b.ReportMetric(float64(len(server.Sites())), "sites")
			b.ReportMetric((median(contest.ours.megabytes)-median(contest.rival.megabytes))*1e6/elements, "allocated-B/element")
			if latency > 0 {
				contest.time(2.5)
			} else {
				b.ReportMetric(median(contest.ours.milliseconds)/median(contest.rival.milliseconds), "processor-ratio")
			}
		})
	}
}

// bareStatus is a row as a program would declare it that needs all fields.
type bareStatus struct {
	ID                        *string `json:"id"`
	ElementID                 *string `json:"element_id"`
	ActiveImageID             *string `json:"active_image_id"`
	ActiveVersion             *string `json:"active_version"`
	PreviousImageID           *string `json:"previous_image_id"`
	RollbackVersion           *string `json:"rollback_version"`
	UpgradeImageID            *string `json:"upgrade_image_id"`
	UpgradeState              *string `json:"upgrade_state"`
	DownloadPercent           *int64  `json:"download_percent"`
	DownloadInterval          *int64  `json:"download_interval"`
	UpgradeInterval           *int64  `json:"upgrade_interval"`
	ScheduledDownload         *string `json:"scheduled_download"`
	ScheduledUpgrade          *string `json:"scheduled_upgrade"`
	FailureInfo               *string `json:"failure_info"`
	SoftwareVersionChangeTime *int64  `json:"software_version_change_time"`
	Etag                      *int64  `json:"_etag"`
	CreatedOnUTC              *int64  `json:"_created_on_utc"`
	UpdatedOnUTC              *int64  `json:"_updated_on_utc"`
}

// bareRead signs in and reads page after page with encoding/json, checks
// nothing and keeps nothing.
func bareRead(b *testing.B, server *simulator.Server, elements int) {
	b.Helper()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"tsg_id:" + simulator.TSGID}}
	bareCall(b, http.MethodPost, server.URL+"/oauth2/access_token", form.Encode(), func(request *http.Request) {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.SetBasicAuth(simulator.ClientID, simulator.ClientSecret)
	}, &token)
	authorize := func(request *http.Request) {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+token.AccessToken)
	}
	bareCall(b, http.MethodGet, server.URL+"/sdwan/v2.1/api/profile", "", authorize, &struct{}{})
	read := 0
	for page := 1; read < elements; page++ {
		var answer struct {
			Items []bareStatus `json:"items"`
		}
		body := fmt.Sprintf(`{"limit":1000,"dest_page":%d,"sort_params":{"element_id":"asc"}}`, page)
		bareCall(b, http.MethodPost, server.URL+"/sdwan/v2.1/api/software/current_status/query", body, authorize, &answer)
		if len(answer.Items) == 0 {
			b.Fatalf("the pages end after %d elements", read)
		}
		read += len(answer.Items)
	}
}

func bareCall(b *testing.B, method, address, body string, edit func(*http.Request), into any) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), method, address, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	edit(request)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d %v", address, response.StatusCode, err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		b.Fatal(err)
	}
}

// childEndpoint names the variable that makes BenchmarkGateMemory the process
// that is measured; its value is the simulator's address.
const childEndpoint = "PRISMASDWAN_BENCH_ENDPOINT"

// BenchmarkGateMemory compares the peak memory of a process that reads a gate
// over 50,000 elements with that of one that reads 1,000. The budget is 1.3
// times, and one page for each request that may be in flight. A page counts as
// what reading one more of them allocates, bytes and rows.
func BenchmarkGateMemory(b *testing.B) {
	if endpoint := os.Getenv(childEndpoint); endpoint != "" {
		readGateAt(b, endpoint)
		return
	}
	if runtime.GOOS != "linux" {
		b.Skip("the peak memory of a process is read from /proc, which is Linux's")
	}
	const pages = 50
	few, many := serve(b, simulator.Options{Elements: 1_000}), serve(b, simulator.Options{Elements: pages * 1_000})
	var small, large, page []float64
	for b.Loop() {
		for range rounds {
			one, all := runChild(b, few), runChild(b, many)
			small, large = append(small, one.peak), append(large, all.peak)
			page = append(page, (all.allocated-one.allocated)/(pages-1))
		}
	}
	b.ReportMetric(median(page), "page-MB")
	report(b, "peak", "MB", median(large), median(small), 1.3+sdwan.DefaultMaxConcurrentRequests*median(page)/median(small))
}

// footprint is the memory of a process in millions of bytes.
type footprint struct{ peak, allocated float64 }

const footprintLine = "footprint: peak %f MB, allocated %f MB"

// runChild runs this benchmark in a process of its own, which prints its
// footprint.
func runChild(b *testing.B, server *simulator.Server) footprint {
	b.Helper()
	child := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkGateMemory$", "-test.benchtime=1x")
	child.Env = append(os.Environ(), childEndpoint+"="+server.URL)
	printed, err := child.CombinedOutput()
	if err != nil {
		b.Fatalf("%v\n%s", err, printed)
	}
	var read footprint
	for line := range strings.Lines(string(printed)) {
		if _, err := fmt.Sscanf(line, footprintLine, &read.peak, &read.allocated); err == nil {
			return read
		}
	}
	b.Fatalf("the process printed no footprint:\n%s", printed)
	return read
}

// readGateAt is what the child does.
func readGateAt(b *testing.B, endpoint string) {
	b.Helper()
	p := newProtocol(b, "PRISMASDWAN_ENDPOINT="+endpoint,
		"PRISMASDWAN_AUTH_TOKEN="+simulator.AuthToken, "PRISMASDWAN_TENANT_ID="+simulator.TenantID)
	gate := p.dynamic(p.schemas.DataSourceSchemas[nameGate], nil)
	if read := p.readDynamic(b.Context(), nameGate, gate); hasError(read.diagnostics) {
		b.Fatal(render(read.diagnostics))
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes float64
	if _, err := fmt.Sscanf(rest, "%f kB", &kilobytes); err != nil {
		b.Fatal(err)
	}
	fmt.Printf("\n"+footprintLine+"\n", kilobytes*1024/1e6, float64(memory.TotalAlloc)/1e6)
	// Connections are still open, as in a provider that Terraform ends.
	os.Exit(0)
}

// BenchmarkRequests counts what several data sources of one run send: three
// that read different things at once, and ten that read the same.
func BenchmarkRequests(b *testing.B) {
	// 20 full pages, and the empty one that shows the end.
	const elements, pages = 20_000, 21
	server := serve(b, simulator.Options{Elements: elements, Latency: 20 * time.Millisecond})
	b.Run("different", func(b *testing.B) {
		// The id is passed through and tells the queries apart.
		named := func(id string) map[string]any { return map[string]any{"request": map[string]any{"id": id}} }
		for b.Loop() {
			readAtOnce(b, server, nameStatuses, named("1"), named("2"), named("3"))
		}
		report(b, "queries", "n", float64(server.Count(simulator.RequestQuery)), 3*pages, 1)
		report(b, "sign-ins", "n", float64(server.Count(simulator.RequestToken)+server.Count(simulator.RequestProfile)), 2, 1)
		report(b, "in-flight", "n", float64(server.MaxConcurrent()), sdwan.DefaultMaxConcurrentRequests, 1)
	})
	b.Run("identical", func(b *testing.B) {
		same := make([]map[string]any, 10)
		for b.Loop() {
			readAtOnce(b, server, nameGate, same...)
		}
		// Each page once, and room for a read that falls behind the others:
		// what has arrived is not kept for it.
		report(b, "queries", "n", float64(server.Count(simulator.RequestQuery)), 10*pages, 0.2)
	})
}

// BenchmarkRequestsByName counts what names cost: for a closed gate, and for ten
// gates of one run that describe their elements, of which each list is read once.
func BenchmarkRequestsByName(b *testing.B) {
	const elements = 20_000
	server := serve(b, simulator.Options{Elements: elements, Latency: 20 * time.Millisecond})
	lists := func() float64 {
		return float64(server.Count(simulator.RequestElements) + server.Count(simulator.RequestSites))
	}
	b.Run("closed", func(b *testing.B) {
		for b.Loop() {
			readAtOnce(b, server, nameGate, nil)
		}
		report(b, "names", "n", lists(), 2, 1)
	})
	b.Run("described", func(b *testing.B) {
		same := make([]map[string]any, 10)
		for i := range same {
			same[i] = gateWhere(map[string]any{"site_tags_any": []string{"emea"}})
		}
		for b.Loop() {
			readAtOnce(b, server, nameGate, same[0])
		}
		once := lists()
		readAtOnce(b, server, nameGate, same...)
		// Room for a read that falls behind the others, as with statuses.
		report(b, "lists", "n", lists(), once, 2)
	})
}

// readAtOnce reads one data source several times at once with a new provider.
func readAtOnce(b *testing.B, server *simulator.Server, name string, configs ...map[string]any) {
	b.Helper()
	p := newProtocol(b, server.Environment(simulator.Unified)...)
	server.ResetRequests()
	var reads sync.WaitGroup
	for _, config := range configs {
		reads.Go(func() { p.rpc(b, name, config)() })
	}
	reads.Wait()
}

const (
	nameStatuses  = typeName + "_element_image_statuses"
	nameAggregate = typeName + "_element_image_status_aggregate"
	nameGate      = typeName + nameUpgradeGate
	nameRival     = nameStatuses + rivalSuffix
)

// stateBytes is the size of a state as Terraform writes it to a file: JSON,
// set in at the depth where attributes stand.
func stateBytes(b *testing.B, p *protocol, name string, state *tfprotov6.DynamicValue) float64 {
	b.Helper()
	return float64(writtenSize(b, p.decode(p.schemas.DataSourceSchemas[name], state)))
}

// writtenSize is the size of a value in bytes, as Terraform writes it to its
// state.
func writtenSize(tb testing.TB, value tftypes.Value) int {
	tb.Helper()
	written, err := json.MarshalIndent(plain(value), strings.Repeat(" ", 10), "  ")
	if err != nil {
		tb.Fatal(err)
	}
	return len(written)
}
