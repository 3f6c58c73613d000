package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// rowsText writes rows as a JSON array of objects, in the order of the columns. Only
// one row's values are in memory besides the text, which is allocated once if all rows
// are as long as the first.
func rowsText[Row any](columns []column[Row], rows []Row) (string, error) {
	var text strings.Builder
	var row []byte
	text.WriteByte('[')
	for i := range rows {
		var err error
		if row, err = appendRow(row[:0], columns, &rows[i]); err != nil {
			return "", err
		}
		if i == 0 {
			text.Grow((len(row) + len(row)/8 + 1) * len(rows))
		} else {
			text.WriteByte(',')
		}
		text.Write(row)
	}
	text.WriteByte(']')
	return text.String(), nil
}

func appendRow[Row any](text []byte, columns []column[Row], row *Row) ([]byte, error) {
	for i := range columns {
		text = append(text, separator(i)...)
		var err error
		if text, err = appendMember(text, columns[i].name, columns[i].value(row)); err != nil {
			return nil, err
		}
	}
	return append(text, '}'), nil
}

func separator(position int) string {
	if position == 0 {
		return "{"
	}
	return ","
}

func appendMember(text []byte, name string, value tftypes.Value) ([]byte, error) {
	text = append(append(append(text, '"'), name...), `":`...)
	text, err := appendValue(text, value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return text, nil
}

// appendValue writes a value as Terraform's jsonencode does: texts with <, > and
// & escaped, and the attributes of an object in the order of their names.
func appendValue(text []byte, value tftypes.Value) ([]byte, error) {
	if value.IsNull() {
		return append(text, "null"...), nil
	}
	switch value.Type().(type) {
	case tftypes.List:
		return appendList(text, value)
	case tftypes.Object:
		return appendObject(text, value)
	default:
		return appendScalar(text, value)
	}
}

func appendScalar(text []byte, value tftypes.Value) ([]byte, error) {
	var scalar any
	switch {
	case value.Type().Is(tftypes.String):
		scalar = new(string)
	case value.Type().Is(tftypes.Bool):
		scalar = new(bool)
	default:
		var number big.Float
		if err := value.As(&number); err != nil {
			return nil, fmt.Errorf("read a number: %w", err)
		}
		return number.Append(text, 'f', -1), nil
	}
	if err := value.As(scalar); err != nil {
		return nil, fmt.Errorf("read a value: %w", err)
	}
	written, err := json.Marshal(scalar)
	if err != nil {
		return nil, fmt.Errorf("write a value: %w", err)
	}
	return append(text, written...), nil
}

func appendList(text []byte, value tftypes.Value) ([]byte, error) {
	var members []tftypes.Value
	if err := value.As(&members); err != nil {
		return nil, fmt.Errorf("read a list: %w", err)
	}
	text = append(text, '[')
	for i, member := range members {
		if i > 0 {
			text = append(text, ',')
		}
		var err error
		if text, err = appendValue(text, member); err != nil {
			return nil, err
		}
	}
	return append(text, ']'), nil
}

func appendObject(text []byte, value tftypes.Value) ([]byte, error) {
	var members map[string]tftypes.Value
	if err := value.As(&members); err != nil {
		return nil, fmt.Errorf("read an object: %w", err)
	}
	for i, name := range slices.Sorted(maps.Keys(members)) {
		text = append(text, separator(i)...)
		var err error
		if text, err = appendMember(text, name, members[name]); err != nil {
			return nil, err
		}
	}
	return append(text, '}'), nil
}
