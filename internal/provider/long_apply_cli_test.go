package provider

import (
	"cmp"
	"strings"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// longApply is a rollout in two steps. An element fails during the first step,
// after the gate that both steps refer to was opened. SECOND stands for what else
// holds the second step, GATE for the block that it refers to.
const longApply = `
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
ephemeral "prismasdwan_upgrade_gate" "begin" {
  ARGUMENTS
}
resource "terraform_data" "first" {
  input = "first"
  provisioner "local-exec" {
    command = "sleep PAUSE && curl -sS --fail-with-body -d elements=ELEMENT URL/_simulator/fail"
  }
  lifecycle {
    precondition {
      condition     = ephemeral.prismasdwan_upgrade_gate.begin.ready
      error_message = "The gate says no."
    }
  }
}
resource "terraform_data" "policy" {
  depends_on = [terraform_data.first]
  lifecycle {
    precondition {
      condition     = ephemeral.prismasdwan_upgrade_gate.begin.ready
      error_message = "The gate says no."
    }
    SECOND
  }
}
GATE
`

const (
	laterPrecondition = `precondition {
      condition     = KIND.prismasdwan_upgrade_gate.later.ready
      error_message = "The later gate says no."
    }`
	laterGate = `KIND "prismasdwan_upgrade_gate" "later" {
  depends_on = [terraform_data.first]
  ARGUMENTS
}`
	laterTrigger = `action_trigger {
      events  = [before_create, before_update]
      actions = [action.prismasdwan_await_upgrade.later]
      CONDITION
    }`
	laterAction = `action "prismasdwan_await_upgrade" "later" {
  config {
    ARGUMENTS
    NAME
  }
}`
)

// laterSteps are the ways to judge again before the second step. A step that is
// held says why; of one that is not, says is "", or the CLI lacks the feature
// saysIf. The first step fails the element
// after a pause, in seconds, where nothing else orders it after the early verdict.
var laterSteps = map[string]struct {
	kind, second, gate, condition, name string
	needs, saysIf                       feature
	says, pause                         string
}{
	"the gate of the beginning alone": {},
	"ephemeral that depends on the first step": {
		kind: "ephemeral", second: laterPrecondition, gate: laterGate, says: "The later gate says no.",
	},
	"data that depends on the first step": {
		kind: "data", second: laterPrecondition, gate: laterGate, says: "The later gate says no.",
	},
	// Terraform 1.14 and 1.15 run such an action before the first step: the depends_on
	// of the resource that triggers an action does not hold for the action.
	"action that refers to nothing": {
		second: laterTrigger, gate: laterAction, needs: featureAction, pause: "3", saysIf: featureDestroyEvents, says: "1 element failed (max_failed is 0)",
	},
	"action with a condition that refers to the first step": {
		second: laterTrigger, gate: laterAction, condition: `condition = terraform_data.first.input != ""`, needs: featureAction,
		says: "1 element failed (max_failed is 0)",
	},
	"action with an argument that refers to the first step": {
		second: laterTrigger, gate: laterAction, name: "name = terraform_data.first.input", needs: featureAction,
		says: "1 element failed (max_failed is 0)",
	},
}

func TestAccLaterStepOfAnApplyIsHeldByWhatDependsOnTheFirst(t *testing.T) {
	t.Parallel()
	needsCommand(t, "curl")
	for way, step := range laterSteps {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			server := rolloutFleet(t)
			server.Advance(homecoming)
			canary := server.Wave(simulator.WaveCanary)
			config := strings.NewReplacer("SECOND", step.second, "GATE", step.gate).Replace(longApply)
			config = strings.NewReplacer(
				"ARGUMENTS", "element_ids = "+quotedList(canary), "ELEMENT", canary[0], "URL", server.URL,
				"KIND", step.kind, "CONDITION", step.condition, "NAME", step.name, "PAUSE", cmp.Or(step.pause, "0"),
			).Replace(config)
			terminal := newTerminal(t, server, map[string]string{"main.tf": config})
			terminal.needs(featureEphemeral)
			if step.needs != "" {
				terminal.needs(step.needs)
			}
			held := step.says != "" && (step.saysIf == "" || terminal.lacks(step.saysIf) == "")
			terminal.succeeds([]string{"plan", "-out=saved"}, "2 to add")
			if held {
				terminal.fails([]string{"apply", "saved"}, step.says)
			} else {
				terminal.succeeds([]string{"apply", "saved"}, "2 added")
			}
			if !terminal.holds("first") {
				t.Error("the first step did not happen")
			}
			if happened := terminal.holds("policy"); happened == held {
				t.Errorf("the second step happened: %t", happened)
			}
		})
	}
}

// OpenTofu defers such a gate to apply; Terraform opens it at plan, too.
func TestAccEphemeralGateThatDependsOnAStepJudgesAtPlanInTerraformOnly(t *testing.T) {
	t.Parallel()
	server := rolloutFleet(t)
	breakCanary(t, server)
	config := `
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
resource "terraform_data" "first" {}
resource "terraform_data" "policy" {
  lifecycle {
    ` + laterPrecondition + `
  }
}
` + laterGate
	terminal := newTerminal(t, server, map[string]string{"main.tf": strings.NewReplacer(
		"KIND", "ephemeral", "ARGUMENTS", "element_ids = "+quotedList(server.Wave(simulator.WaveCanary)),
	).Replace(config)})
	terminal.needs(featureEphemeral)
	if runsOpenTofu() {
		terminal.succeeds([]string{"plan"}, "2 to add")
	} else {
		terminal.fails([]string{"plan"}, "The later gate says no.")
	}
}
