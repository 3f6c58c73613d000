# A rollout that waits for the canary wave: the gate reads the fleet when the
# plan is made, and again when it is applied, however much later that is.

terraform {
  required_version = ">= 1.10"

  required_providers {
    prismasdwan = {
      source = "sdwanops/prismasdwan"
    }
  }
}

# Credentials come from the environment (PRISMASDWAN_CLIENT_ID and others).
provider "prismasdwan" {}

# What the fleet runs, without its rows in state.
data "prismasdwan_element_image_status_aggregate" "versions" {
  aggregate = { operator = "count", field = "element_id" }
  group_by  = ["active_version"]
}

# The verdict at plan. Its sentences make the error message below.
data "prismasdwan_upgrade_gate" "canary" {
  where          = { tags_any = ["canary"] }
  target_version = var.target_version
  wait           = var.wait
}

# The same verdict at apply. It leaves nothing in the state.
ephemeral "prismasdwan_upgrade_gate" "canary" {
  where          = { tags_any = ["canary"] }
  target_version = var.target_version
  wait           = var.wait
}

# Stands for what is rolled out: a policy, a template, a path set.
resource "terraform_data" "policy" {
  input = { needs = var.target_version }

  lifecycle {
    precondition {
      condition     = data.prismasdwan_upgrade_gate.canary.ready
      error_message = join("\n", [data.prismasdwan_upgrade_gate.canary.summary], data.prismasdwan_upgrade_gate.canary.reasons)
    }
    precondition {
      condition     = ephemeral.prismasdwan_upgrade_gate.canary.ready
      error_message = "The canary wave is not ready; the warning of the upgrade gate says why."
    }
  }
}

output "fleet" {
  description = "Number of elements by version."
  value = {
    for result in data.prismasdwan_element_image_status_aggregate.versions.results :
    coalesce(result.group.active_version, "none") => result.count
  }
}

output "canary" {
  description = "The gate's verdict when the plan was made."
  value       = data.prismasdwan_upgrade_gate.canary.summary
}
