package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// column is one attribute of a row: its schema, and its value in a Row. It avoids the
// framework's reflection, which takes several times as long for a large fleet.
type column[Row any] struct {
	name      string
	schema    schema.Attribute
	valueType tftypes.Type
	// field is the controller's field that the value comes from; "" if a query cannot
	// leave it out.
	field string
	value func(*Row) tftypes.Value
}

func textColumn[Row any](name, description string, value func(*Row) *string) column[Row] {
	return column[Row]{
		name: name, valueType: tftypes.String,
		schema: schema.StringAttribute{Computed: true, MarkdownDescription: description},
		value:  func(row *Row) tftypes.Value { return tftypes.NewValue(tftypes.String, value(row)) },
	}
}

func numberColumn[Row any](name, description string, value func(*Row) *int64) column[Row] {
	return column[Row]{
		name: name, valueType: tftypes.Number,
		schema: schema.Int64Attribute{Computed: true, MarkdownDescription: description},
		value:  func(row *Row) tftypes.Value { return tftypes.NewValue(tftypes.Number, value(row)) },
	}
}

func (c column[Row]) shownBy(query imagestatus.Query) bool {
	return c.field == "" || query.Shows(c.field)
}

func columnAttributes[Row any](columns []column[Row]) map[string]schema.Attribute {
	attributes := make(map[string]schema.Attribute, len(columns))
	for _, column := range columns {
		attributes[column.name] = column.schema
	}
	return attributes
}

func columnNames[Row any](columns []column[Row]) []string {
	names := make([]string, len(columns))
	for i := range columns {
		names[i] = columns[i].name
	}
	return names
}

func fieldsOf[Row any](columns []column[Row]) []string {
	fields := make([]string, len(columns))
	for i := range columns {
		fields[i] = columns[i].field
	}
	return fields
}

func columnsType[Row any](columns []column[Row]) tftypes.Object {
	kinds := make(map[string]tftypes.Type, len(columns))
	for _, column := range columns {
		kinds[column.name] = column.valueType
	}
	return tftypes.Object{AttributeTypes: kinds}
}

func columnValues[Row any](columns []column[Row], row *Row) map[string]tftypes.Value {
	values := make(map[string]tftypes.Value, len(columns))
	for i := range columns {
		values[columns[i].name] = columns[i].value(row)
	}
	return values
}

// columnsObject returns a row for a model that the framework reads by reflection.
func columnsObject[Row any](ctx context.Context, columns []column[Row], row *Row) (types.Object, error) {
	kinds, values := make(map[string]attr.Type, len(columns)), make(map[string]attr.Value, len(columns))
	for i := range columns {
		kind := columns[i].schema.GetType()
		value, err := kind.ValueFromTerraform(ctx, columns[i].value(row))
		if err != nil {
			return types.Object{}, fmt.Errorf("make the value of %s: %w", columns[i].name, err)
		}
		kinds[columns[i].name], values[columns[i].name] = kind, value
	}
	return types.ObjectValueMust(kinds, values), nil
}

func listOfRows[Row any](kind tftypes.Object, rows []Row, values func(*Row) map[string]tftypes.Value) tftypes.Value {
	list := make([]tftypes.Value, len(rows))
	for i := range rows {
		list[i] = tftypes.NewValue(kind, values(&rows[i]))
	}
	return tftypes.NewValue(tftypes.List{ElementType: kind}, list)
}

var textsType = tftypes.List{ElementType: tftypes.String}

// textsValue is null for a nil list.
func textsValue(texts []string) tftypes.Value {
	if texts == nil {
		return tftypes.NewValue(textsType, nil)
	}
	values := make([]tftypes.Value, len(texts))
	for i, text := range texts {
		values[i] = tftypes.NewValue(tftypes.String, text)
	}
	return tftypes.NewValue(textsType, values)
}
