package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

var _ datasource.DataSourceWithConfigure = (*elementsDataSource)(nil)

type elementsDataSource struct{ connection *connection }

func newElementsDataSource() datasource.DataSource { return &elementsDataSource{} }

func (d *elementsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_elements"
}

func (d *elementsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.connection = connectionOf(req.ProviderData, &resp.Diagnostics)
}

func (d *elementsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the elements (ION devices) of the tenant with name, site, role, model, serial number and tags. " +
			"It returns their ids for the arguments `element_ids` and for the function `plan_waves`.\n\n" +
			"The list of elements is always read, the list of sites only where `items` or a condition needs it. A `where` that matches nothing is no error: the results are empty.\n\n" +
			"State holds about 800 bytes for each element, with `ids_only` about 100.",
		Attributes: map[string]schema.Attribute{
			nameWhere: whereAttribute("Default: every element of the tenant. A name, site name, site id or serial number that selects no element is an error, unless it has wildcards."),
			"ids_only": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to leave `items` null, so that state holds ids and peer groups alone. " +
					"The sites are then read only where `where` has a condition on their names or tags. Default: `false`.",
			},
			"timeouts": readTimeouts("`" + shortDuration(defaultReadTimeout) + "`"),
			"items": schema.ListNestedAttribute{
				Computed: true,
				MarkdownDescription: "One object for each element, in the order of ids. A value that the controller sent as null or left out is null, except tags. " +
					"Null with `ids_only`.",
				NestedObject: schema.NestedAttributeObject{Attributes: columnAttributes(elementColumns)},
			},
			"ids": schema.ListAttribute{
				Computed: true, ElementType: types.StringType, MarkdownDescription: "Ids of the elements, in their order as text. Empty if none matches.",
			},
			"matched_count": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of elements that match."},
			"peer_groups": schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The peer group of each element, by its id. " + peerGroupText,
			},
		},
	}
}

func (d *elementsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var where types.Object
	var idsOnly types.Bool
	var limits timeouts.Value
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(nameWhere), &where)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("ids_only"), &idsOnly)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("timeouts"), &limits)...)
	limit, problems := limits.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(problems...)
	if resp.Diagnostics.HasError() || !d.connection.ready(req.Config, &resp.Diagnostics) {
		return
	}
	described, _ := description(ctx, where, &resp.Diagnostics)
	ctx, cancel := context.WithTimeout(d.connection.logging(ctx), limit)
	defer cancel()
	fleet, selected, ok := d.connection.elements(ctx, described, !idsOnly.ValueBool(), &resp.Diagnostics)
	if !ok {
		return
	}
	if err := setRaw(ctx, &resp.State, req.Config, elementsValues(fleet, selected, !idsOnly.ValueBool())); err != nil {
		d.connection.addError(&resp.Diagnostics, err)
	}
}

const summarySitesUnread = "Sites not read"

// elements reads the fleet and selects elements of it; nil selects all. If only items
// need the sites, failing to read these is a warning. ok is false if diags hold an
// error.
func (c *connection) elements(ctx context.Context, described *inventory.Where, withItems bool, diags *diag.Diagnostics) (fleet *inventory.Fleet, selected inventory.Selected, ok bool) {
	var where inventory.Where
	if described != nil {
		where = *described
	}
	fleet, unread, err := c.describedFleet(ctx, where, withItems)
	if err != nil {
		c.addError(diags, err)
		return nil, selected, false
	}
	selected = fleet.Select(where)
	addUnmatched(diags, where, selected)
	if unread != nil && !diags.HasError() {
		_, reason := c.explanation(unread)
		diags.AddWarning(summarySitesUnread, "`site_name` and `site_tags` of `items` are null, because the list of sites cannot be read; everything else is complete. "+
			"Set `ids_only` to do without `items`.\n\n"+reason)
	}
	return fleet, selected, !diags.HasError()
}

