package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

const nameOverrides = "overrides"

// namedInReasons is how many failed elements the reasons of a wave name, even if fewer
// are listed.
const namedInReasons = 3

type upgradeWavesModel struct {
	membersModel
	ruleModel

	Sizes        types.List     `tfsdk:"sizes"`
	KeepApart    types.String   `tfsdk:"keep_apart"`
	First        types.List     `tfsdk:"first"`
	Last         types.List     `tfsdk:"last"`
	Overrides    types.List     `tfsdk:"overrides"`
	ListElements types.Bool     `tfsdk:"list_elements"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
	Waves        types.List     `tfsdk:"waves"`
	Current      types.Int64    `tfsdk:"current"`
	Done         types.Bool     `tfsdk:"done"`
	Summary      types.String   `tfsdk:"summary"`
}

type overrideModel struct {
	Wave             types.Int64   `tfsdk:"wave"`
	MinReadyPercent  types.Float64 `tfsdk:"min_ready_percent"`
	MaxFailed        types.Int64   `tfsdk:"max_failed"`
	MaxFailedPercent types.Float64 `tfsdk:"max_failed_percent"`
}

// upgradeWavesArguments are the arguments of a gate, as far as they fit a
// rollout, and those that make waves.
func upgradeWavesArguments() map[string]schema.Attribute {
	attributes := gateArguments()
	for _, name := range []string{"name", nameWave, "query_params"} {
		delete(attributes, name)
	}
	attributes["element_ids"] = schema.ListAttribute{
		Optional: true, ElementType: types.StringType,
		Validators:          []validator.List{entries{emptyAllowed: true}},
		MarkdownDescription: "Ids of the elements that take part. Default: every element of the tenant. An empty list selects nothing, and no wave is then done. Conflicts with `where`.",
	}
	attributes[nameWhere] = whereAttribute("A name, site or serial number that selects no element holds every wave, since the element could be in any. Default: every element of the tenant. Conflicts with `element_ids`.",
		objectvalidator.ConflictsWith(path.MatchRoot("element_ids")))
	if filters, isList := attributes["filters"].(schema.ListNestedAttribute); isList {
		filters.MarkdownDescription = "Conditions on the fields of a row, all of which must hold; at least one. They leave elements out of their waves and move no other element: " +
			"sizes count the elements before. An element named in `element_ids` that they leave out holds its wave. Default: no condition."
		attributes["filters"] = filters
	}
	attributes["min_elements"] = schema.Int64Attribute{
		Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
		MarkdownDescription: fmt.Sprintf("Number of elements of each wave that must have a status at all, 1 or more. Default: `%d`.", defaultMinElements),
	}
	attributes["max_blocking_elements"] = schema.Int64Attribute{
		Optional: true, Validators: []validator.Int64{int64validator.Between(0, maxMaxBlocking)},
		MarkdownDescription: fmt.Sprintf("Number of elements of each wave that are listed as not ready, 0 to %d. Default: `0`.", maxMaxBlocking),
	}
	attributes[nameSizes] = sizesAttribute()
	attributes["keep_apart"] = keepApartAttribute()
	attributes["first"] = pinsAttribute("the first wave, which they can make larger than its size")
	attributes["last"] = pinsAttribute("the wave of the last size")
	attributes[nameOverrides] = overridesAttribute()
	attributes["list_elements"] = schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Whether the waves list their elements. With `false`, `element_ids` and `elements` of the waves are null, and sites are read only for `where` and for the names in `reasons`; " +
			"a wave then takes about 1 kB of state, however large it is, and the elements that it shows as not ready. Default: `true`.",
	}
	attributes["timeouts"] = readTimeouts("`" + shortDuration(defaultReadTimeout) + "`")
	return attributes
}

func pinsAttribute(place string) schema.Attribute {
	return schema.ListAttribute{
		Optional: true, ElementType: types.StringType,
		Validators: []validator.List{entries{emptyAllowed: true, blankRefused: true}},
		MarkdownDescription: "Ids of elements that belong in " + place + ". Each must be one of those selected, and of elements that are kept apart only one can be pinned to a wave. " +
			"An empty list pins none. Default: none.",
	}
}

func overridesAttribute() schema.Attribute {
	return schema.ListNestedAttribute{
		Optional: true, Validators: []validator.List{entries{}},
		MarkdownDescription: "Other thresholds for single waves; at least one entry. What an entry leaves out is the same as for all waves. Default: no overrides.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			nameWave: schema.Int64Attribute{
				Required: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: "Number of the wave, from 1. Each wave has at most one entry; an entry for a wave that does not exist has no effect.",
			},
			"min_ready_percent":  schema.Float64Attribute{Optional: true, MarkdownDescription: "Percentage of the wave's elements that must be ready: 0, or 1 to 100. Default: that of all waves."},
			"max_failed_percent": schema.Float64Attribute{Optional: true, MarkdownDescription: "Percentage of the wave's elements that may have failed, 0 to 100. Default: that of all waves."},
			"max_failed": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "Number of the wave's elements that may have failed, 0 or more. Default: that of all waves.",
			},
		}},
	}
}

// gate is the gate of each wave.
func (m *upgradeWavesModel) gate() gateModel {
	return gateModel{selectionModel: selectionModel{membersModel: m.membersModel}, ruleModel: m.ruleModel}
}

// read reads the arguments and reports those that are known and cannot be used.
func (m *upgradeWavesModel) read(ctx context.Context, diags *diag.Diagnostics) wavesRead {
	asked := wavesRead{listed: m.ListElements.IsNull() || m.ListElements.ValueBool()}
	asked.gateRead, _ = m.gate().read(ctx, diags)
	asked.gate.MaxBlocking = max(m.shown(), namedInReasons)
	asked.plan.sizes, _ = readSizes(ctx, path.Root(nameSizes), m.Sizes, diags)
	asked.plan.apart = readApartness(m.KeepApart)
	asked.plan.first, _ = knownTexts(ctx, m.First, diags)
	asked.plan.last, _ = knownTexts(ctx, m.Last, diags)
	asked.overrides = m.thresholds(ctx, diags)
	return asked
}

func (m *upgradeWavesModel) shown() int { return int(orDefault(m.MaxBlockingElements, 0)) }

// thresholds returns the known overrides by the number of the wave.
func (m *upgradeWavesModel) thresholds(ctx context.Context, diags *diag.Diagnostics) map[int]rollout.Thresholds {
	overrides := make(map[int]rollout.Thresholds)
	for i, entry := range m.Overrides.Elements() {
		if entry.IsNull() || entry.IsUnknown() {
			continue
		}
		at := path.Root(nameOverrides).AtListIndex(i)
		var model overrideModel
		diags.Append(tfsdk.ValueAs(ctx, entry, &model)...)
		thresholds := rollout.Thresholds{
			MinReadyPercent:  percentArgument(at.AtName("min_ready_percent"), model.MinReadyPercent, rollout.ParseReadyPercent, diags),
			MaxFailedPercent: percentArgument(at.AtName("max_failed_percent"), model.MaxFailedPercent, rollout.ParseMaxFailedPercent, diags),
		}
		if !model.MaxFailed.IsUnknown() {
			thresholds.MaxFailed = model.MaxFailed.ValueInt64Pointer()
		}
		if model.Wave.IsNull() || model.Wave.IsUnknown() {
			continue
		}
		number := int(model.Wave.ValueInt64())
		if _, repeated := overrides[number]; repeated {
			invalid(diags, at.AtName(nameWave), fmt.Sprintf(`"%d"`, number), "An earlier entry is about the same wave. Merge the two.")
		}
		overrides[number] = thresholds
	}
	return overrides
}
