// Package simulator is a Prisma SD-WAN controller in one process: the endpoint
// "Get Image Status of Element", the sign-in before it and neighbouring
// endpoints such as the lists of elements, sites and images, over a fleet that moves
// through real sequences of states on a virtual clock. What nobody knows about the controller is a switch, what goes
// wrong in production is a fault, and a fact carries its mark: documented (the
// vendor's OpenAPI description), observed (in a real client or response) or
// inferred. The package may import imagestatus and inventory, but neither this provider's
// client nor Terraform, so that any client can be held against it.
package simulator
