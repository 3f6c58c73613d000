package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// ConfigFromEnvironment returns the configuration of a client for an empty provider
// block, so that another command signs in as the provider does. Attempts are not
// logged. The error has one line for each argument that is missing or cannot be used.
func ConfigFromEnvironment(ctx context.Context, version string, lookup func(string) (string, bool)) (sdwan.Config, error) {
	var diags diag.Diagnostics
	values := readSettings(ctx, emptyBlock(ctx), lookup, &diags)
	if diags.HasError() {
		return sdwan.Config{}, asError(diags)
	}
	_, config := prepareConnection(values, "terraform-provider-prismasdwan/"+version, lookup, &diags)
	if diags.HasError() {
		return sdwan.Config{}, asError(diags)
	}
	config.Observe, config.ObserveBodies = nil, false
	return config, nil
}

func emptyBlock(ctx context.Context) tfsdk.Config {
	var described provider.SchemaResponse
	new(prismaProvider).Schema(ctx, provider.SchemaRequest{}, &described)
	object := described.Schema.Type().TerraformType(ctx)
	return tfsdk.Config{Schema: described.Schema, Raw: tftypes.NewValue(object, nil)}
}

func asError(diags diag.Diagnostics) error {
	var problems []error
	for _, problem := range diags.Errors() {
		problems = append(problems, errors.New(problem.Summary()+": "+problem.Detail()))
	}
	return errors.Join(problems...)
}
