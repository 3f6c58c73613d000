// Package provider is the Terraform surface: schemas, models and diagnostics,
// one file for each data source, ephemeral resource, action and function. It
// turns configuration into an imagestatus.Query and the client's rows into
// Terraform values; it decides nothing about a fleet and sends no request
// itself.
package provider
