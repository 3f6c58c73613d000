package provider

import (
	gocmp "cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// The matrix plays every fault of the simulator against everything that reads.
// It runs on virtual time over a network in memory: a wait of minutes takes no
// time and is exact, and a goroutine or a connection that is left over at the
// end is a failure of the test.

// update rewrites the golden files of this package.
var update = flag.Bool("update", false, "rewrite the golden files")

// when says on which requests a fault is played.
type when string

const (
	// once: on the first request.
	once when = "once"
	// midway: on the second request, which asks for the second page. A fault of
	// the sign-in is met there by a token that was revoked between two pages.
	midway when = "midway"
	// always: on every request.
	always when = "always"
)

// faults are those of a kind for a reader, on the list that it reads.
func (w when) faults(info simulator.FaultInfo) []simulator.Fault {
	switch {
	case w == once:
		return []simulator.Fault{{Kind: info.Kind, Nth: 1}}
	case w == midway && info.On != simulator.RequestQuery:
		return []simulator.Fault{{Kind: "unauthorized_401", Nth: 2}, {Kind: info.Kind, Nth: 2}}
	case w == midway:
		return []simulator.Fault{{Kind: info.Kind, Nth: 2}}
	default:
		return []simulator.Fault{{Kind: info.Kind, Every: 1}}
	}
}

// What the matrix reads: a fleet of three pages.
const (
	matrixElements = 25
	matrixPageSize = 10
	// matrixBound is the bound of an answer, far below the real one.
	matrixBound = 2 << 20
	// brokenElement has failed, and theElement is read alone.
	brokenElement, theElement = 19, 12
)

// virtual is a provider and its controller on virtual time.
type virtual struct {
	*protocol
	controller *simulator.Simulator
	network    *memoryNetwork
}

// schemas are the provider's, which take a while to make.
var schemas = sync.OnceValues(func() (*tfprotov6.GetProviderSchemaResponse, error) {
	return NewServer(New("test", environment())())().GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
})

// inVirtualTime runs a test with a provider that signs in by form and reads a
// fleet with one element that has failed.
func inVirtualTime(t *testing.T, form simulator.Form, variables []string, test func(t *testing.T, v *virtual)) {
	t.Helper()
	inVirtualTimeOver(t, simulator.Options{Elements: matrixElements, Seed: 3}, form, variables, func(t *testing.T, v *virtual) {
		t.Helper()
		if err := v.controller.Fail(v.controller.ElementIDs()[brokenElement], "image does not boot"); err != nil {
			t.Fatal(err)
		}
		test(t, v)
	})
}

// inVirtualTimeOver is inVirtualTime over a fleet of the test's own.
func inVirtualTimeOver(t *testing.T, fleet simulator.Options, form simulator.Form, variables []string, test func(t *testing.T, v *virtual)) {
	t.Helper()
	known, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		controller, err := simulator.New(fleet)
		if err != nil {
			t.Fatal(err)
		}
		network := serveInMemory(controller)
		defer network.end()
		v := &virtual{controller: controller, network: network}
		made := &adjustedProvider{
			prismaProvider: &prismaProvider{version: "test", lookup: environment(append(v.named().Environment(form), variables...)...)},
			adjust: func(config *sdwan.Config) {
				config.Transport, config.MaxResponseBytes = network.transport, matrixBound
			},
		}
		v.protocol = &protocol{t: t, server: NewServer(made)(), schemas: known}
		if diagnostics := v.configure(nil); len(diagnostics) > 0 {
			t.Fatal(render(diagnostics))
		}
		test(t, v)
	})
}

// named is the controller as a server, which does not listen: it names the
// variables of a form, and answers what tests ask a server for.
func (v *virtual) named() *simulator.Server {
	return &simulator.Server{Simulator: v.controller, URL: "http://127.0.0.1:8080"}
}

// adjustedProvider is the provider with a client whose configuration a test
// changes in ways that no user can.
type adjustedProvider struct {
	*prismaProvider
	adjust func(*sdwan.Config)
}

// Configure is that of the provider but for the adjustment.
func (p *adjustedProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	values := readSettings(ctx, req.Config, p.lookup, &resp.Diagnostics)
	connected, config := prepareConnection(values, userAgent(p.version, req.TerraformVersion, p.lookup, &resp.Diagnostics), p.lookup, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p.adjust(&config)
	client, err := sdwan.New(config)
	if err != nil {
		resp.Diagnostics.AddError("Provider cannot be configured", err.Error())
		return
	}
	connected.client = client
	p.connect(resp, connected)
}

// memoryNetwork is a server and the one transport that reaches it.
type memoryNetwork struct {
	transport   *http.Transport
	server      *http.Server
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
	served      sync.WaitGroup

	lock sync.Mutex
	busy map[net.Conn]bool
}

func serveInMemory(handler http.Handler) *memoryNetwork {
	network := &memoryNetwork{connections: make(chan net.Conn), closed: make(chan struct{}), busy: make(map[net.Conn]bool)}
	network.transport = &http.Transport{DialContext: network.dial}
	network.server = &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute, ConnState: network.changed}
	network.served.Go(func() { _ = network.server.Serve(network) })
	return network
}

