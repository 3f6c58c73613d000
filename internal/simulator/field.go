package simulator

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// kind is the type of a member on the wire.
type kind int

const (
	kindText kind = iota
	kindInteger
	kindFlag   // true or false, which conditions spell as a value of JSON or as a text
	kindTexts  // a list of texts; conditions apply to its members
	kindObject // conditions do not apply
)

// attribute describes a member of an item of any list.
type attribute struct {
	name   string
	quoted string // with its colon, as it is written
	kind   kind
	// fixed members are in every item, but not known to queries (observed).
	fixed bool
	// newer members came with the controllers of 2026 (documented: the published
	// descriptions differ).
	newer      bool
	unproven   bool   // no client was observed to filter by it
	fabricated string // made up by a projection instead of a text
}

// field is one member of the items of a list. It has the one function for its kind, or
// none if it is always null.
type field[T any] struct {
	attribute
	value  func(*T) imagestatus.Value // a flag is the text "true" or "false"
	texts  func(*T) []string
	object func(*T) []byte // in JSON
}

// scalar is the value to compare and to sort by; null for a list.
func (f *field[T]) scalar(item *T) imagestatus.Value {
	if f.value == nil {
		return imagestatus.Value{}
	}
	return f.value(item)
}

// values are those that conditions apply to: the members of a list, or null if it is
// empty (inferred).
func (f *field[T]) values(item *T) []imagestatus.Value {
	texts := f.texts(item)
	if len(texts) == 0 {
		return []imagestatus.Value{{}}
	}
	values := make([]imagestatus.Value, len(texts))
	for i, text := range texts {
		values[i] = imagestatus.TextValue(text)
	}
	return values
}

// schema describes the items of one list.
type schema[T any] struct {
	name        string // of the list
	description string // in envelopes of the unified form
	bodyKeys    []string
	orderedBy   string // the field in whose order the store keeps the list
	fields      []field[T]
	// fabricates says that a projection makes up values by default, except those of the
	// names in kept.
	fabricates bool
	kept       []string
}

// newSchema sorts the members as answers have them.
func newSchema[T any](described schema[T], fields ...field[T]) *schema[T] {
	for _, name := range []string{"_debug", "_error", "_info", "_warning"} {
		fields = append(fields, field[T]{attribute: attribute{name: name, fixed: true}})
	}
	fields = append(fields, field[T]{
		attribute: attribute{name: "_schema", kind: kindInteger, fixed: true},
		value:     func(*T) imagestatus.Value { return imagestatus.IntegerValue(1) },
	})
	slices.SortFunc(fields, func(a, b field[T]) int { return strings.Compare(a.name, b.name) })
	for i := range fields {
		fields[i].quoted = strconv.Quote(fields[i].name) + ":"
	}
	described.fields = fields
	return &described
}

// field finds a member that queries know with the switches.
func (s *schema[T]) field(name string, switches Switches) (field[T], bool) {
	at := slices.IndexFunc(s.fields, func(f field[T]) bool { return f.name == name })
	if at < 0 || s.fields[at].fixed || s.fields[at].newer && switches.OmitNewerFields {
		return field[T]{}, false
	}
	return s.fields[at], true
}

// style is how items are encoded.
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

// replacement returns a value instead of a member's own; false if there is none.
type replacement func(attribute) (imagestatus.Value, bool)

func unreplaced(attribute) (imagestatus.Value, bool) { return imagestatus.Value{}, false }

// appendItem writes one item. The encoded members in extra come last.
func (s *schema[T]) appendItem(buffer []byte, style style, item *T, replaced replacement, extra string) []byte {
	buffer = append(buffer, '{')
	for i := range s.fields {
		member := &s.fields[i]
		if style.omitNewer && member.newer {
			continue
		}
		before := len(buffer)
		buffer = append(buffer, member.quoted...)
		begins := len(buffer)
		if value, given := replaced(member.attribute); given {
			buffer = style.appendValue(buffer, member.kind, value)
		} else {
			buffer = member.append(buffer, style, item)
		}
		if style.nullsAbsent && string(buffer[begins:]) == "null" {
			buffer = buffer[:before]
			continue
		}
		buffer = append(buffer, ',')
	}
	if extra != "" {
		return append(append(buffer, extra...), '}')
	}
	buffer[len(buffer)-1] = '}'
	return buffer
}

func (f *field[T]) append(buffer []byte, style style, item *T) []byte {
	switch {
	case f.value != nil:
		return style.appendValue(buffer, f.kind, f.value(item))
	case f.texts != nil:
		return appendTexts(buffer, f.texts(item))
	case f.object != nil:
		return append(buffer, cmp.Or(string(f.object(item)), "null")...)
	default:
		return append(buffer, "null"...)
	}
}

func (s style) appendValue(buffer []byte, kind kind, value imagestatus.Value) []byte {
	if value.Null() {
		return append(buffer, "null"...)
	}
	if number, isNumber := value.Integer(); isNumber {
		return s.appendNumber(buffer, number)
	}
	if kind == kindFlag {
		return append(buffer, value.Text()...)
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

// appendText writes a JSON string, fast because hardly any text here needs escapes.
func appendText(buffer []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return appendJSON(buffer, text)
		}
	}
	return append(append(append(buffer, '"'), text...), '"')
}

// appendTexts writes a list, which is null when it is empty (observed of tags).
func appendTexts(buffer []byte, texts []string) []byte {
	if len(texts) == 0 {
		return append(buffer, "null"...)
	}
	for i, text := range texts {
		buffer = appendText(append(buffer, "[,"[min(i, 1)]), text)
	}
	return append(buffer, ']')
}

// appendJSON writes maps, lists, texts and numbers, which all have a JSON form.
func appendJSON(buffer []byte, value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		return append(buffer, "null"...)
	}
	return append(buffer, encoded...)
}

// projected replaces what was not asked for by placeholders, except what the schema
// keeps (observed on a sibling).
func (s *schema[T]) projected(asked map[string]bool, mode PlaceholderMode) replacement {
	if s.fabricates && mode == "" {
		mode = PlaceholderFabricated
	}
	return func(member attribute) (imagestatus.Value, bool) {
		if member.fixed || asked[member.name] || slices.Contains(s.kept, member.name) {
			return imagestatus.Value{}, false
		}
		return member.placeholder(mode), true
	}
}

func (a attribute) placeholder(mode PlaceholderMode) imagestatus.Value {
	switch {
	case mode == PlaceholderNulls || a.kind == kindTexts || a.kind == kindObject:
		return imagestatus.Value{}
	case a.kind == kindInteger:
		return imagestatus.IntegerValue(0)
	case a.kind == kindFlag:
		return imagestatus.TextValue("false")
	case mode == PlaceholderFabricated && a.fabricated == "" && strings.HasSuffix(a.name, "_id"):
		return imagestatus.TextValue("1")
	case mode == PlaceholderFabricated:
		return imagestatus.TextValue(a.fabricated)
	default:
		return imagestatus.TextValue("")
	}
}
