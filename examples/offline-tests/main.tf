# A module with a gate of its own. Its tests, in tests/gate.tftest.hcl, need no
# tenant and no credentials: `terraform init && terraform test`.

terraform {
  required_version = ">= 1.8"

  required_providers {
    prismasdwan = {
      source = "sdwanops/prismasdwan"
    }
  }
}

variable "canary_element_ids" {
  description = "Ids of the elements that are upgraded first."
  type        = list(string)
}

data "prismasdwan_upgrade_gate" "canary" {
  element_ids = var.canary_element_ids
}

locals {
  # The module's own rule: a gate that is nearly open is enough at night.
  may_roll_out = data.prismasdwan_upgrade_gate.canary.ready || data.prismasdwan_upgrade_gate.canary.ready_percent >= 95
}

resource "terraform_data" "policy" {
  input = "the rollout that depends on the canary wave"

  lifecycle {
    precondition {
      condition     = local.may_roll_out
      error_message = data.prismasdwan_upgrade_gate.canary.summary
    }
  }
}
