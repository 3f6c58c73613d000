package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

var (
	_ datasource.DataSourceWithConfigure      = (*elementImageStatusesDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*elementImageStatusesDataSource)(nil)
)

type elementImageStatusesDataSource struct{ connection *connection }

func newElementImageStatusesDataSource() datasource.DataSource {
	return &elementImageStatusesDataSource{}
}

type elementImageStatusesModel struct {
	selectionModel
	SortBy        types.Object   `tfsdk:"sort_by"`
	Limit         types.Int64    `tfsdk:"limit"`
	DestPage      types.Int64    `tfsdk:"dest_page"`
	WithElements  types.Bool     `tfsdk:"with_elements"`
	Request       types.Object   `tfsdk:"request"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
	Items         types.List     `tfsdk:"items"`
	MatchedCount  types.Int64    `tfsdk:"matched_count"`
	ReturnedCount types.Int64    `tfsdk:"returned_count"`
	Truncated     types.Bool     `tfsdk:"truncated"`
	Response      types.Object   `tfsdk:"response"`
}

type sortModel struct {
	Field     types.String `tfsdk:"field"`
	Direction types.String `tfsdk:"direction"`
}

const (
	directionAscending  = "asc"
	directionDescending = "desc"
)

// maxInt32 bounds what the contract declares as int32.
const maxInt32 = 1<<31 - 1

func (d *elementImageStatusesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_element_image_statuses"
}

func (d *elementImageStatusesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.connection = connectionOf(req.ProviderData, &resp.Diagnostics)
}

func (d *elementImageStatusesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := selectionAttributes()
	attributes["sort_by"] = schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Order of `items`. Default: by `element_id`. Rows that are equal in the field are ordered by `element_id`, then by `id`. " +
			"With `limit` or `dest_page` the controller sorts too, so that the first rows of this order are the ones returned.",
		Attributes: map[string]schema.Attribute{
			"field": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{stringvalidator.OneOf(imagestatus.FieldNames()...)},
				MarkdownDescription: "Field to sort by: " + markdownList(imagestatus.FieldNames()) + ".",
			},
			"direction": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(directionAscending, directionDescending)},
				MarkdownDescription: "`asc` or `desc`. Default: `asc`.",
			},
		},
	}
	attributes["limit"] = schema.Int64Attribute{
		Optional:   true,
		Validators: []validator.Int64{int64validator.Between(1, maxInt32)},
		MarkdownDescription: "Maximum number of rows, 1 or more. Default: all that match, over as many pages as it takes. `truncated` tells whether rows were left out. " +
			"With `where` or a filter on `phase` every row is read, and the limit counts those that match.",
	}
	attributes["dest_page"] = schema.Int64Attribute{
		Optional:   true,
		Validators: []validator.Int64{int64validator.Between(1, maxInt32), int64validator.AlsoRequires(path.MatchRoot("limit"))},
		MarkdownDescription: "Exactly this page of `limit` rows, counted from 1. One more request confirms that the controller counts rightly and returns pages of this size. " +
			"Needs `limit`; cannot be used with `where` or a filter on `phase`. Default: no paging; `limit` counts from the first row.",
	}
	attributes["with_elements"] = schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Whether each of `items` describes its element by name, site, role, model, connection and tags, as `element`. " +
			"The lists of elements and sites are read for it, whole; where one cannot be read, that is an error. " +
			"Cannot be used with `retrieved_fields_mask`. Default: `false`.",
	}
	attributes["request"] = requestAttribute()
	attributes["timeouts"] = readTimeouts("`" + shortDuration(defaultReadTimeout) + "`")
	attributes["items"] = schema.ListNestedAttribute{
		Computed:            true,
		MarkdownDescription: "One object for each row, in the order of `sort_by`. What the controller sent as null or left out is null.",
		NestedObject:        schema.NestedAttributeObject{Attributes: columnAttributes(itemColumns)},
	}
	attributes["matched_count"] = schema.Int64Attribute{
		Computed:            true,
		MarkdownDescription: "Number of rows that match, returned or not. Null when the controller does not say and not all were read.",
	}
	attributes["returned_count"] = schema.Int64Attribute{
		Computed: true, MarkdownDescription: "Number of `items`.",
	}
	attributes["truncated"] = schema.BoolAttribute{
		Computed: true, MarkdownDescription: "True when rows match that are not in `items`, because of `limit` or `dest_page`.",
	}
	attributes["response"] = responseAttribute()
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the current image status of the elements (ION devices) that match, as the endpoint " +
			"*Get Image Status of Element (v2.1)* gives it, all pages of it.\n\n" +
			"State holds more than 900 bytes for each row, and about 400 more with `with_elements`. To decide on a large fleet without keeping its rows, use the gate or an aggregate.",
		Attributes: attributes,
	}
}

// ValidateConfig checks the query as far as it is known.
func (d *elementImageStatusesDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var model elementImageStatusesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		model.query(ctx, &resp.Diagnostics)
	}
}

// query makes a query of the arguments, as far as they are known, and of the
// choice that its selection is resolved from.
func (m elementImageStatusesModel) query(ctx context.Context, diags *diag.Diagnostics) (imagestatus.Query, choice) {
	chosen, _ := m.choice(ctx, diags)
	query := imagestatus.Query{
		Selection: chosen.Selection,
		Limit:     m.Limit.ValueInt64(),
		Page:      m.DestPage.ValueInt64(),
		Request:   m.request(ctx, diags),
	}
	if !m.SortBy.IsNull() && !m.SortBy.IsUnknown() {
		var sort sortModel
		diags.Append(m.SortBy.As(ctx, &sort, basetypes.ObjectAsOptions{})...)
		query.Sort = &imagestatus.Sort{
			Field:      sort.Field.ValueString(),
			Descending: sort.Direction.ValueString() == directionDescending,
		}
	}
	addArgumentErrors(diags, query.Check())
	if mask := query.Request.RetrievedFieldsMask; m.WithElements.ValueBool() && mask != nil && *mask {
		invalid(diags, path.Root("request").AtName("retrieved_fields_mask"), strconv.Quote("true"),
			"No field of a row can be trusted with it, and `with_elements` needs `element_id`. Leave out one of the two.")
	}
	return query, chosen
}

func (d *elementImageStatusesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model elementImageStatusesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.connection.ready(req.Config, &resp.Diagnostics) {
		return
	}
	query, chosen := model.query(ctx, &resp.Diagnostics)
	limit, problems := model.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(problems...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(d.connection.logging(ctx), limit)
	defer cancel()
	withElements := model.WithElements.ValueBool()
	selection, fleet, ok := d.connection.selection(ctx, chosen, lists{elements: withElements, sites: withElements}, &resp.Diagnostics)
	if !ok {
		return
	}
	if !withElements {
		fleet = nil
	}
	query.Selection = selection
	rows, summary, err := sdwan.Read(ctx, d.connection.client, query, func() *rowCollector { return new(rowCollector) })
	if err != nil {
		d.connection.addError(&resp.Diagnostics, err)
		return
	}
	query.SortRows(rows.rows)
	err = setRaw(ctx, &resp.State, req.Config, map[string]tftypes.Value{
		"items":          rowsValue(rows.rows, query, fleet),
		"matched_count":  tftypes.NewValue(tftypes.Number, summary.Matched),
		"returned_count": tftypes.NewValue(tftypes.Number, int64(len(rows.rows))),
		"truncated":      tftypes.NewValue(tftypes.Bool, summary.Truncated),
		"response":       responseValue(summary.Envelope),
	})
	if err != nil {
		d.connection.addError(&resp.Diagnostics, err)
	}
}

// rowCollector keeps every row. It is the one consumer that does.
type rowCollector struct{ rows []imagestatus.Status }

// Add keeps the row.
func (c *rowCollector) Add(status imagestatus.Status) error {
	c.rows = append(c.rows, status)
	return nil
}
