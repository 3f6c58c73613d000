package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/provider"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const (
	providerBinary = "terraform-provider-prismasdwan"
	httpBinary     = "terraform-provider-http"
	httpAddress    = "registry.terraform.io/hashicorp/http"
)

// bench is what the runs have in common.
type bench struct {
	directory, terraform, settings string
	// http is the directory of hashicorp/http's binary; empty where there is none.
	http string
	// only is a text that what is measured has in its name.
	only string
}

// prepare finds Terraform and the other provider, and builds this one.
func prepare(ctx context.Context, directory, other string) (*bench, error) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		return nil, fmt.Errorf("find Terraform: install it from https://developer.hashicorp.com/terraform/install: %w", err)
	}
	build := exec.CommandContext(ctx, "go", "build", //nolint:gosec // The directory is ours.
		"-o", filepath.Join(directory, providerBinary), "github.com/sdwanops/terraform-provider-prismasdwan")
	if printed, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the provider: %w\n%s", err, printed)
	}
	overrides := fmt.Sprintf("%q = %q", provider.Address, directory)
	http, err := findHTTP(other)
	if err != nil {
		return nil, err
	}
	if http != "" {
		overrides += fmt.Sprintf("\n    %q = %q", httpAddress, http)
	}
	settings := filepath.Join(directory, "cli.tfrc")
	content := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %s\n  }\n  direct {}\n}\n", overrides)
	if err := os.WriteFile(settings, []byte(content), 0o600); err != nil {
		return nil, fmt.Errorf("write the CLI settings: %w", err)
	}
	return &bench{directory: directory, terraform: terraform, settings: settings, http: http}, nil
}

// findHTTP returns the directory of hashicorp/http's binary: the one that is
// named, else one on PATH, else none.
func findHTTP(named string) (string, error) {
	if named == "" {
		found, err := exec.LookPath(httpBinary)
		if err != nil {
			return "", nil //nolint:nilerr // It is left out then, and that is said.
		}
		named = found
	}
	binary, err := filepath.Abs(named)
	if err != nil {
		return "", fmt.Errorf("find the http provider: %w", err)
	}
	if _, err := os.Stat(binary); err != nil || filepath.Base(binary) != httpBinary {
		return "", fmt.Errorf("-http-provider: %q is no file of the name %s", named, httpBinary)
	}
	return filepath.Dir(binary), nil
}

// apply has Terraform read a surface in a directory of its own.
func (b *bench) apply(ctx context.Context, server *simulator.Server, read surface) (_ measurement, err error) {
	configuration, err := os.MkdirTemp(b.directory, "run-")
	if err != nil {
		return measurement{}, fmt.Errorf("make a directory for the configuration: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(configuration)) }()
	if err := os.WriteFile(filepath.Join(configuration, "main.tf"), []byte(read.configuration+"\n"), 0o600); err != nil {
		return measurement{}, fmt.Errorf("write the configuration: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	command := exec.CommandContext(ctx, b.terraform, "apply", "-auto-approve", "-input=false", "-no-color") //nolint:gosec // Terraform, as found on PATH.
	command.Dir = configuration
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+b.settings, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	command.Env = append(command.Env, server.Environment(simulator.Unified)...)
	// Terraform ends its providers when it is asked to end.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	taken, err := b.watch(command, read.binary)
	if err != nil {
		return measurement{}, err
	}
	info, err := os.Stat(filepath.Join(configuration, "terraform.tfstate"))
	if err != nil {
		return measurement{}, fmt.Errorf("measure the state: %w", err)
	}
	taken.state = info.Size()
	return taken, nil
}

// pause is that between two looks at the processes. A peak only grows, so that
// a sample misses no more than what comes after it.
const pause = 5 * time.Millisecond

// watch runs the command and looks at its processes until it ends.
func (b *bench) watch(command *exec.Cmd, binary string) (measurement, error) {
	var printed bytes.Buffer
	command.Stdout, command.Stderr = &printed, &printed
	started := time.Now()
	if err := command.Start(); err != nil {
		return measurement{}, fmt.Errorf("start terraform: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	var taken measurement
	for {
		select {
		case err := <-ended:
			if err != nil {
				return measurement{}, fmt.Errorf("run terraform: %w\n%s", err, printed.Bytes())
			}
			taken.time = time.Since(started)
			// Terraform waits for its providers, so that theirs is part of it.
			taken.processor = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
			return taken, nil
		case <-ticker.C:
			taken.terraform = max(taken.terraform, peak(command.Process.Pid))
			for _, child := range children(command.Process.Pid, binary) {
				taken.provider = max(taken.provider, peak(child))
			}
		}
	}
}
