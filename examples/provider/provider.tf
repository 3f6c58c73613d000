terraform {
  required_providers {
    prismasdwan = {
      source = "sdwanops/prismasdwan"
    }
  }
}

# Sign-in from the environment. Unified form: PRISMASDWAN_CLIENT_ID,
# PRISMASDWAN_CLIENT_SECRET and PRISMASDWAN_TSG_ID. Legacy form:
# PRISMASDWAN_AUTH_TOKEN.
provider "prismasdwan" {}

# Rollout progress of the fleet in one line. Reports only; blocks nothing.
data "prismasdwan_upgrade_gate" "fleet" {
  target_version = ">= 6.3.5-b1"
}

output "fleet" {
  value = data.prismasdwan_upgrade_gate.fleet.summary
}
