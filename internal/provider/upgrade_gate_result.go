package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

// gateResultModel is what a gate gives.
type gateResultModel struct {
	Ready             types.Bool       `tfsdk:"ready"`
	Summary           types.String     `tfsdk:"summary"`
	Reasons           []string         `tfsdk:"reasons"`
	ReadyPercent      types.Float64    `tfsdk:"ready_percent"`
	Counts            types.Object     `tfsdk:"counts"`
	ByPhase           map[string]int64 `tfsdk:"by_phase"`
	ByState           map[string]int64 `tfsdk:"by_state"`
	ByVersion         map[string]int64 `tfsdk:"by_version"`
	BlockingElements  []blockerModel   `tfsdk:"blocking_elements"`
	BlockingTruncated types.Bool       `tfsdk:"blocking_truncated"`
}

type blockerModel struct {
	ElementID       string  `tfsdk:"element_id"`
	ElementName     *string `tfsdk:"element_name"`
	SiteName        *string `tfsdk:"site_name"`
	Class           string  `tfsdk:"class"`
	UpgradeState    *string `tfsdk:"upgrade_state"`
	Phase           *string `tfsdk:"phase"`
	ActiveVersion   *string `tfsdk:"active_version"`
	UpgradeVersion  *string `tfsdk:"upgrade_version"`
	DownloadPercent *int64  `tfsdk:"download_percent"`
	FailureInfo     *string `tfsdk:"failure_info"`
}

const countTotal = "total"

// countAttributes are one for each class, and the total.
func countAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		countTotal: schema.Int64Attribute{Computed: true, MarkdownDescription: "Elements selected, and those named in `element_ids` or `where` that are missing or left out."},
	}
	for _, class := range rollout.Classes() {
		attributes[string(class)] = schema.Int64Attribute{Computed: true, MarkdownDescription: class.Meaning()}
	}
	return attributes
}

func countsValue(counts rollout.Counts) types.Object {
	kinds := map[string]attr.Type{countTotal: types.Int64Type}
	values := map[string]attr.Value{countTotal: types.Int64Value(counts.Total)}
	for _, class := range rollout.Classes() {
		kinds[string(class)] = types.Int64Type
		values[string(class)] = types.Int64Value(counts.Of(class))
	}
	return types.ObjectValueMust(kinds, values)
}

// gateResults are the attributes of gateResultModel.
func gateResults() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	counts := func(description string) schema.Attribute {
		return schema.MapAttribute{Computed: true, ElementType: types.Int64Type, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"ready":   schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the gate is open."},
		"summary": text("The verdict in one line, such as `closed: 37/50 ready (74%), 12 pending, 1 failed`."),
		"reasons": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Sentences on why the gate is closed, for an `error_message`; empty when it is open. " +
				"Where no element is on the target, the last entry is what the tenant's list of images says of the target, such as a version that no image has.",
		},
		"ready_percent": schema.Float64Attribute{
			Computed:            true,
			MarkdownDescription: "Share of the elements that are ready, in percent, rounded down to two decimals.",
		},
		"counts": schema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: "Number of elements by what they count as. An element with several rows counts once, by the newest by `_updated_on_utc`, and of equally new ones by the worse.",
			Attributes: countAttributes(),
		},
		"by_phase":   counts("Number of elements by phase, for the phases that occur."),
		"by_state":   counts("Number of elements by `upgrade_state`; `none` stands for no state. The 50 most frequent states are named, the others added up as `other`."),
		"by_version": counts("Number of elements by `active_version`; `none` stands for no version. The 50 most frequent versions are named, the others added up as `other`."),
		"blocking_elements": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Elements that are not ready, the worst first, at most `max_blocking_elements`.",
			NestedObject:        schema.NestedAttributeObject{Attributes: blockerAttributes()},
		},
		"blocking_truncated": schema.BoolAttribute{
			Computed: true, MarkdownDescription: "Whether more elements are not ready than `blocking_elements` holds.",
		},
	}
}

