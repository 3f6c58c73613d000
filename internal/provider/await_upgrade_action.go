package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

var (
	_ action.ActionWithConfigure      = (*awaitUpgradeAction)(nil)
	_ action.ActionWithValidateConfig = (*awaitUpgradeAction)(nil)
	_ action.ActionWithModifyPlan     = (*awaitUpgradeAction)(nil)
)

// waitingFixesNothing ends the text of a gate that cannot open.
const waitingFixesNothing = "\n\nWaiting does not fix this."

type awaitUpgradeAction struct{ connection *connection }

func newAwaitUpgradeAction() action.Action { return &awaitUpgradeAction{} }

type awaitUpgradeModel struct {
	gateModel
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (a *awaitUpgradeAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_await_upgrade"
}

func (a *awaitUpgradeAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.connection = connectionOf(req.ProviderData, &resp.Diagnostics)
}

func (a *awaitUpgradeAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	arguments := gateArguments()
	arguments[nameWave] = waveAttribute()
	arguments["wait"] = waitAttribute("The action always waits. Default: the defaults below.")
	arguments["timeouts"] = timeoutsAttribute("invoke", timeouts.Type{ObjectType: timeoutsType("invoke")}, "`"+shortDuration(defaultWaitTimeout)+"`")
	attributes, err := actionAttributes(arguments)
	if err != nil {
		resp.Diagnostics.AddError("Schema cannot be made", err.Error())
		return
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Waits until a fleet or a wave is ready, and reports progress.\n\n" +
			"At plan it reads the fleet once. Problems that waiting cannot fix are errors: too many failed elements, a state that is not recognized, " +
			"a version that cannot be read, elements that the filters leave out, an empty selection. " +
			"Pending elements, and named elements that have no status yet, are not. At apply it waits, and fails as soon as waiting cannot fix the problem.\n\n" +
			"Needs Terraform 1.14 or later; OpenTofu has no actions.",
		Attributes: attributes,
	}
}

// ValidateConfig checks the arguments as far as they are known.
func (a *awaitUpgradeAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var model awaitUpgradeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		model.validate(ctx, &resp.Diagnostics)
	}
}

// ModifyPlan judges the gate once, if every argument is known.
func (a *awaitUpgradeAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var model awaitUpgradeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	asked, known := model.read(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !known || a.connection == nil || len(a.connection.unknown) > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(a.connection.logging(ctx), defaultReadTimeout)
	defer cancel()
	verdict, err := a.connection.judgeGate(ctx, asked, newNamer(a.connection.client))
	if err != nil {
		a.connection.addError(&resp.Diagnostics, err)
		return
	}
	if verdict.Hopeless {
		resp.Diagnostics.AddError(headline(summaryGateClosed, asked.gate, verdict), explain(asked.gate, verdict)+waitingFixesNothing)
	}
}

// Invoke waits for the gate and reports every verdict.
func (a *awaitUpgradeAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var model awaitUpgradeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !a.connection.ready(req.Config, &resp.Diagnostics) {
		return
	}
	asked, _ := model.read(ctx, &resp.Diagnostics)
	wait := model.wait(ctx, &resp.Diagnostics)
	if wait == nil {
		wait = &rollout.Wait{Interval: defaultWaitInterval, Hold: defaultWaitHold}
	}
	limit, problems := model.Timeouts.Invoke(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(problems...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(a.connection.logging(ctx), limit)
	defer cancel()
	report := func(progress rollout.Progress) {
		resp.SendProgress(action.InvokeProgressEvent{Message: progress.String()})
	}
	verdict, err := a.connection.await(ctx, asked, *wait, report)
	switch {
	case err != nil:
		a.connection.addError(&resp.Diagnostics, err)
	case verdict.Ready:
		resp.SendProgress(action.InvokeProgressEvent{Message: verdict.Summary})
	case verdict.Hopeless:
		resp.Diagnostics.AddError(headline(summaryGateClosed, asked.gate, verdict), explain(asked.gate, verdict)+waitingFixesNothing)
	default:
		resp.Diagnostics.AddError(headline(summaryGateWaiting, asked.gate, verdict),
			fmt.Sprintf("The gate was still closed when `timeouts` ended the wait after %s.\n\n%s", shortDuration(limit), explain(asked.gate, verdict)))
	}
}
