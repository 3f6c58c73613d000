package provider

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// reaction is what a run of the CLI does about a closed gate, in the guide's words.
type reaction string

const (
	fails  reaction = "fails"
	warns  reaction = "warns"
	goesOn reaction = "goes on"
	// failsTooLate is the run that fails while the rollout happens beside it.
	failsTooLate reaction = "fails, but may roll out"
)

// situation is a run of the CLI that meets a closed gate, in the guide's words.
type situation string

const (
	planRollout        situation = "`plan` of a rollout"
	applySaved         situation = "`apply` of a plan saved while the gate was open"
	planNothing        situation = "`plan` without changes"
	planUnrefreshed    situation = "`plan -refresh=false`"
	refreshOnly        situation = "`plan -refresh-only`"
	planElsewhere      situation = "`plan -target` of something else"
	destroyAll         situation = "`destroy`"
	destroyUnrefreshed situation = "`destroy -refresh=false`"
)

// placement is a way to put a gate before a rollout, in the guide's words.
type placement string

const (
	dataPrecondition       placement = "`data` in a resource's `precondition`"
	dataDeferred           placement = "`data` that depends on a resource that changes, in a `precondition`"
	dataPostcondition      placement = "`data` with a `postcondition`, `depends_on` it"
	dataCheck              placement = "`data` in a `check` block"
	ephemeralPrecondition  placement = "`ephemeral` in a resource's `precondition`"
	ephemeralPostcondition placement = "`ephemeral` with a `postcondition`, `depends_on` it"
	ephemeralAlone         placement = "`ephemeral` that nothing refers to"
	actionTrigger          placement = "`action` on `before_create`, `before_update`"
)

// reactionTable is a table of the guide "Gate a rollout".
type reactionTable struct {
	situations []situation
	rows       []reactionRow
}

// reactionRow holds what follows, situation by situation, for each of the
// values of enforce. Actions have no such argument; their value is "".
type reactionRow struct {
	placement placement
	enforce   []string
	reactions []reaction
}

var (
	either = []string{"false", "true"}
	off    = either[:1]
	on     = either[1:]
	none   = []string{""}
)

var reactionTables = []reactionTable{
	{[]situation{planRollout, applySaved, planNothing, planUnrefreshed}, []reactionRow{
		{dataPrecondition, either, []reaction{fails, goesOn, fails, fails}},
		{dataDeferred, either, []reaction{goesOn, fails, fails, fails}},
		{dataPostcondition, either, []reaction{fails, goesOn, fails, fails}},
		{dataCheck, either, []reaction{warns, warns, warns, warns}},
		{ephemeralPrecondition, either, []reaction{fails, fails, fails, fails}},
		{ephemeralPostcondition, either, []reaction{fails, fails, fails, fails}},
		{ephemeralAlone, off, []reaction{warns, warns, warns, warns}},
		{ephemeralAlone, on, []reaction{fails, failsTooLate, fails, fails}},
		{actionTrigger, none, []reaction{fails, fails, goesOn, goesOn}},
	}},
	{[]situation{refreshOnly, planElsewhere, destroyAll, destroyUnrefreshed}, []reactionRow{
		{dataPrecondition, off, []reaction{warns, goesOn, goesOn, goesOn}},
		{dataPrecondition, on, []reaction{fails, goesOn, fails, goesOn}},
		{dataDeferred, off, []reaction{warns, goesOn, goesOn, goesOn}},
		{dataDeferred, on, []reaction{fails, goesOn, fails, goesOn}},
		{dataPostcondition, off, []reaction{warns, goesOn, goesOn, goesOn}},
		{dataPostcondition, on, []reaction{fails, goesOn, fails, goesOn}},
		{dataCheck, either, []reaction{warns, goesOn, goesOn, goesOn}},
		{ephemeralPrecondition, off, []reaction{warns, goesOn, goesOn, goesOn}},
		{ephemeralPrecondition, on, []reaction{fails, goesOn, fails, goesOn}},
		{ephemeralPostcondition, either, []reaction{fails, goesOn, fails, goesOn}},
		{ephemeralAlone, off, []reaction{warns, goesOn, goesOn, goesOn}},
		{ephemeralAlone, on, []reaction{fails, goesOn, fails, goesOn}},
		{actionTrigger, none, []reaction{goesOn, goesOn, goesOn, goesOn}},
	}},
}

// openTofuDiffers has the cells in which OpenTofu reacts otherwise: it opens no
// ephemeral resource at apply that nothing refers to, and checks no condition of
// one where nothing changes.
var openTofuDiffers = []struct {
	placement placement
	enforce   string
	met       situation
	reaction  reaction
}{
	{ephemeralAlone, "false", applySaved, goesOn},
	{ephemeralAlone, "true", applySaved, goesOn},
	{ephemeralPostcondition, "false", refreshOnly, warns},
	{ephemeralPostcondition, "false", destroyAll, goesOn},
}

