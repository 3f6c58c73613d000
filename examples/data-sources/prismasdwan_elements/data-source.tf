provider "prismasdwan" {}

# The hubs of one region, with what one wants to know of them.
data "prismasdwan_elements" "hubs" {
  where = { roles = ["HUB"], site_tags_any = ["emea"] }
}

output "hubs" {
  value = {
    for element in data.prismasdwan_elements.hubs.items :
    element.id => { name = element.name, site = element.site_name, version = element.software_version }
  }
}

# All branches in three waves. Their ids are enough for that, so that state
# holds no rows.
data "prismasdwan_elements" "branches" {
  where    = { roles = ["SPOKE"] }
  ids_only = true
}

output "waves" {
  value = provider::prismasdwan::plan_waves(data.prismasdwan_elements.branches.ids, ["1", "10%", "100%"])
}

# A warning with the names of the branches that are offline.
data "prismasdwan_elements" "offline" {
  where = { roles = ["SPOKE"], connected = false }
}

check "branches_are_online" {
  assert {
    condition = data.prismasdwan_elements.offline.matched_count == 0
    error_message = format("Branches that are offline: %s.", join(", ", [
      for element in data.prismasdwan_elements.offline.items : coalesce(element.name, element.id)
    ]))
  }
}
