package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// Some of what users meet can be seen only in what the CLI prints, or takes
// commands that the testing framework does not run: saved plans, warnings,
// terraform test. Those tests drive the real CLI with the real binary.

// builtDirectory is what builtProvider leaves for TestMain to remove.
var builtDirectory string

// builtProvider is the directory of the binary that every CLI test runs, built
// once.
var builtProvider = sync.OnceValues(func() (string, error) {
	directory, err := os.MkdirTemp("", "prismasdwan-")
	if err != nil {
		return "", err
	}
	builtDirectory = directory
	binary := filepath.Join(directory, "terraform-provider-prismasdwan")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	output, err := exec.Command("go", "build", "-o", binary, "../..").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the provider: %w\n%s", err, output)
	}
	return directory, nil
})

// stateFile is the CLI's local state, in the directory of a terminal.
const stateFile = "terraform.tfstate"

// terminal is a directory with a configuration, and a CLI to run in it.
type terminal struct {
	t           *testing.T
	cli         string
	directory   string
	environment []string
}

// newTerminal prepares a configuration of the given files, by name, that reads
// from the server.
func newTerminal(t *testing.T, server *simulator.Server, files map[string]string) *terminal {
	t.Helper()
	cli := requireCommand(t, cliName(), installCLI, os.Getenv("TF_ACC"), exec.LookPath)
	binaries, err := builtProvider()
	if err != nil {
		t.Fatal(err)
	}
	settings := fmt.Sprintf("  dev_overrides {\n    \"sdwanops/prismasdwan\" = %q\n  }\n  direct {}\n", binaries)
	return openTerminal(t, cli, settings, server, files)
}

// openTerminal prepares a terminal whose CLI finds providers by the given
// settings of provider_installation.
func openTerminal(t *testing.T, cli, installation string, server *simulator.Server, files map[string]string) *terminal {
	t.Helper()
	directory := t.TempDir()
	for name, content := range files {
		write(t, filepath.Join(directory, name), content)
	}
	settings := filepath.Join(t.TempDir(), "cli.tfrc")
	write(t, settings, "provider_installation {\n"+installation+"}\n")
	environment := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + directory, "TF_CLI_CONFIG_FILE=" + settings, "CHECKPOINT_DISABLE=1",
	}
	// Without these, Windows writes temporary files to its own folder.
	for _, name := range []string{"TEMP", "TMP"} {
		if value, set := os.LookupEnv(name); set && runtime.GOOS == "windows" {
			environment = append(environment, name+"="+value)
		}
	}
	environment = append(environment, impatient...)
	if server != nil {
		environment = append(environment, server.Environment(simulator.Unified)...)
	}
	return &terminal{t: t, cli: cli, directory: directory, environment: environment}
}

// ender is the part of a test that can end it.
type ender interface {
	Helper()
	Skipf(format string, args ...any)
	Fatalf(format string, args ...any)
}

const (
	installIt  = "Install it."
	installCLI = "Install it, or set TF_ACC_TERRAFORM_PATH to a Terraform or OpenTofu binary."
)

// requireCommand returns the path of a command that an acceptance test runs.
// Where acceptance, the value of TF_ACC, is empty, it skips the test. Where it
// is set, a missing command fails the test: a run that promises every test must
// not pass without some of them.
func requireCommand(t ender, name, remedy, acceptance string, find func(string) (string, error)) string {
	t.Helper()
	if acceptance == "" {
		t.Skipf("acceptance tests run with TF_ACC=1 only")
		return ""
	}
	path, err := find(name)
	if err != nil {
		t.Fatalf("This test runs %s, and %v. %s", name, err, remedy)
	}
	return path
}

// needsCommand ends an acceptance test that cannot run a command of a guide.
func needsCommand(t *testing.T, name string) {
	t.Helper()
	requireCommand(t, name, installIt, os.Getenv("TF_ACC"), exec.LookPath)
}

func cliName() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}

func runsOpenTofu() bool { return strings.Contains(filepath.Base(cliName()), "tofu") }

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run gives what the command printed, with decoration and line breaks folded
// into single spaces, and whether it succeeded.
func (c *terminal) run(arguments ...string) (output string, succeeded bool) {
	c.t.Helper()
	return c.start(exec.CommandContext(c.t.Context(), c.cli, arguments...))
}

// shell runs a command line that must succeed, with the CLI as terraform. Of
// curl, an answer that is an error counts as failure.
func (c *terminal) shell(line string) (output string) {
	c.t.Helper()
	functions := "terraform() { " + filepath.ToSlash(c.cli) + " \"$@\"; }\ncurl() { command curl -sS --fail-with-body \"$@\"; }\n"
	output, succeeded := c.start(exec.CommandContext(c.t.Context(), "bash", "-c", functions+line))
	if !succeeded {
		c.t.Fatalf("%s:\n%s", line, output)
	}
	return output
}

func (c *terminal) start(command *exec.Cmd) (output string, succeeded bool) {
	c.t.Helper()
	output, succeeded = c.printed(command)
	return strings.Join(strings.Fields(output), " "), succeeded
}

