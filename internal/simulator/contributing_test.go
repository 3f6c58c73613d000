package simulator_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// shellBlocks are the blocks of CONTRIBUTING.md with curl commands.
func shellBlocks(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, rest := range strings.Split(string(page), "```sh\n")[1:] {
		if block, _, _ := strings.Cut(rest, "```"); strings.Contains(block, "\ncurl ") || strings.HasPrefix(block, "curl ") {
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// TestCommandsOfTheDocumentationWork runs each block of curl commands on a
// simulator with the default flags.
func TestCommandsOfTheDocumentationWork(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(command); err != nil {
			t.Skipf("the commands of CONTRIBUTING.md need %s: %v", command, err)
		}
	}
	commands, aborted := 0, false
	for _, block := range shellBlocks(t) {
		commands += strings.Count("\n"+block, "\ncurl ")
		server := start(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "rollout"})
		script := strings.NewReplacer("URL/", server.URL+"/", "IMAGE", simulator.TargetImage().ID, "curl ", "curl -sS --fail-with-body ").Replace(block)
		printed, err := exec.CommandContext(t.Context(), "bash", "-euc", script).CombinedOutput()
		if err != nil {
			t.Errorf("%v\n%s\n%s", err, script, printed)
		}
		for _, row := range server.Rows() {
			aborted = aborted || row.Phase() == imagestatus.PhaseAborting
		}
	}
	if commands < 14 || !aborted {
		t.Errorf("%d commands were run, want each operation shown; an upgrade was aborted: %t", commands, aborted)
	}
}
