// Package inventory says what the fleet is: its elements and sites, which
// elements a description selects, who is whose peer, and which images the tenant
// is offered. It does no I/O, reads no clock and knows neither HTTP nor Terraform.
//
// Facts about the controller carry one of three marks in this package's
// comments: documented (the vendor's OpenAPI description), observed (a real
// client or response shows it) or inferred (a reading that nothing proves).
package inventory
