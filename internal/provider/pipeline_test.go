package provider

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const (
	pipelineGuide   = "../../templates/guides/in-a-pipeline.md.tmpl"
	pipelineExample = "guides/pipeline"
)

// newPipeline is the guide's configuration over a fleet at rest, on target.
func newPipeline(t *testing.T) (*terminal, *simulator.Server) {
	t.Helper()
	server := startSimulator(t, simulator.Options{Elements: 12, Seed: 1, Scenario: "steady"})
	c := newTerminal(t, server, exampleFiles(t, pipelineExample, server))
	c.needs(featureEphemeral)
	return c, server
}

// closeGates has one element fail.
func closeGates(t *testing.T, server *simulator.Server) {
	t.Helper()
	if err := server.SetState(server.ElementIDs()[0], "failed"); err != nil {
		t.Fatal(err)
	}
}

// blocks are the guide's blocks of code in a language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	content, err := os.ReadFile(pipelineGuide)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, part := range strings.Split(string(content), "\n```"+language+"\n")[1:] {
		block, _, closed := strings.Cut(part, "\n```\n")
		if !closed {
			t.Fatalf("a block does not end: %s", part)
		}
		found = append(found, block)
	}
	return found
}

// exits runs a block as a step of a pipeline, which stops at the first command
// that fails, and insists on its exit code.
func (c *terminal) exits(block, code string) (output string) {
	c.t.Helper()
	output = c.shell("(set -e\n" + block + "\n) && rc=0 || rc=$?; echo \"exit code $rc\"")
	if !strings.HasSuffix(output, "exit code "+code) {
		c.t.Errorf("the exit code is not %s of\n%s\n%s", code, block, output)
	}
	return output
}

func (c *terminal) file(name string) string {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.directory, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(content)
}

func TestAccPipelineRunsTheCommandsOfTheGuide(t *testing.T) {
	t.Parallel()
	needsCommand(t, "jq")
	commands := blocks(t, "sh")
	// The order is the guide's: plan, report of an apply, verdict, summary,
	// scheduled check, Atlantis.
	if len(commands) != 6 {
		t.Fatalf("the guide has %d blocks to run, and this test knows 6", len(commands))
	}
	for name, test := range map[string]struct {
		closed                               bool
		heading, plan, verdict, checkedLater string
	}{
		"open":   {false, "## ✅ Upgrade gate \"fleet\" open: 12/12 ready (100%)", "0", "0", "0"},
		"closed": {true, "## ⛔ Upgrade gate \"fleet\" closed: 11/12 ready (91.66%), 1 failed", "1", "1", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, server := newPipeline(t)
			c.environment = append(c.environment, "PLANFILE=atlantis.tfplan", "GITHUB_STEP_SUMMARY="+filepath.Join(c.directory, "summary.md"))
			if test.closed {
				closeGates(t, server)
			}
			c.exits(commands[0], test.plan)
			report := c.file("report.md")
			if !strings.HasPrefix(report, test.heading) {
				t.Errorf("the report does not begin with %s:\n%s", test.heading, report)
			}
			c.exits(commands[2], test.verdict)
			c.exits(commands[3], "0")
			if c.file("summary.md") != report {
				t.Errorf("the summary is\n%s", c.file("summary.md"))
			}
			if output := c.exits(commands[5], test.plan); !strings.Contains(output, test.heading) {
				t.Errorf("the step for Atlantis does not print %s:\n%s", test.heading, output)
			}
			if test.closed {
				c.fails([]string{"apply", "-input=false", "tfplan"})
				c.holdsNothing()
			} else {
				c.succeeds([]string{"apply", "-input=false", "tfplan"}, "Apply complete!")
				c.exits(commands[1], "0")
				if applied := c.file("report.md"); applied+"\n" != report && applied != report {
					t.Errorf("the output is\n%s\nwant\n%s", applied, report)
				}
			}
			c.exits(commands[4], test.checkedLater)
		})
	}
}

