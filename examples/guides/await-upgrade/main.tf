# The policy of a site follows when the upgrade of its element has finished.
# Needs Terraform 1.16.

variable "sites" {
  description = "Id of the element at each site, by the site's name."
  type        = map(string)
}

variable "target_version" {
  description = "Version that the elements must run."
  type        = string
}

action "prismasdwan_await_upgrade" "finished" {
  config {
    element_ids    = [caller.input.element_id]
    target_version = caller.input.version
    timeouts       = { invoke = "4h" }
  }
}

# Stands for the resource that starts the upgrade.
resource "terraform_data" "upgrade" {
  for_each = var.sites
  input    = { element_id = each.value, version = var.target_version }

  lifecycle {
    action_trigger {
      events     = [after_create, after_update]
      actions    = [action.prismasdwan_await_upgrade.finished]
      on_failure = taint
    }
  }
}

resource "terraform_data" "policy" {
  for_each = terraform_data.upgrade
  input    = each.value.input

  lifecycle {
    # A wait that failed after the upgrade is not repeated; this one is.
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.prismasdwan_await_upgrade.finished]
    }
  }
}
