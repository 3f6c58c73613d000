provider "prismasdwan" {}

# Opened at plan and again at apply, also of a saved plan.
ephemeral "prismasdwan_upgrade_gate" "canary" {
  name              = "canary"
  where             = { roles = ["SPOKE"], tags_any = ["canary"] }
  target_version    = ">= 6.3.5-b1"
  require_connected = true
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
