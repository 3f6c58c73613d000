package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

var _ function.Function = (*planWavesFunction)(nil)

type planWavesFunction struct{}

func newPlanWavesFunction() function.Function { return planWavesFunction{} }

func (planWavesFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "plan_waves"
}

func (planWavesFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Splits elements into waves",
		MarkdownDescription: "Returns one list of element ids for each size, every element in exactly one of them. " +
			"The same elements always make the same waves, and an element never moves to an earlier wave when others join the fleet.\n\n" +
			"Percentages are therefore approximate: `10%` takes the elements whose hashed id lies in the first tenth of all hashes, " +
			"not a tenth of the list. Numbers are exact. Each wave has at least one element while there are any left; " +
			"a wave without one is an empty list, so leave those out where a gate follows.",
		Parameters: []function.Parameter{
			function.ListParameter{
				Name: "element_ids", ElementType: types.StringType,
				Validators:          []function.ListParameterValidator{settled{}},
				MarkdownDescription: "Ids of the elements, in any order. An id that occurs twice counts once. An empty list makes waves without elements.",
			},
			function.ListParameter{
				Name: "sizes", ElementType: types.StringType,
				Validators: []function.ListParameterValidator{settled{}},
				MarkdownDescription: "How far the rollout has come after each wave: a number such as `\"5\"` or a share such as `\"10%\"`. " +
					"Sizes are cumulative and grow, and the last one is `\"100%\"`.",
			},
		},
		Return: function.ListReturn{ElementType: types.ListType{ElemType: types.StringType}},
	}
}

func (planWavesFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var elementIDs, texts []string
	if resp.Error = req.Arguments.Get(ctx, &elementIDs, &texts); resp.Error != nil {
		return
	}
	for i, id := range elementIDs {
		if problem := imagestatus.CheckElementID(id); problem != nil {
			resp.Error = argumentError(0, fmt.Errorf("entry %d, counted from 0, is %q: %s %s", i, id, problem.Problem, strings.TrimSuffix(problem.Remedy, ".")))
			return
		}
	}
	sizes, err := rollout.ParseWaveSizes(texts)
	if err != nil {
		resp.Error = argumentError(1, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, rollout.PlanWaves(elementIDs, sizes))
}
