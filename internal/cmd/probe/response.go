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

// item is one row of a response, its values undecoded.
type item map[string]json.RawMessage

// response is the controller's response to one request, of any status.
type response struct {
	status   int
	code     string // the first of _error, if it has the shape of a code
	items    []item
	envelope item // everything but the items; nil unless the body is a JSON object
	tooLarge bool // for the client, which then has no status and no body of it
}

func newResponse(answer sdwan.Answer) response {
	read := response{status: answer.Status}
	if json.Unmarshal(answer.Body, &read.envelope) != nil {
		read.envelope = nil
		return read
	}
	_ = json.Unmarshal(read.envelope["items"], &read.items) // On failure there are no items.
	var problems []sdwan.Code
	if json.Unmarshal(read.envelope["_error"], &problems) == nil && len(problems) > 0 {
		read.code = codeWord(problems[0].Code)
	}
	return read
}

// good reports a success with a list of items, empty or not.
func (r response) good() bool {
	return r.status == http.StatusOK && r.envelope.has("items") && r.items != nil && r.code == ""
}

// refused reports whether the controller rejected the request itself.
func (r response) refused() bool {
	return r.status == http.StatusBadRequest || r.status == http.StatusUnprocessableEntity || r.status == http.StatusOK && r.code != ""
}

// outcome is a few words on the response, for evidence.
func (r response) outcome() string {
	text := "status " + strconv.Itoa(r.status)
	switch {
	case r.tooLarge:
		return "a response that is too large"
	case r.code != "":
		return text + " " + r.code
	case r.status == http.StatusOK && r.items == nil:
		return text + " without a list of items"
	case r.status == http.StatusOK:
		return text + " with " + rowCount(len(r.items))
	default:
		return text
	}
}

func (r response) number(name string) (int64, bool) { return numberOf(r.envelope[name]) }

// column returns a field of every row; "" for a row without it.
func (r response) column(field string) []string {
	texts := make([]string, len(r.items))
	for i, row := range r.items {
		texts[i] = row.text(field)
	}
	return texts
}

func (i item) has(field string) bool {
	_, present := i[field]
	return present
}

func (i item) nullOrAbsent(field string) bool { return string(orNull(i[field])) == "null" }

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// text returns a value as text, "" for null; a number or a boolean in its spelling.
func (i item) text(field string) string {
	if i.nullOrAbsent(field) {
		return ""
	}
	var text string
	if json.Unmarshal(i[field], &text) == nil {
		return text
	}
	return string(i[field])
}

// texts returns a list of texts; nil if the value is none.
func (i item) texts(field string) []string {
	var texts []string
	if json.Unmarshal(orNull(i[field]), &texts) != nil {
		return nil
	}
	return texts
}

// inner returns a value that is an object; nil if it is none.
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

// query is the body of a POST.
type query map[string]any

// orderOf asks for the order of a field of ids, in which rows do not move.
func orderOf(field string) map[string]string { return map[string]string{field: "asc"} }

func (q query) with(key string, value any) query {
	more := query{key: value}
	maps.Copy(more, q)
	return more
}
