package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// column is one attribute of a row: its schema, and its value in a Row. Values
// are made without the framework's reflection, which costs several times as
// much over a large fleet.
type column[Row any] struct {
	name   string
	schema schema.Attribute
	kind   tftypes.Type
	// field is the wire field that the value comes from, where a query can
	// leave fields out; empty where it cannot.
	field string
	value func(*Row) tftypes.Value
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

// fieldsOf are the wire fields that the values of columns come from.
func fieldsOf[Row any](columns []column[Row]) []string {
	fields := make([]string, len(columns))
	for i := range columns {
		fields[i] = columns[i].field
	}
	return fields
}

// columnsType is the Terraform type of a row.
func columnsType[Row any](columns []column[Row]) tftypes.Object {
	types := make(map[string]tftypes.Type, len(columns))
	for _, column := range columns {
		types[column.name] = column.kind
	}
	return tftypes.Object{AttributeTypes: types}
}

// columnValues makes the values of a row's attributes.
func columnValues[Row any](columns []column[Row], row *Row) map[string]tftypes.Value {
	values := make(map[string]tftypes.Value, len(columns))
	for i := range columns {
		values[columns[i].name] = columns[i].value(row)
	}
	return values
}

// listOfRows makes the Terraform value of rows from the values of each one's
// attributes.
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
