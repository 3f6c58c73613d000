# The rule of this team, as a module without an ephemeral block: its tests, in
# tests/rule.tftest.hcl, mock the provider and need no tenant and no network.

terraform {
  required_version = ">= 1.8"

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

data "prismasdwan_upgrade_gate" "canary" {
  where          = { site_names = var.canary_sites }
  target_version = var.target_version
}

output "may_roll_out" {
  description = "Whether the gate is open, or so nearly open that it is enough."
  value       = data.prismasdwan_upgrade_gate.canary.ready || data.prismasdwan_upgrade_gate.canary.ready_percent >= 95
}

output "summary" {
  description = "The verdict in one line."
  value       = data.prismasdwan_upgrade_gate.canary.summary
}
