output "older" {
  value = provider::prismasdwan::compare_versions("6.3.6-b9", "6.3.6-b12") # -1
}

output "release_after_its_prerelease" {
  value = provider::prismasdwan::compare_versions("4.4.1-b1", "4.4.1-pre-b38") # 1
}
