// Package sdwan is the client of the Prisma SD-WAN controller: sign-in in both
// forms, transport, retries and paging of the one endpoint that this provider
// reads. It knows HTTP and the controller's quirks and knows nothing of
// Terraform. What a status means is not decided here but in imagestatus.
package sdwan
