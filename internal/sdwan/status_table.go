package sdwan

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// StatusRow says what an answer means by its HTTP status and by the _error list and
// _status_code of its body.
type StatusRow struct {
	// Answer names the answers of the row in Markdown.
	Answer string
	// Kind is the kind of the error; "" is no error.
	Kind Kind
	// Retry says that the failure is transient: the request is sent again.
	Retry bool

	matches func(status int, body *errorBody) bool
}

// StatusTable lists what each answer means; the first row that matches counts.
func StatusTable() []StatusRow { return slices.Clone(statusTable) }

const (
	// codeTenantInvalid is documented for a tenant that is not the token's, without
	// its status.
	codeTenantInvalid = "TENANT_ID_INVALID_0001"
	codeLimit         = "INVALID_LIMIT_NUMBER" // documented
	// codeInternal is that of a backend that failed or was too slow (reported with
	// status 200); its longer forms are inferred.
	codeInternal = "INTERNAL"
)

var statusTable = []StatusRow{
	{"any status with the code `TENANT_ID_INVALID_0001`", KindTenant, false, hasCode(codeTenantInvalid)},
	{"any status with the code `INTERNAL` or `INTERNAL_…`", KindUnavailable, true, isInternal},
	{"200 with another `_error`", KindRefused, false, both(between(200, 200), hasCode(""))},
	{"200 with a `_status_code` other than `\"200\"`", KindMalformed, false, both(between(200, 200), contradictsItself)},
	{"200", "", false, between(200, 200)},
	{"other 2xx", KindMalformed, false, between(201, 299)},
	{"3xx", KindRedirected, false, between(300, 399)},
	{"401", KindCredentials, false, between(401, 401)},
	{"403", KindForbidden, false, between(403, 403)},
	{"404", KindNotFound, false, between(404, 404)},
	{"407", KindProxy, false, between(407, 407)},
	{"408", KindUnavailable, true, between(408, 408)},
	{"413", KindQueryTooLarge, false, between(413, 413)},
	{"425", KindUnavailable, true, between(425, 425)},
	{"429", KindRateLimited, true, between(429, 429)},
	{"400 with the code `INVALID_LIMIT_NUMBER`", KindQueryTooLarge, false, both(between(400, 400), hasCode(codeLimit))},
	{"other 4xx", KindRefused, false, between(400, 499)},
	{"500", KindUnavailable, true, between(500, 500)},
	{"502 to 504", KindUnavailable, true, between(502, 504)},
	// Content delivery networks answer so if the server behind them does not answer.
	{"520 to 529", KindUnavailable, true, between(520, 529)},
	{"other 5xx", KindUnavailable, false, between(0, 999)},
}

func between(first, last int) func(int, *errorBody) bool {
	return func(status int, _ *errorBody) bool { return first <= status && status <= last }
}

// hasCode looks for a code in _error, or for any entry if the code is "".
func hasCode(code string) func(int, *errorBody) bool {
	return func(_ int, body *errorBody) bool {
		return slices.ContainsFunc(body.Errors, func(have Code) bool { return code == "" || have.Code == code })
	}
}

func isInternal(_ int, body *errorBody) bool {
	return slices.ContainsFunc(body.Errors, func(have Code) bool {
		return have.Code == codeInternal || strings.HasPrefix(have.Code, codeInternal+"_")
	})
}

func contradictsItself(_ int, body *errorBody) bool {
	inner := bytes.Trim(notNull(body.StatusCode), `"`)
	return body.StatusCode != nil && notNull(body.StatusCode) != nil && string(inner) != "200"
}

func both(one, other func(int, *errorBody) bool) func(int, *errorBody) bool {
	return func(status int, body *errorBody) bool { return one(status, body) && other(status, body) }
}

func rowOf(status int, body *errorBody) StatusRow {
	index := slices.IndexFunc(statusTable, func(row StatusRow) bool { return row.matches(status, body) })
	if index < 0 {
		return StatusRow{Kind: KindMalformed}
	}
	return statusTable[index]
}

// retryRow is rowOf without decoding a good answer, which takes long for a page of
// rows: of its codes, only INTERNAL is retried.
func retryRow(status int, body []byte) StatusRow {
	if status == http.StatusOK && !bytes.Contains(body, []byte(codeInternal)) {
		return StatusRow{}
	}
	read := readErrorBody(body)
	return rowOf(status, &read)
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}
