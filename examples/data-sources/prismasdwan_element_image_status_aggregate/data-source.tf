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
