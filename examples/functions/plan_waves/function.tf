locals {
  element_ids = [for n in range(20) : format("17740000000000%05d", n)]

  # One element first, then about a quarter of the fleet, then the rest.
  waves = provider::prismasdwan::plan_waves(local.element_ids, ["1", "25%", "100%"])

  # Two elements of one site back one another up. In a tenant, take the groups
  # from the attribute peer_groups of the data source prismasdwan_elements.
  sites = { for n, id in local.element_ids : id => "site/${floor(n / 2)}" }

  # The same, with the two elements of a site never in one wave.
  waves_with_peers_apart = provider::prismasdwan::plan_waves(local.element_ids, ["1", "25%", "100%"], local.sites)

  # The same, with one element that must be the first, and one that must not be
  # upgraded before the last wave.
  waves_with_pins = provider::prismasdwan::plan_waves(local.element_ids, ["1", "25%", "100%"], {
    groups = local.sites
    first  = [local.element_ids[0]]
    last   = [local.element_ids[19]]
  })
}

output "elements_per_wave" {
  value = [for wave in local.waves : length(wave)] # [1,4,15]
}

output "elements_per_wave_with_peers_apart" {
  value = [for wave in local.waves_with_peers_apart : length(wave)] # [1,4,10,5]
}

output "first_wave" {
  value = local.waves_with_pins[0] # ["1774000000000000000"]
}
