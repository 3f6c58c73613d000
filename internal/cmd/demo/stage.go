package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/hashicorp/go-version"
	install "github.com/hashicorp/hc-install"
	"github.com/hashicorp/hc-install/fs"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
	"github.com/hashicorp/hc-install/src"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// The fleet of the demo: large enough for a canary wave worth watching.
const (
	fleetSize = 200
	fleetSeed = 7
)

// terraformNeeded is what examples/rollout needs, for its ephemeral resource.
const terraformNeeded = ">= 1.10.0"

// stage is all that the steps act on.
type stage struct {
	out       *printer
	server    *simulator.Server
	terraform string
	// examples is the folder of a copy of the examples, configuration the one of
	// them that commands run in.
	examples, configuration string
	environment             []string
	canary                  []string
}

func prepare(ctx context.Context, out *printer, directory string) (*stage, error) {
	terraform, err := findTerraform(ctx, directory)
	if err != nil {
		return nil, err
	}
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, fmt.Errorf("find the repository: run the demo by make in its directory: %w", err)
	}
	repository := strings.TrimSpace(string(root))
	settings, err := mirror(ctx, repository, directory)
	if err != nil {
		return nil, err
	}
	s := &stage{out: out, terraform: terraform, examples: filepath.Join(directory, "examples")}
	if err := os.CopyFS(s.examples, os.DirFS(filepath.Join(repository, "examples"))); err != nil {
		return nil, fmt.Errorf("copy the examples: %w", err)
	}
	s.configuration = filepath.Join(s.examples, "rollout")
	s.server, err = simulator.Start(ctx, simulator.Options{Elements: fleetSize, Seed: fleetSeed, Scenario: "rollout"})
	if err != nil {
		return nil, fmt.Errorf("start the simulator: %w", err)
	}
	s.canary = s.server.Wave(simulator.WaveCanary)
	s.environment = append(os.Environ(), "TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	s.environment = append(s.environment, s.server.Environment(simulator.Unified)...)
	if err := s.writeVariables(simulator.TargetImage().Version); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stage) close() { s.server.Close() }

// findTerraform takes Terraform from PATH and otherwise fetches it.
func findTerraform(ctx context.Context, directory string) (string, error) {
	needed, err := version.NewConstraint(terraformNeeded)
	if err != nil {
		return "", fmt.Errorf("read the version needed: %w", err)
	}
	path, err := install.NewInstaller().Ensure(ctx, []src.Source{
		&fs.Version{Product: product.Terraform, Constraints: needed},
		&releases.LatestVersion{Product: product.Terraform, Constraints: needed, InstallDir: directory},
	})
	if err != nil {
		return "", fmt.Errorf("there is no Terraform %s on PATH, and it could not be fetched: install it from https://developer.hashicorp.com/terraform/install and run again: %w", terraformNeeded, err)
	}
	return path, nil
}

// mirror builds the provider into a filesystem mirror and gives the CLI
// settings that have Terraform install it from there alone.
func mirror(ctx context.Context, repository, directory string) (settings string, err error) {
	const release = "0.1.0"
	root := filepath.Join(directory, "mirror")
	binary := filepath.Join(root, "registry.terraform.io", "sdwanops", "prismasdwan", release,
		runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-prismasdwan_v"+release)
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, ".") //nolint:gosec // The path is a temporary one made here.
	build.Dir = repository
	if printed, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the provider: %w\n%s", err, printed)
	}
	settings = filepath.Join(directory, "cli.tfrc")
	content := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", root)
	if err := os.WriteFile(settings, []byte(content), 0o600); err != nil {
		return "", fmt.Errorf("write the CLI settings: %w", err)
	}
	return settings, nil
}

func (s *stage) writeVariables(target string) error {
	variables, err := json.MarshalIndent(map[string]any{"target_version": target}, "", "  ")
	if err != nil {
		return fmt.Errorf("write the variables: %w", err)
	}
	if err := os.WriteFile(filepath.Join(s.configuration, "terraform.tfvars.json"), variables, 0o600); err != nil {
		return fmt.Errorf("write the variables: %w", err)
	}
	return nil
}

// expectation is what a command must do for its step to be true.
type expectation struct {
	succeeds bool
	prints   []string
	// terse shows no more than the first of the texts.
	terse bool
}

// run shows a Terraform command and what it prints, and fails where it does not
// do what is expected.
func (s *stage) run(ctx context.Context, expected expectation, arguments ...string) error {
	s.out.command("terraform " + strings.Join(arguments, " "))
	if !s.out.color {
		arguments = append([]string{arguments[0], "-no-color"}, arguments[1:]...)
	}
	command := exec.CommandContext(ctx, s.terraform, arguments...) //nolint:gosec // Running Terraform is what the demo is for.
	command.Dir, command.Env = s.configuration, s.environment
	printed, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("run terraform: %w", err)
	}
	if expected.terse && err == nil {
		printed = []byte(expected.prints[0])
	}
	s.out.output(string(printed))
	if succeeded := err == nil; succeeded != expected.succeeds {
		return fmt.Errorf("terraform %s: success is %t, and %t was expected", arguments[0], succeeded, expected.succeeds)
	}
	for _, text := range expected.prints {
		if !strings.Contains(string(printed), text) {
			return fmt.Errorf("terraform %s did not print %q", arguments[0], text)
		}
	}
	return nil
}
