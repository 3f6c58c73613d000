package imagestatus

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Query is one question to the endpoint. The zero Query asks for the current
// status of every element.
type Query struct {
	// Selection says which elements are asked for.
	Selection Selection
	// Sort orders the rows; nil orders them by element id.
	Sort *Sort
	// Limit is the maximum number of rows; 0 is no limit.
	Limit int64
	// Page asks for exactly that page of Limit rows, counted from 1; 0 reads
	// as many pages as there are.
	Page int64
	// Request holds the body fields that are passed through as given.
	Request Request
}

// Sort orders rows by one field.
type Sort struct {
	// Field is the wire name of a field of the row.
	Field string
	// Descending puts the greatest value first.
	Descending bool
}

// Request holds the documented body fields whose meaning the vendor does not
// document. Nil leaves a field out of the body.
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

// Envelope is what an answer says beside its rows. A nil field was null or
// absent.
type Envelope struct {
	// ID is documented and was never seen in a real answer.
	ID *string
	// Description is documented for the unified form and was never seen.
	Description *string
	// TenantID is documented for the legacy form.
	TenantID *string
	// NextQuery echoes the query (observed); it is no cursor.
	NextQuery json.RawMessage
	// Count is the number of rows in the page (observed).
	Count *int64
	// TotalCount is the number of all matches (observed).
	TotalCount *int64
	// DeletedCount is in every answer seen; its meaning is not documented.
	DeletedCount *int64
	// DeletedIDs is documented and was never seen.
	DeletedIDs []string
}

// SortRows orders rows for presentation: by the query's sort field, then by
// element id, then by row id, then by every field, so that one fleet has one order whatever order
// the controller chose among equals.
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

// SentFields are the retrieved_fields to ask for: those wanted, and those
// without which a row could neither be told from another one nor be held
// against the query. Nil asks for whole rows.
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

// KeptFields are what to keep of a row of which these fields are shown, so that
// SortRows can still order it.
func (q Query) KeptFields(shown []string) []string {
	fields := append([]string{FieldID, FieldElementID}, shown...)
	if q.Sort != nil {
		fields = append(fields, q.Sort.Field)
	}
	return unique(fields)
}

// Shows reports whether a field of a row may be shown. A controller fills
// fields that were not asked for with made-up values (observed), and what the
// mask selects is not documented: with it, only the row's id can be trusted.
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

// Check reports arguments that exclude one another, as *ArgumentError.
func (q Query) Check() error {
	if !q.Selection.Narrows() {
		return nil
	}
	if q.Page > 0 {
		return &ArgumentError{
			Argument: ArgumentPage, Value: strconv.FormatInt(q.Page, 10),
			Problem: "A page of the controller cannot be chosen together with what only the provider can compare: `where`, or a filter on `phase`.",
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

// Judge holds a row against the query, as far as the row can be trusted.
func (q Query) Judge(status *Status) Truth {
	if deref(q.Request.RetrievedFieldsMask) {
		return Unsure
	}
	return q.Selection.Judge(status)
}
