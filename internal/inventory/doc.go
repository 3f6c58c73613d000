// Package inventory describes the fleet of a tenant and the images offered to it:
// elements and sites, the elements that a description selects, the peers of an
// element, and the images that satisfy a constraint on versions. It does no I/O, reads no clock and knows neither HTTP nor Terraform.
//
// Facts about the controller carry one of three marks in this package's
// comments: documented (the vendor's OpenAPI description), observed (a real
// client or response shows it) or inferred (a reading that nothing proves).
package inventory
