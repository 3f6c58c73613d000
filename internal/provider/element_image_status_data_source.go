package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

var _ datasource.DataSourceWithConfigure = (*elementImageStatusDataSource)(nil)

type elementImageStatusDataSource struct{ connection *connection }

func newElementImageStatusDataSource() datasource.DataSource { return &elementImageStatusDataSource{} }

func (d *elementImageStatusDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_element_image_status"
}

func (d *elementImageStatusDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.connection = connectionOf(req.ProviderData, &resp.Diagnostics)
}

func (d *elementImageStatusDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := rowAttributes()
	attributes[imagestatus.FieldElementID] = schema.StringAttribute{
		Required:            true,
		Validators:          []validator.String{elementID{}},
		MarkdownDescription: "Id of the element (ION device), as digits in text.",
	}
	attributes["timeouts"] = readTimeouts("`" + shortDuration(defaultReadTimeout) + "`")
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the current image status of one element, in one request. An element without a status is an error. " +
			"Where the controller has several rows for the element, the newest by `_updated_on_utc` counts.",
		Attributes: attributes,
	}
}

func (d *elementImageStatusDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var elementID types.String
	var limits timeouts.Value
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(imagestatus.FieldElementID), &elementID)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("timeouts"), &limits)...)
	limit, problems := limits.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(problems...)
	if resp.Diagnostics.HasError() || !d.connection.ready(req.Config, &resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(d.connection.logging(ctx), limit)
	defer cancel()
	status, err := d.newest(ctx, elementID.ValueString())
	if err != nil {
		d.connection.addError(&resp.Diagnostics, err)
		return
	}
	if status == nil {
		resp.Diagnostics.AddAttributeError(path.Root(imagestatus.FieldElementID), "Element has no image status",
			fmt.Sprintf("The controller has no image status for the element %q. Check the id, which is the element's and not the machine's or the site's; "+
				"an element that is not claimed, or was never upgraded, may have none. To allow for that, use "+
				"prismasdwan_element_image_statuses, which gives an empty list.", elementID.ValueString()))
		return
	}
	if err := setRaw(ctx, &resp.State, req.Config, rowValues(status, imagestatus.Query{})); err != nil {
		d.connection.addError(&resp.Diagnostics, err)
	}
}

func (d *elementImageStatusDataSource) newest(ctx context.Context, elementID string) (*imagestatus.Status, error) {
	selection, err := imagestatus.SelectFilters([]string{elementID}, nil)
	if err != nil {
		return nil, fmt.Errorf("select the element: %w", err)
	}
	newest, _, err := sdwan.Read(ctx, d.connection.client, imagestatus.Query{Selection: selection},
		func() *imagestatus.Newest { return new(imagestatus.Newest) })
	if err != nil {
		return nil, err
	}
	return newest.Status(), nil
}
