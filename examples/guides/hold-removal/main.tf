# A site is removed only when its element is not being upgraded. Needs Terraform
# 1.16. To remove a site, take it out of the variable and leave the blocks.

variable "sites" {
  description = "Id of the element at each site, by the site's name."
  type        = map(string)
}

action "prismasdwan_await_upgrade" "settled" {
  config {
    element_ids = [caller.input.element_id]
    timeouts    = { invoke = "2h" }
  }
}

resource "terraform_data" "site" {
  for_each = var.sites
  input    = { element_id = each.value }

  lifecycle {
    action_trigger {
      events  = [before_destroy]
      actions = [action.prismasdwan_await_upgrade.settled]
    }
  }
}
