# One gate for each wave: a wave's rollout needs every wave before it.

variable "element_ids" {
  description = "Ids of all elements that take part."
  type        = list(string)
}

variable "target_version" {
  description = "Version or constraint that the elements must run."
  type        = string
}

locals {
  waves = provider::prismasdwan::plan_waves(var.element_ids, ["3", "25%", "100%"])

  # A wave without elements needs no gate, and a gate over nothing never opens.
  gated_waves = { for number, wave in local.waves : tostring(number) => wave if length(wave) > 0 }
}

data "prismasdwan_upgrade_gate" "wave" {
  for_each = local.gated_waves

  name              = "wave ${each.key}"
  element_ids       = each.value
  target_version    = var.target_version
  min_ready_percent = 95
  max_failed        = 1
}

output "waves" {
  value = {
    for number, gate in data.prismasdwan_upgrade_gate.wave :
    number => gate.summary
  }
}

# What to upgrade next: the first wave whose gate is closed.
output "next_wave" {
  value = join(",", try([
    for number, wave in local.waves : wave
    if !try(data.prismasdwan_upgrade_gate.wave[tostring(number)].ready, true)
  ][0], []))
}

# The first wave may always begin; each later one needs those before it.
output "waves_that_may_begin" {
  value = [
    for number in keys(local.gated_waves) : number
    if alltrue([
      for before, gate in data.prismasdwan_upgrade_gate.wave :
      gate.ready if tonumber(before) < tonumber(number)
    ])
  ]
}
