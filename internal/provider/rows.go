package provider

import (
	"maps"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// column is one attribute of a row: its schema and its value.
type column struct {
	name   string
	schema schema.Attribute
	kind   tftypes.Type
	// field is the wire field that the value comes from.
	field string
	value func(*imagestatus.Status) imagestatus.Value
}

// columns are the attributes of a row in the order of the documentation: the
// fields as they came, then what is derived from them.
var columns = append(fieldColumns(),
	column{
		name: "phase", kind: tftypes.String, field: imagestatus.FieldUpgradeState,
		schema: schema.StringAttribute{Computed: true, MarkdownDescription: "What `upgrade_state` means for a rollout: " + phaseList() + "."},
		value:  func(s *imagestatus.Status) imagestatus.Value { return imagestatus.TextValue(string(s.Phase())) },
	},
	timeColumn("created_at", "_created_on_utc", "Creation time of the row, RFC 3339 in UTC with whole seconds (from `_created_on_utc`).",
		func(s *imagestatus.Status) *int64 { return s.CreatedOnUTC }),
	timeColumn("updated_at", "_updated_on_utc", "Time of the row's last change, RFC 3339 in UTC with whole seconds (from `_updated_on_utc`).",
		func(s *imagestatus.Status) *int64 { return s.UpdatedOnUTC }),
)

func fieldColumns() []column {
	var columns []column
	for _, field := range imagestatus.Fields() {
		switch {
		case field.Attribute == "":
		case field.Kind == imagestatus.KindInteger:
			columns = append(columns, column{
				name: field.Attribute, kind: tftypes.Number, field: field.Name, value: field.Value,
				schema: schema.Int64Attribute{Computed: true, MarkdownDescription: field.Description},
			})
		default:
			columns = append(columns, column{
				name: field.Attribute, kind: tftypes.String, field: field.Name, value: field.Value,
				schema: schema.StringAttribute{Computed: true, MarkdownDescription: field.Description},
			})
		}
	}
	return columns
}

func timeColumn(name, field, description string, stamp func(*imagestatus.Status) *int64) column {
	return column{
		name: name, kind: tftypes.String, field: field,
		schema: schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: description},
		value: func(s *imagestatus.Status) imagestatus.Value {
			if pointer := stamp(s); pointer != nil {
				if at, readable := imagestatus.StampTime(*pointer); readable {
					return imagestatus.TextValue(at.Format(time.RFC3339))
				}
			}
			return imagestatus.Value{}
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

func rowAttributes() map[string]schema.Attribute {
	attributes := make(map[string]schema.Attribute, len(columns))
	for _, column := range columns {
		attributes[column.name] = column.schema
	}
	return attributes
}

// rowType is the Terraform type of a row.
var rowType = func() tftypes.Object {
	types := make(map[string]tftypes.Type, len(columns))
	for _, column := range columns {
		types[column.name] = column.kind
	}
	return tftypes.Object{AttributeTypes: types}
}()

// rowValues makes the Terraform values of a row's attributes.
func rowValues(status *imagestatus.Status, query imagestatus.Query) map[string]tftypes.Value {
	return shownColumns(query).values(status)
}

// shown are the columns of which a query shows the values. The others are null
// in every row.
type shown struct {
	columns []column
	nulls   map[string]tftypes.Value
}

func shownColumns(query imagestatus.Query) shown {
	s := shown{nulls: make(map[string]tftypes.Value)}
	for _, column := range columns {
		if query.Shows(column.field) {
			s.columns = append(s.columns, column)
		} else {
			s.nulls[column.name] = tftypes.NewValue(column.kind, nil)
		}
	}
	return s
}

func (s shown) values(status *imagestatus.Status) map[string]tftypes.Value {
	values := make(map[string]tftypes.Value, len(columns))
	maps.Copy(values, s.nulls)
	for i := range s.columns {
		values[s.columns[i].name] = scalarValue(s.columns[i].kind, s.columns[i].value(status))
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

// rowsValue makes the Terraform value of all rows. It goes around the
// framework's reflection, which costs several times as much over a large
// fleet.
func rowsValue(rows []imagestatus.Status, query imagestatus.Query) tftypes.Value {
	shown := shownColumns(query)
	values := make([]tftypes.Value, len(rows))
	for i := range rows {
		values[i] = tftypes.NewValue(rowType, shown.values(&rows[i]))
	}
	return tftypes.NewValue(tftypes.List{ElementType: rowType}, values)
}
