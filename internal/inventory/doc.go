// Package inventory describes the fleet of a tenant and the images offered to it:
// elements and sites, the elements that a description selects, the peers of an element,
// and the images that satisfy a constraint on versions. It does no I/O, reads no clock
// and knows neither HTTP nor Terraform.
//
// Facts about the controller are marked as in package imagestatus.
package inventory
