package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// Address is the provider's address in the registry.
const Address = "registry.terraform.io/sdwanops/prismasdwan"

// typeName starts the name of every data source, ephemeral resource and action.
const typeName = "prismasdwan"

var (
	_ provider.Provider                       = (*prismaProvider)(nil)
	_ provider.ProviderWithValidateConfig     = (*prismaProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*prismaProvider)(nil)
	_ provider.ProviderWithActions            = (*prismaProvider)(nil)
	_ provider.ProviderWithFunctions          = (*prismaProvider)(nil)
)

type prismaProvider struct {
	version string
	lookup  func(string) (string, bool)
}

// New returns a constructor of the provider. The version is part of the User-Agent;
// lookup reads the environment and is os.LookupEnv except in tests.
func New(version string, lookup func(string) (string, bool)) func() provider.Provider {
	return func() provider.Provider {
		return &prismaProvider{version: version, lookup: lookup}
	}
}

func (p *prismaProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = typeName
	resp.Version = p.version
}

func (p *prismaProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the image status of Prisma SD-WAN (formerly CloudGenix) elements and decides on it, " +
			"so that a rollout waits for the fleet it depends on. The provider never changes a device.\n\n" +
			"Each argument is taken from the configuration, else from its `PRISMASDWAN_…` environment variable, " +
			"else from the `SCM_…` variable that the vendor's own provider reads. " +
			"The credentials `client_id`, `client_secret` and `tsg_id` must all come from the same one of these sources.",
		Attributes: settingAttributes(),
	}
}

// ValidateConfig reports what needs no environment: arguments of two forms of
// sign-in at once.
func (p *prismaProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	values := readSettings(ctx, req.Config, noEnvironment, &resp.Diagnostics)
	checkForms(values, &resp.Diagnostics)
}

func noEnvironment(string) (string, bool) { return "", false }

// Configure does no network I/O: the sign-in happens when something reads.
func (p *prismaProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	values := readSettings(ctx, req.Config, p.lookup, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if unknown := values.unknown(); len(unknown) > 0 {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		}
		p.connect(resp, &connection{unknown: unknown})
		return
	}
	agent := userAgent(p.version, req.TerraformVersion, p.lookup, &resp.Diagnostics)
	connected := newConnection(values, agent, p.lookup, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p.connect(resp, connected)
}

func (p *prismaProvider) connect(resp *provider.ConfigureResponse, connected *connection) {
	resp.DataSourceData = connected
	resp.EphemeralResourceData = connected
	resp.ActionData = connected
}

func (p *prismaProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newElementsDataSource,
		newElementImageStatusDataSource,
		newElementImageStatusesDataSource,
		newElementImageStatusAggregateDataSource,
		newElementImagesDataSource,
		newUpgradeWavesDataSource,
		newUpgradeGateDataSource,
	}
}

func (p *prismaProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{newUpgradeGateEphemeralResource}
}

func (p *prismaProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{newAwaitUpgradeAction}
}

func (p *prismaProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		newCompareVersionsFunction,
		newParseScheduleFunction,
		newPlanWavesFunction,
		newReportMarkdownFunction,
		newUpgradePhaseFunction,
		newVersionSatisfiesFunction,
	}
}

// Resources is empty: the provider only reads.
func (p *prismaProvider) Resources(context.Context) []func() resource.Resource { return nil }

// userAgent names the provider and Terraform, followed by TF_APPEND_USER_AGENT,
// trimmed as Terraform does.
func userAgent(version, terraformVersion string, lookup func(string) (string, bool), diags *diag.Diagnostics) string {
	const variable = "TF_APPEND_USER_AGENT"
	agent := "Terraform/" + terraformVersion + " (+https://www.terraform.io) terraform-provider-prismasdwan/" + version
	value, _ := lookup(variable)
	more := strings.TrimSpace(value)
	if more == "" {
		return agent
	}
	if err := sdwan.CheckHeader(more); err != nil {
		diags.AddError("Invalid environment variable", fmt.Sprintf("The value %q of the environment variable %s cannot be used: %s.", value, variable, err))
	}
	return agent + " " + more
}
