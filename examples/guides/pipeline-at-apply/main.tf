terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}

provider "prismasdwan" {} # Credentials come from the environment.

ephemeral "prismasdwan_upgrade_gate" "fleet" {
  target_version = "~> 6.3.5"
}

resource "terraform_data" "report" {
  triggers_replace = "a value that changes with each rollout"

  provisioner "local-exec" {
    command     = "printf '%s' \"$REPORT\" > report.md"
    environment = { REPORT = provider::prismasdwan::report_markdown(ephemeral.prismasdwan_upgrade_gate.fleet) }
  }
}
