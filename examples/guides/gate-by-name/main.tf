terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
provider "prismasdwan" {} # Credentials come from the environment.

# Opened at plan, and again when a saved plan is applied.
ephemeral "prismasdwan_upgrade_gate" "all" {
  for_each          = { hubs = { roles = ["HUB"] }, canary = { roles = ["SPOKE"], tags_any = ["canary"] } }
  name              = each.key
  where             = each.value
  target_version    = "~> 6.3.5"
  require_connected = true
}

resource "terraform_data" "policy" { # Stands for the policy that is held back.
  lifecycle {
    precondition {
      condition     = alltrue([for gate in ephemeral.prismasdwan_upgrade_gate.all : gate.ready])
      error_message = "Hubs or canary branches are not ready; the warnings of the upgrade gates name them."
    }
  }
}
