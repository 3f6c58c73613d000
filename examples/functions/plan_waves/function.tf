locals {
  element_ids = [for n in range(20) : format("17739349785520%05d", n)]

  # One element first, then about a quarter of the fleet, then the rest.
  waves = provider::prismasdwan::plan_waves(local.element_ids, ["1", "25%", "100%"])
}

output "elements_per_wave" {
  value = [for wave in local.waves : length(wave)]
}
