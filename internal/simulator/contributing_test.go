package simulator_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// TestContributingUpgradesAndAbortsWithCurl runs the commands of CONTRIBUTING.md
// on a fleet of the default flags, one after the other.
func TestContributingUpgradesAndAbortsWithCurl(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(command); err != nil {
			t.Skipf("the commands of CONTRIBUTING.md need %s: %v", command, err)
		}
	}
	page, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "### Upgrade and abort as an operator does")
	_, rest, _ = strings.Cut(rest, "```sh\n")
	commands, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("CONTRIBUTING.md has no such commands")
	}
	server := start(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "rollout"})
	script := strings.NewReplacer("URL/", server.URL+"/", "IMAGE", simulator.TargetImage().ID, "curl ", "curl -sS --fail-with-body ").Replace(commands)
	printed, err := exec.CommandContext(t.Context(), "bash", "-euc", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	const element = "1774317603862004945"
	for _, row := range server.Rows() {
		if row.Element() == element && row.Phase() != imagestatus.PhaseAborting {
			t.Errorf("the element is %s after\n%s\n%s", row.State(), script, printed)
		}
	}
	if !strings.Contains(script, element) || !strings.Contains(string(printed), `"action":"abort_upgrade"`) {
		t.Errorf("nothing was aborted by\n%s\n%s", script, printed)
	}
}