// changed keeps the connections on which a request is being answered.
func (n *memoryNetwork) changed(connection net.Conn, state http.ConnState) {
	n.lock.Lock()
	defer n.lock.Unlock()
	delete(n.busy, connection)
	if state == http.StateActive {
		n.busy[connection] = true
	}
}

// inUse is the number of those connections.
func (n *memoryNetwork) inUse() int {
	n.lock.Lock()
	defer n.lock.Unlock()
	return len(n.busy)
}

func (n *memoryNetwork) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case n.connections <- there:
		return here, nil
	case <-n.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept gives the server its next connection.
func (n *memoryNetwork) Accept() (net.Conn, error) {
	select {
	case connection := <-n.connections:
		return connection, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close is what the server calls when it is closed.
func (n *memoryNetwork) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

// end ends both sides with their connections.
func (n *memoryNetwork) end() {
	n.transport.CloseIdleConnections()
	_ = n.server.Close()
	n.served.Wait()
}

// Addr is asked for by the server's interface only.
func (n *memoryNetwork) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

// outcome is how a read ended.
type outcome struct {
	diagnostics []*tfprotov6.Diagnostic
	// wrong says how the result differs from the truth; empty where it does
	// not, or where there is none.
	wrong string
}

// failed reports whether there is an error in place of a result.
func (o outcome) failed() bool { return hasError(o.diagnostics) }

// reader is one way to read.
type reader struct {
	name string
	// pages says that it reads the fleet page by page; alone that it reads one
	// row in one query.
	pages, alone bool
	// on is what it asks the controller for, where that is not the statuses. Faults
	// of the statuses are then played there, but those in blind: nobody can tell an
	// unpaged list that lacks a row.
	on    simulator.RequestKind
	blind []simulator.FaultKind
	read  func(ctx context.Context, v *virtual, truth []imagestatus.Status) outcome
}

// list is the kind of the requests that read what the reader asks for.
func (r reader) list() simulator.RequestKind { return gocmp.Or(r.on, simulator.RequestQuery) }

// play sets a fault on what the reader asks for, if it can be played there.
func (r reader) play(v *virtual, info simulator.FaultInfo, when when) {
	v.t.Helper()
	faults := when.faults(info)
	moved := slices.Clone(faults)
	for i := range moved {
		if moved[i].Kind != info.Kind || info.On == simulator.RequestQuery {
			moved[i].On = r.on
		}
	}
	if slices.Contains(r.blind, info.Kind) || v.controller.SetFaults(moved...) != nil {
		v.play(faults...)
	}
}

var readers = []reader{
	{name: "statuses", pages: true, read: readStatuses},
	{name: "status", alone: true, read: readStatus},
	{name: "aggregate-auto", read: readAggregate(sdwan.ComputeAuto)},
	{name: "aggregate-controller", read: readAggregate(sdwan.ComputeController)},
	{name: "aggregate-provider", pages: true, read: readAggregate(sdwan.ComputeProvider)},
	{name: "gate", pages: true, read: readGate(nil)},
	{name: "ephemeral", pages: true, read: openGate},
	{name: "waiting-gate", pages: true, read: readGate(map[string]any{"wait": map[string]any{}, "timeouts": map[string]any{"read": "100s"}})},
	{name: "action", pages: true, read: invokeGate},
	{name: "elements", pages: true, on: simulator.RequestElements, read: readElements},
	{name: "waves", pages: true, on: simulator.RequestQuery, read: readRollout},
	{name: "images", on: simulator.RequestImages, blind: []simulator.FaultKind{"row_lost"}, read: readImages},
}

// readersNamed are some of the readers, in the order of the names.
func readersNamed(t *testing.T, names ...string) []reader {
	t.Helper()
	found := make([]reader, len(names))
	for i, name := range names {
		at := slices.IndexFunc(readers, func(r reader) bool { return r.name == name })
		if at < 0 {
			t.Fatalf("there is no reader %q", name)
		}
		found[i] = readers[at]
	}
	return found
}

func (v *virtual) readIn(ctx context.Context, typeName string, config map[string]any) reading {
	return v.readDynamic(ctx, typeName, v.dynamic(v.schemas.DataSourceSchemas[typeName], config))
}

// compared makes an outcome of a read: its attributes must be those wanted.
func compared(read reading, want map[string]any) outcome {
	result := outcome{diagnostics: read.diagnostics}
	if result.failed() {
		return result
	}
	attributes, isObject := plain(read.value).(map[string]any)
	if !isObject {
		result.wrong = "there is neither a result nor an error"
		return result
	}
	got := maps.Clone(attributes)
	maps.DeleteFunc(got, func(name string, _ any) bool { return !slices.Contains(slices.Collect(maps.Keys(want)), name) })
	result.wrong = cmp.Diff(want, got)
	return result
}

func readStatuses(ctx context.Context, v *virtual, truth []imagestatus.Status) outcome {
	return compared(v.readIn(ctx, statusesType, everything), map[string]any{
		"items": wantItems(truth), "matched_count": number64(matrixElements), "returned_count": number64(matrixElements), "truncated": false,
	})
}

// readElements reads one list alone, so that the order of requests is certain.
func readElements(ctx context.Context, v *virtual, _ []imagestatus.Status) outcome {
	all := devices(v.controller.Elements(), nil)
	return compared(v.readIn(ctx, elementsType, map[string]any{"ids_only": true}), map[string]any{
		"ids": plainTexts(idsOf(all)...), "matched_count": number64(matrixElements), "peer_groups": wantDevices(all)["peer_groups"],
	})
}

func readImages(ctx context.Context, v *virtual, _ []imagestatus.Status) outcome {
	items := wantImages(v.controller.Images())
	return compared(v.readIn(ctx, imagesType, everything), map[string]any{"items": items, "matched_count": number64(int64(len(items)))})
}

func readStatus(ctx context.Context, v *virtual, truth []imagestatus.Status) outcome {
	row := truth[theElement]
	return compared(v.readIn(ctx, "prismasdwan_element_image_status", map[string]any{"element_id": row.Element()}), wantItem(row))
}

func readAggregate(compute sdwan.Compute) func(context.Context, *virtual, []imagestatus.Status) outcome {
	return func(ctx context.Context, v *virtual, truth []imagestatus.Status) outcome {
		read := v.readIn(ctx, "prismasdwan_element_image_status_aggregate", map[string]any{
			"aggregate": map[string]any{"operator": "count", "field": "element_id"},
			"group_by":  []any{"upgrade_state"}, "compute": string(compute),
		})
		if plainly, isObject := plain(read.value).(map[string]any); isObject && plainly["computed_by"] == string(sdwan.ComputeController) {
			// The controller counts its fleet, whatever it says of the rows.
			truth = v.controller.Rows()
		}
		return compared(read, map[string]any{"results": wantCounts(truth), "matched_count": number64(matrixElements)})
	}
}

// wantCounts counts by state, null first.
func wantCounts(rows []imagestatus.Status) []any {
	counts := make(map[string]int64)
	for i := range rows {
		state := ""
		if rows[i].UpgradeState != nil {
			state = *rows[i].UpgradeState
		}
		counts[state]++
	}
	var results []any
	for _, state := range slices.Sorted(maps.Keys(counts)) {
		group := map[string]any{"upgrade_state": state}
		if state == "" {
			group["upgrade_state"] = nil
		}
		results = append(results, map[string]any{"group": group, "value": number64(counts[state]), "count": number64(counts[state])})
	}
	return results
}

// matrixGate is open over the truth: exactly one element has failed.
func matrixGate(more map[string]any) map[string]any {
	gate := map[string]any{"max_failed": 1, "min_ready_percent": 96, "min_elements": matrixElements}
	maps.Copy(gate, more)
	return gate
}

// wantVerdict is a gate's result over the truth.
func wantVerdict(truth []imagestatus.Status) (want map[string]any, ready bool) {
	var failed, unknown int64
	states, phases := make(map[string]any), make(map[string]any)
	byState, byPhase := make(map[string]int64), make(map[string]int64)
	for i := range truth {
		state := "none"
		if truth[i].UpgradeState != nil {
			state = *truth[i].UpgradeState
		}
		byState[state]++
		byPhase[string(truth[i].Phase())]++
		if truth[i].Phase() == imagestatus.PhaseFailed {
			failed++
		}
		if truth[i].Phase() == imagestatus.PhaseUnknown {
			unknown++
		}
	}
	for state, count := range byState {
		states[state] = number64(count)
	}
	for phase, count := range byPhase {
		phases[phase] = number64(count)
	}
	ready = unknown == 0
	return map[string]any{
		"ready": ready, "by_state": states, "by_phase": phases,
		"counts": map[string]any{
			"total": number64(matrixElements), "ready": number64(matrixElements - failed - unknown), "pending": number64(0), "disconnected": number64(0),
			"failed": number64(failed), "unrecognized": number64(unknown), "missing": number64(0), "left_out": number64(0),
		},
	}, ready
}

func readGate(more map[string]any) func(context.Context, *virtual, []imagestatus.Status) outcome {
	return func(ctx context.Context, v *virtual, truth []imagestatus.Status) outcome {
		want, _ := wantVerdict(truth)
		return compared(v.readIn(ctx, gateType, matrixGate(more)), want)
	}
}

// readRollout reads the statuses alone, as one wave of all that is named.
func readRollout(ctx context.Context, v *virtual, truth []imagestatus.Status) outcome {
	want, ready := wantVerdict(truth)
	read := v.readIn(ctx, wavesType, map[string]any{
		"element_ids": v.controller.ElementIDs(), "sizes": []any{"100%"}, "keep_apart": "none", "list_elements": false, "max_failed": 1, "min_ready_percent": 96,
	})
	result := compared(read, map[string]any{"done": ready})
	if attributes, isObject := plain(read.value).(map[string]any); isObject && result.wrong == "" && attributes["waves"] != nil {
		result.wrong = cmp.Diff(want["counts"], object(list(attributes["waves"])[0])["counts"])
	}
	return result
}

func openGate(ctx context.Context, v *virtual, truth []imagestatus.Status) outcome {
	want, _ := wantVerdict(truth)
	return compared(v.openIn(ctx, matrixGate(nil)), want)
}

func (v *virtual) openIn(ctx context.Context, config map[string]any) reading {
	schema := v.schemas.EphemeralResourceSchemas[gateType]
	response, err := v.server.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{TypeName: gateType, Config: v.dynamic(schema, config)})
	if err != nil {
		v.t.Fatal(err)
	}
	return reading{value: v.decode(schema, response.Result), diagnostics: response.Diagnostics}
}

// invokeGate has no result but success, or the error of a closed gate.
func invokeGate(ctx context.Context, v *virtual, truth []imagestatus.Status) outcome {
	invoked := v.invokeAction(ctx, matrixGate(map[string]any{"timeouts": map[string]any{"invoke": "100s"}}))
	result := outcome{diagnostics: invoked.diagnostics}
	_, ready := wantVerdict(truth)
	closed := result.failed() && strings.HasPrefix(invoked.diagnostics[0].Summary, summaryGateClosed)
	switch {
	case !result.failed() && !ready:
		result.wrong = "the action went on although the gate is closed"
	case closed && ready:
		result.wrong = "the action says that the gate is closed, which is open"
	case closed:
		result.diagnostics = nil
	}
	return result
}

// rewritten has what a fault makes the controller say of a row, where the
// answer stays good: that is then what a result must hold. The row is changed
// if first says that it is the first of its page, or whichever it is.
var rewritten = map[simulator.FaultKind]func(row *imagestatus.Status, first bool){
	"unknown_states": func(row *imagestatus.Status, _ bool) { row.UpgradeState = new("state_from_the_future") },
	"null_bytes": func(row *imagestatus.Status, first bool) {
		if first {
			row.FailureInfo = new("\x00broken\x00text\x00")
		}
	},
	"huge_failure_info": func(row *imagestatus.Status, first bool) {
		if first {
			row.FailureInfo = new(strings.Repeat("failure ", 1<<17))
		}
	},
}

// truth is what the controller says of its fleet with a fault played.
func (r reader) truth(controller *simulator.Simulator, kind simulator.FaultKind, when when) []imagestatus.Status {
	rows := controller.Rows()
	rewrite, rewrites := rewritten[kind]
	if !rewrites {
		return rows
	}
	for i := range rows {
		page, first := i/matrixPageSize, i%matrixPageSize == 0
		if r.alone {
			page, first = 0, true
		}
		if when == always || when == once && page == 0 || when == midway && page == 1 {
			rewrite(&rows[i], first)
		}
	}
	return rows
}

// facts has what an error must name for each kind of fault that leads to one.
var facts = map[simulator.FaultKind]string{
	"unauthorized_401":          "Status: 401\nCode: UNAUTHORIZED (Unauthorized)\nRequest id: ",
	"forbidden_403":             "Status: 403\nCode: FORBIDDEN (Forbidden)\nRequest id: ",
	"agent_mismatch_401":        "Status: 401\nCode: UNAUTHORIZED (Unauthorized)\nRequest id: ",
	"too_many_requests_seconds": "Status: 429",
	"too_many_requests_date":    "Status: 429",
	"too_many_requests_day":     "the controller asks to wait 24h0m0s, and ",
	"too_many_requests_absent":  "Status: 429",
	"too_many_requests_zero":    "Status: 429\nCode: TOO_MANY_REQUESTS",
	"too_many_requests_past":    "Status: 429\nCode: TOO_MANY_REQUESTS",
	"unavailable_503_seconds":   "the answer is 503 Service Unavailable",
	"request_timeout_408":       "the answer is 408 Request Timeout",
	"too_large_413":             "Lower `page_size`, or name fewer `element_ids` in one block.",
	"too_early_425":             "the answer is 425 Too Early",
	"connection_timed_out_522":  "the answer is 522.",
	"internal_200":              "Code: INTERNAL (backend timed out)",
	"status_code_500":           "the answer has status 200, but its _status_code is \"500\"",
	"accepted_202":              "the answer is 202 Accepted",
	"no_content_204":            "the answer is 204 No Content",
	"server_error_500":          "Status: 500\nAttempts: 3 in ",
	"bad_gateway_502":           "Answer begins: \"<html> <head><title>502 Bad Gateway</title>",
	"unavailable_503":           "the answer is 503 Service Unavailable",
	"gateway_timeout_504":       "the answer is 504 Gateway Timeout",
	"reset_before_headers":      "the connection was closed without an answer",
	"reset_after_headers":       "the answer was cut off",
	"body_cut_off":              "the answer was cut off",
	"body_endless":              "the answer is larger than 2 MiB",
	"hang_before_headers":       "there was no whole answer within the time for one request",
	"hang_in_body":              "there was no whole answer within the time for one request",
	"empty_200":                 "the answer is empty",
	"html_200":                  "Answer begins: \"<!DOCTYPE html>",
	"json_not_object":           "Answer begins: \"[\\\"unexpected\\\"]\"",
	"error_200":                 "Code: BAD_REQUEST (The request failed.)",
	"items_null":                "the answer has no list of items",
	"wrong_types":               "the field items.",
	"deep_json":                 "exceeded max depth",
	"rows_missing":              " matches and its pages hold ",
	"row_lost":                  "(in 3 reads)",
	"page_repeats":              "a page repeats rows of the pages before it and brings no new one (in 3 reads)",
	"total_changes":             "(in 3 reads)",
	"total_too_small":           "(in 3 reads)",
	"total_absurd":              "the controller counts 9223372036854775807 matches",
	"ids_absent":                "a row has neither id nor element_id",
	"redirect":                  "the endpoint redirects to https://redirected.invalid",
	"profile_fails":             "Could not read the profile: the answer is 500 Internal Server Error",
	"token_html":                "Could not sign in: ",
	"token_unavailable":         "Could not sign in: the token endpoint does not answer properly",
	"token_late_401":            "Status: 401\nCode: UNAUTHORIZED",
	"token_late_403":            "Status: 403\nCode: FORBIDDEN",
	"token_absent":              "Could not sign in: the answer of the token endpoint holds no access token",
	"redirect_token":            "the endpoint redirects to https://redirected.invalid",
}

// matrixVariables make the number of requests certain: with one query at a
// time, no page is asked for that a failure makes needless.
var matrixVariables = append(slices.Clone(impatient),
	fmt.Sprint("PRISMASDWAN_PAGE_SIZE=", matrixPageSize), "PRISMASDWAN_REQUEST_TIMEOUT=10s", "PRISMASDWAN_MAX_CONCURRENT_REQUESTS=1")

const faultsGolden = "testdata/faults.golden"

// TestEveryFaultEndsInTheTruthOrAClearError holds every fault on every surface
// to testdata/faults.golden: how the read ends, after how many requests of each
// kind and how many seconds.
//
//nolint:tparallel // The subtests are grouped, so that what they find is complete when the group ends.
func TestEveryFaultEndsInTheTruthOrAClearError(t *testing.T) {
	t.Parallel()
	want := readFaultTable(t)
	var lock sync.Mutex
	got := make(map[string][]string)
	usedFacts := make(map[simulator.FaultKind]bool)
	t.Run("fault", func(t *testing.T) {
		for _, info := range simulator.FaultKinds() {
			for _, when := range []when{once, midway, always} {
				name := fmt.Sprintf("%s %s", info.Kind, when)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					lines, failed := faultLines(t, info, when)
					lock.Lock()
					defer lock.Unlock()
					got[name] = lines
					usedFacts[info.Kind] = usedFacts[info.Kind] || failed
					if difference := cmp.Diff(want[name], lines); difference != "" && !*update {
						t.Errorf("the outcome is another one (-want +got):\n%s", difference)
					}
				})
			}
		}
	})
	for name := range want {
		if _, played := got[name]; !played && !*update {
			t.Errorf("%s has a row for %q, which no fault matches", faultsGolden, name)
		}
	}
	for kind := range facts {
		if !usedFacts[kind] {
			t.Errorf("facts has %q, which leads to no error", kind)
		}
	}
	if *update {
		writeFaultTable(t, got)
	}
}

