// Package rollout says what follows from the statuses of elements: the verdict of
// a gate and its words, the wait for it, and the waves of a fleet. It does no I/O
// and knows neither HTTP nor Terraform. Only the wait looks at a clock.
package rollout
