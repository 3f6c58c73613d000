provider "prismasdwan" {}

data "prismasdwan_upgrade_gate" "canary" {
  where             = { roles = ["SPOKE"], tags_any = ["canary"] }
  target_version    = ">= 6.3.5-b1, < 7.0.0"
  min_ready_percent = 90
  max_failed        = 1
}

resource "terraform_data" "policy" {
  input = "the rollout that depends on the canary wave"

  lifecycle {
    precondition {
      condition     = data.prismasdwan_upgrade_gate.canary.ready
      error_message = join("\n", [data.prismasdwan_upgrade_gate.canary.summary], data.prismasdwan_upgrade_gate.canary.reasons)
    }
  }
}
