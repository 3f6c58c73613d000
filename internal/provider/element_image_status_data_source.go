package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

var (
	_ datasource.DataSourceWithConfigure      = (*elementImageStatusDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*elementImageStatusDataSource)(nil)
)

const nameElementName = "element_name"

type elementImageStatusDataSource struct{ connection *connection }

func newElementImageStatusDataSource() datasource.DataSource { return &elementImageStatusDataSource{} }

func (d *elementImageStatusDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_element_image_status"
}

func (d *elementImageStatusDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.connection = connectionOf(req.ProviderData, &resp.Diagnostics)
}

type elementImageStatusModel struct {
	ElementID, ElementName types.String
	Timeouts               timeouts.Value
}

func elementImageStatusConfig(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (model elementImageStatusModel) {
	diags.Append(config.GetAttribute(ctx, path.Root(imagestatus.FieldElementID), &model.ElementID)...)
	diags.Append(config.GetAttribute(ctx, path.Root(nameElementName), &model.ElementName)...)
	diags.Append(config.GetAttribute(ctx, path.Root("timeouts"), &model.Timeouts)...)
	return model
}

func (d *elementImageStatusDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := rowAttributes()
	attributes[imagestatus.FieldElementID] = schema.StringAttribute{
		Optional: true, Computed: true,
		Validators:          []validator.String{elementID{}},
		MarkdownDescription: "Id of the element (ION device), as digits in text. Exactly one of `element_id` and `element_name` must be written.",
	}
	attributes[nameElementName] = schema.StringAttribute{
		Optional:   true,
		Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		MarkdownDescription: "Name of the element, instead of `element_id`. It is compared exactly, letter case included; `*` and `?` are no wildcards here. " +
			"The whole list of elements is read for it. A name that no element has, or that several have, is an error. Default: none.",
	}
	attributes["timeouts"] = readTimeouts("`" + shortDuration(defaultReadTimeout) + "`")
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the current image status of one element, by its id in one request, or by its name. An element without a status is an error. " +
			"Where the controller has several rows for the element, the newest by `_updated_on_utc` counts.",
		Attributes: attributes,
	}
}

// ValidateConfig checks that one element is chosen, in one way.
func (d *elementImageStatusDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	model := elementImageStatusConfig(ctx, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || model.ElementID.IsUnknown() || model.ElementName.IsUnknown() {
		return
	}
	id, name := optionalText(model.ElementID), optionalText(model.ElementName)
	switch {
	case id == nil && name == nil:
		invalid(&resp.Diagnostics, path.Root(imagestatus.FieldElementID), "null",
			"No element is chosen. Write the id of an element here, or its name as `element_name`.")
	case id != nil && name != nil && *id != "" && *name != "":
		// An empty text has an error of its own.
		invalid(&resp.Diagnostics, path.Root(nameElementName), fmt.Sprintf("%q", *name),
			"An element is chosen by its id or by its name. Remove `element_name` or `element_id`.")
	}
}

func (d *elementImageStatusDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	model := elementImageStatusConfig(ctx, req.Config, &resp.Diagnostics)
	limit, problems := model.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(problems...)
	if resp.Diagnostics.HasError() || !d.connection.ready(req.Config, &resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(d.connection.logging(ctx), limit)
	defer cancel()
	id := model.ElementID.ValueString()
	if !model.ElementName.IsNull() {
		element := d.connection.elementNamed(ctx, model.ElementName.ValueString(), &resp.Diagnostics)
		if element == nil {
			return
		}
		id = element.ID
	}
	status, err := d.newest(ctx, id)
	if err != nil {
		d.connection.addError(&resp.Diagnostics, err)
		return
	}
	if status == nil {
		model.addNoStatus(&resp.Diagnostics, id)
		return
	}
	if err := setRaw(ctx, &resp.State, req.Config, rowValues(status)); err != nil {
		d.connection.addError(&resp.Diagnostics, err)
	}
}

func (m elementImageStatusModel) addNoStatus(diags *diag.Diagnostics, id string) {
	const summary, remedy = "Element has no image status",
		"To allow for that, use prismasdwan_element_image_statuses, which returns an empty list."
	if !m.ElementName.IsNull() {
		diags.AddAttributeError(path.Root(nameElementName), summary, fmt.Sprintf("The controller has no image status for the element %q (id %s). "+
			"An element that is not claimed, or was never upgraded, may have none. %s", m.ElementName.ValueString(), id, remedy))
		return
	}
	diags.AddAttributeError(path.Root(imagestatus.FieldElementID), summary, fmt.Sprintf("The controller has no image status for the element %q. "+
		"Check the id, which is the element's and not the machine's or the site's; an element that is not claimed, or was never upgraded, may have none. %s", id, remedy))
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
