# Checks that run with every plan and hold nothing: a failed check is a warning.

check "fleet_has_no_failures" {
  data "prismasdwan_upgrade_gate" "fleet" {
    max_failed        = 0
    min_ready_percent = 0
  }

  assert {
    condition     = data.prismasdwan_upgrade_gate.fleet.ready
    error_message = join("\n", [data.prismasdwan_upgrade_gate.fleet.summary], data.prismasdwan_upgrade_gate.fleet.reasons)
  }
}

data "prismasdwan_element_image_status_aggregate" "phases" {
  aggregate = { operator = "count", field = "element_id" }
  group_by  = ["phase"]
}

locals {
  elements_by_phase = {
    for result in data.prismasdwan_element_image_status_aggregate.phases.results :
    result.group.phase => result.count
  }
}

check "nothing_is_installing" {
  assert {
    condition     = lookup(local.elements_by_phase, "installing", 0) == 0
    error_message = "${lookup(local.elements_by_phase, "installing", 0)} elements are installing an image and may reboot."
  }
}

data "prismasdwan_element_images" "offered" {}

data "prismasdwan_element_image_status_aggregate" "images" {
  aggregate = { operator = "count", field = "element_id" }
  group_by  = ["active_image_id", "active_version"]
}

locals {
  last_day = { for image in data.prismasdwan_element_images.offered.items : image.id => image.eol_date if image.eol_date != null }
  # 2160 hours are 90 days. The day of an image that has none is far away.
  ending = [
    for running in data.prismasdwan_element_image_status_aggregate.images.results : running
    if timecmp("${lookup(local.last_day, coalesce(running.group.active_image_id, "none"), "9999-12-31")}T00:00:00Z", timeadd(plantimestamp(), "2160h")) < 0
  ]
}

check "no_image_ends_within_90_days" {
  assert {
    condition = length(local.ending) == 0
    error_message = join("\n", [
      for running in local.ending :
      "${running.count} elements run ${coalesce(running.group.active_version, "an image")} whose support ends on ${local.last_day[running.group.active_image_id]}."
    ])
  }
}

check "all_run_the_recommended_release" {
  assert {
    condition = alltrue([
      for running in data.prismasdwan_element_image_status_aggregate.images.results :
      coalesce(running.group.active_version, "none") == data.prismasdwan_element_images.offered.recommended
    ])
    error_message = "Not all elements run ${coalesce(data.prismasdwan_element_images.offered.recommended, "a recommended release, as there is none")}."
  }
}

output "elements_by_phase" {
  value = local.elements_by_phase
}
