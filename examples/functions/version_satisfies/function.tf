output "in_range" {
  value = provider::prismasdwan::version_satisfies("6.3.6-b9", ">= 6.3.5-b1, < 6.4.0") # true
}

# A version without a build stands for the whole release.
output "any_build" {
  value = provider::prismasdwan::version_satisfies("6.3.6-b9", "= 6.3.6") # true
}
