provider "prismasdwan" {}

# All branches in waves: three elements first, then about a quarter, then all.
# The two elements of an HA pair are never in the same wave.
data "prismasdwan_upgrade_waves" "branches" {
  where          = { roles = ["SPOKE"] }
  sizes          = ["3", "25%", "100%"]
  target_version = ">= 6.3.5-b1, < 7.0.0"

  # One element in ten may fail, but none of the first wave.
  min_ready_percent  = 90
  max_failed_percent = 10
  overrides          = [{ wave = 1, min_ready_percent = 100, max_failed = 0 }]
}

output "rollout" {
  value = data.prismasdwan_upgrade_waves.branches.summary
}

output "waves" {
  value = [
    for wave in data.prismasdwan_upgrade_waves.branches.waves :
    "wave ${wave.number}: ${wave.done ? "done" : wave.may_begin ? "may begin" : "is held"}, ${wave.summary}"
  ]
}

# What to upgrade next, by name.
output "next" {
  value = flatten([
    for wave in data.prismasdwan_upgrade_waves.branches.waves : [
      for element in wave.elements : coalesce(element.name, element.id)
    ] if wave.number == data.prismasdwan_upgrade_waves.branches.current
  ])
}

# The same for a report that needs no names: about 1 kB of state for each
# wave, however large the fleet is.
data "prismasdwan_upgrade_waves" "report" {
  where         = { roles = ["HUB"] }
  sizes         = ["1", "100%"]
  list_elements = false
}

output "hubs" {
  value = data.prismasdwan_upgrade_waves.report.summary
}
