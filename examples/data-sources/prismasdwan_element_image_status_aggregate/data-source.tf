provider "prismasdwan" {}

# How many elements run which version.
data "prismasdwan_element_image_status_aggregate" "versions" {
  aggregate = { operator = "count", field = "element_id" }
  group_by  = ["active_version"]
}

output "elements_by_version" {
  value = {
    for result in data.prismasdwan_element_image_status_aggregate.versions.results :
    coalesce(result.group.active_version, "none") => result.count
  }
}

# A table of versions by phase.
data "prismasdwan_element_image_status_aggregate" "versions_by_phase" {
  aggregate = { operator = "count", field = "element_id" }
  group_by  = ["active_version", "phase"]
}

output "versions_by_phase" {
  value = {
    for result in data.prismasdwan_element_image_status_aggregate.versions_by_phase.results :
    coalesce(result.group.active_version, "none") => "${result.count} ${result.group.phase}"...
  }
}

# How many hubs at each data centre run which version.
data "prismasdwan_element_image_status_aggregate" "hubs" {
  where     = { roles = ["HUB"] }
  aggregate = { operator = "count", field = "element_id" }
  group_by  = ["site_name", "active_version"]
}

output "hubs_by_site" {
  value = [
    for result in data.prismasdwan_element_image_status_aggregate.hubs.results :
    "${coalesce(result.group.site_name, "no site")}: ${result.count} at ${coalesce(result.group.active_version, "none")}"
  ]
}

# How far the downloads of one image are on average.
data "prismasdwan_element_image_status_aggregate" "progress" {
  filters = [
    { field = "upgrade_state", values = ["downloading", "download"] },
  ]
  aggregate = { operator = "avg", field = "download_percent" }
}

output "mean_download_percent" {
  value = data.prismasdwan_element_image_status_aggregate.progress.value
}
