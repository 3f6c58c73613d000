variable "hub_element_id" {
  description = "Id of the element at the hub."
  type        = string
}

data "prismasdwan_element_image_status" "hub" {
  element_id = var.hub_element_id
}

output "hub" {
  value = "${data.prismasdwan_element_image_status.hub.active_version} (${data.prismasdwan_element_image_status.hub.phase})"
}
