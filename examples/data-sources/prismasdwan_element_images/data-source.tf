provider "prismasdwan" {}

# Everything that the tenant is offered, newest first.
data "prismasdwan_element_images" "all" {}

output "recommended" {
  value = data.prismasdwan_element_images.all.recommended # "6.3.6-b9"
}

# Names for the active_image_id of a status. An image that left the list has none.
output "versions" {
  value = { for image in data.prismasdwan_element_images.all.items : image.id => image.version }
}

# The newest released build of 6.3 that an ion 3200 can run.
data "prismasdwan_element_images" "ion_3200" {
  version = "~> 6.3.0"
  model   = "ion 3200"
  states  = ["release"]
}

output "target" {
  value = data.prismasdwan_element_images.ion_3200.latest # "6.3.6-b12"
}

# A gate on it. Without a version the gate would ask for none, hence the check.
data "prismasdwan_upgrade_gate" "on_latest" {
  target_version = data.prismasdwan_element_images.ion_3200.latest

  lifecycle {
    precondition {
      condition     = data.prismasdwan_element_images.ion_3200.latest != null
      error_message = "No supported 6.3 is offered for the ion 3200."
    }
  }
}
