package main

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// item is one row of an answer, its values as they came.
type item map[string]json.RawMessage

// page is an answer to one question, of whatever status.
type page struct {
	status int
	// code is the first of _error, where it has the shape of one.
	code  string
	items []item
	// envelope is everything else.
	envelope item
}

// pageOf reads what there is. An answer that is no JSON object has no envelope.
func pageOf(answer sdwan.Answer) page {
	read := page{status: answer.Status}
	if json.Unmarshal(answer.Body, &read.envelope) != nil {
		read.envelope = nil
		return read
	}
	_ = json.Unmarshal(read.envelope["items"], &read.items) // Else there are no items.
	var problems []sdwan.Code
	if json.Unmarshal(read.envelope["_error"], &problems) == nil && len(problems) > 0 {
		read.code = codeWord(problems[0].Code)
	}
	return read
}

// good reports whether there is a list of items, empty or not.
func (p page) good() bool {
	return p.status == http.StatusOK && p.envelope.has("items") && p.items != nil && p.code == ""
}

// refused reports whether the request itself was found wrong.
func (p page) refused() bool {
	return p.status == http.StatusBadRequest || p.status == http.StatusUnprocessableEntity || p.status == http.StatusOK && p.code != ""
}

// outcome is what happened in a few words, for evidence.
func (p page) outcome() string {
	text := "status " + strconv.Itoa(p.status)
	switch {
	case p.code != "":
		return text + " " + p.code
	case p.status == http.StatusOK && p.items == nil:
		return text + " without a list of items"
	case p.status == http.StatusOK:
		return text + " with " + rowCount(len(p.items))
	default:
		return text
	}
}

// number is an integer of the envelope; false where there is none.
func (p page) number(name string) (int64, bool) { return numberOf(p.envelope[name]) }

// column is a field of every row; a row without it has "".
func (p page) column(field string) []string {
	texts := make([]string, len(p.items))
	for i, row := range p.items {
		texts[i] = row.text(field)
	}
	return texts
}

func (i item) has(field string) bool {
	_, present := i[field]
	return present
}

// null reports whether a field is absent or null.
func (i item) null(field string) bool { return string(orNull(i[field])) == "null" }

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// text is a value as a text, "" for null; a number or a boolean is as it is spelt.
func (i item) text(field string) string {
	if i.null(field) {
		return ""
	}
	var text string
	if json.Unmarshal(i[field], &text) == nil {
		return text
	}
	return string(i[field])
}

// texts are the members of a list of texts; nil where the value is no such list.
func (i item) texts(field string) []string {
	var texts []string
	if json.Unmarshal(orNull(i[field]), &texts) != nil {
		return nil
	}
	return texts
}

// inner is a value that is an object itself; nil where it is not.
func (i item) inner(field string) item {
	var object item
	if json.Unmarshal(orNull(i[field]), &object) != nil {
		return nil
	}
	return object
}

// numberOf reads a whole number, or a text with one, in any spelling.
func numberOf(raw json.RawMessage) (int64, bool) {
	number, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || number != math.Trunc(number) || math.Abs(number) > 1<<62 {
		return 0, false
	}
	if exact, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64); err == nil {
		return exact, true
	}
	return int64(number), true
}

// query is the body of a question to a list.
type query map[string]any

// byID is the order in which rows do not change place.
func byID(field string) map[string]string { return map[string]string{field: "asc"} }

func (q query) with(key string, value any) query {
	more := query{key: value}
	maps.Copy(more, q)
	return more
}