// cell is one cell of the guide's tables.
type cell struct {
	met  situation
	want reaction
}

// cellsOf are the tables' cells of one placement and value of enforce.
func cellsOf(where placement, enforce string) []cell {
	var cells []cell
	for _, table := range reactionTables {
		for _, row := range table.rows {
			if row.placement != where || !slices.Contains(row.enforce, enforce) {
				continue
			}
			for i, met := range table.situations {
				cells = append(cells, cell{met, row.reactions[i]})
			}
		}
	}
	return cells
}

// inOpenTofu is the cell as OpenTofu has it.
func (c cell) inOpenTofu(where placement, enforce string) cell {
	for _, other := range openTofuDiffers {
		if other.placement == where && other.enforce == enforce && other.met == c.met {
			c.want = other.reaction
		}
	}
	return c
}

const heldByPrecondition = `
resource "terraform_data" "policy" {
  lifecycle {
    precondition {
      condition     = KIND.prismasdwan_upgrade_gate.canary.ready
      error_message = "The gate says no."
    }
  }
}`

const heldByPostcondition = `
KIND "prismasdwan_upgrade_gate" "canary" {
  ARGUMENTS
  lifecycle {
    postcondition {
      condition     = self.ready
      error_message = "The gate says no."
    }
  }
}
resource "terraform_data" "policy" { depends_on = [KIND.prismasdwan_upgrade_gate.canary] }`

const plainGate = `
KIND "prismasdwan_upgrade_gate" "canary" {
  ARGUMENTS
}`

// placementConfigs are the configurations of the placements. KIND stands for
// the kind of gate, ARGUMENTS for those of the gate.
var placementConfigs = map[placement]struct {
	kind, config string
	needs        feature
	latency      time.Duration
}{
	dataPrecondition:       {kind: "data", config: plainGate + heldByPrecondition},
	dataDeferred:           {kind: "data", config: strings.ReplaceAll(plainGate, "ARGUMENTS", "ARGUMENTS\n  depends_on = [terraform_data.elsewhere]") + heldByPrecondition},
	dataPostcondition:      {kind: "data", config: heldByPostcondition},
	ephemeralPrecondition:  {kind: "ephemeral", config: plainGate + heldByPrecondition, needs: featureGuideCells},
	ephemeralPostcondition: {kind: "ephemeral", config: heldByPostcondition, needs: featureGuideCells},
	ephemeralAlone: {
		kind: "ephemeral", config: plainGate + "\nresource \"terraform_data\" \"policy\" {}", needs: featureGuideCells,
		// Nothing orders gate and rollout: a slow answer has the rollout come first.
		latency: time.Second,
	},
	dataCheck: {config: `
check "canary" {
  data "prismasdwan_upgrade_gate" "canary" {
    ARGUMENTS
  }
  assert {
    condition     = data.prismasdwan_upgrade_gate.canary.ready
    error_message = "The gate says no."
  }
}
resource "terraform_data" "policy" {}`},
	actionTrigger: {needs: featureAction, config: `
action "prismasdwan_await_upgrade" "canary" {
  config {
    ARGUMENTS
  }
}
resource "terraform_data" "policy" {
  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.prismasdwan_await_upgrade.canary]
    }
  }
}`},
}

// enforceValues are the values that the argument can have.
func enforceValues(where placement) []string {
	if where == actionTrigger {
		return none
	}
	return either
}

func TestAccClosedGateHoldsWhatTheGuideSays(t *testing.T) {
	t.Parallel()
	for where := range placementConfigs {
		for _, enforce := range enforceValues(where) {
			t.Run(strings.TrimSpace(string(where)+" "+enforce), func(t *testing.T) {
				t.Parallel()
				held := newHeldRollout(t, where, enforce)
				for _, cell := range cellsOf(where, enforce) {
					if runsOpenTofu() {
						cell = cell.inOpenTofu(where, enforce)
					}
					if got := held.meets(cell.met); got != cell.want {
						t.Errorf("%s: %s, want %s", cell.met, got, cell.want)
					}
				}
			})
		}
	}
}

