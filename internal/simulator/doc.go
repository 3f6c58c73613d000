// Package simulator is a Prisma SD-WAN controller that lives in one process:
// it serves the endpoint "Get Image Status of Element", the sign-in that goes
// with it and a few neighbouring endpoints over HTTP, with a fleet whose
// elements move through real sequences of states on a virtual clock. It is
// wrong in the same ways as the real controller: what nobody knows about the
// controller is a switch, what goes wrong in production is a fault, and both
// are tables. It knows HTTP and package imagestatus, but neither this
// provider's client nor Terraform, so that any client can be held against it.
//
// Facts about the controller carry one of three marks in this package's
// comments: documented (the vendor's OpenAPI description), observed (a real
// client or response shows it) or inferred (a reading that nothing proves).
package simulator
