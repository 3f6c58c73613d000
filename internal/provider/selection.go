package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/wording"
)

// selectionModel is how a configuration chooses elements, the same for everything
// that reads a fleet.
type selectionModel struct {
	membersModel

	QueryParams types.String `tfsdk:"query_params"`
}

// membersModel is the part of selectionModel that also chooses the elements of waves.
type membersModel struct {
	ElementIDs types.List   `tfsdk:"element_ids"`
	Where      types.Object `tfsdk:"where"`
	Filters    types.List   `tfsdk:"filters"`
}

type filterModel struct {
	Field    types.String `tfsdk:"field"`
	Operator types.String `tfsdk:"operator"`
	Values   types.List   `tfsdk:"values"`
}

func selectionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"element_ids": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			Validators: []validator.List{entries{emptyAllowed: true}},
			MarkdownDescription: "Ids of the elements to read. Default: every element of the tenant. " +
				"An empty list selects nothing. Conflicts with `where` and `query_params`.",
		},
		nameWhere: whereAttribute("Default: every element of the tenant. Conflicts with `element_ids` and `query_params`; with `filters`, both must hold.",
			objectvalidator.ConflictsWith(path.MatchRoot("element_ids"), path.MatchRoot("query_params"))),
		"filters": schema.ListNestedAttribute{
			Optional:            true,
			Validators:          []validator.List{entries{}},
			MarkdownDescription: "Conditions on the fields of a row, all of which must hold; at least one. Default: no condition. Conflicts with `query_params`.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"field": schema.StringAttribute{
					Required: true,
					MarkdownDescription: "Field to compare: " + markdownList(imagestatus.FilterNames()) + ". The provider computes `" + imagestatus.FieldPhase +
						"` from `upgrade_state` and compares it itself, after reading every row that matches the other filters.",
				},
				"operator": schema.StringAttribute{
					Optional: true,
					MarkdownDescription: "How to compare: " + operatorList() + ". Default: `" + string(imagestatus.Operators()[0]) +
						"`. Text order, letter case and the dialect of `re` are the controller's and not published. `" + imagestatus.FieldPhase + "` takes `in`, `eq` and `neq`.",
				},
				"values": schema.ListAttribute{
					Required: true, ElementType: types.StringType,
					Validators: []validator.List{entries{emptyAllowed: true}},
					MarkdownDescription: "Values to compare with: one or more for `in`, exactly one for every other operator. " +
						"Integers are written as text. An empty text is a value like any other, but not for `re`. Values for `upgrade_state` must be states that the controller knows, " +
						"those for `" + imagestatus.FieldPhase + "` must be among " + markdownList(imagestatus.Phases()) + ".",
				},
			}},
		},
		"query_params": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{
				stringvalidator.ConflictsWith(path.MatchRoot("element_ids"), path.MatchRoot(nameWhere), path.MatchRoot("filters")),
			},
			MarkdownDescription: "The controller's own `query_params` object as JSON, for conditions joined by `or` and `and`, such as " +
				"`jsonencode({ or = { upgrade_state = { eq = \"failed\" }, download_percent = { lt = 100 } } })`. " +
				"Fields and operators are those of `filters`, except `" + imagestatus.FieldPhase + "`, which the controller does not know. " +
				"An empty object selects every element. Conflicts with `element_ids`, `where` and `filters`.",
		},
	}
}

func operatorList() string {
	var parts []string
	for _, operator := range imagestatus.Operators() {
		parts = append(parts, "`"+string(operator)+"` ("+operator.Meaning()+")")
	}
	return strings.Join(parts, ", ")
}

func markdownList[T ~string](words []T) string {
	return strings.Join(wording.Code(words), ", ")
}

// choice is what a configuration chooses: rows by conditions on their fields, and
// elements by a description; a nil description is none.
type choice struct {
	imagestatus.Selection

	where *inventory.Where
}

// choice reads the arguments and reports those that cannot be used. It skips arguments
// that are not known yet, or that the schema rejects; known is then false, and the
// choice must not be used for a read.
func (m selectionModel) choice(ctx context.Context, diags *diag.Diagnostics) (chosen choice, known bool) {
	if m.QueryParams.IsUnknown() {
		return choice{}, false
	}
	if !m.QueryParams.IsNull() {
		selection, err := imagestatus.SelectParams(m.QueryParams.ValueString())
		addArgumentErrors(diags, err)
		return choice{Selection: selection}, true
	}
	elementIDs, idsKnown := knownTexts(ctx, m.ElementIDs, diags)
	filters, positions, filtersKnown := m.filters(ctx, diags)
	selection, err := imagestatus.SelectFilters(elementIDs, filters)
	for _, part := range splitErrors(err) {
		addArgumentErrors(diags, atPosition(part, positions))
	}
	described, whereKnown := description(ctx, m.Where, diags)
	if described != nil || !whereKnown {
		// Until the description is resolved, nothing is selected.
		selection = selection.Among(nil)
	}
	return choice{Selection: selection, where: described}, idsKnown && filtersKnown && whereKnown
}

// filters returns the filters that are known, with their positions in the
// configuration.
func (m selectionModel) filters(ctx context.Context, diags *diag.Diagnostics) (filters []imagestatus.Filter, positions []int, known bool) {
	if m.Filters.IsUnknown() {
		return nil, nil, false
	}
	known = true
	for position, element := range m.Filters.Elements() {
		if element.IsUnknown() || element.IsNull() {
			known = false
			continue
		}
		var model filterModel
		diags.Append(tfsdk.ValueAs(ctx, element, &model)...)
		values, valuesKnown := knownTexts(ctx, model.Values, diags)
		// The schema reports a required argument that is null.
		if !valuesKnown || model.Values.IsNull() || optionalText(model.Field) == nil || model.Operator.IsUnknown() {
			known = false
			continue
		}
		filter := imagestatus.Filter{Field: model.Field.ValueString(), Operator: imagestatus.Operators()[0], Values: values}
		if !model.Operator.IsNull() {
			filter.Operator = imagestatus.Operator(model.Operator.ValueString())
		}
		filters = append(filters, filter)
		positions = append(positions, position)
	}
	return filters, positions, known
}

// atPosition replaces a filter's position among the known filters by its position in
// the configuration.
func atPosition(err error, positions []int) error {
	argument, ok := err.(*imagestatus.ArgumentError) //nolint:errorlint // SelectFilters joins them bare.
	if !ok || argument.Argument == imagestatus.ArgumentElementID || len(argument.Positions) == 0 {
		return err
	}
	moved := *argument
	moved.Positions = append([]int{positions[argument.Positions[0]]}, argument.Positions[1:]...)
	return &moved
}

// knownTexts returns a list of texts; nil is null. It reports false if the list or a
// member is not known, or a member is null, which the schema rejects. The list is
// then empty and not nil, so that it selects nothing.
func knownTexts(ctx context.Context, list types.List, diags *diag.Diagnostics) ([]string, bool) {
	if list.IsNull() {
		return nil, true
	}
	if list.IsUnknown() {
		return []string{}, false
	}
	var members []types.String
	diags.Append(list.ElementsAs(ctx, &members, false)...)
	texts := make([]string, 0, len(members))
	for _, member := range members {
		if member.IsUnknown() || member.IsNull() {
			return []string{}, false
		}
		texts = append(texts, member.ValueString())
	}
	return texts, true
}
