package sdwan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// integer is a whole JSON number or a text with one: the controller accepts both
// (observed), so it may send both.
type integer int64

// maxShown bounds quoted values. A longer one is left out: cut, it may show part of a secret.
const maxShown = 64

// UnmarshalJSON reads a whole number in every spelling that JSON has, such as
// 37, 37.0 and 3.7e1, exactly over all 64 bits.
func (i *integer) UnmarshalJSON(raw []byte) error {
	digits := string(raw)
	if len(raw) > 1 && raw[0] == '"' {
		digits = digits[1 : len(digits)-1]
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		value, err = strconv.ParseInt(plainDigits(digits), 10, 64)
	}
	if err != nil {
		problem := "a value that is not a 64-bit integer"
		if len(raw) <= maxShown {
			problem += ", " + snippet(raw)
		}
		// encoding/json adds the field's name to this type of error.
		return &json.UnmarshalTypeError{Value: problem, Type: reflect.TypeFor[integer]()}
	}
	*i = integer(value)
	return nil
}

var jsonNumber = regexp.MustCompile(`^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$`)

// plainDigits writes a whole number without a point or an exponent; "" is any other text
// or a number beyond 64 bits, which a huge exponent would make a huge text.
func plainDigits(number string) string {
	const most = 19 // The digits of the largest 64-bit integer.
	parts := jsonNumber.FindStringSubmatch(number)
	if parts == nil {
		return ""
	}
	sign, whole, fraction, exponent := parts[1], parts[2], parts[3], parts[4]
	digits := strings.TrimLeft(whole+fraction, "0")
	significant := strings.TrimRight(digits, "0")
	if significant == "" {
		return "0"
	}
	shift := 0
	if exponent != "" {
		var err error
		if shift, err = strconv.Atoi(exponent); err != nil {
			return ""
		}
	}
	zeros := shift + len(digits) - len(significant) - len(fraction)
	if zeros < 0 || len(significant)+zeros > most {
		return ""
	}
	return sign + significant + strings.Repeat("0", zeros)
}

// wirePage has nil Items if the answer has no list, and empty Items if it is empty.
type wirePage[Wire any] struct {
	Items        []Wire          `json:"items"`
	ID           *string         `json:"id"`
	Description  json.RawMessage `json:"description"`
	TenantID     *string         `json:"tenant_id"`
	NextQuery    json.RawMessage `json:"next_query"`
	Count        *integer        `json:"count"`
	TotalCount   *integer        `json:"total_count"`
	DeletedCount *integer        `json:"deleted_count"`
	DeletedIDs   []string        `json:"deleted_ids"`
	errorBody
}

func (w *wirePage[Wire]) envelope() imagestatus.Envelope {
	return imagestatus.Envelope{
		ID:           w.ID,
		Description:  describe(w.Description),
		TenantID:     w.TenantID,
		NextQuery:    notNull(w.NextQuery),
		Count:        (*int64)(w.Count),
		TotalCount:   (*int64)(w.TotalCount),
		DeletedCount: (*int64)(w.DeletedCount),
		DeletedIDs:   w.DeletedIDs,
	}
}

// describe accepts any JSON: the contract has no type for a description.
func describe(raw json.RawMessage) *string {
	raw = notNull(raw)
	if raw == nil {
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	return &text
}

func notNull(raw json.RawMessage) json.RawMessage {
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	return raw
}

func pageOf[Wire any](a *answer, exchange *exchange) (*wirePage[Wire], *Error) {
	var page wirePage[Wire]
	if failure := a.decode(exchange, &page, &page.errorBody); failure != nil {
		return nil, failure
	}
	if page.Items == nil {
		return nil, a.malformed(exchange, "the answer has no list of items")
	}
	return &page, nil
}

// decode reads an answer of status 200 into a struct that embeds body. An answer
// with an _error list is a failure whatever its status.
func (a *answer) decode(exchange *exchange, into any, body *errorBody) *Error {
	if len(a.body) == 0 {
		return a.malformed(exchange, "the answer is empty")
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		reported := readErrorBody(a.body)
		if len(reported.Errors) == 0 {
			return a.malformed(exchange, describeJSONError(err))
		}
		body = &reported
	}
	switch row := rowOf(a.status, body); {
	case row.Kind == "":
		return nil
	case len(body.Errors) > 0:
		return a.failed(exchange, row.Kind, "the answer has status 200 and reports an error")
	default:
		return a.malformed(exchange, "the answer has status 200, but its _status_code is "+snippet(body.StatusCode))
	}
}

func (a *answer) malformed(exchange *exchange, problem string) *Error {
	failure := a.failed(exchange, KindMalformed, problem)
	failure.Snippet = a.snippet()
	return failure
}

// snippet conceals before it shortens, so that no part of a secret remains.
func (a *answer) snippet() string {
	if a.conceal == nil {
		return snippet(a.body)
	}
	return snippet([]byte(a.conceal(string(a.body))))
}

var jsonTypes = map[string]string{
	"object": "an object", "array": "a list", "string": "a text", "number": "a number", "bool": "a boolean",
}

// embedded removes what encoding/json adds to a path for embedded structs.
var embedded = strings.NewReplacer("errorBody.", "", "wireStatus.", "")

func describeJSONError(err error) string {
	if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if mistyped.Field == "" {
			return "the answer is JSON, but not an object"
		}
		value := mistyped.Value
		if name, known := jsonTypes[value]; known {
			value = name
		}
		return fmt.Sprintf("the field %s holds %s", embedded.Replace(mistyped.Field), value)
	}
	return fmt.Sprintf("the answer is not the JSON expected: %v", err)
}

// errorBody is how the controller reports an error (documented).
type errorBody struct {
	Errors    []Code `json:"_error"`
	RequestID string `json:"_request_id"`
	// StatusCode is a text (observed); it may come as a number.
	StatusCode json.RawMessage `json:"_status_code"`
}

func readErrorBody(body []byte) errorBody {
	var read errorBody
	if json.Unmarshal(jsonText(body), &read) != nil {
		return errorBody{}
	}
	return read
}

func (a *answer) failure(exchange *exchange) *Error {
	if a.status == http.StatusOK {
		return nil
	}
	body := readErrorBody(a.body)
	failure := a.failed(exchange, rowOf(a.status, &body).Kind, "the answer is "+statusText(a.status))
	if len(failure.Codes) == 0 {
		failure.Snippet = a.snippet()
	}
	if failure.Kind == KindRedirected {
		failure.Problem = redirection(a.header)
	}
	return failure
}

func (a *answer) failed(exchange *exchange, kind Kind, problem string) *Error {
	body := readErrorBody(a.body)
	failure := exchange.failed(kind, problem, nil)
	failure.Status, failure.Codes, failure.RequestID = a.status, body.Errors, body.RequestID
	return failure
}

func isRedirect(status int) bool {
	return status >= http.StatusMultipleChoices && status < http.StatusBadRequest
}

// redirection names the target without its query, which may hold a session.
func redirection(header http.Header) string {
	target, err := url.Parse(header.Get("Location"))
	if err != nil || target.Host == "" {
		return "the endpoint redirects to another path"
	}
	return fmt.Sprintf("the endpoint redirects to %s://%s", target.Scheme, target.Host)
}
