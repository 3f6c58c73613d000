package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

type gateResultModel struct {
	Ready             types.Bool       `tfsdk:"ready"`
	Summary           types.String     `tfsdk:"summary"`
	Reasons           []string         `tfsdk:"reasons"`
	ReadyPercent      types.Float64    `tfsdk:"ready_percent"`
	Counts            types.Object     `tfsdk:"counts"`
	ByPhase           map[string]int64 `tfsdk:"by_phase"`
	ByState           map[string]int64 `tfsdk:"by_state"`
	ByVersion         map[string]int64 `tfsdk:"by_version"`
	BlockingElements  []types.Object   `tfsdk:"blocking_elements"`
	BlockingTruncated types.Bool       `tfsdk:"blocking_truncated"`
}

const countTotal = "total"

var countColumns = func() []column[rollout.Counts] {
	columns := []column[rollout.Counts]{
		numberColumn(countTotal, "Elements selected, and those named in `element_ids` or `where` that are missing or left out.", func(c *rollout.Counts) *int64 { return &c.Total }),
	}
	for _, class := range rollout.Classes() {
		columns = append(columns, numberColumn(string(class), class.Meaning(), func(c *rollout.Counts) *int64 { return new(c.Of(class)) }))
	}
	return columns
}()

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
				"If no element is on the target, the last entry is what the tenant's list of images says of the target, such as that no image has the version.",
		},
		"ready_percent": schema.Float64Attribute{
			Computed:            true,
			MarkdownDescription: "Share of the elements that are ready, in percent, rounded down to two decimals.",
		},
		"counts": schema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: "Number of elements by class. An element with several rows counts once, by its newest row (`_updated_on_utc`); of equally new rows, the worst counts.",
			Attributes: columnAttributes(countColumns),
		},
		"by_phase":   counts("Number of elements by phase, for the phases that occur."),
		"by_state":   counts("Number of elements by `upgrade_state`; `none` stands for no state. The 50 most frequent states are named, the others added up as `other`."),
		"by_version": counts("Number of elements by `active_version`; `none` stands for no version. The 50 most frequent versions are named, the others added up as `other`."),
		"blocking_elements": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Elements that are not ready, the worst first, at most `max_blocking_elements`.",
			NestedObject:        schema.NestedAttributeObject{Attributes: columnAttributes(blockerColumns)},
		},
		"blocking_truncated": schema.BoolAttribute{
			Computed: true, MarkdownDescription: "Whether more elements are not ready than `blocking_elements` holds.",
		},
	}
}

var blockerColumns = []column[rollout.Blocker]{
	textColumn("element_id", "Id of the element; empty for a row that names none, and for a value of `where` that selects no element.",
		func(b *rollout.Blocker) *string { return &b.ElementID }),
	textColumn("element_name", "Name of the element. Null where it has none, or where it was not read: beyond the first 100 elements, with `show_names = false`, or when the list of elements could not be read.",
		func(b *rollout.Blocker) *string { return b.Name }),
	textColumn("site_name", "Name of the element's site. Null where the element is bound to none, or where it was not read.",
		func(b *rollout.Blocker) *string { return b.SiteName }),
	textColumn("class", "Class of the element, from the worst on: "+markdownList(rollout.BlockingClasses())+".",
		func(b *rollout.Blocker) *string { return (*string)(&b.Class) }),
	textColumn("upgrade_state", "State as the controller spells it.", func(b *rollout.Blocker) *string { return b.UpgradeState }),
	textColumn("phase", "Phase of the state; null for an element that is missing or left out.", func(b *rollout.Blocker) *string {
		if b.Class.Rowless() {
			return nil
		}
		return (*string)(&b.Phase)
	}),
	textColumn("active_version", "Version that the element runs.", func(b *rollout.Blocker) *string { return b.ActiveVersion }),
	textColumn("upgrade_version", "Version that the element is being upgraded to, while its upgrade is in progress. "+
		"Null for any other element, with `show_names = false`, and where the list of images could not be read or lacks the image.",
		func(b *rollout.Blocker) *string { return b.UpgradeVersion }),
	numberColumn("download_percent", "Progress of the download in percent.", func(b *rollout.Blocker) *int64 { return b.DownloadPercent }),
	textColumn("failure_info", "The controller's text about a failure, at most 300 characters of it.", func(b *rollout.Blocker) *string { return b.FailureInfo }),
}

var (
	countsType  = columnsType(countColumns)
	blockerType = columnsType(blockerColumns)
)

func newGateResult(ctx context.Context, verdict rollout.Verdict) (result gateResultModel, err error) {
	result = gateResultModel{
		Ready:             types.BoolValue(verdict.Ready),
		Summary:           types.StringValue(verdict.Summary),
		Reasons:           append([]string{}, verdict.Reasons...),
		ReadyPercent:      types.Float64Value(verdict.ReadyPercent),
		ByPhase:           make(map[string]int64, len(verdict.ByPhase)),
		ByState:           verdict.ByState,
		ByVersion:         verdict.ByVersion,
		BlockingElements:  make([]types.Object, len(verdict.Blocking)),
		BlockingTruncated: types.BoolValue(verdict.BlockingTruncated),
	}
	for phase, count := range verdict.ByPhase {
		result.ByPhase[string(phase)] = count
	}
	if result.Counts, err = columnsObject(ctx, countColumns, &verdict.Counts); err != nil {
		return result, err
	}
	for i := range verdict.Blocking {
		if result.BlockingElements[i], err = columnsObject(ctx, blockerColumns, &verdict.Blocking[i]); err != nil {
			return result, err
		}
	}
	return result, nil
}
