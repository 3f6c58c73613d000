// Package rollout decides about a rollout from the statuses of elements: the verdict of a
// gate with its reasons and remedies, the verdict of a sequence of waves, the wait for
// a gate, and reports on all of them. It also splits a fleet into waves. It does no I/O
// and knows neither HTTP nor Terraform. Only the wait reads a clock.
package rollout
