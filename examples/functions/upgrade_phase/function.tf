output "phase" {
  value = provider::prismasdwan::upgrade_phase("waiting_install_time") # "scheduled"
}

# No state at all: the element was never upgraded.
output "idle" {
  value = provider::prismasdwan::upgrade_phase(null) # "idle"
}
