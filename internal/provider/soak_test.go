//go:build soak

package provider

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"go.uber.org/goleak"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

var soakFor = flag.Duration("soak", 2*time.Minute, "how long to soak")

const (
	soakPlans    = 50
	soakElements = 120
	// soakShare of the requests fail.
	soakShare = 0.1
)

// soakSpares are the kinds of faults that the soak leaves out.
var soakSpares = map[simulator.FaultKind]string{
	"body_endless":      "would measure the bound of an answer, not the provider",
	"huge_failure_info": "changes the truth",
	"null_bytes":        "changes the truth",
	"unknown_states":    "changes the truth",
}

// TestSoak runs many plans at once against a controller that fails one request
// in ten, and holds every result that comes of it against the truth.
//
//nolint:paralleltest // It measures memory and goroutines, so nothing else may run.
func TestSoak(t *testing.T) {
	before := goleak.IgnoreCurrent()
	server := startSimulator(t, simulator.Options{Elements: soakElements, Seed: 1, Scenario: "mixed"})
	fault(t, server, soakFaults()...)
	known, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	soak := newSoak(server)
	peak := watchMemory()
	began := time.Now()
	var plans sync.WaitGroup
	for number := range soakPlans {
		plans.Go(func() {
			for round := 0; time.Since(began) < *soakFor; round++ {
				soak.plan(t, &protocol{t: t, schemas: known}, forms[(number+round)%len(forms)])
			}
		})
	}
	plans.Wait()
	took := time.Since(began)
	memory := peak()
	requests := server.Count(simulator.RequestQuery) + server.Count(simulator.RequestToken) + server.Count(simulator.RequestProfile)
	server.Close()
	leaked := goleak.Find(before)
	soak.report(t, took, requests, server, memory, leaked)
	if soak.wrong > 0 || leaked != nil || soak.right == 0 {
		t.Errorf("%d results are wrong of %d; leaked: %v", soak.wrong, soak.reads(), leaked)
	}
}

// soakFaults share the share out among all kinds of faults.
func soakFaults() []simulator.Fault {
	var kinds []simulator.FaultInfo
	for _, info := range simulator.FaultKinds() {
		if soakSpares[info.Kind] == "" {
			kinds = append(kinds, info)
		}
	}
	count := make(map[simulator.RequestKind]int)
	for _, info := range kinds {
		count[info.On]++
	}
	faults := make([]simulator.Fault, len(kinds))
	for i, info := range kinds {
		faults[i] = simulator.Fault{Kind: info.Kind, Share: soakShare / float64(count[info.On]), Seed: uint64(i), Delay: 200 * time.Millisecond}
	}
	return faults
}

// soak counts how reads end.
type soak struct {
	server    *simulator.Server
	questions []soakQuestion

	lock         sync.Mutex
	right, wrong int
	failed       map[string]int
}

// soakQuestion is one read with its one right answer, as far as it is given.
type soakQuestion struct {
	typeName string
	config   map[string]any
	want     map[string]any
}

func newSoak(server *simulator.Server) *soak {
	rows := server.Rows()
	verdict, _ := wantVerdict(rows)
	return &soak{server: server, failed: make(map[string]int), questions: []soakQuestion{
		{statusesType, everything, map[string]any{"items": wantItems(rows), "matched_count": number64(soakElements), "truncated": false}},
		{"prismasdwan_element_image_status", map[string]any{"element_id": rows[7].Element()}, wantItem(rows[7])},
		{
			aggregateType, map[string]any{"aggregate": map[string]any{"operator": "count", "field": "id"}, "group_by": []any{"upgrade_state"}},
			map[string]any{"results": wantCounts(rows), "matched_count": number64(soakElements)},
		},
		{imagesType, everything, map[string]any{"items": wantImages(server.Images())}},
		{gateType, everything, map[string]any{"ready": false, "by_state": verdict["by_state"], "by_phase": verdict["by_phase"]}},
	}}
}

