// Package sdwan is the client of the Prisma SD-WAN controller: sign-in in both
// forms, transport, retries and paging, written once for every collection that
// is read: image statuses, elements and sites. It knows HTTP and the
// controller's quirks and knows nothing of Terraform. What a status means is
// not decided here but in imagestatus, and what the fleet is in inventory.
package sdwan
