package provider

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const examplesDirectory = "../../examples"

// exampleNeeds are the features that examples need, by their directory or by the
// first part of it.
var exampleNeeds = map[string]feature{
	"actions":                featureAction,
	"guides/waves-by-action": featureAction,
	awaitUpgrade:             featureDestroyEvents,
	holdRemoval:              featureDestroyEvents,
	"ephemeral-resources":    featureEphemeral,
	"offline-tests":          featureEphemeral,
	"rollout":                featureEphemeral,
}

// TestAccExamplesApply applies every example that the documentation shows to a
// fleet at rest, so that no page shows a configuration that does not work.
func TestAccExamplesApply(t *testing.T) {
	t.Parallel()
	for _, example := range examples(t) {
		t.Run(example, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "steady"})
			terminal := newTerminal(t, server, exampleFiles(t, example, server))
			for _, of := range []string{strings.Split(example, "/")[0], example} {
				if wanted, needs := exampleNeeds[of]; needs {
					terminal.needs(wanted)
				}
			}
			terminal.succeeds([]string{"get"})
			terminal.succeeds([]string{"fmt", "-check"})
			terminal.succeeds([]string{"validate"}, "The configuration is valid")
			terminal.succeeds([]string{"apply", "-auto-approve"}, "Apply complete!")
			terminal.promises(t, example)
			// A check block has its data source read again; nothing else may change.
			if output, planned := terminal.run("plan"); !planned || strings.Contains(output, "will be created") || strings.Contains(output, "will be updated") {
				t.Errorf("the example does not come to rest:\n%s", output)
			}
		})
	}
}

// examples lists the directories with a configuration, relative to the top.
func examples(t *testing.T) []string {
	t.Helper()
	found := make(map[string]bool)
	var directories []string
	err := filepath.WalkDir(examplesDirectory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" {
			return err
		}
		directory, err := filepath.Rel(examplesDirectory, filepath.Dir(path))
		if err == nil && !found[directory] {
			found[directory] = true
			directories = append(directories, filepath.ToSlash(directory))
		}
		return err
	})
	if err != nil || len(directories) == 0 {
		t.Fatalf("examples: %v, %v", directories, err)
	}
	return directories
}

// exampleFiles are an example's files, the provider's source where a fragment
// leaves it out, and values for the variables that it asks for.
func exampleFiles(t *testing.T, example string, server *simulator.Server) map[string]string {
	t.Helper()
	files := readExample(t, example)
	for name, content := range files {
		// The test has not the time that a fleet should have.
		files[name] = strings.ReplaceAll(content, `hold = "5m"`, `hold = "1s"`)
	}
	all := strings.Join(slices.Collect(maps.Values(files)), "\n")
	if !strings.Contains(all, "required_providers") {
		files["versions.tf"] = "terraform {\n  required_providers {\n    prismasdwan = { source = \"sdwanops/prismasdwan\" }\n  }\n}\n"
	}
	values := make(map[string]any)
	for name, value := range map[string]any{
		"canary_sites":   []string{"BR-MIL-01", "BR-SIN-02"},
		"hub_element_id": server.ElementIDs()[0],
		"sites":          map[string]string{"berlin": server.ElementIDs()[0]},
		"target_version": "= " + simulator.CurrentImage().Version,
	} {
		if strings.Contains(all, `variable "`+name+`"`) {
			values[name] = value
		}
	}
	variables, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	files["terraform.tfvars.json"] = string(variables)
	return files
}

