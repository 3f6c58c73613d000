provider "prismasdwan" {}

data "prismasdwan_upgrade_gate" "canary" {
  name           = "canary"
  target_version = "~> 6.3.5"
}

output "report" {
  value = provider::prismasdwan::report_markdown(data.prismasdwan_upgrade_gate.canary)
}
