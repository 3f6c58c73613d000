package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
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
	Fields        types.List     `tfsdk:"fields"`
	Request       types.Object   `tfsdk:"request"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
	Items         types.List     `tfsdk:"items"`
	ItemsJSON     types.String   `tfsdk:"items_json"`
	MatchedCount  types.Int64    `tfsdk:"matched_count"`
	ReturnedCount types.Int64    `tfsdk:"returned_count"`
	Truncated     types.Bool     `tfsdk:"truncated"`
	Response      types.Object   `tfsdk:"response"`
}

type sortModel struct {
	Field     types.String `tfsdk:"field"`
	Direction types.String `tfsdk:"direction"`
}

const nameFields = "fields"

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
		MarkdownDescription: "Order of `items` and `items_json`. Default: by `element_id`. Rows that are equal in the field are ordered by `element_id`, then by `id`. " +
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
		MarkdownDescription: "Only this page of `limit` rows, counted from 1. One more request confirms that the controller counts correctly and returns pages of this size. " +
			"Needs `limit`; cannot be used with `where` or a filter on `phase`. Default: no paging; `limit` counts from the first row.",
	}
	attributes["with_elements"] = schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Whether each of `items` describes its element by name, site, role, model, connection and tags, as `element`. " +
			"This reads the whole lists of elements and sites; if one cannot be read, that is an error. " +
			"With `fields`, the lists are read only if `element` is among them. Cannot be used with `retrieved_fields_mask`. Default: `false`.",
	}
	attributes[nameFields] = schema.ListAttribute{
		Optional: true, ElementType: types.StringType,
		Validators: []validator.List{entries{}},
		MarkdownDescription: "Attributes of `items` wanted as `items_json` instead, at least one: " + markdownList(columnNames(itemColumns(nil))) + ". " +
			"`element` needs `with_elements`; an attribute that `retrieved_fields` leaves out is an error. Whole rows are read all the same. Default: `items` with all attributes.",
	}
	attributes["request"] = requestAttribute()
	attributes["timeouts"] = readTimeouts("`" + shortDuration(defaultReadTimeout) + "`")
	maps.Copy(attributes, rowsResults())
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the current image status of the elements (ION devices) that match, as the endpoint " +
			"*Get Image Status of Element (v2.1)* returns it, from all of its pages.\n\n" +
			"State holds more than 900 bytes for each row, and about 400 more with `with_elements`. With `fields` it holds a JSON text of the attributes that you need, which is also several times as fast. " +
			"To decide on a large fleet without keeping its rows, use the gate or an aggregate.",
		Attributes: attributes,
	}
}

// rowsResults are the attributes that a read sets.
func rowsResults() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"items": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "One object for each row, in the order of `sort_by`. What the controller sent as null or left out is null. `items` itself is null with `fields`.",
			NestedObject:        schema.NestedAttributeObject{Attributes: columnAttributes(itemColumns(nil))},
		},
		"items_json": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The rows as a JSON text for `jsondecode()`: an array of objects with the attributes that `fields` names, in the order of `items`. " +
				"The attributes of an object are in the order that `fields` documents, whatever their order in the configuration. Null without `fields`.",
		},
		"matched_count": schema.Int64Attribute{
			Computed:            true,
			MarkdownDescription: "Number of rows that match, returned or not. Null when the controller does not say and not all were read.",
		},
		"returned_count": schema.Int64Attribute{
			Computed: true, MarkdownDescription: "Number of rows in `items` or `items_json`.",
		},
		"truncated": schema.BoolAttribute{
			Computed: true, MarkdownDescription: "True when rows match that are not among those returned, because of `limit` or `dest_page`.",
		},
		"response": responseAttribute(),
	}
}

// ValidateConfig checks the query as far as it is known.
func (d *elementImageStatusesDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var model elementImageStatusesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		query, _ := model.query(ctx, &resp.Diagnostics)
		model.fields(ctx, query, &resp.Diagnostics)
	}
}

// fields returns the names of the wanted attributes, nil for all, and reports those
// that would be null in every row.
func (m elementImageStatusesModel) fields(ctx context.Context, query imagestatus.Query, diags *diag.Diagnostics) []string {
	names, known := knownTexts(ctx, m.Fields, diags)
	if !known || names == nil {
		return names
	}
	all := itemColumns(nil)
	addArgumentErrors(diags, imagestatus.CheckNames(imagestatus.ArgumentAttribute, names, columnNames(all), "No such attribute of a row."))
	for i, name := range names {
		advice := ""
		at := slices.IndexFunc(all, func(c column[imagestatus.Status]) bool { return c.name == name })
		switch masked := query.Request.RetrievedFieldsMask; {
		case at < 0:
		case name == nameElement && !m.WithElements.IsUnknown() && !m.WithElements.ValueBool():
			advice = "The lists of elements and sites are not read, so it would be null in every row. Set `with_elements` to `true`."
		case all[at].shownBy(query):
		case masked != nil && *masked:
			advice = "With `request.retrieved_fields_mask` no attribute but `id` can be trusted, so it would be null in every row. Leave out the mask, or the attribute."
		default:
			advice = fmt.Sprintf("It comes from `%s`, which is not retrieved, so it would be null in every row. "+
				"Add `%s` to `request.retrieved_fields`, or leave out `request`: whole rows are read by default.", all[at].field, all[at].field)
		}
		if advice != "" {
			invalid(diags, path.Root(nameFields).AtListIndex(i), strconv.Quote(name), advice)
		}
	}
	return names
}

// query reads the arguments that are known. The choice is for resolving the query's
// selection later.
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
	fields := model.fields(ctx, query, &resp.Diagnostics)
	limit, problems := model.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(problems...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(d.connection.logging(ctx), limit)
	defer cancel()
	withElements := model.WithElements.ValueBool() && (fields == nil || slices.Contains(fields, nameElement))
	selection, fleet, ok := d.connection.selection(ctx, chosen, lists{elements: withElements, sites: withElements}, &resp.Diagnostics)
	if !ok {
		return
	}
	if !withElements {
		fleet = nil
	}
	query.Selection = selection
	values, err := d.connection.rows(ctx, query, fields, fleet)
	if err == nil {
		err = setRaw(ctx, &resp.State, req.Config, values)
	}
	if err != nil {
		d.connection.addError(&resp.Diagnostics, err)
	}
}

// rows reads the rows of a query and returns the results: items, or items_json if
// fields are given.
func (c *connection) rows(ctx context.Context, query imagestatus.Query, fields []string, fleet *inventory.Fleet) (map[string]tftypes.Value, error) {
	var wanted []column[imagestatus.Status]
	var kept []string
	if fields != nil {
		wanted = slices.DeleteFunc(itemColumns(fleet), func(c column[imagestatus.Status]) bool { return !slices.Contains(fields, c.name) })
		kept = query.KeptFields(fieldsOf(wanted))
	}
	rows, summary, err := sdwan.Read(ctx, c.client, query, func() *rowCollector { return &rowCollector{kept: kept} })
	if err != nil {
		return nil, err //nolint:wrapcheck // An *sdwan.Error has its context.
	}
	query.SortRows(rows.rows)
	values := map[string]tftypes.Value{
		"items":          tftypes.NewValue(tftypes.List{ElementType: itemType}, nil),
		"items_json":     tftypes.NewValue(tftypes.String, nil),
		"matched_count":  tftypes.NewValue(tftypes.Number, summary.Matched),
		"returned_count": tftypes.NewValue(tftypes.Number, int64(len(rows.rows))),
		"truncated":      tftypes.NewValue(tftypes.Bool, summary.Truncated),
		"response":       responseValue(summary.Envelope),
	}
	if fields == nil {
		values["items"] = rowsValue(rows.rows, query, fleet)
		return values, nil
	}
	text, err := rowsText(wanted, rows.rows)
	if err != nil {
		return nil, fmt.Errorf("write the rows: %w", err)
	}
	values["items_json"] = tftypes.NewValue(tftypes.String, text)
	return values, nil
}

// rowCollector is the only consumer that keeps every row.
type rowCollector struct {
	rows []imagestatus.Status
	kept []string // fields to keep; nil keeps all
}

// Add keeps the row.
func (c *rowCollector) Add(status imagestatus.Status) error {
	if c.kept != nil {
		status = status.Only(c.kept)
	}
	c.rows = append(c.rows, status)
	return nil
}
