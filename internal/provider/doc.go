// Package provider is the Terraform provider: schemas, models and diagnostics of
// the data sources, the ephemeral resource, the action and the functions. It turns
// configuration into queries of package sdwan and rules of package rollout, and
// their results into Terraform values and diagnostics. It decides nothing about a
// fleet and sends no request itself.
package provider