// faultLines plays a fault on each surface and gives one line for all surfaces
// on which it ends in the same way.
func faultLines(t *testing.T, info simulator.FaultInfo, when when) (lines []string, failed bool) {
	t.Helper()
	surfacesByEnd := make(map[string][]string)
	var ends []string
	for _, surface := range readers {
		end := ""
		inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
			surface.play(v, info, when)
			began := time.Now()
			result := surface.read(t.Context(), v, surface.truth(v.controller, info.Kind, when))
			took := time.Since(began).Truncate(time.Second)
			synctest.Wait()
			if result.wrong != "" {
				t.Errorf("%s: a wrong result:\n%s", surface.name, result.wrong)
			}
			if result.failed() {
				failed = true
				checkFact(t, surface.name, info.Kind, result.diagnostics)
			}
			end = fmt.Sprintf("%-37s %3d %3d %3d %5s", ending(result),
				v.controller.Count(surface.list()), v.controller.Count(simulator.RequestToken), v.controller.Count(simulator.RequestProfile), took)
			if v.controller.FaultsPlayed() == 0 {
				end += "  not met"
			}
		})
		if surfacesByEnd[end] == nil {
			ends = append(ends, end)
		}
		surfacesByEnd[end] = append(surfacesByEnd[end], surface.name)
	}
	for _, end := range ends {
		lines = append(lines, end+"  "+strings.Join(surfacesByEnd[end], " "))
	}
	return lines, failed
}

