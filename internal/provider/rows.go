package provider

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// columns are the attributes of a row in the order of the documentation: fields of
// the controller, then derived values.
var columns = append(fieldColumns(),
	column[imagestatus.Status]{
		name: "phase", valueType: tftypes.String, field: imagestatus.FieldUpgradeState,
		schema: schema.StringAttribute{Computed: true, MarkdownDescription: "What `upgrade_state` means for a rollout: " + phaseList() + "."},
		value:  func(s *imagestatus.Status) tftypes.Value { return tftypes.NewValue(tftypes.String, string(s.Phase())) },
	},
	timeColumn("created_at", "_created_on_utc", "Creation time of the row, RFC 3339 in UTC with whole seconds (from `_created_on_utc`).",
		func(s *imagestatus.Status) *int64 { return s.CreatedOnUTC }),
	timeColumn("updated_at", "_updated_on_utc", "Time of the row's last change, RFC 3339 in UTC with whole seconds (from `_updated_on_utc`).",
		func(s *imagestatus.Status) *int64 { return s.UpdatedOnUTC }),
)

func fieldColumns() []column[imagestatus.Status] {
	var columns []column[imagestatus.Status]
	for _, field := range imagestatus.Fields() {
		switch {
		case field.Attribute == "":
		case field.Kind == imagestatus.KindInteger:
			columns = append(columns, column[imagestatus.Status]{
				name: field.Attribute, valueType: tftypes.Number, field: field.Name,
				value:  func(s *imagestatus.Status) tftypes.Value { return scalarValue(tftypes.Number, field.Value(s)) },
				schema: schema.Int64Attribute{Computed: true, MarkdownDescription: field.Description},
			})
		default:
			columns = append(columns, column[imagestatus.Status]{
				name: field.Attribute, valueType: tftypes.String, field: field.Name,
				value:  func(s *imagestatus.Status) tftypes.Value { return scalarValue(tftypes.String, field.Value(s)) },
				schema: schema.StringAttribute{Computed: true, MarkdownDescription: field.Description},
			})
		}
	}
	return columns
}

func timeColumn(name, field, description string, stamp func(*imagestatus.Status) *int64) column[imagestatus.Status] {
	return column[imagestatus.Status]{
		name: name, valueType: tftypes.String, field: field,
		schema: schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: description},
		value: func(s *imagestatus.Status) tftypes.Value {
			if pointer := stamp(s); pointer != nil {
				if at, readable := imagestatus.StampTime(*pointer); readable {
					return tftypes.NewValue(tftypes.String, at.Format(time.RFC3339))
				}
			}
			return tftypes.NewValue(tftypes.String, nil)
		},
	}
}

func phaseList() string {
	var parts []string
	for _, phase := range imagestatus.Phases() {
		parts = append(parts, "`"+string(phase)+"` ("+phase.Meaning()+")")
	}
	return strings.Join(parts, "; ")
}

func rowAttributes() map[string]schema.Attribute { return columnAttributes(columns) }

// itemColumns are the columns of a row in a list: those of any row, and its element,
// which is null without a fleet.
func itemColumns(fleet *inventory.Fleet) []column[imagestatus.Status] {
	return append(slices.Clip(columns), joinedColumn(fleet))
}

var itemType = columnsType(itemColumns(nil))

func rowValues(status *imagestatus.Status) map[string]tftypes.Value {
	return shownColumns(columns, imagestatus.Query{}).values(status)
}

// shown are the columns whose values a query retrieves; the others are null in every
// row.
type shown struct {
	columns []column[imagestatus.Status]
	nulls   map[string]tftypes.Value
}

func shownColumns(columns []column[imagestatus.Status], query imagestatus.Query) shown {
	s := shown{nulls: make(map[string]tftypes.Value)}
	for _, column := range columns {
		if column.shownBy(query) {
			s.columns = append(s.columns, column)
		} else {
			s.nulls[column.name] = tftypes.NewValue(column.valueType, nil)
		}
	}
	return s
}

func (s shown) values(status *imagestatus.Status) map[string]tftypes.Value {
	values := make(map[string]tftypes.Value, len(s.columns)+len(s.nulls))
	maps.Copy(values, s.nulls)
	for i := range s.columns {
		values[s.columns[i].name] = s.columns[i].value(status)
	}
	return values
}

func scalarValue(kind tftypes.Type, value imagestatus.Value) tftypes.Value {
	if value.Null() {
		return tftypes.NewValue(kind, nil)
	}
	if number, integer := value.Integer(); integer {
		return tftypes.NewValue(kind, number)
	}
	return tftypes.NewValue(kind, value.Text())
}

func rowsValue(rows []imagestatus.Status, query imagestatus.Query, fleet *inventory.Fleet) tftypes.Value {
	return listOfRows(itemType, rows, shownColumns(itemColumns(fleet), query).values)
}