func readExample(t *testing.T, example string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	directory := os.DirFS(filepath.Join(examplesDirectory, example))
	err := fs.WalkDir(directory, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasPrefix(filepath.Ext(path), ".tf") && !strings.HasSuffix(path, ".hcl") {
			return err
		}
		content, err := fs.ReadFile(directory, path)
		files[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// promise is an output of an example with its value in a comment.
var promise = regexp.MustCompile(`output "(\w+)" \{\s+value = .*\S # (.+)\n`)

// promises checks the values that an example states in comments.
func (c *terminal) promises(t *testing.T, example string) {
	t.Helper()
	for _, content := range readExample(t, example) {
		for _, match := range promise.FindAllStringSubmatch(content, -1) {
			output, _ := c.run("output", "-json", match[1])
			if _, value, found := strings.Cut(output, "published releases. "); found {
				output = value
			}
			if output != match[2] {
				t.Errorf("output %q is %s, and the comment says %s", match[1], output, match[2])
			}
		}
	}
}

func TestAccOfflineTestsPassWithoutATenant(t *testing.T) {
	t.Parallel()
	terminal := newTerminal(t, nil, readExample(t, "offline-tests/gate"))
	terminal.succeeds([]string{"test"}, "3 passed, 0 failed")
}

// newTestedRollout is the example of a rollout that is tested against the
// simulator with its default flags.
func newTestedRollout(t *testing.T, changed map[string]string) *terminal {
	t.Helper()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "rollout"})
	files := readExample(t, "offline-tests")
	maps.Copy(files, changed)
	terminal := newTerminal(t, server, files)
	terminal.needs(featureEphemeral)
	terminal.succeeds([]string{"get"})
	return terminal
}

func TestAccExampleIsTestedAgainstTheSimulator(t *testing.T) {
	t.Parallel()
	newTestedRollout(t, nil).succeeds([]string{"test"}, "2 passed, 0 failed")
}

// What the guide says of mocks and ephemeral resources is true until a CLI
// learns it. This test then says so.
func TestAccMockedEphemeralGateIsNoGate(t *testing.T) {
	t.Parallel()
	terminal := newTestedRollout(t, map[string]string{"tests/rollout.tftest.hcl": `
mock_provider "prismasdwan" {}
override_data {
  target = module.gate.data.prismasdwan_upgrade_gate.canary
  values = { ready = true, ready_percent = 100, summary = "open", reasons = [] }
}
run "open" {
  command = plan
  variables {
    canary_sites   = ["BR-MIL-01"]
    target_version = "6.3.6-b9"
  }
}
`})
	terminal.needs(featureEphemeralMock)
	if runsOpenTofu() {
		terminal.fails([]string{"test"}, "Resource precondition failed", "0 passed, 1 failed")
		return
	}
	terminal.fails([]string{"test"}, "No ephemeral resource types in mock providers", "0 passed, 1 failed")
}

// TestAccRehearsalGoesAsTheGuideSays runs the commands of the guide "Upgrade in
// waves". A comment behind one says what that command prints.
func TestAccRehearsalGoesAsTheGuideSays(t *testing.T) {
	t.Parallel()
	needsCommand(t, "curl")
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "steady"})
	files := exampleFiles(t, "guides/waves", server)
	files["target.auto.tfvars"] = fmt.Sprintf("target_version = %q\n", simulator.TargetImage().Version)
	terminal := newTerminal(t, server, files)
	promised := 0
	for _, line := range rehearsal(t) {
		command, promise, isPromised := strings.Cut(line, " # ")
		if strings.HasPrefix(promise, "Error: ") {
			command = "! " + command
		}
		output := terminal.shell(strings.ReplaceAll(command, "$SIMULATOR", server.URL+"/_simulator"))
		if isPromised {
			promised++
			if !strings.Contains(onOneLine(output), onOneLine(promise)) {
				t.Fatalf("%s: the output does not have %s:\n%s", command, promise, output)
			}
		}
	}
	if promised == 0 {
		t.Error("the guide does not say what its commands print")
	}
}

// rehearsal is the guide's commands from its heading on.
func rehearsal(t *testing.T) []string {
	t.Helper()
	content, err := os.ReadFile("../../templates/guides/waves.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	_, rehearsed, found := strings.Cut(string(content), "\n## Rehearse a rollout\n")
	if !found {
		t.Fatal("the guide has no rehearsal")
	}
	var commands []string
	for line := range strings.Lines(rehearsed) {
		if strings.HasPrefix(line, "terraform ") || strings.HasPrefix(line, "curl ") {
			commands = append(commands, strings.TrimSpace(line))
		}
	}
	return commands
}

// onOneLine writes lists alike, whether on one line or on several.
func onOneLine(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, " ", ""), ",]", "]")
}

