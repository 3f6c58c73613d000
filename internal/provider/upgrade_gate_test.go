package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const (
	gateAddress = "data.prismasdwan_upgrade_gate.fleet"
	homecoming  = 30 * time.Minute // Virtual time after which the canary wave is home.
)

func TestAccGateReportsAFleet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		scenario string
		argument string
		checks   map[string]knownvalue.Check
	}{
		"open over a steady fleet": {"steady", "enforce = true", map[string]knownvalue.Check{
			"ready":              knownvalue.Bool(true),
			"summary":            knownvalue.StringExact("open: 50/50 ready (100%)"),
			"reasons":            knownvalue.ListSizeExact(0),
			"ready_percent":      knownvalue.Float64Exact(100),
			"blocking_elements":  knownvalue.ListSizeExact(0),
			"blocking_truncated": knownvalue.Bool(false),
		}},
		"closed over a mixed fleet": {"mixed", "max_blocking_elements = 3", map[string]knownvalue.Check{
			"ready":   knownvalue.Bool(false),
			"summary": knownvalue.StringExact("closed: 10/50 ready (20%), 34 pending, 4 failed, 2 unrecognized"),
			"reasons": knownvalue.ListSizeExact(3),
			"counts": knownvalue.ObjectExact(map[string]knownvalue.Check{
				"total": knownvalue.Int64Exact(50), "ready": knownvalue.Int64Exact(10), "disconnected": knownvalue.Int64Exact(0), "pending": knownvalue.Int64Exact(34),
				"failed": knownvalue.Int64Exact(4), "unrecognized": knownvalue.Int64Exact(2), "missing": knownvalue.Int64Exact(0), "left_out": knownvalue.Int64Exact(0),
			}),
			"blocking_elements":  knownvalue.ListSizeExact(3),
			"blocking_truncated": knownvalue.Bool(true),
		}},
		"closed where nothing is selected": {"steady", "element_ids = []", map[string]knownvalue.Check{
			"ready":   knownvalue.Bool(false),
			"reasons": knownvalue.ListPartial(map[int]knownvalue.Check{0: knownvalue.StringRegexp(regexp.MustCompile("no element that has an image status"))}),
		}},
		"closed where an element has no row": {"steady", `element_ids = ["1"]` + "\nmin_ready_percent = 0", map[string]knownvalue.Check{
			"ready":             knownvalue.Bool(false),
			"blocking_elements": knownvalue.ListPartial(map[int]knownvalue.Check{0: knownvalue.ObjectPartial(map[string]knownvalue.Check{"class": knownvalue.StringExact("missing"), "phase": knownvalue.Null()})}),
		}},
		"closed by an unknown state whatever else is allowed": {"mixed", "min_ready_percent = 0\nmax_failed = 50", map[string]knownvalue.Check{
			"ready":   knownvalue.Bool(false),
			"reasons": knownvalue.ListSizeExact(1),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 50, Seed: 1, Scenario: test.scenario})
			config := fmt.Sprintf("data %q \"fleet\" {\n%s\n}", "prismasdwan_upgrade_gate", test.argument)
			var checks []statecheck.StateCheck
			for attribute, check := range test.checks {
				checks = append(checks, statecheck.ExpectKnownValue(gateAddress, tfjsonpath.New(attribute), check))
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: connected(server, simulator.Unified),
				Steps: []resource.TestStep{
					{Config: config, ConfigStateChecks: checks},
					{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
				},
			})
		})
	}
}

func TestAccUnreadableControllerNeverOpensAGate(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 50, Seed: 1, Scenario: "steady"})
	fault(t, server, simulator.Fault{Kind: "unavailable_503", Every: 1})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{{
			Config:      `data "prismasdwan_upgrade_gate" "fleet" {}`,
			ExpectError: regexp.MustCompile(`Controller unavailable`),
		}},
	})
}

func fault(t *testing.T, server *simulator.Server, faults ...simulator.Fault) {
	t.Helper()
	if err := server.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
}

