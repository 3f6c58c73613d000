package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
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
			"a wave without elements is an empty list, so leave it out before you make a gate of it.\n\n" +
			"With groups, two elements of one group are never in the same wave. Where members of a group are left after the last size, " +
			"waves are added at the end: at most as many as the largest group has members, less one. " +
			"A number is still exact as long as enough groups are left for it.",
		Parameters: []function.Parameter{
			function.ListParameter{
				Name: "element_ids", ElementType: types.StringType,
				Validators:          []function.ListParameterValidator{knownArgument{}},
				MarkdownDescription: "Ids of the elements, in any order. An id that occurs twice counts once. An empty list makes waves without elements.",
			},
			function.ListParameter{
				Name: "sizes", ElementType: types.StringType,
				Validators: []function.ListParameterValidator{knownArgument{}},
				MarkdownDescription: "How far the rollout has come after each wave: a number such as `\"5\"` or a percentage such as `\"10%\"`. " +
					"Sizes are cumulative and grow, and the last one is `\"100%\"`.",
			},
		},
		VariadicParameter: function.DynamicParameter{
			Name: "options",
			MarkdownDescription: "At most one value: the groups alone, or an object with `groups`, `first` and `last`, each of which may be left out or null. " +
				"`groups` maps element ids to groups, as `peer_groups` of the data source `prismasdwan_elements` does; " +
				"an element without an entry is a group of its own, and entries of other elements are ignored. " +
				"`first` and `last` are lists of element ids that belong in the first wave and in the wave of the last size; an empty list pins none. " +
				"Pinned elements count for the size of the first wave, which they can exceed.",
		},
		Return: function.ListReturn{ElementType: types.ListType{ElemType: types.StringType}},
	}
}

func (planWavesFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var elementIDs, texts []string
	var options []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &elementIDs, &texts, &options); resp.Error != nil {
		return
	}
	for i, id := range elementIDs {
		if err := checkElementID(id); err != nil {
			resp.Error = argumentError(0, fmt.Errorf("entry %d, counted from 0, is %w", i, err))
			return
		}
	}
	sizes, err := rollout.ParseWaveSizes(texts)
	if err != nil {
		resp.Error = argumentError(1, err)
		return
	}
	plan := rollout.Plan{Sizes: sizes}
	if len(options) > 1 {
		resp.Error = argumentError(3, fmt.Errorf("there are %d options, and one is allowed: write one object with groups, first and last", len(options)))
		return
	}
	for _, option := range options {
		if err := readPlanOptions(option, &plan); err != nil {
			resp.Error = argumentError(2, err)
			return
		}
	}
	waves, err := plan.Waves(elementIDs)
	if err != nil {
		if wrong, isArgument := errors.AsType[*imagestatus.ArgumentError](err); isArgument {
			err = fmt.Errorf("option %s is %s: %s %s", pathOf(wrong), wrong.Quoted(), wrong.Problem, strings.TrimSuffix(wrong.Remedy, "."))
		}
		resp.Error = argumentError(2, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, waves)
}

func checkElementID(id string) error {
	if problem := imagestatus.CheckElementID(id); problem != nil {
		return fmt.Errorf("%q: %s %s", id, problem.Problem, strings.TrimSuffix(problem.Remedy, "."))
	}
	return nil
}

// planOptions reads each option of plan_waves into a plan.
var planOptions = map[string]func(attr.Value, *rollout.Plan) error{
	"groups": func(value attr.Value, plan *rollout.Plan) (err error) {
		plan.Groups, err = planGroups(value)
		return err
	},
	"first": func(value attr.Value, plan *rollout.Plan) (err error) {
		plan.First, err = planPins("first", value)
		return err
	},
	"last": func(value attr.Value, plan *rollout.Plan) (err error) {
		plan.Last, err = planPins("last", value)
		return err
	},
}

// readPlanOptions reads an object with one of the options as its attribute. Any other
// map or object is the groups alone; their check finds a misspelt option.
func readPlanOptions(argument types.Dynamic, plan *rollout.Plan) error {
	switch {
	case argument.IsUnknown(), argument.IsUnderlyingValueUnknown():
		return errors.New("the value is not known yet")
	case argument.IsNull(), argument.IsUnderlyingValueNull():
		return errors.New("the value is null: leave it out, or write {} for no options")
	}
	value := argument.UnderlyingValue()
	members, isKeyed := keyed(value)
	if !isKeyed {
		return fmt.Errorf("the value is %s: write a map of element ids to groups, or an object with groups, first and last", shownValue(value))
	}
	isObject := false
	for name := range members {
		isObject = isObject || planOptions[name] != nil
	}
	if !isObject {
		groups, err := planGroups(value)
		plan.Groups = groups
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		read, known := planOptions[name]
		if !known {
			return fmt.Errorf("%q is no option: write groups, first or last", name)
		}
		if members[name].IsUnknown() {
			return fmt.Errorf("option %s is not known yet", name)
		}
		if members[name].IsNull() {
			continue
		}
		if err := read(members[name], plan); err != nil {
			return err
		}
	}
	return nil
}

func planGroups(value attr.Value) (map[string]string, error) {
	members, isKeyed := keyed(value)
	if !isKeyed {
		return nil, fmt.Errorf("option groups is %s: write a map of element ids to groups", shownValue(value))
	}
	groups := make(map[string]string, len(members))
	for _, id := range slices.Sorted(maps.Keys(members)) {
		if err := checkElementID(id); err != nil {
			return nil, fmt.Errorf("a key of the groups is %w", err)
		}
		group, isText := members[id].(types.String)
		if !isText || group.IsNull() || group.IsUnknown() {
			return nil, fmt.Errorf("the entry %q is %s: write an element id with its group as text, or an object with groups, first and last", id, shownValue(members[id]))
		}
		groups[id] = group.ValueString()
	}
	return groups, nil
}

func planPins(name string, value attr.Value) ([]string, error) {
	list, isList := value.(interface{ Elements() []attr.Value })
	if !isList {
		return nil, fmt.Errorf("option %s is %s: write a list of element ids", name, shownValue(value))
	}
	ids := make([]string, 0, len(list.Elements()))
	for i, entry := range list.Elements() {
		id, isText := entry.(types.String)
		if !isText || id.IsNull() || id.IsUnknown() {
			return nil, fmt.Errorf("option %s[%d] is %s: write an element id as text", name, i, shownValue(entry))
		}
		ids = append(ids, id.ValueString())
	}
	return ids, nil
}

// keyed returns the members of a map or an object.
func keyed(value attr.Value) (members map[string]attr.Value, isKeyed bool) {
	switch value := value.(type) {
	case types.Map:
		return value.Elements(), true
	case types.Object:
		return value.Attributes(), true
	}
	return nil, false
}

// shownValue describes a value of a wrong type: a map or a list by its type, others by
// their text.
func shownValue(value attr.Value) string {
	switch {
	case value.IsUnknown():
		return "not known yet"
	case value.IsNull():
		return "null"
	}
	switch value.(type) {
	case types.Map, types.Object:
		return "a map"
	case types.List, types.Tuple, types.Set:
		return "a list"
	}
	return value.String()
}
