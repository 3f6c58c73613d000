package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// surface is one thing to read: its configuration, and the binary of the provider
// that reads it.
type surface struct{ name, configuration, binary string }

// The ways to answer one question: which elements failed, and what each runs.
const (
	failedAsText = "failed, of items_json"
	failedTyped  = "failed, of items"
	failedByHTTP = "failed, by data \"http\""
)

var surfaces = []surface{
	{name: "nothing"},
	{name: "statuses", configuration: `data "prismasdwan_element_image_statuses" "fleet" {}`},
	{name: failedAsText, configuration: `data "prismasdwan_element_image_statuses" "fleet" {
  fields = ["element_id", "active_version", "phase"]
}
output "failed" {
  value = {
    for row in jsondecode(data.prismasdwan_element_image_statuses.fleet.items_json) :
    row.element_id => row.active_version if row.phase == "failed"
  }
}`},
	{name: failedTyped, configuration: `data "prismasdwan_element_image_statuses" "fleet" {}
output "failed" {
  value = {
    for row in data.prismasdwan_element_image_statuses.fleet.items :
    row.element_id => row.active_version if row.phase == "failed"
  }
}`},
	{name: "aggregate", configuration: `data "prismasdwan_element_image_status_aggregate" "fleet" {
  aggregate = { operator = "avg", field = "download_percent" }
  group_by  = ["phase"]
  compute   = "provider"
}`},
	{name: "gate", configuration: `data "prismasdwan_upgrade_gate" "fleet" { target_version = ">= 6.3.5" }`},
	{name: "gate by site", configuration: `data "prismasdwan_upgrade_gate" "fleet" {
  where          = { site_tags_any = ["emea", "amer", "apac"] }
  target_version = ">= 6.3.5"
}`},
	{name: "elements", configuration: `data "prismasdwan_elements" "fleet" {}`},
	{name: "element ids", configuration: `data "prismasdwan_elements" "fleet" { ids_only = true }`},
}

// header is all of the configuration that reads nothing, which shows what
// Terraform and the start of a provider cost by themselves.
const header = `terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}

provider "prismasdwan" {}

`

// byHTTP is the hand-written read of the guide From data "http": one page with every
// row, and a token from somewhere.
const byHTTP = `terraform {
  required_providers {
    http = { source = "hashicorp/http" }
  }
}
data "http" "statuses" {
  url             = "%s/v2.1/api/tenants/%s/software/current_status/query"
  method          = "POST"
  request_headers = { X-Auth-Token = "%s", Content-Type = "application/json" }
  request_body    = jsonencode({ limit = %d })
}
output "failed" {
  value = {
    for row in jsondecode(data.http.statuses.response_body).items :
    row.element_id => row.active_version if endswith(coalesce(row.upgrade_state, "-"), "failed")
  }
}`

// surfaces are what is measured on a fleet, with the read by hand where its
// provider is there.
func (b *bench) surfaces(address string, elements int) []surface {
	var all []surface
	for _, one := range surfaces {
		one.configuration, one.binary = header+one.configuration, providerBinary
		all = append(all, one)
		if one.name == failedTyped && b.http != "" {
			configuration := fmt.Sprintf(byHTTP, address, simulator.TenantID, simulator.AuthToken, elements)
			all = append(all, surface{name: failedByHTTP, configuration: configuration, binary: httpBinary})
		}
	}
	return slices.DeleteFunc(all, func(s surface) bool { return !strings.Contains(s.name, b.only) })
}
