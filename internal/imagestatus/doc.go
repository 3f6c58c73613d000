// Package imagestatus says what a row of the endpoint "Get Image Status of
// Element" means, and how rows are asked for, ordered and aggregated. It does no
// I/O, reads no clock and knows neither HTTP nor Terraform.
//
// Facts about the controller carry one of three marks in this package's
// comments: documented (the vendor's OpenAPI description), observed (a real
// client or response shows it) or inferred (a reading that nothing proves).
package imagestatus
