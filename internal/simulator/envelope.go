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
	stampTimes    bool
}

func (s Switches) style() style {
	return style{s.NullsAbsent, s.OmitNewerFields, s.NumbersAsText, s.ChangeTimeAsStamp}
}

// itemKey is one key of an item: a field, or a constant where there is none.
type itemKey struct {
	quoted   string
	name     string
	field    imagestatus.Field
	constant imagestatus.Value
}

// itemKeys are the fields of a row and the underscore keys that every item has
// besides (observed): in all, 8 underscore keys.
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
	if !s.numbersAsText {
		return strconv.AppendInt(buffer, number, 10)
	}
	return append(strconv.AppendInt(append(buffer, '"'), number, 10), '"')
}

// appendText writes a JSON string. Nearly every text here needs no escapes.
func appendText(buffer []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return appendJSON(buffer, text)
		}
	}
	return append(append(append(buffer, '"'), text...), '"')
}

// appendJSON writes a value that is made of maps, lists, texts and numbers,
// which always have a JSON form.
func appendJSON(buffer []byte, value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		return append(buffer, "null"...)
	}
	return append(buffer, encoded...)
}

// item gives the record's item, kept until the row changes.
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

// projected gives the values of a row of which only some fields were asked
// for. The identifier stays right (observed on a sibling).
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

// answer is what a query comes to before it is written.
type answer struct {
	form        Form
	query       *query
	switches    Switches
	requestID   string
	items       [][]byte
	total       int64
	totalAbsent bool
	itemsNull   bool
	deleted     []string
	// aggregate is the envelope's aggregate object in JSON, if any.
	aggregate []byte
}

// encode writes the envelope: keys, the texts among its values and the zeros
// as recorded (observed).
func (a *answer) encode() []byte {
	size := 1024 + len(a.aggregate)
	for _, item := range a.items {
		size += len(item) + 1
	}
	style := a.switches.style()
	buffer := make([]byte, 0, size)
	buffer = append(buffer, `{"_content_length":"0","_created_on_utc":0,"_etag":0,"_request_id":"`...)
	buffer = append(buffer, a.requestID...)
	buffer = append(buffer, `","_schema":0,"_status_code":"200","_updated_on_utc":0`...)
	buffer = style.appendNumber(append(buffer, `,"count":`...), int64(len(a.items)))
	buffer = style.appendNumber(append(buffer, `,"deleted_count":`...), int64(len(a.deleted)))
	if a.form == Legacy {
		buffer = appendText(append(buffer, `,"tenant_id":`...), TenantID)
	}
	buffer = a.appendDocumented(buffer)
	if !a.switches.NextQueryAbsent {
		buffer = a.appendNextQuery(append(buffer, `,"next_query":`...))
	}
	if !a.totalAbsent {
		buffer = style.appendNumber(append(buffer, `,"total_count":`...), a.total)
	}
	if a.aggregate != nil {
		buffer = append(append(buffer, `,"aggregate":`...), a.aggregate...)
	}
	return append(a.appendItems(append(buffer, `,"items":`...)), '}')
}

// envelopeID is the envelope's id where there is one; it does not change, so
// that the same fleet gives the same answer.
const envelopeID = "1773935101223000" + tenantSuffix

// appendDocumented writes what is documented for the envelope and was in no
// recorded answer.
func (a *answer) appendDocumented(buffer []byte) []byte {
	if !a.switches.EnvelopeID {
		return buffer
	}
	id := a.query.id
	if id == "" {
		id = envelopeID
	}
	buffer = appendText(append(buffer, `,"id":`...), id)
	if a.form == Unified {
		buffer = append(buffer, `,"description":"Element image status query"`...)
	}
	return appendJSON(append(buffer, `,"deleted_ids":`...), append([]string{}, a.deleted...))
}

// appendNextQuery writes the echo of the query: flattened, without a page
// number, total_count only when it is not 0 (observed on siblings).
func (a *answer) appendNextQuery(buffer []byte) []byte {
	buffer = strconv.AppendBool(append(buffer, `{"getDeleted":{"eq":`...), a.query.getDeleted)
	buffer = strconv.AppendInt(append(buffer, `},"limit":{"eq":`...), a.query.asked, 10)
	buffer = strconv.AppendBool(append(buffer, `},"sort_case_insensitive":{"eq":`...), a.query.foldSort)
	buffer = append(buffer, `},"sort_params":{`...)
	for i, key := range a.query.sort {
		if i > 0 {
			buffer = append(buffer, ',')
		}
		direction := `:"asc"`
		if key.descending {
			direction = `:"desc"`
		}
		buffer = append(appendText(buffer, key.field.Name), direction...)
	}
	buffer = append(buffer, '}')
	for _, condition := range a.query.echo {
		buffer = append(appendText(append(buffer, ','), condition.key), ':')
		buffer = append(buffer, condition.value...)
	}
	if a.total > 0 && !a.totalAbsent {
		buffer = append(strconv.AppendInt(append(buffer, `,"total_count":{"eq":`...), a.total, 10), '}')
	}
	return append(buffer, '}')
}

func (a *answer) appendItems(buffer []byte) []byte {
	if a.itemsNull {
		return append(buffer, "null"...)
	}
	buffer = append(buffer, '[')
	for i, item := range a.items {
		if i > 0 {
			buffer = append(buffer, ',')
		}
		buffer = append(buffer, item...)
	}
	return append(buffer, ']')
}