// ending is the result in one word, or the summary of the error.
func ending(result outcome) string {
	switch {
	case result.wrong != "":
		return "WRONG"
	case result.failed():
		return result.diagnostics[0].Summary
	default:
		return "right"
	}
}

func checkFact(t *testing.T, surface string, kind simulator.FaultKind, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	text := onlyError(t, diagnostics)
	fact := facts[kind]
	if diagnostics[0].Summary == adviceByKind[sdwan.KindNoAggregate].summary {
		fact = "Set `compute` to `provider` or `auto`, so that the provider computes it from the rows."
	}
	if fact == "" || !strings.Contains(text, fact) {
		t.Errorf("%s: the error does not name %q:\n%s", surface, fact, text)
	}
}

const faultTableHead = `# How each fault ends on each surface, from TestEveryFaultEndsInTheTruthOrAClearError:
# the result or the error's summary, the lists, tokens and profiles asked for,
# the time (virtual), and the surfaces. "-update" rewrites this file: read it.
`

// readFaultTable gives the lines of each section by its heading.
func readFaultTable(t *testing.T) map[string][]string {
	t.Helper()
	content, err := os.ReadFile(faultsGolden)
	if errors.Is(err, os.ErrNotExist) && *update {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	table, section := make(map[string][]string), ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "  "):
			table[section] = append(table[section], strings.TrimPrefix(line, "  "))
		default:
			section = line
		}
	}
	return table
}

