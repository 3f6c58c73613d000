# One apply for the whole rollout, with Terraform 1.14 or later: the policy of
# a wave is created or changed only when the waves before it are done.

variable "target_version" {
  description = "Version or constraint that the elements must run."
  type        = string
}

locals {
  sizes = ["3", "25%", "100%"]
}

data "prismasdwan_upgrade_waves" "branches" {
  where          = { roles = ["SPOKE"] }
  sizes          = local.sizes
  target_version = var.target_version
}

locals {
  # By number. A gate over a wave that has no element, as in a small fleet, is
  # closed: write as many waves as the fleet has.
  elements = {
    for wave in data.prismasdwan_upgrade_waves.branches.waves :
    wave.number => wave.element_ids
  }
}

resource "terraform_data" "wave_1" {
  input = { elements = try(local.elements[1], []), version = var.target_version }
}

# Runs when the second policy is created or changed, and not when a gate closes
# again later.
action "prismasdwan_await_upgrade" "wave_1" {
  config {
    where          = { roles = ["SPOKE"] }
    target_version = var.target_version
    wave           = { sizes = local.sizes, number = 1 }
    wait           = { hold = "5m" }
    timeouts       = { invoke = "4h" }
  }
}

resource "terraform_data" "wave_2" {
  input = { elements = try(local.elements[2], []), version = var.target_version }

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.prismasdwan_await_upgrade.wave_1]
    }
  }

  depends_on = [terraform_data.wave_1]
}

action "prismasdwan_await_upgrade" "wave_2" {
  config {
    where          = { roles = ["SPOKE"] }
    target_version = var.target_version
    wave           = { sizes = local.sizes, number = 2 }
    wait           = { hold = "5m" }
    timeouts       = { invoke = "4h" }
  }
}

# The third wave waits for both before it.
resource "terraform_data" "wave_3" {
  input = { elements = try(local.elements[3], []), version = var.target_version }

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.prismasdwan_await_upgrade.wave_1, action.prismasdwan_await_upgrade.wave_2]
    }
  }

  depends_on = [terraform_data.wave_2]
}

action "prismasdwan_await_upgrade" "wave_3" {
  config {
    where          = { roles = ["SPOKE"] }
    target_version = var.target_version
    wave           = { sizes = local.sizes, number = 3 }
    wait           = { hold = "5m" }
    timeouts       = { invoke = "4h" }
  }
}

# Peers that are left after the last size are in a wave of their own.
resource "terraform_data" "wave_4" {
  input = { elements = try(local.elements[4], []), version = var.target_version }

  lifecycle {
    action_trigger {
      events = [before_create, before_update]
      actions = [
        action.prismasdwan_await_upgrade.wave_1,
        action.prismasdwan_await_upgrade.wave_2,
        action.prismasdwan_await_upgrade.wave_3,
      ]
    }
  }

  depends_on = [terraform_data.wave_3]
}
