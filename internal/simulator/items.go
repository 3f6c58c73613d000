package simulator

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// style is what the bytes of an item depend on besides its row.
type style struct {
	nullsAbsent   bool
	omitNewer     bool
	numbersAsText bool
	withPoint     bool
	stampTimes    bool
}

func (s Switches) style() style {
	return style{s.NullsAbsent, s.OmitNewerFields, s.NumbersAsText, s.NumbersWithPoint, s.ChangeTimeAsStamp}
}

// itemKey is one key of an item, with a field or else a constant as its value.
type itemKey struct {
	quoted   string
	name     string
	field    imagestatus.Field
	constant imagestatus.Value
}

// itemKeys are the fields of a row and the underscore keys that every item has
// besides (observed).
var itemKeys = func() []itemKey {
	keys := []itemKey{
		{name: "_debug"}, {name: "_error"}, {name: "_info"}, {name: "_warning"},
		{name: "_schema", constant: imagestatus.IntegerValue(1)},
	}
	for _, field := range imagestatus.Fields() {
		keys = append(keys, itemKey{name: field.Name, field: field})
	}
	slices.SortFunc(keys, func(a, b itemKey) int { return strings.Compare(a.name, b.name) })
	for i := range keys {
		keys[i].quoted = strconv.Quote(keys[i].name) + ":"
	}
	return keys
}()

// appendItem writes one item; valueOf gives the value of each field. The
// members in extra, written out with their keys, come last.
func (s style) appendItem(buffer []byte, valueOf func(imagestatus.Field) imagestatus.Value, extra string) []byte {
	buffer = append(buffer, '{')
	for i := range itemKeys {
		key := &itemKeys[i]
		value := key.constant
		if key.field.Name != "" {
			value = valueOf(key.field)
		}
		if value.Null() && s.nullsAbsent || s.omitNewer && slices.Contains(newerFields, key.name) {
			continue
		}
		buffer = append(buffer, key.quoted...)
		buffer = append(s.appendValue(buffer, value), ',')
	}
	if extra != "" {
		return append(append(buffer, extra...), '}')
	}
	buffer[len(buffer)-1] = '}'
	return buffer
}

func (s style) appendValue(buffer []byte, value imagestatus.Value) []byte {
	if value.Null() {
		return append(buffer, "null"...)
	}
	if number, isNumber := value.Integer(); isNumber {
		return s.appendNumber(buffer, number)
	}
	return appendText(buffer, value.Text())
}

func (s style) appendNumber(buffer []byte, number int64) []byte {
	if s.numbersAsText {
		buffer = append(buffer, '"')
	}
	buffer = strconv.AppendInt(buffer, number, 10)
	if s.withPoint {
		buffer = append(buffer, ".0"...)
	}
	if s.numbersAsText {
		buffer = append(buffer, '"')
	}
	return buffer
}

// appendText writes a JSON string, fast because nearly none here needs escapes.
func appendText(buffer []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return appendJSON(buffer, text)
		}
	}
	return append(append(append(buffer, '"'), text...), '"')
}

// appendJSON writes maps, lists, texts and numbers, which all have a JSON form.
func appendJSON(buffer []byte, value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		return append(buffer, "null"...)
	}
	return append(buffer, encoded...)
}

func (r *reader) item(record *record, style style) []byte {
	row, _ := r.row(record)
	if record.item == nil || record.itemStyle != style {
		record.item = style.appendItem(make([]byte, 0, 768), valuesOf(row), "")
		record.itemStyle = style
	}
	return record.item
}

func valuesOf(row *Row) func(imagestatus.Field) imagestatus.Value {
	return func(field imagestatus.Field) imagestatus.Value { return field.Value(row) }
}

// projected gives the values of a row of which some fields were asked for. The
// identifier stays right (observed on a sibling).
func projected(row *Row, asked map[string]bool, mode PlaceholderMode) func(imagestatus.Field) imagestatus.Value {
	return func(field imagestatus.Field) imagestatus.Value {
		if asked[field.Name] || field.Name == imagestatus.FieldID {
			return field.Value(row)
		}
		return placeholder(field, mode)
	}
}

func placeholder(field imagestatus.Field, mode PlaceholderMode) imagestatus.Value {
	switch {
	case mode == PlaceholderNulls:
		return imagestatus.Value{}
	case field.Kind == imagestatus.KindInteger:
		return imagestatus.IntegerValue(0)
	case mode == PlaceholderFabricated && field.Name == imagestatus.FieldUpgradeState:
		return imagestatus.TextValue(string(imagestatus.States()[0]))
	case mode == PlaceholderFabricated && strings.HasSuffix(field.Name, "_id"):
		return imagestatus.TextValue("1")
	default:
		return imagestatus.TextValue("")
	}
}
