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

output "elements_by_phase" {
  value = local.elements_by_phase
}
