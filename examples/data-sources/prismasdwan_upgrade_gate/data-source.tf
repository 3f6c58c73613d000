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

# Fails the plan when any hub failed, whatever else it does.
data "prismasdwan_upgrade_gate" "hubs" {
  where             = { roles = ["HUB"] }
  min_ready_percent = 0
  enforce           = true
}

# Which branches are offline or otherwise not ready, and why the gate is closed.
data "prismasdwan_upgrade_gate" "branches" {
  where             = { roles = ["SPOKE"] }
  require_connected = true
}

output "branches" {
  value = {
    reasons = data.prismasdwan_upgrade_gate.branches.reasons
    offline = [
      for element in data.prismasdwan_upgrade_gate.branches.blocking_elements :
      "${coalesce(element.element_name, element.element_id)} at ${coalesce(element.site_name, "no site")}"
      if element.class == "disconnected"
    ]
  }
}