func writeFaultTable(t *testing.T, table map[string][]string) {
	t.Helper()
	var text strings.Builder
	text.WriteString(faultTableHead)
	for _, info := range simulator.FaultKinds() {
		for _, when := range []when{once, midway, always} {
			name := fmt.Sprintf("%s %s", info.Kind, when)
			fmt.Fprintf(&text, "\n%s\n", name)
			for _, line := range table[name] {
				fmt.Fprintf(&text, "  %s\n", line)
			}
		}
	}
	writeGolden(t, faultsGolden, text.String())
}

func writeGolden(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestNoFaultOpensAClosedGate reads fleets in which the one element that has
// failed stands where a fault may lose it, with pages fetched side by side.
func TestNoFaultOpensAClosedGate(t *testing.T) {
	t.Parallel()
	variables := append(slices.Clone(matrixVariables), "PRISMASDWAN_MAX_CONCURRENT_REQUESTS=4")
	for _, info := range simulator.FaultKinds() {
		t.Run(string(info.Kind), func(t *testing.T) {
			t.Parallel()
			for _, when := range []when{once, midway, always} {
				for i, broken := range []int{0, matrixPageSize - 1, matrixPageSize, matrixElements - 1} {
					inVirtualTime(t, forms[i%len(forms)], variables, func(t *testing.T, v *virtual) {
						v.breakOnly(broken)
						v.play(when.faults(info)...)
						read := v.readIn(t.Context(), gateType, nil)
						attributes, _ := plain(read.value).(map[string]any)
						if closed := attributes["ready"] == any(false); !closed && !hasError(read.diagnostics) {
							t.Errorf("%s, element %d: the gate is open: %v", when, broken, attributes["summary"])
						}
					})
				}
			}
		})
	}
}

// TestPagesSideBySideEndInTheTruthOrAnError is the matrix without its counts,
// which are not certain there.
func TestPagesSideBySideEndInTheTruthOrAnError(t *testing.T) {
	t.Parallel()
	variables := append(slices.Clone(matrixVariables), "PRISMASDWAN_MAX_CONCURRENT_REQUESTS=4")
	for _, info := range simulator.FaultKinds() {
		if info.Alters && rewritten[info.Kind] != nil {
			continue // Which page is the second one to be asked for is not certain.
		}
		t.Run(string(info.Kind), func(t *testing.T) {
			t.Parallel()
			for _, form := range forms {
				for _, when := range []when{once, midway, always} {
					for _, reader := range readersNamed(t, "statuses", "aggregate-auto", "elements") {
						inVirtualTime(t, form, variables, func(t *testing.T, v *virtual) {
							reader.play(v, info, when)
							if result := reader.read(t.Context(), v, v.controller.Rows()); result.wrong != "" {
								t.Errorf("%s, %s, %s: a wrong result:\n%s", reader.name, form, when, result.wrong)
							}
						})
					}
				}
			}
		})
	}
}

// play sets the faults.
func (v *virtual) play(faults ...simulator.Fault) {
	v.t.Helper()
	if err := v.controller.SetFaults(faults...); err != nil {
		v.t.Error(err)
	}
}

// breakOnly makes one element the only one that has failed.
func (v *virtual) breakOnly(position int) {
	v.t.Helper()
	elements := v.controller.ElementIDs()
	if err := v.controller.SetState(elements[brokenElement], "complete"); err != nil {
		v.t.Fatal(err)
	}
	if err := v.controller.Fail(elements[position], "image does not boot"); err != nil {
		v.t.Fatal(err)
	}
}

// A verdict that is older than the failures after it is no result.
func TestWaitThatGoesBlindEndsInAnError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind simulator.FaultKind
		want string
	}{
		{"unavailable_503", "Error: Controller unavailable\n"},
		{"hang_before_headers", "Error: Controller not reachable\n"},
		{"html_200", "Error: Answer not understood\n"},
		{"row_lost", "Error: Rows do not add up\n"},
	} {
		t.Run(string(test.kind), func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
				v.pend()
				time.AfterFunc(40*time.Second, func() { v.play(simulator.Fault{Kind: test.kind}) })
				read := v.readIn(t.Context(), gateType, matrixGate(map[string]any{"wait": map[string]any{}, "timeouts": map[string]any{"read": "100s"}}))
				if text := read.failure(t); !strings.HasPrefix(text, test.want) {
					t.Errorf("got %q, want it to begin with %q", text, test.want)
				}
			})
		})
	}
}

