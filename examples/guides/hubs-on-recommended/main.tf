data "prismasdwan_element_images" "offered" {}

check "every_hub_runs_the_recommended_release" {
  data "prismasdwan_upgrade_gate" "hubs" {
    where          = { roles = ["HUB"] }
    target_version = coalesce(data.prismasdwan_element_images.offered.recommended, "0.0.0-b0")
  }

  assert {
    condition     = data.prismasdwan_upgrade_gate.hubs.ready
    error_message = join("\n", concat(["Not every hub is ready."], data.prismasdwan_upgrade_gate.hubs.reasons))
  }
}
