// Package imagestatus is the domain of this provider: what an element's image
// status says, which elements a query selects, and what follows from it for a
// rollout. It decides and computes; it does no I/O, reads no clock and knows
// neither HTTP nor Terraform.
//
// Facts about the controller carry one of three marks in this package's
// comments: documented (the vendor's OpenAPI description), observed (a real
// client or response shows it) or inferred (a reading that nothing proves).
package imagestatus
