provider "prismasdwan" {}

action "prismasdwan_await_upgrade" "canary" {
  config {
    where          = { tags_any = ["canary"] }
    target_version = ">= 6.3.5-b1"
    wait           = { interval = "30s", hold = "5m" }
    timeouts       = { invoke = "2h" }
  }
}

# The policy is created or changed only once the canary wave is ready.
resource "terraform_data" "policy" {
  input = "the rollout that depends on the canary wave"

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.prismasdwan_await_upgrade.canary]
    }
  }
}
