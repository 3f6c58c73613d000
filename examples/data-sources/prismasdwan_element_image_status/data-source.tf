provider "prismasdwan" {}

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

# By name, where no other element has it.
data "prismasdwan_element_image_status" "frankfurt" {
  element_name = "br-fra-01-a"
}

output "frankfurt" {
  value = data.prismasdwan_element_image_status.frankfurt.active_version
}
