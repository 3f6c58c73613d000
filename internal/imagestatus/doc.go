// Package imagestatus interprets the rows of the endpoint "Get Image Status of Element":
// fields, upgrade states and their phases, scheduled times. It also builds and
// checks queries, orders rows and aggregates them. It does no I/O, reads no clock
// and knows neither HTTP nor Terraform.
//
// Facts about the controller carry one of three marks in this package's
// comments: documented (the vendor's OpenAPI description), observed (a real
// client or response shows it) or inferred (a reading that nothing proves).
package imagestatus
