package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ ephemeral.EphemeralResourceWithConfigure      = (*upgradeGateEphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithValidateConfig = (*upgradeGateEphemeralResource)(nil)
)

type upgradeGateEphemeralResource struct{ connection *connection }

func newUpgradeGateEphemeralResource() ephemeral.EphemeralResource {
	return &upgradeGateEphemeralResource{}
}

type upgradeGateEphemeralModel struct {
	gateModel
	Enforce  types.Bool     `tfsdk:"enforce"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
	gateResultModel
}

func (e *upgradeGateEphemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + nameUpgradeGate
}

func (e *upgradeGateEphemeralResource) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.connection = connectionOf(req.ProviderData, &resp.Diagnostics)
}

func (e *upgradeGateEphemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	arguments := upgradeGateAttributes()
	arguments["timeouts"] = timeoutsAttribute("open", timeouts.Type{ObjectType: timeoutsType("open")},
		"`"+shortDuration(defaultReadTimeout)+"`, with `wait` `"+shortDuration(defaultWaitTimeout)+"`")
	attributes, err := ephemeralAttributes(arguments)
	if err != nil {
		resp.Diagnostics.AddError("Schema cannot be made", err.Error())
		return
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Judges whether a fleet or a wave is ready, as the data source of the same name does, and leaves nothing in state.\n\n" +
			"Terraform opens an ephemeral resource at plan **and again at apply**, also of a saved plan. Refer to `ready` in the `precondition` " +
			"of what the gate must hold back: a gate that closes between plan and apply then blocks the apply. A closed gate is a warning that explains itself, " +
			"because Terraform does not show an `error_message` made of ephemeral values. Give each of several gates a `name`.\n\n" +
			"Needs Terraform 1.10 or later, or OpenTofu 1.11.6 or later.",
		Attributes: attributes,
	}
}

// ValidateConfig checks the arguments as far as they are known.
func (e *upgradeGateEphemeralResource) ValidateConfig(ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse) {
	var model upgradeGateEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		model.validate(ctx, &resp.Diagnostics)
	}
}

// Open judges the fleet. The resource needs no renewal and no closing.
func (e *upgradeGateEphemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model upgradeGateEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !e.connection.ready(req.Config, &resp.Diagnostics) {
		return
	}
	limit, problems := model.Timeouts.Open(ctx, model.defaultTimeout())
	resp.Diagnostics.Append(problems...)
	gate, verdict, ok := model.result(ctx, e.connection, limit, &resp.Diagnostics)
	switch {
	case !ok:
		return
	case verdict.Ready:
	case model.Enforce.ValueBool():
		resp.Diagnostics.AddError(headline(summaryGateClosed, gate, verdict), explain(gate, verdict))
		return
	default:
		resp.Diagnostics.AddWarning(headline(summaryGateClosed, gate, verdict), explain(gate, verdict))
	}
	result, err := newGateResult(ctx, verdict)
	if err != nil {
		e.connection.addError(&resp.Diagnostics, err)
		return
	}
	model.gateResultModel = result
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}
