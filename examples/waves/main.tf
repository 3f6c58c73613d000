# The whole rollout in one place: who is in which wave, where it stands, and whom
# to upgrade next. The two members of a pair are never in the same wave.

terraform {
  required_version = ">= 1.8"

  required_providers {
    prismasdwan = {
      source = "sdwanops/prismasdwan"
    }
  }
}

provider "prismasdwan" {}

variable "target_version" {
  description = "Version or constraint that the elements must run."
  type        = string
}

data "prismasdwan_upgrade_waves" "branches" {
  where          = { site_names = ["BR-PAR-*", "BR-LON-*"] }
  sizes          = ["1", "40%", "100%"]
  target_version = var.target_version
}

output "rollout" {
  value = data.prismasdwan_upgrade_waves.branches.summary
}

output "next" {
  description = "The elements of the current wave."
  value = flatten([
    for wave in data.prismasdwan_upgrade_waves.branches.waves : [
      for element in wave.elements : "${coalesce(element.name, element.id)} (${coalesce(element.site_name, "no site")})"
    ] if wave.number == data.prismasdwan_upgrade_waves.branches.current
  ])
}