// gated is a rollout that a data source, an ephemeral resource or both hold.
func gated(server *simulator.Server, kinds ...string) map[string]string {
	var blocks, conditions strings.Builder
	for _, kind := range kinds {
		address := map[string]string{"data": "data.", "ephemeral": "ephemeral."}[kind] + "prismasdwan_upgrade_gate.canary"
		fmt.Fprintf(&blocks, "%s \"prismasdwan_upgrade_gate\" \"canary\" {\n  element_ids = %s\n  target_version = %q\n}\n",
			kind, quotedList(server.Wave(simulator.WaveCanary)), simulator.TargetImage().Version)
		message := `"The gate says no."`
		if kind == "data" {
			message = `join(" ", [` + address + `.summary], ` + address + `.reasons)`
		}
		fmt.Fprintf(&conditions, "    precondition {\n      condition = %s.ready\n      error_message = %s\n    }\n", address, message)
	}
	return map[string]string{"main.tf": `
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
` + blocks.String() + `
resource "terraform_data" "policy" {
  input = "rolled out"
  lifecycle {
` + conditions.String() + `
  }
}
`}
}

// newGatedTerminal has such a rollout, on a CLI that knows these gates.
func newGatedTerminal(t *testing.T, server *simulator.Server, kinds ...string) *terminal {
	t.Helper()
	terminal := newTerminal(t, server, gated(server, kinds...))
	if slices.Contains(kinds, "ephemeral") {
		terminal.needs(featureEphemeral)
	}
	return terminal
}

func quotedList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = fmt.Sprintf("%q", text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func rolloutFleet(t *testing.T) *simulator.Server {
	t.Helper()
	return startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "rollout"})
}

func breakCanary(t *testing.T, server *simulator.Server) {
	t.Helper()
	if err := server.Fail(server.Wave(simulator.WaveCanary)[0], "image does not boot"); err != nil {
		t.Fatal(err)
	}
}

func repairCanary(t *testing.T, server *simulator.Server) {
	t.Helper()
	if err := server.SetState(server.Wave(simulator.WaveCanary)[0], "complete"); err != nil {
		t.Fatal(err)
	}
}

func TestAccEphemeralGateHoldsASavedPlan(t *testing.T) {
	t.Parallel()
	server := rolloutFleet(t)
	server.Advance(homecoming)
	terminal := newGatedTerminal(t, server, "data", "ephemeral")
	terminal.succeeds([]string{"plan", "-out=saved"})
	breakCanary(t, server)
	terminal.fails([]string{"apply", "saved"},
		"Resource precondition failed", "Warning: Upgrade gate closed: 2/3 ready (66.66%), 1 failed, ", "image does not boot", "What to do")
	terminal.holdsNothing()
	repairCanary(t, server)
	terminal.succeeds([]string{"apply", "-auto-approve"}, "1 added")
}

func TestAccEnforcedGateExplainsItself(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"data", "ephemeral"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server := rolloutFleet(t)
			breakCanary(t, server)
			canary := server.Wave(simulator.WaveCanary)
			terminal := newTerminal(t, server, map[string]string{"main.tf": fmt.Sprintf(`
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
%s "prismasdwan_upgrade_gate" "canary" {
  element_ids    = %s
  target_version = "= %s"
  enforce        = true
}
`, kind, quotedList(canary), simulator.TargetImage().Version)})
			if kind == "ephemeral" {
				terminal.needs(featureEphemeral)
			}
			terminal.fails([]string{"plan"},
				"Error: Upgrade gate closed: ",
				"1 element failed (max_failed is 0): "+nameOf(canary[0], server),
				"image does not boot",
				"Elements that are not ready, the worst first: "+nameOf(canary[0], server),
				"What to do:",
			)
		})
	}
}

func TestAccWaitOpensWhenTheFleetComesHome(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "rollout", Speed: 600})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{{
			Config: waiting(server, `wait = { interval = "1s" }`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(gateAddress, tfjsonpath.New("ready"), knownvalue.Bool(true)),
			},
		}},
	})
	if looks := server.Count(simulator.RequestQuery); looks < 2 {
		t.Errorf("the gate looked %d times, so that it did not wait", looks)
	}
}

func TestAccWaitEndsWithTheLastVerdict(t *testing.T) {
	t.Parallel()
	server := rolloutFleet(t)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{{
			Config: waiting(server, "wait = { interval = \"1s\" }\ntimeouts = { read = \"2500ms\" }"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(gateAddress, tfjsonpath.New("ready"), knownvalue.Bool(false)),
				statecheck.ExpectKnownValue(gateAddress, tfjsonpath.New("summary"), knownvalue.StringRegexp(regexp.MustCompile(`^closed: 0/3 ready`))),
			},
		}},
	})
}