// closableProvider gives its client away, so that a plan can end as a process
// does.
type closableProvider struct {
	*prismaProvider
	connected *connection
}

// Configure is that of the provider.
func (p *closableProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	p.prismaProvider.Configure(ctx, req, resp)
	p.connected = connectionOf(resp.DataSourceData, &resp.Diagnostics)
}

// plan is one run of Terraform: its data sources are read at the same time.
func (s *soak) plan(t *testing.T, p *protocol, form simulator.Form) {
	variables := variables(s.server, form, "PRISMASDWAN_PAGE_SIZE=25", "PRISMASDWAN_REQUEST_TIMEOUT=2s", "PRISMASDWAN_MAX_RETRIES=5")
	made := &closableProvider{prismaProvider: &prismaProvider{version: "soak", lookup: environment(variables...)}}
	p.server = NewServer(made)()
	if diagnostics := p.configure(nil); len(diagnostics) > 0 {
		t.Errorf("configure:\n%s", render(diagnostics))
		return
	}
	defer made.connected.client.Close()
	var reads sync.WaitGroup
	for _, question := range s.questions {
		reads.Go(func() {
			config := p.dynamic(p.schemas.DataSourceSchemas[question.typeName], question.config)
			s.count(t, question, p.readDynamic(t.Context(), question.typeName, config))
		})
	}
	reads.Wait()
}

func (s *soak) count(t *testing.T, question soakQuestion, read reading) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if hasError(read.diagnostics) {
		summary := read.diagnostics[0].Summary
		if !isAdvised(summary) || len(read.diagnostics) > 1 {
			s.wrong++
			t.Errorf("%s: an error that is not clear:\n%s", question.typeName, render(read.diagnostics))
			return
		}
		s.failed[summary]++
		return
	}
	got, _ := plain(read.value).(map[string]any)
	for name, want := range question.want {
		if !reflect.DeepEqual(want, got[name]) {
			s.wrong++
			t.Errorf("%s: %s is wrong: %.2000v", question.typeName, name, got[name])
			return
		}
	}
	s.right++
}

func isAdvised(summary string) bool {
	for _, advised := range adviceByKind {
		if advised.summary == summary {
			return true
		}
	}
	return false
}

func (s *soak) failures() int {
	sum := 0
	for _, count := range s.failed {
		sum += count
	}
	return sum
}

func (s *soak) reads() int { return s.right + s.wrong + s.failures() }

// watchMemory samples the memory in use until the function it gives is called,
// which tells the peak in MiB.
func watchMemory() (peak func() uint64) {
	end, ended := make(chan struct{}), make(chan uint64)
	go func() {
		var highest uint64
		for {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			highest = max(highest, stats.HeapInuse+stats.StackInuse)
			select {
			case <-end:
				ended <- highest >> 20
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(end)
		return <-ended
	}
}

func (s *soak) report(t *testing.T, took time.Duration, requests int, server *simulator.Server, memory uint64, leaked error) {
	t.Helper()
	var table strings.Builder
	line := func(name string, value any) { fmt.Fprintf(&table, "\n%-40s %v", name, value) }
	line("plans at once", soakPlans)
	line("time", took.Round(time.Second))
	line("reads", s.reads())
	line("completed, right", s.right)
	line("completed, wrong", s.wrong)
	line("failed with a clear error", s.failures())
	for _, summary := range slices.Sorted(maps.Keys(s.failed)) {
		line("  "+summary, s.failed[summary])
	}
	line("requests", requests)
	line("faults played", server.FaultsPlayed())
	line("sign-ins", server.Count(simulator.RequestToken))
	line("peak memory with the simulator", fmt.Sprint(memory, " MiB"))
	gone := "none"
	if leaked != nil {
		gone = leaked.Error()
	}
	line("leaked goroutines", gone)
	t.Log(table.String())
}