func TestAccScheduledPlanTellsByItsExitCode(t *testing.T) {
	t.Parallel()
	c, server := newPipeline(t)
	const check = "terraform plan -input=false -detailed-exitcode"
	if !slices.Contains(blocks(t, "sh"), check) {
		t.Fatalf("the guide does not have %s", check)
	}
	c.succeeds([]string{"apply", "-auto-approve", "-input=false"}, "Apply complete!")
	c.exits(check, "0")
	if err := server.Update(server.ElementIDs()[1], func(row *imagestatus.Status) { row.ActiveVersion = new("6.3.6-b9") }); err != nil {
		t.Fatal(err)
	}
	if output := c.exits(check, "2"); !strings.Contains(output, "Changes to Outputs: ~ report") {
		t.Errorf("the plan does not show that the report changes:\n%s", output)
	}
	closeGates(t, server)
	c.exits(check, "1")
	fault(t, server, simulator.Fault{Kind: "forbidden_403"})
	c.exits(check, "1")
}

// planned is the part of "terraform show -json" that the guide has paths into.
type planned struct {
	Errored       bool
	PlannedValues struct {
		Outputs map[string]struct{ Value any }
	} `json:"planned_values"`
	PriorState struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Address string
					Values  map[string]any
				}
			} `json:"root_module"`
		}
	} `json:"prior_state"`
}

// plan saves a plan, which may fail, and reads its JSON.
func (c *terminal) plan() (read planned, succeeded bool) {
	c.t.Helper()
	_, succeeded = c.run("plan", "-input=false", "-out=tfplan")
	c.shell("terraform show -json tfplan > plan.json")
	if err := json.Unmarshal([]byte(c.file("plan.json")), &read); err != nil {
		c.t.Fatal(err)
	}
	return read, succeeded
}

// ready is what the guide's two paths lead to; nil where there is nothing.
func (p planned) ready() (gate, output any) {
	for _, resource := range p.PriorState.Values.RootModule.Resources {
		if resource.Address == "data.prismasdwan_upgrade_gate.fleet" {
			gate = resource.Values["ready"]
		}
	}
	return gate, p.PlannedValues.Outputs["ready"].Value
}

func TestAccPlanHasTheVerdictWhereTheGuideSays(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile(pipelineGuide)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"`.errored`", "`.planned_values.outputs.ready.value`",
		"`.prior_state.values.root_module.resources[]? \\| select(.address == \"data.prismasdwan_upgrade_gate.fleet\") \\| .values.ready`",
	} {
		if !strings.Contains(string(guide), path) {
			t.Errorf("the guide does not have the path %s", path)
		}
	}
	c, server := newPipeline(t)
	plan, succeeded := c.plan()
	if gate, output := plan.ready(); !succeeded || plan.Errored || gate != any(true) || output != any(true) {
		t.Errorf("open: success is %t, errored %t, the gate's ready %v and the output %v", succeeded, plan.Errored, gate, output)
	}
	closeGates(t, server)
	plan, succeeded = c.plan()
	if gate, output := plan.ready(); succeeded || !plan.Errored || gate != any(false) || output != any(false) {
		t.Errorf("closed: success is %t, errored %t, the gate's ready %v and the output %v", succeeded, plan.Errored, gate, output)
	}
	blocking, _ := plan.PriorState.Values.RootModule.Resources[0].Values["blocking_elements"].([]any)
	if len(blocking) != 1 {
		t.Errorf("the plan has %d elements that are not ready, want 1", len(blocking))
	}
}

func TestAccPlanHasNoVerdictOfAGateThatIsReadAtApply(t *testing.T) {
	t.Parallel()
	needsCommand(t, "jq")
	server := startSimulator(t, simulator.Options{Elements: 3, Seed: 1, Scenario: "steady"})
	files := exampleFiles(t, pipelineExample, server)
	files["later.tf"] = "resource \"terraform_data\" \"later\" {\n  input = \"~> 6.3.5\"\n}\n"
	files["main.tf"] = strings.Replace(files["main.tf"], "target_version = local.gate.target_version", "target_version = terraform_data.later.output", 1)
	c := newTerminal(t, server, files)
	c.needs(featureEphemeral)
	plan, succeeded := c.plan()
	if gate, output := plan.ready(); !succeeded || gate != nil || output != nil {
		t.Errorf("success is %t, the gate's ready %v and the output %v; want no verdict", succeeded, gate, output)
	}
	c.exits(blocks(t, "sh")[2], "1")
	c.succeeds([]string{"apply", "-input=false", "tfplan"}, "Upgrade gate \"fleet\" open: 3/3 ready")
	write(t, filepath.Join(c.directory, "later.tf"), "resource \"terraform_data\" \"later\" {\n  input = \"~> 6.3.4\"\n}\n")
	plan, succeeded = c.plan()
	if gate, output := plan.ready(); !succeeded || gate != nil || output != nil {
		t.Errorf("once more: success is %t, the gate's ready %v and the output %v; want no verdict", succeeded, gate, output)
	}
}