func elementsValues(fleet *inventory.Fleet, selected inventory.Selected, withItems bool) map[string]tftypes.Value {
	groups := make(map[string]tftypes.Value, len(selected.Elements))
	placed := make([]placedElement, len(selected.Elements))
	for i, element := range selected.Elements {
		groups[element.ID] = tftypes.NewValue(tftypes.String, element.PeerGroup())
		placed[i] = placedElement{Element: element, site: fleet.SiteOf(element)}
	}
	items := tftypes.NewValue(tftypes.List{ElementType: elementType}, nil)
	if withItems {
		items = listOfRows(elementType, placed, elementValues)
	}
	return map[string]tftypes.Value{
		"items":         items,
		"ids":           textsValue(selected.IDs()),
		"matched_count": tftypes.NewValue(tftypes.Number, int64(len(placed))),
		"peer_groups":   tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, groups),
	}
}

type placedElement struct {
	*inventory.Element

	site *inventory.Site // nil if it is bound to none, or the site is not known
}

const peerGroupText = "The elements of a group back one another up and should not be upgraded at the same time. A group is the cluster of a hub, " +
	"else the HA group of a branch element if it is enabled, else the site, else the element alone, written as `site/1774317603862004945`."

// elementColumns are the attributes of an element in the order of the
// documentation.
var elementColumns = []column[placedElement]{
	textColumn("id", "Id of the element, as digits in text.", func(e *placedElement) *string { return &e.ID }),
	textColumn("name", "Name of the element. Names need not be unique.", func(e *placedElement) *string { return e.Name }),
	textColumn("site_id", "Id of the element's site. Null for an element that is bound to no site.", func(e *placedElement) *string {
		if id, bound := e.Site(); bound {
			return &id
		}
		return nil
	}),
	textColumn("site_name", "Name of the element's site. Null as well if the sites cannot be read; a warning then says why.", siteNameOf),
	textColumn("role", "Role of the element, such as `HUB` (data centre) or `SPOKE` (branch).", func(e *placedElement) *string { return e.Role }),
	textColumn("model_name", "Model, such as `ion 3200`.", func(e *placedElement) *string { return e.ModelName }),
	textColumn("serial_number", "Serial number.", func(e *placedElement) *string { return e.SerialNumber }),
	textColumn("hw_id", "Hardware id, which is often called the serial number too.", func(e *placedElement) *string { return e.HardwareID }),
	textColumn("software_version", "Version that the element reports, such as `6.3.6-b9`.", func(e *placedElement) *string { return e.SoftwareVersion }),
	textColumn("state", "State of the element in the controller's words, such as `bound`. It is not the state of an upgrade.", func(e *placedElement) *string { return e.State }),
	{
		name: "connected", valueType: tftypes.Bool,
		schema: schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the element is connected to the controller."},
		value:  func(e *placedElement) tftypes.Value { return tftypes.NewValue(tftypes.Bool, e.Connected) },
	},
	elementTexts("tags", "Tags of the element. Empty if it has none, so that `contains()` works on it.", func(e *placedElement) []string { return tagsOf(e.Tags) }),
	elementTexts("site_tags", "Tags of the element's site. Empty if the site has none or the element is bound to no site; null if the site's tags are not known.",
		(*placedElement).siteTags),
	textColumn("peer_group", "The peer group of the element. "+peerGroupText, func(e *placedElement) *string { return new(e.PeerGroup()) }),
}

func siteNameOf(e *placedElement) *string {
	if e.site == nil {
		return nil
	}
	return e.site.Name
}

func (e *placedElement) siteTags() []string {
	if _, bound := e.Site(); !bound {
		return tagsOf(nil)
	}
	if e.site == nil {
		return nil
	}
	return tagsOf(e.site.Tags)
}

// tagsOf turns null, with which the controller means no tags, into an empty list: nil
// stands for tags that are not known.
func tagsOf(tags []string) []string {
	if tags == nil {
		return []string{}
	}
	return tags
}

func elementTexts(name, description string, values func(*placedElement) []string) column[placedElement] {
	return column[placedElement]{
		name: name, valueType: textsType,
		schema: schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description},
		value:  func(e *placedElement) tftypes.Value { return textsValue(values(e)) },
	}
}

var elementType = columnsType(elementColumns)

func elementValues(element *placedElement) map[string]tftypes.Value {
	return columnValues(elementColumns, element)
}
