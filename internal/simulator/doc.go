// Package simulator is a Prisma SD-WAN controller in one process. It serves the
// endpoint "Get Image Status of Element", the sign-in and neighbouring endpoints such
// as the lists of elements, sites and images, over a fleet that moves through
// plausible sequences of states on a virtual clock.
//
// What is not known about the controller is a switch, and what goes wrong in
// production is a fault. Facts are marked documented (in the vendor's OpenAPI
// description), observed (in a real client or response) or inferred. The package may
// import imagestatus and inventory, but neither this provider's client nor Terraform,
// so that it can test any client.
package simulator
