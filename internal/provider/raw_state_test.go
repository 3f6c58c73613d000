package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// TestStatesAreThoseThatTheFrameworkWouldSend reads through this provider's server
// and through the framework's alone, which compares and walks every state.
func TestStatesAreThoseThatTheFrameworkWouldSend(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 40, Seed: 3, Scenario: "mixed"})
	ours := newProtocol(t, variables(server, simulator.Unified)...)
	framework := startProtocol(t)
	framework.server = providerserver.NewProtocol6(New("test", environment(variables(server, simulator.Unified)...))())()
	if diagnostics := framework.configure(nil); len(diagnostics) > 0 {
		t.Fatal(render(diagnostics))
	}
	for name, read := range map[string]struct {
		typeName string
		config   map[string]any
	}{
		"rows":                 {statusesType, map[string]any{"limit": 30, "sort_by": map[string]any{"field": "id"}}},
		"rows with elements":   {statusesType, map[string]any{"with_elements": true}},
		"rows as text":         {statusesType, map[string]any{"fields": []string{"id"}}},
		"no rows":              {statusesType, map[string]any{"element_ids": []string{}}},
		"one element":          {oneType, oneElement(server.ElementIDs()[0])},
		"elements":             {elementsType, everything},
		"elements, their ids":  {elementsType, map[string]any{"ids_only": true}},
		"waves":                {wavesType, inWaves(threeSizes, map[string]any{"max_blocking_elements": 5})},
		"waves, unlisted":      {wavesType, inWaves(threeSizes, map[string]any{"list_elements": false})},
		"elements of no place": {elementsType, map[string]any{"where": map[string]any{"site_names": []string{"nowhere-*"}}}},
	} {
		got, want := ours.read(read.typeName, read.config), framework.read(read.typeName, read.config)
		got.must(t)
		want.must(t)
		if !got.value.Equal(want.value) {
			t.Errorf("%s: the states differ:\n%.2000s\n%.2000s", name, got.value, want.value)
		}
	}
}

func TestStateBesideAnErrorIsNotSent(t *testing.T) {
	t.Parallel()
	value := tftypes.NewValue(tftypes.String, "complete")
	settled := &completeState{value: &value}
	response := &tfprotov6.ReadDataSourceResponse{Diagnostics: []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Too late"}}}
	if err := settled.put(response); err != nil || response.State != nil {
		t.Errorf("got the state %v (%v), want none", response.State, err)
	}
	response.Diagnostics[0].Severity = tfprotov6.DiagnosticSeverityWarning
	if err := settled.put(response); err != nil || response.State == nil {
		t.Errorf("got no state (%v) beside a warning", err)
	}
}