func TestAccWaitFailsAtOnceWhereWaitingIsHopeless(t *testing.T) {
	t.Parallel()
	server := rolloutFleet(t)
	breakCanary(t, server)
	started := time.Now()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{{
			Config:      waiting(server, "enforce = true\nwait = { interval = \"1h\" }\ntimeouts = { read = \"24h\" }"),
			ExpectError: regexp.MustCompile(`1 element failed \(max_failed is 0\)`),
		}},
	})
	if took := time.Since(started); took > time.Minute {
		t.Errorf("the wait took %s and should have ended with its first look", took)
	}
}

func TestAccWaitSurvivesAControllerThatIsAway(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "rollout"})
	server.Advance(homecoming)
	fault(t, server, simulator.Fault{Kind: "unavailable_503", Every: 1, Times: 6})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{{
			Config: waiting(server, `wait = { interval = "1s" }`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(gateAddress, tfjsonpath.New("ready"), knownvalue.Bool(true)),
			},
		}},
	})
	if played := server.FaultsPlayed(); played != 6 {
		t.Errorf("%d faults were played, want 6: the wait did not live through them", played)
	}
}

// waiting is a gate on the canary wave.
func waiting(server *simulator.Server, arguments string) string {
	return fmt.Sprintf("data \"prismasdwan_upgrade_gate\" \"fleet\" {\n  element_ids = %s\n  target_version = %q\n%s\n}\n",
		quotedList(server.Wave(simulator.WaveCanary)), simulator.TargetImage().Version, arguments)
}

func TestAccGateStateDoesNotGrowWithTheFleet(t *testing.T) {
	t.Parallel()
	sizes := make(map[int]int)
	for _, elements := range []int{500, 50_000} {
		server := startSimulator(t, simulator.Options{Elements: elements, Seed: 1, Scenario: "steady"})
		terminal := newTerminal(t, server, map[string]string{"main.tf": `
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
data "prismasdwan_upgrade_gate" "fleet" {}
`})
		terminal.succeeds([]string{"apply", "-auto-approve"})
		state, _ := terminal.run("show", "-json")
		sizes[elements] = len(state)
	}
	if grown := sizes[50_000] - sizes[500]; grown > 100 {
		t.Errorf("the state of 50,000 elements has %d bytes more than that of 500", grown)
	}
	t.Logf("state as JSON: %v bytes by fleet size", sizes)
}

func TestAccInvalidGateArgumentsAreNamed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ arguments, message string }{
		"target version":     {`target_version = "latest"`, `target_version is "latest"`},
		"two targets":        {"target_version = \"6.3.6\"\ntarget_image_id = \"1\"", `cannot be specified when`},
		"percent":            {`min_ready_percent = 101`, `min_ready_percent is "101"`},
		"fraction":           {`min_ready_percent = 0.95`, `Write 95 for 95%`},
		"name":               {`name = ""`, `name`},
		"name of two lines":  {`name = "a\nb"`, `one line of printable`},
		"interval too short": {`wait = { interval = "10ms" }`, `wait.interval is "10ms"`},
		"hold":               {`wait = { hold = "soon" }`, `wait.hold is "soon"`},
		"min elements":       {`min_elements = 0`, `min_elements`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{{
					Config:      "data \"prismasdwan_upgrade_gate\" \"fleet\" {\n" + test.arguments + "\n}",
					PlanOnly:    true,
					ExpectError: regexp.MustCompile(regexp.QuoteMeta(test.message)),
				}},
			})
		})
	}
}

func TestAccEphemeralGateGivesWhatTheDataSourceGives(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 50, Seed: 1, Scenario: "mixed"})
	newTerminal(t, server, nil).needs(featureEphemeralProvider)
	verdict := rollout.Gate{MinElements: 1, MaxBlocking: 20}.StartTally()
	for _, row := range server.Rows() {
		if err := verdict.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{{
			Config: `
ephemeral "prismasdwan_upgrade_gate" "fleet" {}
provider "echo" { data = ephemeral.prismasdwan_upgrade_gate.fleet }
resource "echo" "fleet" {}
`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("echo.fleet", tfjsonpath.New("data").AtMapKey("summary"), knownvalue.StringExact(verdict.Verdict(nil).Summary)),
				statecheck.ExpectKnownValue("echo.fleet", tfjsonpath.New("data").AtMapKey("blocking_elements"), knownvalue.ListSizeExact(20)),
			},
		}},
	})
}
