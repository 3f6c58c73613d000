terraform {
  required_providers {
    prismasdwan = {
      source = "sdwanops/prismasdwan"
    }
  }
}

# Every argument may come from the environment instead: PRISMASDWAN_CLIENT_ID,
# PRISMASDWAN_CLIENT_SECRET and PRISMASDWAN_TSG_ID are enough to sign in.
provider "prismasdwan" {
  page_size               = 1000
  max_concurrent_requests = 4
}