// TestAccPlanWithoutAVerdictHasNoReport is what the guide says of a controller
// that cannot be read, and of a data source that is enforced.
func TestAccPlanWithoutAVerdictHasNoReport(t *testing.T) {
	t.Parallel()
	needsCommand(t, "jq")
	for name, test := range map[string]struct {
		enforce bool
		breaks  func(*testing.T, *simulator.Server)
	}{
		"the controller cannot be read": {false, func(t *testing.T, server *simulator.Server) { fault(t, server, simulator.Fault{Kind: "forbidden_403"}) }},
		"the data source is enforced":   {true, closeGates},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 3, Seed: 1, Scenario: "steady"})
			files := exampleFiles(t, pipelineExample, server)
			if test.enforce {
				files["main.tf"] = strings.Replace(files["main.tf"], "local.gate.name\n", "local.gate.name\n  enforce = true\n", 1)
			}
			c := newTerminal(t, server, files)
			c.needs(featureEphemeral)
			c.succeeds([]string{"apply", "-auto-approve", "-input=false"}, "Apply complete!")
			test.breaks(t, server)
			plan, succeeded := c.plan()
			gate, output := plan.ready()
			if report := plan.PlannedValues.Outputs["report"].Value; succeeded || !plan.Errored || output != nil || report != nil {
				t.Errorf("success is %t, errored %t, the output %v and the report %v; want no verdict", succeeded, plan.Errored, output, report)
			}
			// This is why the guide asks for errored beside the gate.
			if gate != any(true) {
				t.Errorf("the gate's ready is %v, want that of the last apply", gate)
			}
			c.exits(blocks(t, "sh")[2], "1")
		})
	}
}

func TestAccReportOfAnEphemeralGateIsEphemeral(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3, Seed: 1, Scenario: "steady"})
	files := exampleFiles(t, "guides/pipeline-at-apply", server)
	c := newTerminal(t, server, files)
	c.needs(featureEphemeral)
	c.succeeds([]string{"apply", "-auto-approve", "-input=false"}, "Apply complete!")
	if report := c.file("report.md"); !strings.HasPrefix(report, "## ✅ Upgrade gate open: 3/3 ready (100%)") {
		t.Errorf("the report is\n%s", report)
	}
	if state := c.file(stateFile); strings.Contains(state, "Upgrade gate") {
		t.Errorf("the state has the report:\n%s", state)
	}
	write(t, filepath.Join(c.directory, "output.tf"), `
output "report" {
  value = provider::prismasdwan::report_markdown(ephemeral.prismasdwan_upgrade_gate.fleet)
}
`)
	c.fails([]string{"plan", "-input=false"}, "phemeral")
}

// TestAccActionIsInvokedAlone runs where the CLI knows actions.
func TestAccActionIsInvokedAlone(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3, Seed: 1, Scenario: "steady"})
	files := exampleFiles(t, "actions/prismasdwan_await_upgrade", server)
	c := newTerminal(t, server, files)
	c.needs(featureAction)
	commands := blocks(t, "shell")
	if len(commands) != 2 {
		t.Fatalf("the guide has %d blocks about actions, and the tests know 2", len(commands))
	}
	c.exits(commands[0], "0")
}

// TestWorkflowsHaveTheCommandsThatAreRun holds the guide's files for services,
// which no test runs, to the blocks of commands that are run.
func TestWorkflowsHaveTheCommandsThatAreRun(t *testing.T) {
	t.Parallel()
	run := strings.Split(strings.Join(blocks(t, "sh"), "\n"), "\n")
	held := 0
	for _, workflow := range blocks(t, "yaml") {
		for line := range strings.Lines(workflow) {
			command := strings.TrimSpace(line)
			if !strings.HasPrefix(command, "terraform ") && !strings.HasPrefix(command, "jq ") && !strings.HasPrefix(command, "cat ") {
				continue
			}
			held++
			if !slices.Contains(run, command) {
				t.Errorf("the guide has %q in a workflow, and no test runs it", command)
			}
		}
	}
	if held < 7 {
		t.Errorf("only %d commands were found", held)
	}
}