// The last verdict counts where the time is over and the controller was well.
func TestWaitThatEndsGivesTheLastVerdict(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
		v.pend()
		began := time.Now()
		read := v.readIn(t.Context(), gateType, matrixGate(map[string]any{"wait": map[string]any{}, "timeouts": map[string]any{"read": "100s"}}))
		attributes := read.must(t)
		want := map[string]any{"ready": false, "summary": "closed: 23/25 ready (92%), 1 pending, 1 failed"}
		if difference := cmp.Diff(want, map[string]any{"ready": attributes["ready"], "summary": attributes["summary"]}); difference != "" {
			t.Errorf("the verdict is another one (-want +got):\n%s", difference)
		}
		if took := time.Since(began); took > 100*time.Second {
			t.Errorf("the wait took %s of 100 s", took)
		}
	})
}

// pend makes an element pending, so that the matrix's gate is closed for now.
func (v *virtual) pend() {
	v.t.Helper()
	if err := v.controller.SetState(v.controller.ElementIDs()[0], "downloading"); err != nil {
		v.t.Fatal(err)
	}
}

// At the end of each of these the bubble of virtual time has no goroutine left:
// synctest fails otherwise, with no exception for any library.
func TestCancelEndsEveryReadAtOnce(t *testing.T) {
	t.Parallel()
	patient := append(slices.Clone(matrixVariables), "PRISMASDWAN_MAX_CONCURRENT_REQUESTS=4", "PRISMASDWAN_RETRY_WAIT_MIN=1m", "PRISMASDWAN_RETRY_WAIT_MAX=2m")
	waits := map[string]any{"wait": map[string]any{"interval": "10m"}, "timeouts": map[string]any{"read": "24h"}}
	for name, test := range map[string]struct {
		fault simulator.Fault
		gate  map[string]any
	}{
		"while the token is awaited":         {fault: simulator.Fault{Kind: "token_slow", Delay: time.Minute}},
		"while the profile is awaited":       {fault: simulator.Fault{Kind: "hang_before_headers", On: simulator.RequestProfile}},
		"while the first page is awaited":    {fault: simulator.Fault{Kind: "hang_before_headers"}},
		"while further pages are awaited":    {fault: simulator.Fault{Kind: "hang_before_headers", Every: 2}},
		"in the middle of a page":            {fault: simulator.Fault{Kind: "hang_in_body", Nth: 3}},
		"before a repetition":                {fault: simulator.Fault{Kind: "unavailable_503"}},
		"before a repetition of a sign-in":   {fault: simulator.Fault{Kind: "token_unavailable"}},
		"between two looks of a gate":        {gate: waits},
		"between two looks, the last failed": {fault: simulator.Fault{Kind: "html_200"}, gate: waits},
		"within a look of a gate":            {fault: simulator.Fault{Kind: "hang_before_headers", Nth: 2}, gate: waits},
	} {
		for _, way := range []string{"data source", "ephemeral resource", "action"} {
			t.Run(name+"/"+way, func(t *testing.T) {
				t.Parallel()
				inVirtualTime(t, simulator.Unified, patient, func(t *testing.T, v *virtual) {
					v.pend()
					if test.fault.Kind != "" {
						v.play(test.fault)
					}
					gate := maps.Clone(test.gate)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					const after = 5 * time.Second
					time.AfterFunc(after, cancel)
					began := time.Now()
					var diagnostics []*tfprotov6.Diagnostic
					switch way {
					case "data source":
						diagnostics = v.readIn(ctx, gateType, matrixGate(gate)).diagnostics
					case "ephemeral resource":
						if gate != nil {
							gate["timeouts"] = map[string]any{"open": "24h"}
						}
						diagnostics = v.openIn(ctx, matrixGate(gate)).diagnostics
					default:
						if gate != nil {
							gate["timeouts"] = map[string]any{"invoke": "24h"}
						}
						diagnostics = v.invokeAction(ctx, matrixGate(gate)).diagnostics
					}
					if took := time.Since(began); took < after || took > after+time.Second {
						t.Errorf("the read ended after %s and was cancelled after %s:\n%s", took, after, render(diagnostics))
					}
					if text := onlyError(t, diagnostics); !strings.HasPrefix(text, "Error: Read cancelled\n") {
						t.Errorf("got %q", text)
					}
					v.network.transport.CloseIdleConnections()
					synctest.Wait()
					if inUse := v.network.inUse(); inUse > 0 {
						t.Errorf("%d connections are still in use", inUse)
					}
				})
			})
		}
	}
}

