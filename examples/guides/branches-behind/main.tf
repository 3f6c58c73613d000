data "prismasdwan_element_images" "offered" {}
data "prismasdwan_elements" "branches" { where = { roles = ["SPOKE"] } }

locals {
  # Newest first; the release after the recommended one is the oldest that a branch may run.
  releases = distinct([for image in data.prismasdwan_element_images.offered.items : split("-", coalesce(image.version, "none"))[0]])
  oldest   = try(local.releases[index(local.releases, split("-", data.prismasdwan_element_images.offered.recommended)[0]) + 1], "none")
  behind   = [for branch in data.prismasdwan_elements.branches.items : branch if !try(provider::prismasdwan::version_satisfies(branch.software_version, ">= ${local.oldest}"), false)]
}

check "no_branch_is_more_than_one_release_behind" {
  assert {
    condition     = length(local.behind) == 0
    error_message = join("\n", ["Branches behind ${local.oldest}:"], [for branch in local.behind : format("%v (%v): %v", branch.name, branch.site_name, branch.software_version)])
  }
}