// printed keeps the lines of what a command printed.
func (c *terminal) printed(command *exec.Cmd) (output string, succeeded bool) {
	c.t.Helper()
	command.Dir, command.Env = c.directory, c.environment
	printed, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatalf("%v: %v", command.Args, err)
	}
	return decoration.ReplaceAllString(string(printed), " "), err == nil
}

// decoration is what the CLI draws: colors and the frames of diagnostics.
var decoration = regexp.MustCompile("\x1b\\[[0-9;]*m|[│╷╵─├]")

// succeeds runs a command that must succeed and print every text.
func (c *terminal) succeeds(arguments []string, texts ...string) {
	c.t.Helper()
	output, succeeded := c.run(arguments...)
	c.check(arguments, output, succeeded, true, texts)
}

// fails runs a command that must fail and print every text.
func (c *terminal) fails(arguments []string, texts ...string) {
	c.t.Helper()
	output, succeeded := c.run(arguments...)
	c.check(arguments, output, succeeded, false, texts)
}

func (c *terminal) check(arguments []string, output string, succeeded, wanted bool, texts []string) {
	c.t.Helper()
	if succeeded != wanted {
		c.t.Fatalf("%v: success is %t, want %t:\n%s", arguments, succeeded, wanted, output)
	}
	for _, text := range texts {
		if !strings.Contains(output, text) {
			c.t.Errorf("%v does not print %q:\n%s", arguments, text, output)
		}
	}
}

// holdsNothing checks that no resource was created.
func (c *terminal) holdsNothing() {
	c.t.Helper()
	if c.holds("policy") {
		c.t.Error("the rollout happened")
	}
}

// holds reports whether the state has an instance of a resource of that name.
func (c *terminal) holds(name string) bool {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.directory, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	// A resource whose precondition failed is in state without an instance.
	var state struct {
		Resources []struct {
			Name      string
			Instances []json.RawMessage
		}
	}
	if err := errors.Join(err, json.Unmarshal(content, &state)); err != nil {
		c.t.Fatal(err)
	}
	for _, resource := range state.Resources {
		if resource.Name == name && len(resource.Instances) > 0 {
			return true
		}
	}
	return false
}

// feature is something that only newer CLIs know.
type feature string

const (
	featureAction    feature = "actions"
	featureEphemeral feature = "ephemeral resources"
	// With it come on_failure, caller, and actions that wait for what the resource
	// that triggers them depends on.
	featureDestroyEvents feature = "destroy events of actions"
	// OpenTofu 1.11 calls the plan of such a provider's resources not empty, and
	// says that there are no changes.
	featureEphemeralProvider feature = "providers with an ephemeral configuration"
	// OpenTofu 1.11 also opens an ephemeral resource at apply that nothing refers
	// to; the guide has the answers of 1.12.
	featureGuideCells feature = "the guide's tables of what a closed gate holds"
	// OpenTofu 1.12.1 crashes where a test mocks an ephemeral resource.
	featureEphemeralMock feature = "tests of ephemeral resources with mocks"
)

// oldest are the oldest versions of each CLI that know a feature; a CLI that
// is missing has none. OpenTofu 1.11.0 was observed to fail plan -refresh-only
// of a configuration with an ephemeral resource; its changelog has the repair
// in 1.11.6.
var oldest = map[feature]map[string]string{
	featureAction:            {"Terraform": "1.14.0"},
	featureDestroyEvents:     {"Terraform": "1.16.0"},
	featureEphemeral:         {"Terraform": "1.10.0", "OpenTofu": "1.11.6"},
	featureEphemeralProvider: {"Terraform": "1.10.0", "OpenTofu": "1.12.0"},
	featureGuideCells:        {"Terraform": "1.10.0", "OpenTofu": "1.12.0"},
	featureEphemeralMock:     {"Terraform": "1.10.0", "OpenTofu": "1.12.2"},
}

// needs skips the test where the CLI does not know the feature.
func (c *terminal) needs(wanted feature) {
	c.t.Helper()
	if reason := c.lacks(wanted); reason != "" {
		c.t.Skip(reason)
	}
}

// lacks says why the CLI does not know the feature, "" where it does. A
// candidate of a release counts as the release.
func (c *terminal) lacks(wanted feature) (reason string) {
	c.t.Helper()
	output, _ := c.run("version")
	words := strings.Fields(output)
	if len(words) < 2 {
		c.t.Fatalf("the CLI does not tell its version: %s", output)
	}
	cli, have := words[0], version.Must(version.NewVersion(words[1]))
	needed, known := oldest[wanted][cli]
	switch {
	case !known:
		return fmt.Sprintf("%s has no %s", cli, wanted)
	case have.Core().LessThan(version.Must(version.NewVersion(needed))):
		return fmt.Sprintf("%s need %s %s or later, and this is %s; set TF_ACC_TERRAFORM_PATH to a newer one", wanted, cli, needed, have)
	default:
		return ""
	}
}