func TestGuideHasTheTablesOfClosedGates(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../templates/guides/gate-a-rollout.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(content), "\n## What holds when\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var got, want []string
	for line := range strings.Lines(strings.ReplaceAll(section, "**", "")) {
		if strings.HasPrefix(line, "| ") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	for _, table := range reactionTables {
		want = append(want, guideRow("where the gate is", "`enforce`", table.situations))
		for _, row := range table.rows {
			want = append(want, guideRow(string(row.placement), enforceInGuide[strings.Join(row.enforce, " ")], row.reactions))
		}
	}
	want = append(want, guideRow("where the gate is", "`enforce`", []string{"run", "OpenTofu"}))
	for _, row := range openTofuDiffers {
		want = append(want, guideRow(string(row.placement), "`"+row.enforce+"`", []string{string(row.met), string(row.reaction)}))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the guide's tables are not those that are tested (-tested +guide):\n%s", diff)
	}
}

// enforceInGuide is how the guide writes the values of enforce.
var enforceInGuide = map[string]string{"false true": "either", "false": "`false`", "true": "`true`", "": "none"}

func guideRow[T ~string](where, enforce string, cells []T) string {
	texts := []string{where, enforce}
	for _, cell := range cells {
		texts = append(texts, string(cell))
	}
	return "| " + strings.Join(texts, " | ") + " |"
}

func TestEveryCellOfClosedGatesStandsOnce(t *testing.T) {
	t.Parallel()
	for where := range placementConfigs {
		for _, enforce := range enforceValues(where) {
			seen := make(map[situation]int)
			for _, cell := range cellsOf(where, enforce) {
				seen[cell.met]++
			}
			for _, table := range reactionTables {
				for _, met := range table.situations {
					if seen[met] != 1 {
						t.Errorf("%s, enforce %q, %s: %d cells, want one", where, enforce, met, seen[met])
					}
				}
			}
		}
	}
}

// heldRollout is a rollout behind a gate.
type heldRollout struct {
	*terminal
	server *simulator.Server
}

func newHeldRollout(t *testing.T, where placement, enforce string) *heldRollout {
	t.Helper()
	placed := placementConfigs[where]
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "rollout", Latency: placed.latency})
	server.Advance(homecoming)
	arguments := "element_ids = " + quotedList(server.Wave(simulator.WaveCanary))
	if enforce != "" {
		arguments += "\nenforce = " + enforce
	}
	terminal := newTerminal(t, server, map[string]string{"main.tf": `
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
resource "terraform_data" "elsewhere" {}
` + strings.NewReplacer("KIND", placed.kind, "ARGUMENTS", arguments).Replace(placed.config)})
	if placed.needs != "" {
		terminal.needs(placed.needs)
	}
	return &heldRollout{terminal: terminal, server: server}
}

// meets puts the rollout into a situation and tells what follows.
func (h *heldRollout) meets(met situation) reaction {
	h.t.Helper()
	switch met {
	case planRollout:
		h.nothingRolledOut()
		return h.reactionTo("plan")
	case applySaved:
		return h.applySaved()
	default:
		h.rolledOut()
	}
	return h.reactionTo(map[situation][]string{
		planNothing:        {"plan"},
		planUnrefreshed:    {"plan", "-refresh=false"},
		refreshOnly:        {"plan", "-refresh-only"},
		planElsewhere:      {"plan", "-target=terraform_data.elsewhere"},
		destroyAll:         {"destroy", "-auto-approve"},
		destroyUnrefreshed: {"destroy", "-auto-approve", "-refresh=false"},
	}[met]...)
}

// applySaved plans a rollout while the gate is open and applies it afterwards.
func (h *heldRollout) applySaved() reaction {
	h.t.Helper()
	h.nothingRolledOut()
	repairCanary(h.t, h.server)
	h.succeeds([]string{"plan", "-out=saved"}, "to add")
	breakCanary(h.t, h.server)
	reacts := h.reactionTo("apply", "saved")
	happened := h.holds("policy")
	switch {
	case reacts == fails && happened:
		return failsTooLate
	case reacts != fails && !happened:
		h.t.Fatal("the run goes on and rolls out nothing")
	}
	return reacts
}

// nothingRolledOut begins with no state and a closed gate.
func (h *heldRollout) nothingRolledOut() {
	h.t.Helper()
	if err := os.RemoveAll(filepath.Join(h.directory, stateFile)); err != nil {
		h.t.Fatal(err)
	}
	breakCanary(h.t, h.server)
}

// rolledOut begins with the rollout in state, and with a gate closed since.
func (h *heldRollout) rolledOut() {
	h.t.Helper()
	if !h.holds("policy") {
		repairCanary(h.t, h.server)
		h.succeeds([]string{"apply", "-auto-approve"}, "Apply complete!")
	}
	breakCanary(h.t, h.server)
}

var (
	gateFailed = regexp.MustCompile(`Error: (.*Upgrade gate|Resource (pre|post)condition failed)`)
	gateWarned = regexp.MustCompile(`Warning: (Upgrade gate|Resource (pre|post)condition failed|Check block assertion failed)`)
)

// reactionTo runs the CLI against a closed gate.
func (h *heldRollout) reactionTo(arguments ...string) reaction {
	h.t.Helper()
	output, succeeded := h.run(arguments...)
	switch {
	case !succeeded && gateFailed.MatchString(output):
		return fails
	case !succeeded:
		h.t.Fatalf("%v fails, and not for the gate:\n%s", arguments, output)
	case gateWarned.MatchString(output):
		return warns
	}
	return goesOn
}
