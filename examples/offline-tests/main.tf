# The rollout: held at plan by the module's rule, and at apply by an ephemeral
# gate. Its tests, in tests/rollout.tftest.hcl, read from the simulator.

terraform {
  required_version = ">= 1.10"

  required_providers {
    prismasdwan = {
      source = "sdwanops/prismasdwan"
    }
  }
}

variable "canary_sites" {
  description = "Names of the sites that are upgraded first."
  type        = list(string)
}

variable "target_version" {
  description = "Version or constraint that the canary wave must run."
  type        = string
}

module "gate" {
  source = "./gate"

  canary_sites   = var.canary_sites
  target_version = var.target_version
}

ephemeral "prismasdwan_upgrade_gate" "canary" {
  where             = { site_names = var.canary_sites }
  target_version    = var.target_version
  min_ready_percent = 95
}

resource "terraform_data" "policy" {
  input = "the rollout that depends on the canary wave"

  lifecycle {
    precondition {
      condition     = module.gate.may_roll_out
      error_message = module.gate.summary
    }
    precondition {
      condition     = ephemeral.prismasdwan_upgrade_gate.canary.ready
      error_message = "The canary wave is not ready; the warning of the upgrade gate says why."
    }
  }
}
