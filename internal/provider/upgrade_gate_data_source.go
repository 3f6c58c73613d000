package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSourceWithConfigure      = (*upgradeGateDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*upgradeGateDataSource)(nil)
)

type upgradeGateDataSource struct{ connection *connection }

func newUpgradeGateDataSource() datasource.DataSource { return &upgradeGateDataSource{} }

type upgradeGateDataSourceModel struct {
	gateModel
	Enforce  types.Bool     `tfsdk:"enforce"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
	gateResultModel
}

// nameUpgradeGate is shared by the data source and the ephemeral resource.
const nameUpgradeGate = "_upgrade_gate"

func (d *upgradeGateDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + nameUpgradeGate
}

func (d *upgradeGateDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.connection = connectionOf(req.ProviderData, &resp.Diagnostics)
}

// upgradeGateAttributes are those of the data source and of the ephemeral resource,
// except timeouts.
func upgradeGateAttributes() map[string]schema.Attribute {
	attributes := gateArguments()
	attributes[nameWave] = waveAttribute()
	attributes["wait"] = waitAttribute("Default: one check, without waiting.")
	attributes["enforce"] = enforceAttribute()
	maps.Copy(attributes, gateResults())
	return attributes
}

func (d *upgradeGateDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := upgradeGateAttributes()
	attributes["timeouts"] = readTimeouts("`" + shortDuration(defaultReadTimeout) + "`, with `wait` `" + shortDuration(defaultWaitTimeout) + "`")
	resp.Schema = schema.Schema{
		MarkdownDescription: "Judges whether a fleet or a wave is ready for what comes next. Its state grows with what you name and with the elements that keep the gate closed, of which `blocking_elements` lists at most `max_blocking_elements`, not with the fleet.\n\n" +
			"A data source is read at plan and **not** again when a saved plan is applied. Where a rollout must also be held at apply, " +
			"use the ephemeral resource of the same name, or the action `prismasdwan_await_upgrade`. The guide *Gate a rollout* explains which gate blocks at which time.",
		Attributes: attributes,
	}
}

// ValidateConfig checks the arguments as far as they are known.
func (d *upgradeGateDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var model upgradeGateDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		model.validate(ctx, &resp.Diagnostics)
	}
}

func (d *upgradeGateDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model upgradeGateDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.connection.ready(req.Config, &resp.Diagnostics) {
		return
	}
	limit, problems := model.Timeouts.Read(ctx, model.defaultTimeout())
	resp.Diagnostics.Append(problems...)
	gate, verdict, ok := model.result(ctx, d.connection, limit, &resp.Diagnostics)
	if !ok {
		return
	}
	if !verdict.Ready && model.Enforce.ValueBool() {
		resp.Diagnostics.AddError(headline(summaryGateClosed, gate, verdict), explain(gate, verdict))
		return
	}
	result, err := newGateResult(ctx, verdict)
	if err != nil {
		d.connection.addError(&resp.Diagnostics, err)
		return
	}
	model.gateResultModel = result
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
