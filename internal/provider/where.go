package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

const nameWhere = "where"

// whereList is one list of a description of elements.
type whereList struct {
	criterion   inventory.Criterion
	description string
	values      func(*inventory.Where) *[]string
	validators  []validator.List
}

const wildcardText = "Exact, or with `*` for any text and `?` for any one character."

var whereLists = []whereList{
	{
		criterion: inventory.CriterionNames, values: func(w *inventory.Where) *[]string { return &w.Names },
		description: "Names of elements. " + wildcardText + " A name that several elements have selects them all.",
	},
	{
		criterion: inventory.CriterionSiteNames, values: func(w *inventory.Where) *[]string { return &w.SiteNames },
		description: "Names of the elements' sites. " + wildcardText,
	},
	{
		criterion: inventory.CriterionSiteIDs, values: func(w *inventory.Where) *[]string { return &w.SiteIDs },
		description: "Ids of the elements' sites.",
	},
	{
		criterion: inventory.CriterionRoles, values: func(w *inventory.Where) *[]string { return &w.Roles },
		description: "Roles of elements: " + markdownList(inventory.Roles()) + ". `HUB` is a data-centre element and `SPOKE` a branch element.",
		validators:  []validator.List{listvalidator.ValueStringsAre(stringvalidator.OneOf(inventory.Roles()...))},
	},
	{
		criterion: inventory.CriterionModels, values: func(w *inventory.Where) *[]string { return &w.Models },
		description: "Model names as the controller spells them, such as `ion 3200`.",
	},
	{
		criterion: inventory.CriterionSerialNumbers, values: func(w *inventory.Where) *[]string { return &w.SerialNumbers },
		description: "Serial numbers; each is compared with the `serial_number` and with the `hw_id` of an element.",
	},
	{
		criterion: inventory.CriterionTagsAny, values: func(w *inventory.Where) *[]string { return &w.TagsAny },
		description: "Tags of which an element must have at least one.",
	},
	{
		criterion: inventory.CriterionTagsAll, values: func(w *inventory.Where) *[]string { return &w.TagsAll },
		description: "Tags of which an element must have every one.",
	},
	{
		criterion: inventory.CriterionSiteTagsAny, values: func(w *inventory.Where) *[]string { return &w.SiteTagsAny },
		description: "Tags of which the element's site must have at least one.",
	},
	{
		criterion: inventory.CriterionSiteTagsAll, values: func(w *inventory.Where) *[]string { return &w.SiteTagsAll },
		description: "Tags of which the element's site must have every one.",
	},
}

// whereAttribute is `where`; more is a description of what differs between the data
// sources.
func whereAttribute(more string, validators ...validator.Object) schema.Attribute {
	attributes := map[string]schema.Attribute{
		string(inventory.CriterionConnected): schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether elements must be connected to the controller (`true`), or must not be (`false`). " +
				"An element whose connection the controller does not report matches neither. Default: no condition.",
		},
	}
	for _, list := range whereLists {
		attributes[string(list.criterion)] = schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			Validators:          append([]validator.List{entries{emptyAllowed: true, blankRefused: true}}, list.validators...),
			MarkdownDescription: list.description + " An empty list selects nothing. Default: no condition.",
		}
	}
	return schema.SingleNestedAttribute{
		Optional:   true,
		Attributes: attributes,
		Validators: append([]validator.Object{someCondition{}}, validators...),
		MarkdownDescription: "Elements by name, site, role, model, serial number, tag or connection, read from the controller's lists of elements and sites. " +
			"Every condition must hold; within a list one value is enough, except in the two lists that end in `_all`. Letter case counts. " +
			"An element that is bound to no site has no site name, site id or site tag. " + more,
	}
}

// description reads `where`; nil is none. It is not known while one of its values is
// not.
func description(ctx context.Context, object types.Object, diags *diag.Diagnostics) (described *inventory.Where, known bool) {
	if object.IsNull() || object.IsUnknown() {
		return nil, object.IsNull()
	}
	described, known = new(inventory.Where), true
	for _, list := range whereLists {
		// The schema makes each of them a list of texts.
		values, _ := object.Attributes()[string(list.criterion)].(types.List)
		texts, textsKnown := knownTexts(ctx, values, diags)
		*list.values(described) = texts
		known = known && textsKnown
	}
	connected, _ := object.Attributes()[string(inventory.CriterionConnected)].(types.Bool)
	described.Connected = connected.ValueBoolPointer()
	return described, known && !connected.IsUnknown()
}

// someCondition rejects an object without a condition, which would select every
// element.
type someCondition struct{ undescribed }

// ValidateObject reports an object all of whose attributes are null.
func (someCondition) ValidateObject(_ context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	for _, value := range req.ConfigValue.Attributes() {
		if !value.IsNull() {
			return
		}
	}
	invalid(&resp.Diagnostics, req.Path, "{}", "It has no condition. Write one, or leave the argument out (null) to select every element.")
}

// maxUnmatched bounds the errors on one description: a list of another tenant's serial
// numbers is one mistake.
const maxUnmatched = 10

// addUnmatched reports each exact value of a description that selects no element, at
// its path in the configuration.
func addUnmatched(diags *diag.Diagnostics, described inventory.Where, selected inventory.Selected) {
	values := slices.Concat(selected.Unmatched, selected.LeftOut)
	for i, value := range values[:min(len(values), maxUnmatched)] {
		advice := "No element of this tenant has this value. Correct it, or leave it out."
		switch {
		case i >= len(selected.Unmatched):
			advice = "The tenant has elements with this value, but another condition of `where` leaves them out. Remove the value, or change the other condition."
		case len(value.Nearest) > 0:
			advice = fmt.Sprintf("No element of this tenant has this value. Did you mean %s?", alternatives(value.Nearest))
		}
		if more := len(values) - maxUnmatched; more > 0 && i == maxUnmatched-1 {
			advice += fmt.Sprintf(" Further values that select no element: %d.", more)
		}
		addWhereError(diags, described, value, advice)
	}
}

func addWhereError(diags *diag.Diagnostics, described inventory.Where, value inventory.Unmatched, advice string) {
	at := path.Root(nameWhere).AtName(string(value.Criterion))
	for _, list := range whereLists {
		if list.criterion != value.Criterion {
			continue
		}
		for i, wanted := range *list.values(&described) {
			if wanted == value.Value {
				at = at.AtListIndex(i)
				break
			}
		}
	}
	invalid(diags, at, fmt.Sprintf("%q", value.Value), advice)
}
