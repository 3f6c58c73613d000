package provider

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// What the guide says of events and on_failure is what the CLI did in these
// tests; the goldens in testdata/events hold what it printed.

const (
	holdRemoval  = "guides/hold-removal"
	awaitUpgrade = "guides/await-upgrade"

	oneSite  = `{"sites":{"berlin":"ID"}}`
	noSite   = `{"sites":{}}`
	oldImage = `{"sites":{"berlin":"ID"},"target_version":"6.3.5-b9"}`
	newImage = `{"sites":{"berlin":"ID"},"target_version":"6.3.6-b9"}`
)

// changingSites is an example over one site, in a fleet whose clock stands still.
type changingSites struct {
	*terminal
	server *simulator.Server
	// element is the one at the site.
	element string
	// told is what the golden holds.
	told strings.Builder
}

// newChangingSites applies an example, whose action waits as long as limit says.
// Changes are to its text, in pairs of old and new.
func newChangingSites(t *testing.T, example, values, limit string, changes ...string) *changingSites {
	t.Helper()
	server := startSimulator(t, simulator.Options{Elements: 12, Seed: 1, Scenario: "steady"})
	files := exampleFiles(t, example, server)
	soon := fmt.Sprintf("invoke = %q }\n    wait = { interval = \"1s\" }", limit)
	files["main.tf"] = strings.NewReplacer(append(changes, `invoke = "2h" }`, soon, `invoke = "4h" }`, soon)...).Replace(files["main.tf"])
	c := &changingSites{terminal: newTerminal(t, server, files), server: server, element: settledOnes(server)[0].Element()}
	c.needs(featureDestroyEvents)
	c.set(values)
	c.succeeds([]string{"apply", "-input=false", "-auto-approve"}, "Apply complete!")
	return c
}

func (c *changingSites) set(values string) {
	c.t.Helper()
	write(c.t, filepath.Join(c.directory, "terraform.tfvars.json"), strings.ReplaceAll(values, "ID", c.element))
}

func (c *changingSites) upgrade() {
	c.t.Helper()
	if err := c.server.Upgrade([]string{c.element}, simulator.TargetImage(), simulator.Plan{}); err != nil {
		c.t.Fatal(err)
	}
	c.server.Advance(time.Minute)
}

func (c *changingSites) fail() {
	c.t.Helper()
	if err := c.server.Fail(c.element, "disk full"); err != nil {
		c.t.Error(err)
	}
}

func deny(c *changingSites) { c.server.SetSwitches(simulator.Switches{RolesDenied: true}) }

// finish has the upgrade end well.
func finish(c *changingSites) { c.server.Advance(2 * time.Hour) }

// rollOut saves a plan and applies it. Meanwhile happens when the action has
// looked once at apply.
func (c *changingSites) rollOut(meanwhile func(*changingSites), options ...string) {
	c.t.Helper()
	if c.tell(nil, append([]string{"plan", "-input=false", "-out=tfplan"}, options...)...) {
		c.tell(meanwhile, "apply", "-input=false", "tfplan")
	}
}

// tell runs a command and adds to the golden what it printed.
func (c *changingSites) tell(meanwhile func(*changingSites), arguments ...string) (succeeded bool) {
	c.t.Helper()
	done, ended := make(chan struct{}), make(chan struct{})
	before := c.server.Count(simulator.RequestQuery)
	go func() {
		defer close(ended)
		// The second look has begun, so that the first is over.
		for c.server.Count(simulator.RequestQuery) < before+2 {
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
		if meanwhile != nil {
			meanwhile(c)
		}
	}()
	printed, succeeded := c.printed(exec.CommandContext(c.t.Context(), c.cli, append(arguments, "-no-color")...))
	close(done)
	<-ended
	outcome := "it succeeds"
	if !succeeded {
		outcome = "it fails"
	}
	c.told.WriteString("$ terraform " + strings.Join(arguments, " ") + "\n" + strings.Join(essential(printed), "\n") + "\n" + outcome + "\n")
	return succeeded
}

var (
	// told are the lines that say what happened, and changing what differs from run
	// to run.
	told     = regexp.MustCompile(`^(  # terraform_data|Action |terraform_data\.|Plan: |Apply complete|Destroy complete|Error: |Warning: (Orphaned|Upgrade)|No changes)`)
	changing = regexp.MustCompile(`; next check.*| after \d+s| \[id=[^]]*\]|: Refreshing state.*|: The gate was still closed.*`)
)

func essential(printed string) (lines []string) {
	for line := range strings.Lines(printed) {
		line = strings.TrimRight(line, " \n")
		if trimmed := strings.TrimSpace(line); !strings.HasPrefix(line, "  #") {
			line = trimmed
		}
		if told.MatchString(line) && !strings.Contains(line, "Still ") && !strings.Contains(line, "Refreshing state") {
			lines = append(lines, changing.ReplaceAllString(line, ""))
		}
	}
	return slices.Compact(lines)
}

// ends compares what was told with the golden of that name.
func (c *changingSites) ends(name string) {
	c.t.Helper()
	path := filepath.Join("testdata", "events", name+".golden")
	got := strings.ReplaceAll(c.told.String(), c.element, "ID")
	if *update {
		write(c.t, path, got)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatalf("%v; write the golden file with -update", err)
	}
	if difference := cmp.Diff(string(want), got); difference != "" {
		c.t.Errorf("what the CLI does is something else (-want +got):\n%s", difference)
	}
}

func TestAccRemovalOfASiteIsHeldAsTheGuideSays(t *testing.T) {
	t.Parallel()
	const trigger, replace = "events  = [before_destroy]", `-replace=terraform_data.site["berlin"]`
	for name, test := range map[string]struct {
		changes   []string
		before    func(*changingSites)
		values    string
		options   []string // of the plan
		meanwhile func(*changingSites)
		stays     bool
	}{
		"removal-waits": {
			values: noSite, before: (*changingSites).upgrade,
			meanwhile: finish,
		},
		"removal-times-out": {
			values: noSite, before: (*changingSites).upgrade, stays: true,
		},
		"removal-continues": {
			values: noSite, before: (*changingSites).upgrade,
			changes: []string{trigger, trigger + "\n      on_failure = continue"},
		},
		"removal-with-a-failure-at-plan": {
			values: noSite, before: (*changingSites).fail,
		},
		"removal-with-an-unreadable-controller": {
			values: noSite, before: deny,
		},
		"removal-continues-with-a-failure-at-plan": {
			values: noSite, before: (*changingSites).fail, changes: []string{trigger, trigger + "\n      on_failure = continue"},
		},
		"replacement-with-a-failure-at-plan": {values: oneSite, before: (*changingSites).fail, options: []string{replace}, stays: true},
		"destroy-of-a-target-times-out": {
			values: oneSite, before: (*changingSites).upgrade, options: []string{"-destroy", `-target=terraform_data.site["berlin"]`},
		},
		"destroy-with-an-unreadable-controller": {
			values: oneSite, before: deny, options: []string{"-destroy"}, stays: true,
		},
		"replacement-times-out": {
			values: oneSite, before: (*changingSites).upgrade, options: []string{replace}, stays: true,
		},
		"destroy-times-out": {
			values: oneSite, before: (*changingSites).upgrade, options: []string{"-destroy"},
		},
		"destroy-with-a-failure-at-plan": {
			values: oneSite, before: (*changingSites).fail, options: []string{"-destroy"}, stays: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := "3s"
			if test.meanwhile != nil {
				limit = "5m"
			}
			c := newChangingSites(t, holdRemoval, oneSite, limit, test.changes...)
			c.set(test.values)
			test.before(c)
			c.rollOut(test.meanwhile, test.options...)
			if stays := c.holds("site"); stays != test.stays {
				t.Errorf("the site is still there: %t, want %t", stays, test.stays)
			}
			c.ends(name)
		})
	}
}

