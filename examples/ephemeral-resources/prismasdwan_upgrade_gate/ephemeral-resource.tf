variable "canary_element_ids" {
  description = "Ids of the elements that are upgraded first."
  type        = list(string)
}

# Opened at plan and again at apply, also of a saved plan.
ephemeral "prismasdwan_upgrade_gate" "canary" {
  name           = "canary"
  element_ids    = var.canary_element_ids
  target_version = ">= 6.3.5-b1"
}

resource "terraform_data" "policy" {
  input = "the rollout that depends on the canary wave"

  lifecycle {
    precondition {
      condition     = ephemeral.prismasdwan_upgrade_gate.canary.ready
      error_message = "The canary wave is not ready; the warning of the upgrade gate says why."
    }
  }
}
