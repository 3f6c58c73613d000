// Package inventory says what the fleet is: its elements and sites, which
// elements a description selects, and who is whose peer. It does no I/O and
// knows neither HTTP nor Terraform.
//
// Facts about the controller carry one of three marks in this package's
// comments: documented (the vendor's OpenAPI description), observed (a real
// client or response shows it) or inferred (a reading that nothing proves).
package inventory
