terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}

provider "prismasdwan" {} # Credentials come from the environment.

locals {
  gate = { name = "fleet", target_version = "~> 6.3.5" }
}

# Makes the report. It does not fail when it is closed.
data "prismasdwan_upgrade_gate" "fleet" {
  name           = local.gate.name
  target_version = local.gate.target_version
}

# Holds the rollout, at plan and again when a saved plan is applied.
ephemeral "prismasdwan_upgrade_gate" "fleet" {
  name           = local.gate.name
  target_version = local.gate.target_version
}

resource "terraform_data" "policy" { # Stands for the policy that is held back.
  lifecycle {
    precondition {
      condition     = ephemeral.prismasdwan_upgrade_gate.fleet.ready
      error_message = "The fleet is not ready; the warning of the upgrade gate says why."
    }
  }
}

output "ready" {
  value = data.prismasdwan_upgrade_gate.fleet.ready
}

output "report" {
  value = provider::prismasdwan::report_markdown(data.prismasdwan_upgrade_gate.fleet)
}
