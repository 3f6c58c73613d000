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
