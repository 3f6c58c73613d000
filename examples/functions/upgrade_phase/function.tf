output "phase" {
  value = provider::prismasdwan::upgrade_phase("waiting_install_time") # "scheduled"
}

# A state that the provider does not know.
output "unknown" {
  value = provider::prismasdwan::upgrade_phase("quarantined") # "unknown"
}