// TestAccInterruptEndsAWait presses Ctrl-C while a gate waits for an hour.
func TestAccInterruptEndsAWait(t *testing.T) {
	t.Parallel()
	server := rolloutFleet(t)
	console := newTerminal(t, server, map[string]string{"main.tf": `
		terraform {
		  required_providers {
		    prismasdwan = { source = "sdwanops/prismasdwan" }
		  }
		}
		data "prismasdwan_upgrade_gate" "canary" {
		  target_version = "` + simulator.TargetImage().Version + `"
		  wait           = { interval = "1h" }
		  timeouts       = { read = "24h" }
		}
	`})
	// A wait that nothing ends is ended here, and then the plan ends without a word of the provider.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, console.cli, "plan")
	command.Dir, command.Env = console.directory, append(slices.Clone(console.environment), "TF_LOG_PROVIDER=DEBUG")
	output := watched{wanted: "current_status/query", seen: make(chan struct{})}
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	// The log has a request once it is answered. What comes next is the wait.
	select {
	case <-output.seen:
	case <-ctx.Done():
	}
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	if command.Wait() == nil {
		t.Error("a plan that was interrupted counts as success")
	}
	if text := output.String(); !strings.Contains(text, "Read cancelled") {
		t.Errorf("the provider does not tell of it:\n%s", text)
	}
}

// watched is a buffer that tells when a text was written to it.
type watched struct {
	lockedBuffer

	wanted string
	once   sync.Once
	seen   chan struct{}
}

func (w *watched) Write(text []byte) (int, error) {
	written, err := w.lockedBuffer.Write(text)
	if strings.Contains(w.String(), w.wanted) {
		w.once.Do(func() { close(w.seen) })
	}
	return written, err
}
