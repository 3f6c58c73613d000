package imagestatus

import (
	"cmp"
	"strconv"
	"strings"
)

// Kind is the type of a field or of a Value.
type Kind string

// The kinds; the zero Kind is that of null.
const (
	KindText    Kind = "text"
	KindInteger Kind = "integer"
)

// Field describes one field of a row. Schemas, validators, descriptions, filters and
// the simulator are all derived from Fields.
type Field struct {
	Name string // on the wire and in filters
	// Attribute is the Terraform attribute with the unchanged value; "" if the
	// provider only exposes values derived from the field.
	Attribute   string
	Kind        Kind
	Description string // one Markdown sentence with unit and range

	value func(*Status) Value
	copy  func(to, from *Status)
}

// Value returns the field of a row.
func (f Field) Value(status *Status) Value { return f.value(status) }

// Names of fields that other packages refer to.
const (
	FieldID           = "id"
	FieldElementID    = "element_id"
	FieldUpgradeState = "upgrade_state"
	// FieldPhase is computed from upgrade_state. The controller does not know it.
	FieldPhase = "phase"
)

var phaseField = Field{Name: FieldPhase, Kind: KindText, value: func(s *Status) Value { return TextValue(string(s.Phase())) }}

var fieldTable = []Field{
	text(FieldID, func(s *Status) **string { return &s.ID },
		"Identifier of the status row. It is not the element's identifier."),
	text(FieldElementID, func(s *Status) **string { return &s.ElementID },
		"Identifier of the element (ION device), as digits in text."),
	text("active_image_id", func(s *Status) **string { return &s.ActiveImageID },
		"Identifier of the image that the element runs. Null, or an image that the tenant no longer lists, is possible."),
	text("active_version", func(s *Status) **string { return &s.ActiveVersion },
		"Version that the element runs, such as `6.3.6-b9`."),
	text("previous_image_id", func(s *Status) **string { return &s.PreviousImageID },
		"Identifier of the image that ran before the last upgrade."),
	text("rollback_version", func(s *Status) **string { return &s.RollbackVersion },
		"Version that the element falls back to when an upgrade fails."),
	text("upgrade_image_id", func(s *Status) **string { return &s.UpgradeImageID },
		"Identifier of the image of the last upgrade command that the element received; null when there was none."),
	text(FieldUpgradeState, func(s *Status) **string { return &s.UpgradeState },
		"State of the last download or upgrade as the controller spells it; null when there was none. See `phase` for its meaning."),
	integer("download_percent", "", func(s *Status) **int64 { return &s.DownloadPercent },
		"Progress of the image download in percent, 0 to 100."),
	integer("download_interval", "", func(s *Status) **int64 { return &s.DownloadInterval },
		"Download interval, 0 to 59. The vendor does not document the unit."),
	integer("upgrade_interval", "", func(s *Status) **int64 { return &s.UpgradeInterval },
		"Upgrade interval, 0 to 59. The vendor does not document the unit."),
	text("scheduled_download", func(s *Status) **string { return &s.ScheduledDownload },
		"Scheduled download time, `MM-DD-YYYY HH:MM:SS` in UTC. The function `parse_schedule` turns it into RFC 3339."),
	text("scheduled_upgrade", func(s *Status) **string { return &s.ScheduledUpgrade },
		"Scheduled upgrade time, `MM-DD-YYYY HH:MM:SS` in UTC. The function `parse_schedule` turns it into RFC 3339."),
	text("failure_info", func(s *Status) **string { return &s.FailureInfo },
		"The controller's own text about a failed download or upgrade."),
	integer("software_version_change_time", "", func(s *Status) **int64 { return &s.SoftwareVersionChangeTime },
		"Time of the last change of version as the controller's integer. The vendor does not document the unit."),
	integer("_etag", "etag", func(s *Status) **int64 { return &s.Etag },
		"Object version of the row (`_etag` on the wire)."),
	integer("_created_on_utc", "-", func(s *Status) **int64 { return &s.CreatedOnUTC },
		"Creation time of the row in the controller's 17-digit form."),
	integer("_updated_on_utc", "-", func(s *Status) **int64 { return &s.UpdatedOnUTC },
		"Time of the row's last change in the controller's 17-digit form."),
}

var fieldByName = func() map[string]Field {
	fields := make(map[string]Field, len(fieldTable))
	for _, field := range fieldTable {
		fields[field.Name] = field
	}
	return fields
}()

// Fields lists the fields of a row in the order of schemas and documentation.
func Fields() []Field {
	return append([]Field(nil), fieldTable...)
}

// FieldNames lists the wire names of the fields.
func FieldNames() []string {
	names := make([]string, len(fieldTable))
	for i, field := range fieldTable {
		names[i] = field.Name
	}
	return names
}

// FilterNames lists the names that filters and groups may use: FieldNames and FieldPhase.
func FilterNames() []string { return append(FieldNames(), FieldPhase) }

// FieldByName finds a field by its wire name.
func FieldByName(name string) (Field, bool) {
	field, found := fieldByName[name]
	return field, found
}

// Only returns a copy of the row with the named fields; all others are null, so that
// their texts do not stay in memory.
func (s *Status) Only(names []string) Status {
	var row Status
	for _, name := range names {
		if field, known := fieldByName[name]; known {
			field.copy(&row, s)
		}
	}
	return row
}

func text(name string, member func(*Status) **string, description string) Field {
	return Field{
		Name: name, Attribute: name, Kind: KindText, Description: description,
		value: func(s *Status) Value {
			if pointer := *member(s); pointer != nil {
				return TextValue(*pointer)
			}
			return Value{}
		},
		copy: func(to, from *Status) { *member(to) = *member(from) },
	}
}

// integer has attribute "" for a field whose attribute has the wire name, and "-" for
// one that no attribute exposes unchanged.
func integer(name, attribute string, member func(*Status) **int64, description string) Field {
	switch attribute {
	case "":
		attribute = name
	case "-":
		attribute = ""
	}
	return Field{
		Name: name, Attribute: attribute, Kind: KindInteger, Description: description,
		value: func(s *Status) Value {
			if pointer := *member(s); pointer != nil {
				return IntegerValue(*pointer)
			}
			return Value{}
		},
		copy: func(to, from *Status) { *member(to) = *member(from) },
	}
}

// Value is one field's value: null, a text or a 64-bit integer. The zero Value
// is null.
type Value struct {
	kind   Kind
	text   string
	number int64
}

// TextValue returns a text, which is not null even if it is empty.
func TextValue(text string) Value { return Value{kind: KindText, text: text} }

// IntegerValue returns an integer.
func IntegerValue(number int64) Value { return Value{kind: KindInteger, number: number} }

// Null reports whether the value is null.
func (v Value) Null() bool { return v.kind == "" }

// Text returns the value as text: integers in decimal, "" for null.
func (v Value) Text() string {
	if v.kind == KindInteger {
		return strconv.FormatInt(v.number, 10)
	}
	return v.text
}

// Integer returns the integer, and false if the value is not one.
func (v Value) Integer() (int64, bool) { return v.number, v.kind == KindInteger }

// Compare orders null before integers and integers before texts. Texts are compared
// byte by byte.
func (v Value) Compare(other Value) int {
	return cmp.Or(
		cmp.Compare(v.rank(), other.rank()),
		cmp.Compare(v.number, other.number),
		strings.Compare(v.text, other.text),
	)
}

func (v Value) rank() int {
	switch v.kind {
	case KindInteger:
		return 1
	case KindText:
		return 2
	default:
		return 0
	}
}