// TestAccChecksOfImagesWarnAsTheGuideSays plans the guide's example over fleets
// that differ in what they run and in what the tenant is offered.
func TestAccChecksOfImagesWarnAsTheGuideSays(t *testing.T) {
	t.Parallel()
	const ending, recommended = "whose support ends on", "Not all elements run"
	ends := func(days int) func(*inventory.Image) {
		return func(image *inventory.Image) {
			image.EndOfLife = new(inventory.DateOf(time.Now().Add(time.Duration(days) * 24 * time.Hour)))
		}
	}
	current := simulator.CurrentImage()
	for name, test := range map[string]struct {
		// offer edits the image that the fleet runs, left takes it off the list.
		offer func(*inventory.Image)
		left  bool
		// other says that the target image is recommended instead.
		other bool
		row   func(*imagestatus.Status)
		warns []string
	}{
		"recommended":             {},
		"ended":                   {offer: ends(-1), other: true, warns: []string{"60 elements run 6.3.5-b9 " + ending, recommended + " 6.3.6-b9."}},
		"ends soon":               {offer: ends(88), warns: []string{"60 elements run 6.3.5-b9 " + ending}},
		"ends later":              {offer: ends(92)},
		"another is recommended":  {other: true, warns: []string{recommended + " 6.3.6-b9."}},
		"an element says nothing": {row: func(row *imagestatus.Status) { row.ActiveImageID, row.ActiveVersion = nil, nil }, warns: []string{recommended + " 6.3.5-b9."}},
		"the image left the list": {left: true, other: true, warns: []string{recommended + " 6.3.6-b9."}},
		"none is recommended":     {offer: func(image *inventory.Image) { image.State = new(inventory.ImageUnsupported) }, warns: []string{recommended + " a recommended release, as there is none."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "steady"})
			change := func(id string, edit func(*inventory.Image)) {
				if err := server.UpdateImage(id, edit); err != nil {
					t.Fatal(err)
				}
			}
			change(current.ID, func(image *inventory.Image) { image.Recommended = new(!test.other) })
			change(simulator.TargetImage().ID, func(image *inventory.Image) { image.Recommended = new(test.other) })
			if test.offer != nil {
				change(current.ID, test.offer)
			}
			if test.row != nil {
				if err := server.Update(server.ElementIDs()[0], test.row); err != nil {
					t.Fatal(err)
				}
			}
			if test.left {
				if err := server.RemoveImage(current.ID); err != nil {
					t.Fatal(err)
				}
			}
			output, planned := newTerminal(t, server, exampleFiles(t, "guides/fleet-checks", server)).run("plan")
			if !planned {
				t.Fatal(output)
			}
			for _, words := range test.warns {
				if !strings.Contains(output, words) {
					t.Errorf("the plan does not say %q:\n%s", words, output)
				}
			}
			if got := strings.Count(output, "Warning: Check block assertion failed"); got != len(test.warns) {
				t.Errorf("%d checks fail, want %d:\n%s", got, len(test.warns), output)
			}
		})
	}
}

// TestAccChecksOfReleasesWarnAsTheGuideSays plans the guide's checks of hubs and of
// branches over fleets that run what they do and do not allow.
func TestAccChecksOfReleasesWarnAsTheGuideSays(t *testing.T) {
	t.Parallel()
	const hubs, branches = "guides/hubs-on-recommended", "guides/branches-behind"
	runs := func(version *string, names ...string) func(*testing.T, namedFleet) {
		return func(t *testing.T, fleet namedFleet) {
			t.Helper()
			for _, name := range names {
				if err := fleet.Update(fleet.ids[name], func(row *imagestatus.Status) { row.ActiveVersion = version }); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	unrecommended := func(t *testing.T, fleet namedFleet) {
		t.Helper()
		if err := fleet.UpdateImage(simulator.TargetImage().ID, func(image *inventory.Image) { image.Recommended = new(false) }); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		example string
		change  func(*testing.T, namedFleet)
		warns   []string
	}{
		"hubs on the recommended release": {hubs, runs(new("6.3.6-b9"), "DC-FRA-01", "DC-FRA-02"), nil},
		"a hub on another release":        {hubs, runs(new("6.3.6-b9"), "DC-FRA-01"), []string{"Not every hub is ready. 1 of 2 elements is ready on version 6.3.6-b9"}},
		"no hub, and none is recommended": {hubs, unrecommended, []string{"Not every hub is ready.", "No image of this tenant satisfies 0.0.0-b0"}},
		"branches one release behind":     {branches, func(*testing.T, namedFleet) {}, nil},
		"a branch further behind":         {branches, runs(new("6.3.3-b4"), "BR-LON-02", "DC-FRA-01"), []string{"Branches behind 6.3.5: BR-LON-02 (London): 6.3.3-b4"}},
		"branches ahead":                  {branches, runs(new("6.10.0-b1"), "BR-LON-01", "BR-LON-02"), nil},
		"a branch of unknown version":     {branches, runs(nil, "BR-LON-01"), []string{"Branches behind 6.3.5: BR-LON-01 (London): null"}},
		"branches, and none recommended":  {branches, unrecommended, []string{"Branches behind none: BR-LON-01 (London): 6.3.5-b9 BR-LON-02 (London): 6.3.5-b9"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fleet := newNamedFleet(t)
			test.change(t, fleet)
			output, planned := newTerminal(t, fleet.Server, exampleFiles(t, test.example, fleet.Server)).run("plan")
			if !planned {
				t.Fatal(output)
			}
			for _, words := range test.warns {
				if !strings.Contains(output, words) {
					t.Errorf("the plan does not say %q:\n%s", words, output)
				}
			}
			if warned := strings.Contains(output, "Warning: Check block assertion failed"); warned != (len(test.warns) > 0) {
				t.Errorf("the check warns: %t, want %t:\n%s", warned, !warned, output)
			}
		})
	}
}
