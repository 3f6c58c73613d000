# A policy for each wave up to a number that people raise. A gate holds only
# what is new: a wave that has begun stays as it is when a gate closes again.

variable "target_version" {
  description = "Version or constraint that the elements must run."
  type        = string
}

variable "up_to_wave" {
  description = "Number of the last wave that has a policy. Raise it by one to begin the next wave."
  type        = number
  default     = 1
}

variable "begun" {
  description = "The output of the same name of the last apply: the policies that there are."
  type        = map(object({ elements = list(string), version = string }))
  default     = {}
}

data "prismasdwan_upgrade_waves" "branches" {
  where          = { roles = ["SPOKE"] }
  sizes          = ["3", "25%", "100%"]
  target_version = var.target_version

  # One element in ten may fail, which is none in a wave of three.
  min_ready_percent  = 90
  max_failed_percent = 10
}

locals {
  policies = {
    for wave in data.prismasdwan_upgrade_waves.branches.waves :
    tostring(wave.number) => { elements = wave.element_ids, version = var.target_version }
  }
  waves = {
    for wave in data.prismasdwan_upgrade_waves.branches.waves :
    tostring(wave.number) => wave
    if wave.number <= var.up_to_wave
  }
}

# Stands for what upgrades the elements of a wave.
resource "terraform_data" "policy" {
  for_each = local.waves

  input = local.policies[each.key]

  lifecycle {
    precondition {
      condition     = each.value.may_begin || try(var.begun[each.key] == local.policies[each.key], false)
      error_message = "Wave ${each.key} is held: ${data.prismasdwan_upgrade_waves.branches.summary}."
    }
  }
}

output "begun" {
  value = { for number, policy in terraform_data.policy : number => policy.input }
}

output "rollout" {
  value = data.prismasdwan_upgrade_waves.branches.summary
}

# Which waves may begin, and what to upgrade next.
output "waves_that_may_begin" {
  value = [for wave in data.prismasdwan_upgrade_waves.branches.waves : wave.number if wave.may_begin]
}

output "next_elements" {
  value = join(",", flatten([
    for wave in data.prismasdwan_upgrade_waves.branches.waves : wave.element_ids
    if wave.number == data.prismasdwan_upgrade_waves.branches.current
  ]))
}
