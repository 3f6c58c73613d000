package provider

import (
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

const (
	nameElement  = "element"
	nameSiteName = "site_name"
	nameSiteTags = "site_tags"
)

// joinedColumns are the attributes of its element that a row shows.
var joinedColumns = columnsNamed("name", "site_id", nameSiteName, "role", "model_name", "connected", "tags", nameSiteTags)

// groupedColumns are the attributes of their elements that rows can be grouped by.
var groupedColumns = columnsNamed("site_id", nameSiteName, "role", "model_name", "connected")

func columnsNamed(names ...string) []column[placedElement] {
	return slices.DeleteFunc(slices.Clone(elementColumns), func(c column[placedElement]) bool { return !slices.Contains(names, c.name) })
}

var joinedType = columnsType(joinedColumns)

// joinedColumn is the attribute of a row that describes its element as the fleet does;
// null without a fleet.
func joinedColumn(fleet *inventory.Fleet) column[imagestatus.Status] {
	attributes := columnAttributes(joinedColumns)
	// Here, unlike in elementColumns, sites that cannot be read are an error.
	attributes[nameSiteName] = schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the element's site."}
	return column[imagestatus.Status]{
		name: nameElement, valueType: joinedType,
		value: func(s *imagestatus.Status) tftypes.Value { return joinedValue(fleet, s) },
		schema: schema.SingleNestedAttribute{
			Computed: true, Attributes: attributes,
			MarkdownDescription: "What the lists of elements and sites say of the row's element. " +
				"Null without `with_elements`, and for a row whose element is not in the list.",
		},
	}
}

var notJoined = tftypes.NewValue(joinedType, nil)

func joinedValue(fleet *inventory.Fleet, status *imagestatus.Status) tftypes.Value {
	element, listed := placed(fleet, status)
	if !listed {
		return notJoined
	}
	return tftypes.NewValue(joinedType, columnValues(joinedColumns, &element))
}

func placed(fleet *inventory.Fleet, status *imagestatus.Status) (placedElement, bool) {
	if fleet == nil {
		return placedElement{}, false
	}
	element, listed := fleet.Element(status.Element())
	if !listed {
		return placedElement{}, false
	}
	return placedElement{Element: element, site: fleet.SiteOf(element)}, true
}

// elementGroups returns the values of groupedColumns for a row: null without a fleet,
// or if the fleet lacks the row's element.
func elementGroups(fleet *inventory.Fleet) map[string]imagestatus.Resolver {
	resolvers := make(map[string]imagestatus.Resolver, len(groupedColumns))
	for _, column := range groupedColumns {
		resolvers[column.name] = func(status *imagestatus.Status) imagestatus.Value {
			element, listed := placed(fleet, status)
			if !listed {
				return imagestatus.Value{}
			}
			return groupValue(column.value(&element))
		}
	}
	return resolvers
}

func groupValue(value tftypes.Value) imagestatus.Value {
	var text string
	var truth bool
	switch {
	case value.IsNull():
		return imagestatus.Value{}
	case value.As(&text) == nil:
		return imagestatus.TextValue(text)
	case value.As(&truth) == nil:
		return imagestatus.TextValue(strconv.FormatBool(truth))
	default:
		return imagestatus.Value{}
	}
}

func elementGroupNames() []string { return columnNames(groupedColumns) }

func listsOf(groupBy []string) lists {
	ofElement := func(name string) bool { return slices.Contains(elementGroupNames(), name) }
	return lists{elements: slices.ContainsFunc(groupBy, ofElement), sites: slices.Contains(groupBy, nameSiteName)}
}