// blockerAttributes are the attributes of blockerModel.
func blockerAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"element_id":     text("Id of the element; empty for a row that names none, and for a value of `where` that selects no element."),
		"element_name":   text("Name of the element. Null where it has none, or where it was not read: beyond the first 100 elements, with `show_names = false`, or when the list of elements could not be read."),
		"site_name":      text("Name of the element's site. Null where the element is bound to none, or where it was not read."),
		"class":          text("What it counts as, from the worst on: " + markdownList(rollout.BlockingClasses()) + "."),
		"upgrade_state":  text("State as the controller spells it."),
		"phase":          text("Phase of the state; null for an element that is missing or left out."),
		"active_version": text("Version that the element runs."),
		"upgrade_version": text("Version that the element is on its way to, while its upgrade is in progress. " +
			"Null for any other element, with `show_names = false`, and where the list of images could not be read or lacks the image."),
		"download_percent": schema.Int64Attribute{Computed: true, MarkdownDescription: "Progress of the download in percent."},
		"failure_info":     text("The controller's text about a failure, at most 300 characters of it."),
	}
}

func newGateResult(verdict rollout.Verdict) gateResultModel {
	result := gateResultModel{
		Ready:             types.BoolValue(verdict.Ready),
		Summary:           types.StringValue(verdict.Summary),
		Reasons:           append([]string{}, verdict.Reasons...),
		ReadyPercent:      types.Float64Value(verdict.ReadyPercent),
		Counts:            countsValue(verdict.Counts),
		ByPhase:           make(map[string]int64, len(verdict.ByPhase)),
		ByState:           verdict.ByState,
		ByVersion:         verdict.ByVersion,
		BlockingElements:  make([]blockerModel, len(verdict.Blocking)),
		BlockingTruncated: types.BoolValue(verdict.BlockingTruncated),
	}
	for phase, count := range verdict.ByPhase {
		result.ByPhase[string(phase)] = count
	}
	for i, blocker := range verdict.Blocking {
		result.BlockingElements[i] = newBlockerModel(blocker)
	}
	return result
}

func newBlockerModel(blocker rollout.Blocker) blockerModel {
	model := blockerModel{
		ElementID: blocker.ElementID, ElementName: blocker.Name, SiteName: blocker.SiteName, Class: string(blocker.Class),
		UpgradeState: blocker.UpgradeState, ActiveVersion: blocker.ActiveVersion, UpgradeVersion: blocker.UpgradeVersion,
		DownloadPercent: blocker.DownloadPercent, FailureInfo: blocker.FailureInfo,
	}
	if !blocker.Class.Rowless() {
		phase := string(blocker.Phase)
		model.Phase = &phase
	}
	return model
}

// The same as values that are made without reflection, for lists of them.
var (
	countsType  = rawType(countAttributes())
	blockerType = rawType(blockerAttributes())
)

// rawType is the Terraform type of an object with attributes.
func rawType(attributes map[string]schema.Attribute) tftypes.Object {
	kinds := make(map[string]tftypes.Type, len(attributes))
	for name, attribute := range attributes {
		kinds[name] = attribute.GetType().TerraformType(context.Background())
	}
	return tftypes.Object{AttributeTypes: kinds}
}

func countsRaw(counts rollout.Counts) tftypes.Value {
	values := map[string]tftypes.Value{countTotal: tftypes.NewValue(tftypes.Number, counts.Total)}
	for _, class := range rollout.Classes() {
		values[string(class)] = tftypes.NewValue(tftypes.Number, counts.Of(class))
	}
	return tftypes.NewValue(countsType, values)
}

func blockerValues(blocker *rollout.Blocker) map[string]tftypes.Value {
	model := newBlockerModel(*blocker)
	text := func(value any) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }
	return map[string]tftypes.Value{
		"element_id":       text(model.ElementID),
		"element_name":     text(model.ElementName),
		"site_name":        text(model.SiteName),
		"class":            text(model.Class),
		"upgrade_state":    text(model.UpgradeState),
		"phase":            text(model.Phase),
		"active_version":   text(model.ActiveVersion),
		"upgrade_version":  text(model.UpgradeVersion),
		"download_percent": tftypes.NewValue(tftypes.Number, model.DownloadPercent),
		"failure_info":     text(model.FailureInfo),
	}
}
