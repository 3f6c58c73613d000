provider "prismasdwan" {}

# The versions of the two elements of one site.
data "prismasdwan_element_image_statuses" "frankfurt" {
  where         = { site_names = ["BR-FRA-01"] }
  with_elements = true
}

output "versions_in_frankfurt" {
  value = {
    for row in data.prismasdwan_element_image_statuses.frankfurt.items :
    row.element.name => row.active_version
  }
}

# Elements whose last upgrade failed, with the controller's reason.
data "prismasdwan_element_image_statuses" "failed" {
  filters = [{ field = "phase", values = ["failed"] }]
}

output "failures" {
  value = {
    for element in data.prismasdwan_element_image_statuses.failed.items :
    element.element_id => element.failure_info
  }
}

# The ids of those that failed, of a large fleet, and the version of each. State
# holds three attributes of each row as a JSON text, and not all of them.
data "prismasdwan_element_image_statuses" "fleet" {
  fields = ["element_id", "active_version", "phase"]
}

output "failed_versions" {
  value = {
    for row in jsondecode(data.prismasdwan_element_image_statuses.fleet.items_json) :
    row.element_id => row.active_version if row.phase == "failed"
  }
}

# The ten slowest downloads that are under way.
data "prismasdwan_element_image_statuses" "downloading" {
  filters = [
    { field = "upgrade_state", values = ["downloading", "download"] },
    { field = "download_percent", operator = "lt", values = ["100"] },
  ]
  sort_by = { field = "download_percent" }
  limit   = 10
}

# Conditions joined by "or" are written in the controller's own form.
data "prismasdwan_element_image_statuses" "attention" {
  query_params = jsonencode({
    or = {
      upgrade_state = { eq = "invalid" }
      failure_info  = { re = "disk" }
    }
  })
}
