//go:build install

package provider

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

var archives = flag.String("archives", "../../dist", "the folder of the release's archives and checksums")

// installed is a configuration that pins the version of the archive: without a
// pin the CLI passes over a pre-release, which a snapshot is.
const installed = `terraform {
  required_providers {
    prismasdwan = {
      source  = "sdwanops/prismasdwan"
      version = "= VERSION"
    }
  }
}

data "prismasdwan_upgrade_gate" "fleet" {
  element_ids    = ["ELEMENT"]
  target_version = "= TARGET"
}

output "summary" {
  value = data.prismasdwan_upgrade_gate.fleet.summary
}
`

// TestAccReleasedArchiveInstalls does with the archive of this system what a user
// without a registry does: it checks the checksum, unpacks the archive into a
// filesystem mirror, and runs init and plan.
func TestAccReleasedArchiveInstalls(t *testing.T) {
	t.Parallel()
	cli := requireCommand(t, cliName(), installCLI, os.Getenv("TF_ACC"), exec.LookPath)
	archive, version := releasedArchive(t)
	mirror := t.TempDir()
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		unpack(t, archive, filepath.Join(mirror, host, "sdwanops", "prismasdwan", version, runtime.GOOS+"_"+runtime.GOARCH))
	}
	server := startSimulator(t, simulator.Options{Elements: 3, Seed: 1, Scenario: "steady"})
	config := strings.NewReplacer("VERSION", version, "ELEMENT", server.ElementIDs()[0], "TARGET", simulator.CurrentImage().Version).Replace(installed)
	installation := fmt.Sprintf("  filesystem_mirror {\n    path = %q\n  }\n", mirror)
	terminal := openTerminal(t, cli, installation, server, map[string]string{"main.tf": config})
	terminal.succeeds([]string{"init", "-input=false"}, "Installed sdwanops/prismasdwan v"+version, "has been successfully initialized")
	terminal.succeeds([]string{"plan", "-input=false"}, "1/1 ready (100%)")
}

// releasedArchive is the archive of this system, whose checksum is that of the
// list, and its version.
func releasedArchive(t *testing.T) (archive, version string) {
	t.Helper()
	pattern := filepath.Join(*archives, fmt.Sprintf("terraform-provider-prismasdwan_*_%s_%s.zip", runtime.GOOS, runtime.GOARCH))
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s has %d matches, and %v; want one archive. Run make snapshot, or name the folder with -archives.", pattern, len(found), err)
	}
	name := filepath.Base(found[0])
	parts := regexp.MustCompile(`^terraform-provider-prismasdwan_(.+)_[a-z]+_[a-z0-9]+\.zip$`).FindStringSubmatch(name)
	if parts == nil {
		t.Fatalf("the registry does not take the name %s", name)
	}
	content, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(*archives, "terraform-provider-prismasdwan_"+parts[1]+"_SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	if line := hex.EncodeToString(sum[:]) + "  " + name + "\n"; !strings.Contains(string(sums), line) {
		t.Fatalf("the checksums lack the line %s", line)
	}
	return found[0], parts[1]
}

// unpack writes the files of an archive into a folder, executable as packed.
func unpack(t *testing.T, archive, folder string) {
	t.Helper()
	reader, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for _, file := range reader.File {
		packed, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(packed)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, file.Name)
		write(t, path, string(content))
		if err := os.Chmod(path, file.Mode()); err != nil {
			t.Fatal(err)
		}
	}
}