// The guide's command finds a removal that no action holds.
func TestAccPlanThatRemovesASiteUnheldIsFound(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skipf("the guide's commands need jq, and %v", err)
	}
	commands := blocks(t, "shell")
	for name, test := range map[string]struct {
		before func(*changingSites)
		values string
		code   string
	}{
		"held":            {(*changingSites).upgrade, noSite, "0"},
		"not held":        {(*changingSites).fail, noSite, "1"},
		"nothing removed": {(*changingSites).fail, oneSite, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChangingSites(t, holdRemoval, oneSite, "5m")
			c.set(test.values)
			test.before(c)
			c.shell("terraform plan -input=false -out=tfplan && terraform show -json tfplan > plan.json")
			c.exits(commands[1], test.code)
		})
	}
}

func TestAccWhatFollowsAnUpgradeWaitsAsTheGuideSays(t *testing.T) {
	t.Parallel()
	const trigger = "on_failure = taint"
	// alone leaves out the second trigger, which the guide advises.
	alone := []string{"events  = [before_create, before_update]", "events  = [before_destroy]"}
	halts, goesOn := []string{trigger, "on_failure = halt"}, []string{trigger, "on_failure = continue"}
	replace := []string{`-replace=terraform_data.upgrade["berlin"]`}
	for name, test := range map[string]struct {
		changes []string
		options []string // of the plan
		fails   bool
		follows string // of what the next plan does when the element is retried
	}{
		"update-waits":                   {follows: "No changes"},
		"update-fails":                   {fails: true, follows: `policy["berlin"] will be updated in-place Plan: 0 to add, 1 to change, 0 to destroy. Actions: 1 to invoke.`},
		"update-fails-alone":             {changes: alone, fails: true, follows: "Plan: 0 to add, 1 to change, 0 to destroy. it succeeds"},
		"update-fails-and-halts-alone":   {changes: slices.Concat(halts, alone), fails: true, follows: "Plan: 0 to add, 1 to change, 0 to destroy. it succeeds"},
		"create-fails-and-taints":        {options: replace, fails: true, follows: `terraform_data.upgrade["berlin"] is tainted, so must be replaced`},
		"create-fails-and-halts":         {options: replace, changes: halts, fails: true, follows: "Plan: 0 to add, 1 to change, 0 to destroy. Actions: 1 to invoke."},
		"create-fails-and-halts-alone":   {options: replace, changes: slices.Concat(halts, alone), fails: true, follows: "Plan: 0 to add, 1 to change, 0 to destroy. it succeeds"},
		"create-fails-and-goes-on":       {options: replace, changes: goesOn, fails: true, follows: "Plan: 0 to add, 1 to change, 0 to destroy. Actions: 1 to invoke."},
		"create-fails-and-goes-on-alone": {options: replace, changes: slices.Concat(goesOn, alone), fails: true, follows: "No changes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChangingSites(t, awaitUpgrade, oldImage, "5m", test.changes...)
			c.set(newImage)
			c.upgrade()
			meanwhile := finish
			if test.fails {
				meanwhile = (*changingSites).fail
			}
			c.rollOut(meanwhile, test.options...)
			if test.fails {
				c.tell(nil, "plan", "-input=false")
				c.upgrade()
			}
			c.tell(nil, "plan", "-input=false")
			if last := c.told.String(); !strings.Contains(strings.Join(strings.Fields(last[strings.LastIndex(last, "$ "):]), " "), test.follows) {
				t.Errorf("the next plan does not say %q:\n%s", test.follows, last)
			}
			c.ends(name)
		})
	}
}
