package imagestatus

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Query describes the rows to read from the endpoint. The zero Query reads the
// current status of every element.
type Query struct {
	Selection Selection
	Sort      *Sort // nil sorts by element id
	Limit     int64 // maximum number of rows; 0 is no limit
	Page      int64 // a single page of Limit rows, from 1; 0 is every page
	Request   Request
}

// Sort orders rows by one field.
type Sort struct {
	Field      string // wire name
	Descending bool
}

// Request has the body fields that are documented without their meaning and are
// passed through unchanged. Nil omits a field.
type Request struct {
	GetDeleted          *bool
	ID                  *string
	LastQueryTS         *int64
	NextQuery           json.RawMessage
	RetrievedFields     []string
	RetrievedFieldsMask *bool
	SortCaseInsensitive *bool
	TotalCount          *int64
}

// Envelope is what an answer contains beside its rows. A nil field was null or
// absent.
type Envelope struct {
	ID           *string         // documented, never observed
	Description  *string         // documented for the unified API, never observed
	TenantID     *string         // documented for the legacy API
	NextQuery    json.RawMessage // the query echoed, not a cursor (observed)
	Count        *int64          // rows in the page (observed)
	TotalCount   *int64          // all matching rows (observed)
	DeletedCount *int64          // in every observed answer; its meaning is not documented
	DeletedIDs   []string        // documented, never observed
}

// SortRows orders rows by Sort, then by element id, by row id and by every field, so
// that the result does not depend on the order in which the controller sent them.
func (q Query) SortRows(rows []Status) {
	slices.SortStableFunc(rows, q.compareRows)
}

func (q Query) compareRows(a, b Status) int {
	order := 0
	if q.Sort != nil {
		if field, known := FieldByName(q.Sort.Field); known {
			order = q.compareValues(field.Value(&a), field.Value(&b))
		}
		if q.Sort.Descending {
			order = -order
		}
	}
	if order = cmp.Or(order, strings.Compare(a.Element(), b.Element()), strings.Compare(deref(a.ID), deref(b.ID))); order != 0 {
		return order
	}
	for _, field := range fieldTable {
		if order = field.Value(&a).Compare(field.Value(&b)); order != 0 {
			return order
		}
	}
	return 0
}

func (q Query) compareValues(a, b Value) int {
	if deref(q.Request.SortCaseInsensitive) && a.kind == KindText && b.kind == KindText {
		return strings.Compare(strings.ToLower(a.text), strings.ToLower(b.text))
	}
	return a.Compare(b)
}

// SentFields returns the retrieved_fields to send: the wanted fields, and those needed
// to identify a row, to sort it and to compare it with the query. Nil requests all
// fields.
func (q Query) SentFields() []string {
	wanted := q.Request.RetrievedFields
	if len(wanted) == 0 {
		return nil
	}
	fields := append(append([]string(nil), wanted...), FieldID, FieldElementID)
	fields = append(fields, q.Selection.Fields()...)
	if q.Sort != nil {
		fields = append(fields, q.Sort.Field)
	}
	return unique(fields)
}

// KeptFields adds to the shown fields those that SortRows needs.
func (q Query) KeptFields(shown []string) []string {
	fields := append([]string{FieldID, FieldElementID}, shown...)
	if q.Sort != nil {
		fields = append(fields, q.Sort.Field)
	}
	return unique(fields)
}

// Shows reports whether the value of a field can be trusted. The controller fills
// fields that were not requested with made-up values (observed). What the mask selects
// is not documented: if it is set, only the id of the row is trusted.
func (q Query) Shows(field string) bool {
	switch {
	case deref(q.Request.RetrievedFieldsMask):
		return field == FieldID
	case len(q.Request.RetrievedFields) == 0:
		return true
	default:
		return slices.Contains(q.Request.RetrievedFields, field)
	}
}

// Check returns an *ArgumentError for arguments that cannot be combined.
func (q Query) Check() error {
	if !q.Selection.Narrows() {
		return nil
	}
	if q.Page > 0 {
		return &ArgumentError{
			Argument: ArgumentPage, Value: strconv.FormatInt(q.Page, 10),
			Problem: "A page of the controller cannot be combined with conditions that only the provider can check: `where`, or a filter on `phase`.",
			Remedy:  "Use `limit` alone, or filter by fields of the row.",
		}
	}
	if deref(q.Request.RetrievedFieldsMask) {
		return &ArgumentError{
			Argument: ArgumentMask, Value: "true",
			Problem: "No field of a row can be trusted with it, and `where` needs `element_id`, a filter on `phase` needs `upgrade_state`.",
			Remedy:  "Leave it out, or filter by fields of the row.",
		}
	}
	return nil
}

// Matches is Selection.Matches, and Unknown if the fields of rows cannot be trusted.
func (q Query) Matches(status *Status) Truth {
	if deref(q.Request.RetrievedFieldsMask) {
		return Unknown
	}
	return q.Selection.Matches(status)
}
