package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

var _ function.Function = (*upgradePhaseFunction)(nil)

type upgradePhaseFunction struct{}

func newUpgradePhaseFunction() function.Function { return upgradePhaseFunction{} }

func (upgradePhaseFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "upgrade_phase"
}

func (upgradePhaseFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Tells what an upgrade state means",
		MarkdownDescription: "Returns the phase of an `upgrade_state`: " + phaseList() + ". " +
			"Null returns `idle`: the controller has no state for an element that was never upgraded, and may have none after an upgrade that finished, and an empty text `unknown`. " +
			"OpenTofu passes no null to a function: write `state == null ? \"idle\" : provider::prismasdwan::upgrade_phase(state)` there.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "state", AllowNullValue: true, Validators: []function.StringParameterValidator{knownArgument{nullAllowed: true}},
			MarkdownDescription: "State as the controller spells it, or null.",
		}},
		Return: function.StringReturn{},
	}
}

func (upgradePhaseFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var state types.String
	if resp.Error = req.Arguments.Get(ctx, &state); resp.Error != nil {
		return
	}
	status := imagestatus.Status{UpgradeState: state.ValueStringPointer()}
	resp.Error = resp.Result.Set(ctx, string(status.Phase()))
}
