package provider

import (
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

const summaryInvalidArgument = "Invalid argument"

// listPosition stands in a path for the position in a list.
type listPosition struct{}

// argumentWaveNumber is the number of a gate's wave. Whether there is such a wave is
// known only after elements were read.
const argumentWaveNumber imagestatus.Argument = "number of wave"

// argumentPaths maps the arguments of the domain to their place in a configuration.
var argumentPaths = map[imagestatus.Argument][]any{
	imagestatus.ArgumentElementID:         {"element_ids", listPosition{}},
	imagestatus.ArgumentFilterField:       {"filters", listPosition{}, "field"},
	imagestatus.ArgumentFilterOperator:    {"filters", listPosition{}, "operator"},
	imagestatus.ArgumentFilterValues:      {"filters", listPosition{}, "values"},
	imagestatus.ArgumentFilterValue:       {"filters", listPosition{}, "values", listPosition{}},
	imagestatus.ArgumentParams:            {"query_params"},
	imagestatus.ArgumentPage:              {"dest_page"},
	imagestatus.ArgumentMask:              {"request", "retrieved_fields_mask"},
	imagestatus.ArgumentAggregateOperator: {"aggregate", "operator"},
	imagestatus.ArgumentAggregateField:    {"aggregate", "field"},
	imagestatus.ArgumentGroup:             {"group_by", listPosition{}},
	imagestatus.ArgumentAttribute:         {nameFields, listPosition{}},
	rollout.ArgumentTargetVersion:         {"target_version"},
	rollout.ArgumentVersion:               {"version"},
	rollout.ArgumentTargetImage:           {"target_image_id"},
	argumentWaveNumber:                    {nameWave, "number"},
	rollout.ArgumentGroups:                {"groups"},
	rollout.ArgumentFirst:                 {"first", listPosition{}},
	rollout.ArgumentLast:                  {"last", listPosition{}},
}

// addArgumentErrors reports arguments that the domain refuses, each at its
// attribute.
func addArgumentErrors(diags *diag.Diagnostics, err error) {
	for _, part := range splitErrors(err) {
		argument, ok := errors.AsType[*imagestatus.ArgumentError](part)
		if !ok || argumentPaths[argument.Argument] == nil {
			diags.AddError(summaryInvalidArgument, part.Error())
			continue
		}
		invalid(diags, pathOf(argument), argument.Quoted(), argument.Problem+" "+argument.Remedy)
	}
}

func splitErrors(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

func pathOf(refused *imagestatus.ArgumentError) path.Path {
	positions := refused.Positions
	var steps []any
	for _, step := range argumentPaths[refused.Argument] {
		if _, isListed := step.(listPosition); isListed {
			if len(positions) == 0 {
				break
			}
			step, positions = positions[0], positions[1:]
		}
		steps = append(steps, step)
	}
	return pathAlong(steps)
}

// pathAlong follows names of attributes and positions in lists.
func pathAlong(steps []any) path.Path {
	at := path.Empty()
	for _, step := range steps {
		switch step := step.(type) {
		case int:
			at = at.AtListIndex(step)
		case string:
			at = at.AtName(step)
		}
	}
	return at
}
