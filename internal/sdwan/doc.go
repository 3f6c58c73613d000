// Package sdwan is the client of the Prisma SD-WAN controller. It implements both
// forms of sign-in, transport, retries and paging once for every collection: image
// statuses, elements, sites and images. The package knows HTTP and the controller's
// quirks, and nothing of Terraform. Package imagestatus decides what a status means,
// and package inventory what elements, sites and images are.
package sdwan
